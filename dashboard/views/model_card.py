"""The parts of the Model card page: the card, the files as they are, and every cutoff."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.widgets import output
from facespace.artifacts.manifest import Manifest
from facespace.types import FacespaceError

MANIFEST, CARD = "manifest.json", "MODEL_CARD.md"

#: What the cutoffs are, in the words of the page.
CUTOFFS = {
    "covered": "Covered: most that is answered",
    "face_like": "Like a face: least that is answered",
    "distance": "Distance from face space: most that is answered",
    "sharpness": "Sharpness: least that is answered",
    "turn": "Turn: most that is answered",
    "sure": "Detection score: least that is answered",
    "thrown_out": "Like a face: least that is kept at all",
}

#: The card's wide tables scroll by themselves on a phone, not the page.
_TABLES = """<style>
.st-key-card table { font-size: 0.85rem; overflow-x: auto }
.st-key-card pre, .st-key-card pre * { white-space: pre-wrap !important; overflow-wrap: anywhere }
.st-key-card :is(td, th) { padding: 0.3rem 0.5rem }
@media (max-width: 640px) { .st-key-card table { display: block } }
</style>"""


def verified(manifest: Manifest) -> pd.DataFrame:
    """Every file with size, sha256, the moment it was read, and the problem or ""."""
    with st.spinner("Verifying the files …"):
        files = manifest.verify()
    return pd.DataFrame(
        {
            "file": file.info.name,
            "bytes": file.info.bytes,
            "sha256": file.info.sha256,
            "problem": file.problem,
            "verified": file.at,
        }
        for file in files
    )


def card(manifest: Manifest) -> str | None:
    """The text of the card; None where there is none, or it is not as the manifest says."""
    path = manifest.folder / CARD
    try:
        if CARD in manifest.files:
            path = manifest.path(manifest.files[CARD])
        return path.read_text("utf-8")
    except (FacespaceError, OSError, UnicodeDecodeError):
        return None


def parts(text: str) -> tuple[str, str]:
    """The front matter of a card, without its fences, and what follows without its own title."""
    front, body = "", text
    if text.startswith("---\n"):
        front, _, body = text[4:].partition("\n---\n")
    lines = body.strip().splitlines()
    if lines and lines[0].startswith("# "):
        lines = lines[1:]
    return front, "\n".join(lines).strip()


def packed(manifest: Manifest) -> bytes:
    """All artifacts as one ZIP, each file verified; stored, as packing saves under a tenth.

    Raises:
        FacespaceError: a file is missing or has been altered.
    """
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        archive.write(manifest.folder / MANIFEST, MANIFEST)
        for info in manifest.listed:
            archive.write(manifest.path(info), info.name)
        text = card(manifest)
        if CARD not in manifest.files and text is not None:
            archive.writestr(CARD, text)
    return file.getvalue()


def downloads(manifest: Manifest, text: str | None, sound: bool) -> None:
    """Buttons for everything and for the card alone."""
    size = sum(info.bytes for info in manifest.listed)
    with st.container(horizontal=True):
        output.download(
            f"All artifacts (ZIP, {size / 1e6:.0f} MB)",
            lambda: packed(manifest),  # made when it is asked for
            "facespace-artifacts.zip",
            disabled=not sound,
        )
        if text is not None:
            output.download("Model card", text, CARD)


def show(manifest: Manifest, text: str | None) -> None:
    """The card, and whether anything vouches for it."""
    if text is None:
        st.info(
            f"There is no readable {CARD} beside the artifacts. `python -m training train` "
            "writes one.",
            icon=":material/description:",
        )
        return
    front, body = parts(text)
    if CARD in manifest.files:
        st.caption(f"{CARD} is as the manifest lists it.")
    else:
        st.caption(
            f"The manifest does not list {CARD}: nothing says whether it was changed since it was "
            "written. The figures on the other pages come from files that it does list."
        )
    st.html(_TABLES)
    st.container(key="card").markdown(body)
    if front:
        with st.expander("Front matter, as model hubs read it"):
            st.code(front, language="yaml", wrap_lines=True)


def files(table: pd.DataFrame) -> None:
    """The files and what was found of them."""
    output.table(
        table.assign(bytes=table["bytes"] / 1e6, problem=table["problem"] == ""),
        "All files with size, sha256 and when they were verified",
        {
            "file": st.column_config.TextColumn("File", pinned=True),
            "problem": st.column_config.CheckboxColumn("As listed"),
            "bytes": st.column_config.NumberColumn("MB", format="%.3f"),
            "verified": st.column_config.DatetimeColumn("Verified", format="YYYY-MM-DD HH:mm:ss"),
            "sha256": st.column_config.TextColumn("sha256"),
        },
        column_order=["file", "problem", "bytes", "verified", "sha256"],
    )
    st.caption("A model is loaded only if its size and sha256 are as the manifest lists them.")


def versions(manifest: Manifest) -> None:
    """What made the models, a row a package."""
    by_model = {name: info.versions for name, info in manifest.models.items()}
    packages = dict.fromkeys(package for versions in by_model.values() for package in versions)
    output.table(
        pd.DataFrame(
            {"Made with": package}
            | {name: versions.get(package, "–") for name, versions in by_model.items()}
            for package in packages
        ),
        "The versions of the software that made each model",
    )


def cutoffs(manifest: Manifest) -> None:
    """Every cutoff with its value, how it was chosen and on which photos."""
    st.subheader("Of each model")
    output.table(
        pd.DataFrame(
            {
                "Model": name + (" (default)" if name == manifest.default else ""),
                "Female from": f"{info.threshold:.4f}",
                "Certainty": f"{info.certainty:.4f}",
                "Smallest face, px": f"{info.smallest_face:.0f}",
            }
            for name, info in manifest.models.items()
        ),
        "Threshold, certainty and smallest face of each model",
    )
    models_by_way: dict[str, list[str]] = {}
    for name, info in manifest.models.items():
        models_by_way.setdefault(_way(info.chosen), []).append(name)
    for way, names in models_by_way.items():
        st.markdown(f"**{', '.join(names)}**  \n{way}")
    st.subheader("Of every model alike")
    chosen = manifest.cutoffs.chosen
    if not chosen:
        st.info("None was chosen: `python -m training rules`.", icon=":material/rule:")
    for name, facts in chosen.items():
        with st.container(border=True):
            _cutoff(name, manifest.cutoffs.named(name), facts)


def _cutoff(name: str, value: float | Mapping[str, float] | None, facts: Mapping[str, Any]) -> None:
    values = value if isinstance(value, Mapping) else {"": value}
    figures = ", ".join(f"{key} {_number(v)}".strip() for key, v in values.items())
    st.markdown(f"**{CUTOFFS.get(name, name)}: {figures}**  \n{_way(facts)}")
    counted = ", ".join(
        f"{key.replace('_', ' ')}: {_number(v, 'marked' in key)}"
        for key, v in facts.items()
        if isinstance(v, int | float)
    )
    if counted:
        st.caption(counted[0].upper() + counted[1:])
    if "table" in facts:
        with st.expander("What was tried"):
            output.table(pd.DataFrame(facts["table"]).round(3), f"What was tried for {name}")


def _way(facts: Mapping[str, Any]) -> str:
    """How something was chosen, and on which photos."""
    return f"Chosen: {facts.get('how', 'not said')}.  \nOn: {facts.get('on', 'not said')}."


def _number(value: Any, share: bool = False) -> str:
    if not isinstance(value, int | float):
        return "–"
    if share:
        return f"{value:.1%}"
    return f"{value:,}" if isinstance(value, int) else f"{value:.4g}"
