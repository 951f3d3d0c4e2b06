"""The camera read in the visitor's own browser: what it is sent, and what comes back."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard.app.markdown import plain
from dashboard.app.session import Remembered
from dashboard.app.settings import leaning
from dashboard.views.webcam import live_view
from facespace import limits
from facespace.browser import runtime
from facespace.browser.bundle import DETECTOR, Bundle, bundle
from facespace.faces import detectors
from facespace.faces.analyze import Settings, analyze
from facespace.installation import ROOT
from facespace.io import images
from facespace.types import FacespaceError

#: The component's key in the session.
KEY = "in_browser"

#: The modules that it imports, and the folder that Streamlit serves them from.
MODULES = ROOT / "static" / "browser"

#: What a snapshot begins with.
PNG = "data:image/png;base64,"

#: What the browser asked for, to be sent once; why it cannot do it; a snapshot that came from it.
_WANTED = Remembered[Sequence[str]]("wanted by the browser")
_FAILED = Remembered[str]("the browser failed")
_SNAPSHOT = Remembered[str]("snapshot of the browser")

_HERE = Path(__file__)

_live = st.components.v2.component(
    "facespace_webcam",
    html=_HERE.with_suffix(".html").read_text("utf-8"),
    css=_HERE.with_suffix(".css").read_text("utf-8"),
    js=_HERE.with_suffix(".js").read_text("utf-8"),
)


def camera(settings: Settings, mirror: bool) -> bool:
    """The camera with its buttons, boxes and verdicts; False where it cannot be.

    Then a sentence says why, and the page has other ways.
    """
    why = _FAILED.get()
    if why is None:
        try:
            made, own = bundle(settings), runtime.own_folder()
        except FacespaceError as error:
            why = str(error)
    if why is not None:
        st.warning(
            f"Live in your browser is not possible here: {plain(why)} "
            "The options below still work.",
            icon=":material/videocam_off:",
        )
        if _FAILED.get() and st.button("Try again"):
            _FAILED.forget()
            st.rerun()
        return False
    if settings.detector != DETECTOR or settings.small_faces:
        st.caption(
            f"In your browser {detectors.TITLES[DETECTOR]} finds the faces, without the scan for "
            "small ones."
        )
    names = _WANTED.get() or ()
    _WANTED.forget()
    facts = _facts(made, own is not None, mirror)
    _live(
        key=KEY,
        data=_packed(facts, made, own, names) if names else facts,
        on_want_change=_wanted,
        on_failed_change=_failed,
        on_snapshot_change=_snapshot,
    )
    _take_snapshot(settings)
    return True


def _facts(made: Bundle, own: bool, mirror: bool) -> dict[str, Any]:
    """What the page's modules need to know, as plain data."""
    place = "this dashboard" if own else runtime.CDN.split("/")[2]
    assets = [
        {"name": name, "bytes": file.bytes, "sha256": file.sha256}
        | ({} if own else {"url": runtime.CDN + file.name, "integrity": file.integrity})
        for name, file in runtime.FILES.items()
    ]
    assets += [{"name": name, **about} for name, about in made.facts["models"].items()]
    return {
        "assets": assets,
        "judging": {**made.facts, "leaning": leaning()},
        "mirror": mirror,
        "every": live_view.EVERY,
        "modules": sorted(path.name for path in MODULES.glob("*.js")),
        "loads": f"{_megabytes(assets[:2])} of ONNX Runtime Web {runtime.VERSION} from {place}, "
        f"{_megabytes(assets[2:])} of models from this dashboard",
    }


def _megabytes(assets: Sequence[Mapping[str, Any]]) -> str:
    return f"{sum(asset['bytes'] for asset in assets) / 1e6:.1f} MB"


def _packed(facts: dict[str, Any], made: Bundle, own: Path | None, names: Sequence[str]) -> bytes:
    """What ``assets.unpacked`` takes apart: the length of a table, the table, the files."""
    files = dict(made.models)
    if own is not None:
        files |= {name: (own / file.name).read_bytes() for name, file in runtime.FILES.items()}
    sent = {name: files[name] for name in names if name in files}
    parts = [[name, len(content)] for name, content in sent.items()]
    table = json.dumps({**facts, "parts": parts}).encode()
    return b"".join([len(table).to_bytes(4, "little"), table, *sent.values()])


def _sent(name: str) -> Any:
    """What the browser sent by a trigger; it may be anything."""
    state = st.session_state.get(KEY)
    return state.get(name) if state else None


def _wanted() -> None:
    names = _sent("want")
    if isinstance(names, list):
        _WANTED.put([name for name in names if isinstance(name, str)])


def _failed() -> None:
    _FAILED.put(f"{str(_sent('failed'))[:300]}.")


def _snapshot() -> None:
    sent = _sent("snapshot")
    if isinstance(sent, str):
        _SNAPSHOT.put(sent)


def _take_snapshot(settings: Settings) -> None:
    """Read what the visitor's button sent, as a picture that was uploaded."""
    sent = _SNAPSHOT.get()
    if sent is None:
        return
    _SNAPSHOT.forget()
    if len(sent) > 1.4 * limits.MAX_BYTES:  # base64 makes four characters of three bytes
        most = f"{limits.MAX_BYTES / 2**20:.0f} MB"
        st.warning(f"The snapshot is too large: at most {most} are read.")
        return
    try:
        rgb = images.load(base64.b64decode(sent.removeprefix(PNG), validate=True))
        live_view.keep(rgb, analyze(rgb, settings, live_view.NAME), settings)
    except ValueError:
        st.warning("The snapshot arrived damaged. Take another.")
    except FacespaceError as error:
        st.warning(plain(str(error)))
