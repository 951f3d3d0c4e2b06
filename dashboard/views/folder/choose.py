"""Where the photos of the page Folder come from: a folder, a ZIP, or a path of this machine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from dashboard.app import consent
from dashboard.app.access import may_name_a_path
from dashboard.app.choice import one_of
from dashboard.app.markdown import plain
from dashboard.views.folder.job import Brought
from facespace import limits
from facespace.io import find_photos
from facespace.io.archive import Archive
from facespace.io.find_photos import Photo
from facespace.io.formats import PICTURE_ENDINGS, passed_over
from facespace.io.names import path as named
from facespace.io.walk import is_hidden
from facespace.types import FacespaceError

_MB = 2**20


def source() -> Brought | None:
    """What the user brought, if it was anything.

    Raises:
        FacespaceError: it cannot be read, or has no picture.
    """
    kinds = ["Folder", "ZIP", *(["Path on this machine"] if may_name_a_path() else [])]
    if st.session_state.get("from") not in kinds:
        st.session_state.pop("from", None)  # an address from another machine
    origin = one_of("Photos from", kinds, "from")
    most = limits.MAX_ARCHIVE_BYTES // _MB
    if origin == "ZIP":
        st.caption(f"At most {most:,} MB and {limits.MAX_ARCHIVE_FILES:,} files. {_lasts()}")
        packed = st.file_uploader("A ZIP of photos", "zip", key="zip", max_upload_size=most)
        if not packed:
            return None
        others: list[str] = []
        photos = find_photos.members(Archive(packed.getvalue()), passed_over=others)
        _say(others, photos)
        if not photos:
            raise FacespaceError("There is no picture in this ZIP.")
        return Brought(packed.name, photos, packed.file_id)
    if origin == "Folder":
        st.caption(f"At most {most:,} MB in all; for more, use the command line. {_lasts()}")
        uploads = st.file_uploader(
            "A folder of photos",
            PICTURE_ENDINGS,
            accept_multiple_files="directory",
            key="directory",
            help="Files with other endings stay where they are. In a ZIP they are looked into.",
        )
        return _uploaded(uploads) if uploads else None
    path = st.text_input(
        "Path of a folder, ZIP or photo, or a pattern", key="path", placeholder="/photos/**/*.jpg"
    ).strip()
    if not path:
        return None
    others = []
    photos = find_photos.find([str(named(path).expanduser())], passed_over=others)
    _say(others, photos)
    if all(photo.problem for photo in photos):
        raise FacespaceError(f"{named(path)}: {photos[0].problem}")
    return Brought(path, photos, (path, tuple(photo.name for photo in photos)))


def _say(others: Sequence[str], photos: Sequence[Photo]) -> None:
    """What is passed over."""
    if remark := passed_over(others, sum(not photo.problem for photo in photos)):
        st.caption(plain(remark))


def _lasts() -> str:
    return f"{consent.sentence()} Names and results last as long as this visit."


def _uploaded(uploads: Sequence[Any]) -> Brought:
    photos: list[Photo] = []
    size = 0
    visible = [u for u in uploads if not any(map(is_hidden, u.name.split("/")))]
    for upload in visible:
        size += upload.size
        if size > limits.MAX_ARCHIVE_BYTES or len(photos) == limits.MAX_ARCHIVE_FILES:
            break
        photos.append(Photo(upload.name, upload.getvalue()))
    if len(photos) < len(visible):
        st.info(f"These are too many at once; the first {len(photos):,} are taken.")
    if not photos:
        raise FacespaceError(find_photos.EMPTY)
    name = uploads[0].name.partition("/")[0] if "/" in uploads[0].name else "Photos"
    return Brought(name, photos, tuple(upload.file_id for upload in uploads))
