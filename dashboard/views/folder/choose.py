"""Where the photos of the page Folder come from: a folder, a ZIP, or a path of this machine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard.app import consent
from dashboard.app.access import at_this_machine
from dashboard.views.folder.job import Brought
from dashboard.widgets.choice import one_of
from facespace import limits
from facespace.io import find_photos
from facespace.io.archive import Archive
from facespace.io.find_photos import Photo
from facespace.io.images import SUFFIXES
from facespace.types import FacespaceError

_MB = 2**20


def source() -> Brought | None:
    """What the user brought, if it was anything.

    Raises:
        FacespaceError: it cannot be read, or has no picture.
    """
    kinds = ["Folder", "ZIP", *(["Path on this machine"] if at_this_machine() else [])]
    if st.session_state.get("from") not in kinds:
        st.session_state.pop("from", None)  # an address from another machine
    origin = one_of("Photos from", kinds, "from")
    most = limits.MAX_ARCHIVE_BYTES // _MB
    if origin == "ZIP":
        st.caption(f"At most {most:,} MB and {limits.MAX_ARCHIVE_FILES:,} files. {_lasts()}")
        packed = st.file_uploader("A ZIP of photos", "zip", key="zip", max_upload_size=most)
        return _zipped(packed.name, packed.getvalue(), packed.file_id) if packed else None
    if origin == "Folder":
        st.caption(f"At most {most:,} MB in all; for more, use the command line. {_lasts()}")
        uploads = st.file_uploader(
            "A folder of photos", SUFFIXES, accept_multiple_files="directory", key="directory"
        )
        return _uploaded(uploads) if uploads else None
    path = st.text_input(
        "Path of a folder, ZIP or photo, or a pattern", key="path", placeholder="/photos/**/*.jpg"
    ).strip()
    if not path:
        return None
    photos = find_photos.find([str(Path(path).expanduser())])
    if len(photos) == 1 and photos[0].problem:
        raise FacespaceError(photos[0].problem)
    return Brought(path, photos, (path, tuple(photo.name for photo in photos)))


def _lasts() -> str:
    return f"{consent.sentence()} Names and results last as long as this visit."


def _zipped(name: str, content: bytes, identity: str) -> Brought:
    photos = find_photos.members(Archive(content))
    if not photos:
        raise FacespaceError("There is no picture in this ZIP.")
    return Brought(name, photos, identity)


def _uploaded(uploads: Sequence[Any]) -> Brought:
    photos: list[Photo] = []
    size = 0
    visible = [u for u in uploads if not any(p.startswith(".") for p in u.name.split("/"))]
    for upload in visible:
        size += upload.size
        if size > limits.MAX_ARCHIVE_BYTES or len(photos) == limits.MAX_ARCHIVE_FILES:
            break
        photos.append(Photo(upload.name, upload.getvalue()))
    if len(photos) < len(visible):
        st.info(f"These are too many at once; the first {len(photos):,} are taken.")
    if not photos:
        raise FacespaceError("There is no picture in this folder.")
    name = uploads[0].name.partition("/")[0] if "/" in uploads[0].name else "Photos"
    return Brought(name, photos, tuple(upload.file_id for upload in uploads))
