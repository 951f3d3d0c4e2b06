"""Reads the pictures a user brought, with progress and a way to stop, each one only once."""

from __future__ import annotations

import time
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import streamlit as st

from facespace import limits
from facespace.faces.analyze import Settings, analyze, failed_reading
from facespace.io import images
from facespace.types import RGB, FacespaceError, Reading

#: A picture's identity and the settings it was read with.
Key = tuple[Hashable, Settings]

#: Readings kept in a session, each some kilobytes a face.
KEPT = 4 * limits.MAX_FILES


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture a user brought: its name, its content, and what tells it from the others."""

    name: str
    content: bytes
    identity: Hashable

    def rgb(self) -> RGB:
        """Its pixels, uint8 (H, W, 3); raises FacespaceError where it cannot be read."""
        return images.load(self.content)


def plain(name: str) -> str:
    """A file name that Markdown shows as it is."""
    return "".join(f"\\{c}" if c in r"\`*_{}[]()<>#!|~:$" else c for c in name)


def read_all(pictures: Sequence[Picture], settings: Settings) -> list[tuple[Picture, Reading]]:
    """The readings of all pictures, in order; fewer if the user stopped.

    Readings are kept in the session, for these pictures and up to ``KEPT`` of them, so a change
    on the page reads nothing twice. After ``limits.MAX_SECONDS`` it pauses as if the user had
    stopped it; at least one picture is read in each turn. A picture that cannot be read gets a
    reading with an error.
    """
    wanted = {(picture.identity, settings): picture for picture in pictures}
    present = {picture.identity for picture in pictures}
    kept: dict[Key, Reading] = st.session_state.get("readings", {})
    done = dict([(key, kept[key]) for key in kept if key[0] in present][-KEPT:])
    st.session_state["readings"] = done
    todo = [key for key in wanted if key not in done]
    ready = len(wanted) - len(todo)
    this = frozenset(wanted)
    if st.session_state.get("stopped") != this:
        st.session_state["stopped"] = None  # other pictures or settings: that stop is over
    elif todo:
        _offer_to_go_on(ready, len(wanted))
        return [(wanted[key], done[key]) for key in wanted if key in done]
    if not todo:
        return [(wanted[key], done[key]) for key in wanted]

    place = st.empty()
    with place.container(horizontal=True, vertical_alignment="center"):
        bar = st.progress(0.0, "Reading …")
        if len(todo) > 1:
            st.button("Stop", icon=":material/stop_circle:", on_click=_stop, args=(this,))
    end = time.monotonic() + limits.MAX_SECONDS
    for number, key in enumerate(todo, ready + 1):
        if time.monotonic() > end and number > ready + 1:
            _stop(this)
            place.empty()
            _offer_to_go_on(number - 1, len(wanted), f" after {limits.MAX_SECONDS:,} seconds")
            return [(wanted[key], done[key]) for key in wanted if key in done]
        picture = wanted[key]
        words = f"{number} of {len(wanted)}: {plain(picture.name)}"
        bar.progress((number - 1) / len(wanted), words)
        done[key] = _read(picture, settings)
    place.empty()
    return [(wanted[key], done[key]) for key in wanted]


def _read(picture: Picture, settings: Settings) -> Reading:
    try:
        return analyze(picture.content, settings, picture.name)
    except FacespaceError as error:
        return failed_reading(picture.name, settings, error)


def _stop(stopped: frozenset[Key] | None) -> None:
    st.session_state["stopped"] = stopped


def _offer_to_go_on(done: int, wanted: int, after: str = "") -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        words = f"Stopped{after}: {done} of {wanted} pictures are read."
        st.info(words, icon=":material/pause_circle:")
        st.button("Go on", icon=":material/play_circle:", on_click=_stop, args=(None,))
