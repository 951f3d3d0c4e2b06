"""The parts of the Model card page: the card and the files as they are."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping

import pandas as pd
import streamlit as st

from dashboard.widgets import output
from facespace.artifacts.manifest import Manifest
from facespace.types import FacespaceError

MANIFEST, CARD = "manifest.json", "MODEL_CARD.md"

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
    rows = [(one.info.name, one.problem, one.info.bytes, one.at, one.info.sha256) for one in files]
    return pd.DataFrame(rows, columns=["file", "problem", "bytes", "verified", "sha256"])


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


def show(manifest: Manifest, name: str, text: str | None) -> None:
    """The card, of one model at a time, and whether anything vouches for it."""
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
    chosen = of_model(body, name, {n: info.title for n, info in manifest.models.items()})
    st.markdown(contents(chosen))
    st.html(_TABLES)
    st.container(key="card").markdown(chosen)
    if front:
        with st.expander("Front matter, as model hubs read it"):
            st.code(front, language="yaml", wrap_lines=True)


def of_model(body: str, name: str, titles: Mapping[str, str]) -> str:
    """A card's text without what its lower headings say is about other models.

    Args:
        body: Markdown.
        name: of the model that is told about.
        titles: of all models, by name.
    """
    others = [(other, title) for other, title in titles.items() if other != name]

    def foreign(part: str) -> bool:
        heading = part.partition("\n")[0]
        return heading.startswith("### ") and any(
            heading == f"### {title}" or f"`{other}`" in heading for other, title in others
        )

    return "".join(part for part in re.split(r"(?m)^(?=##)", body) if not foreign(part))


def contents(body: str) -> str:
    """Links to the headings of a card, one after the other."""
    titles = re.findall(r"(?m)^## (.+)$", body)
    slugs = (re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") for title in titles)
    return " · ".join(f"[{t}](#{slug})" for t, slug in zip(titles, slugs, strict=True))


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
    )
    st.caption("A model is loaded only if its size and sha256 are as the manifest lists them.")


def versions(manifest: Manifest) -> None:
    """What made the models, a row a package."""
    by_model = pd.DataFrame({name: info.versions for name, info in manifest.models.items()})
    frame = by_model.fillna("–").rename_axis("Made with").reset_index()
    output.table(frame, "The versions of the software that made each model")
