"""The face that the page Eigenfaces looks at, and how its parts draw."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import streamlit as st

from dashboard.widgets import face_cards, picture_input, results, scaled
from dashboard.widgets.picture_input import Picture
from dashboard.widgets.read_pictures import read_all
from facespace import gate
from facespace.artifacts import coordinates as measured
from facespace.artifacts.dataset_description import load_described
from facespace.artifacts.face_space import FaceSpace
from facespace.artifacts.manifest import Manifest
from facespace.faces import align
from facespace.types import Face, FacespaceError, Floats, Template

#: Width of a face in pixels: two stand side by side on a phone.
SHOWN = 168

NO_FACE = "No face was found in this picture."


@dataclass(frozen=True)
class Look:
    """What the page looks at; where ``face`` is None, ``missing`` is a sentence that says why.

    ``picture`` is where the face was found.
    """

    manifest: Manifest
    space: FaceSpace
    face: Face | None
    missing: str = ""
    picture: Picture | None = None

    @property
    def found(self) -> Face:
        """The face; raises FacespaceError where there is none."""
        if self.face is None:
            raise FacespaceError(self.missing)
        return self.face

    @property
    def crop(self) -> npt.NDArray[np.uint8]:
        """What face space sees of the face, uint8 (side, side)."""
        return self.found.grey

    def eaten(self, template: Template) -> npt.NDArray[np.uint8]:
        """What a model with this template sees of the face, uint8 ``template.shape``."""
        face, picture = self.found, self.picture
        if template == self.manifest.model().template:  # that of the model that read the face
            return face.crop
        if template == align.TEMPLATE:
            return face.grey
        if picture is None:
            raise FacespaceError(self.missing)
        with gate.enter():
            return np.asarray(align.crop(picture.rgb(), [face.detection], template)[0])

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
    read = read_all(pictures, picture_input.read_with(pictures[0]))
    results.problems([reading for _, reading in read])
    found = [(picture, face) for picture, reading in read for face in reading.faces]
    faces = [face for _, face in found]
    number = 0
    if len(faces) > 1:
        with left:
            each = range(len(faces))
            number = st.selectbox("Face", each, format_func=lambda i: str(i + 1), key="face")
        with st.expander(f"All {len(faces)} faces", icon=":material/groups:"):
            face_cards.cards(
                dict(enumerate(faces, 1)),
                rest="the others can be chosen by their number",
            )
    if not faces:
        return Look(manifest, space, None, NO_FACE)
    right.image(scaled.enlarged(faces[number].crop), width=112, alt="What the model saw")
    picture, face = found[number]
    return Look(manifest, space, face, picture=picture)


def missing(look: Look) -> None:
    """Say why there is no face."""
    st.info(look.missing, icon=":material/search_off:")
