"""The face that the page Eigenfaces looks at, and how its parts draw."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import streamlit as st

from dashboard.widgets import picture_input, results
from dashboard.widgets.read_pictures import read_all
from facespace.artifacts import coordinates as measured
from facespace.artifacts.dataset_description import load_described
from facespace.artifacts.face_space import FaceSpace
from facespace.artifacts.manifest import Manifest
from facespace.faces.analyze import Settings
from facespace.types import Face, FacespaceError, Floats

#: Width of a face in pixels: two stand side by side on a phone.
SHOWN = 168

NO_FACE = "No face was found in this picture."


@dataclass(frozen=True)
class Look:
    """What the page looks at; where ``face`` is None, ``missing`` is a sentence that says why."""

    manifest: Manifest
    space: FaceSpace
    face: Face | None
    missing: str = ""

    @property
    def found(self) -> Face:
        """The face; raises FacespaceError where there is none."""
        if self.face is None:
            raise FacespaceError(self.missing)
        return self.face

    @property
    def crop(self) -> npt.NDArray[np.uint8]:
        """What the model saw, uint8 (side, side)."""
        return self.found.crop

    @cached_property
    def coordinates(self) -> Floats:
        """Where the face lies in face space, float32 (K,)."""
        return np.asarray(self.space.coordinates(self.crop[None])[0])

    def title(self, name: str) -> str:
        """What people call a data set."""
        if name == measured.TRAINING:
            return "training crops"
        try:
            return load_described(self.manifest)[name].title
        except (FacespaceError, KeyError):
            return name


def choose(manifest: Manifest, space: FaceSpace) -> Look:
    """Let a picture, and one of its faces, be chosen."""
    left, right = st.columns([3, 1], vertical_alignment="center")
    with left:
        pictures = picture_input.choose("Face from", ("Example", "Upload", "Camera"), "face_")
    if not pictures:
        return Look(manifest, space, None, "Add a picture, or choose “Example”.")
    readings = [reading for _, reading in read_all(pictures, Settings())]
    results.problems(readings)
    faces = [face for reading in readings for face in reading.faces]
    number = 0
    if len(faces) > 1:
        with left:
            number = st.selectbox("Face", range(len(faces)), format_func=_numbered, key="face")
        with st.expander(f"All {len(faces)} faces", icon=":material/groups:"):
            results.crops(faces, rest="the others can be chosen by their number")
    if not faces:
        return Look(manifest, space, None, NO_FACE)
    right.image(results.enlarged(faces[number].crop), width=112, alt="What the model saw")
    return Look(manifest, space, faces[number])


def missing(look: Look) -> None:
    """Say why there is no face."""
    st.info(look.missing, icon=":material/search_off:")


def _numbered(number: int) -> str:
    return f"{number + 1}"
