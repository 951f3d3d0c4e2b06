"""The pictures that a page looks at: the user's files, their camera's, or the example."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Literal

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from dashboard.app.page_artifacts import sentences
from dashboard.widgets.choice import one_of
from dashboard.widgets.example import CREDIT, example
from facespace import limits
from facespace.io import images
from facespace.io.images import SUFFIXES
from facespace.types import RGB

Origin = Literal["Upload", "Camera", "Example"]

#: What an upload may be, in words.
KINDS = "JPEG, PNG, WebP, BMP or HEIC"


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


def choose(
    label: str, origins: Sequence[Origin], keys: str = "", several: bool = False
) -> list[Picture]:
    """Let pictures be chosen; none where there is none yet. The origin is in the address.

    Args:
        label: of the choice between the origins.
        origins: where pictures may come from; at first from the first.
        keys: begins the keys of the widgets.
        several: whether more than one may be uploaded.
    """
    origin = one_of(label, origins, f"{keys}from")
    if origin == "Camera":
        return camera(f"{keys}camera", "camera.jpg")
    if origin == "Upload":
        return uploads(f"{keys}uploads") if several else upload(f"{keys}upload")
    picture = example_picture()
    st.caption(CREDIT)
    return [picture]


def example_picture() -> Picture:
    """The example; stops the page with a sentence where it is not installed."""
    with sentences():
        name, content = example()
    return Picture(name, content, name)


def upload(key: str, label: str = KINDS) -> list[Picture]:
    """The picture that was uploaded, if one was."""
    file = st.file_uploader(label, SUFFIXES, key=key)
    return [_picture(file)] if file else []


def uploads(key: str) -> list[Picture]:
    """The pictures that were uploaded, as many as are read at once."""
    files = st.file_uploader(KINDS, SUFFIXES, accept_multiple_files=True, key=key)
    if len(files) > limits.MAX_FILES:
        st.info(f"At most {limits.MAX_FILES} pictures are read at once; these are the first.")
    return [_picture(file) for file in files[: limits.MAX_FILES]]


def camera(key: str, name: str) -> list[Picture]:
    """The picture that the browser's camera took, if it took one, by this name."""
    file = st.camera_input("Look into the camera", key=key)
    return [_picture(file, name)] if file else []


def _picture(file: UploadedFile, name: str = "") -> Picture:
    return Picture(name or file.name, file.getvalue(), file.file_id)
