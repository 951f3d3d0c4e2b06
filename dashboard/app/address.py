"""The address of a page: what is chosen stands there, so that a link shows the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dashboard.app.markdown import plain
from dashboard.app.session import Remembered
from facespace import limits

T = TypeVar("T")


class _Drawn(NamedTuple):
    """How a choice was last drawn: what the address said of it, on which page, what was chosen."""

    said: str | None
    page: str
    chosen: Any


#: By the key of each choice.
_DRAWN = Remembered[dict[str, _Drawn]]("address drawn")

#: Characters of an unknown name that are repeated.
_REPEATED = 40


def bounded() -> None:
    """Let go of what an address says of settings where it says too much to have come from here."""
    query = st.query_params
    length = sum(len(key) + len(text) for key in query for text in query.get_all(key))
    if length > limits.MAX_QUERY:
        query.clear()
        st.warning(
            f"The address of this page has {length:,} characters of settings; at most "
            f"{limits.MAX_QUERY:,} are read. The page shows its own settings.",
            icon=":material/link_off:",
        )


def linked(
    label: str,
    key: str,
    options: Mapping[str, T],
    first: T,
    draw: Callable[[], T],
    title: Callable[[T], str] = str,
    lasting: bool = False,
) -> T:
    """Draw a choice that stands in the address unless it is the first, and return what is chosen.

    Streamlit's own binding would put the words there that people read, and pass over in silence
    what it does not know.

    Args:
        label: of the choice.
        key: in the address, and of the widget.
        options: what can be chosen, hashable, by what stands in the address and is to stay what
            it is.
        first: what is chosen where the address says nothing.
        draw: the widget.
        title: the words of the widget, which stood in the addresses of earlier versions.
        lasting: whether pages with the same choice share it.
    """
    context = get_script_run_ctx()
    page = "" if context is None else context.page_script_hash
    drawn = _DRAWN.get() or {}
    before = drawn.get(key)
    said = st.query_params.get(key)
    if said is None:
        if context is not None and context.is_history_navigation:
            st.session_state[key] = first
        elif lasting and before and page != before.page and before.chosen in options.values():
            st.session_state[key] = before.chosen
    # What stands there since the last drawing is older than what the user has chosen since.
    elif before is None or (said, page) != before[:2] or key not in st.session_state:
        found = {title(option): option for option in options.values()} | dict(options)
        if said in found:
            st.session_state[key] = found[said]
        else:
            _unknown(label, said)
    chosen = draw()
    name = None if chosen == first else {o: name for name, o in options.items()}[chosen]
    if name is None:
        st.query_params.pop(key, None)
    elif st.query_params.get(key) != name:
        st.query_params[key] = name
    _DRAWN.put(drawn | {key: _Drawn(name, page, chosen)})
    return chosen


def known(label: str, key: str, options: Iterable[str]) -> None:
    """Say so where the address names none of the options of a widget that Streamlit binds."""
    there = set(options)
    for said in st.query_params.get_all(key):
        if said not in there:
            _unknown(label, said)


def _unknown(label: str, said: str) -> None:
    said = f"{said[:_REPEATED]}…" if len(said) > _REPEATED else said
    st.warning(
        f"The address of this page asks for “{plain(said)}” under “{label}”, which is not there. "
        "The page shows what it shows at first.",
        icon=":material/link_off:",
    )
