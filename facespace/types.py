"""The values that flow through the runtime, from a detection to a reading, and its one error type.

All coordinates are pixels of the picture as a person sees it: after the EXIF orientation, x to the
right, y downwards, the origin at the outer corner of the top left pixel.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

RGB = npt.NDArray[np.uint8]
"""A colour picture, uint8 (H, W, 3), red first."""

Crops = npt.NDArray[np.uint8]
"""Aligned crops, uint8: grey (N, side, side), or in colour (N, side, side, 3), red first."""

Floats = npt.NDArray[np.float32]

Bools = npt.NDArray[np.bool_]

Array = npt.NDArray[Any]

Point = tuple[float, float]

FivePoints = tuple[Point, Point, Point, Point, Point]
"""The person's right eye, left eye, tip of the nose, right and left corner of the mouth."""

Label = Literal["female", "male", "?"]

#: Why a face is marked "?", by the short name used in files, in the words used on pages.
REASONS: dict[str, str] = {
    "unsure": "the model is not sure enough",
    "covered": "covered, or not like a face",
    "small": "too small to judge",
    "blurred": "too blurred to judge",
    "profile": "turned too far to the side",
    "detector": "the detector is not sure it is a face",
    "child": "looks like a child",
}


class FacespaceError(Exception):
    """Something the user gave cannot be used; the message is a sentence they can act on."""


class TooLarge(FacespaceError):
    """It has more bytes, pixels, parts or seconds than ``limits`` allow."""


class UnknownFormat(FacespaceError):
    """It is no picture, or no film, of a kind that is read."""


class Box(NamedTuple):
    """An upright rectangle: top left corner, width and height, in pixels."""

    x: float
    y: float
    width: float
    height: float

    @property
    def side(self) -> float:
        """The shorter side in pixels, the measure of how large a face is."""
        return min(self.width, self.height)

    def scaled(self, scale: float) -> Box:
        """The same in a picture that is so many times as large."""
        return Box(*(scale * value for value in self))

    def toward(self, other: Box, share: float) -> Box:
        """The box after this share of the way to another one."""
        return Box(*(a + (b - a) * share for a, b in zip(self, other, strict=True)))


@dataclass(frozen=True, slots=True)
class Detection:
    """A face as a detector reports it.

    ``score`` is the detector's own confidence, 0 to 1. ``landmarks`` are five points: the
    person's right eye and left eye, the tip of the nose, the right and left corner of the mouth
    (in an upright picture the right eye is the one further left); None where the detector gives
    none.
    """

    box: Box
    score: float
    landmarks: FivePoints | None = None

    def to_dict(self) -> dict[str, Any]:
        """The detection as plain data for JSON; boxes and landmarks in pixels, rounded to 0.01."""
        landmarks = self.landmarks
        return {
            "box": [round(v, 2) for v in self.box],
            "score": round(self.score, 4),
            "landmarks": landmarks and [[round(x, 2), round(y, 2)] for x, y in landmarks],
        }


@dataclass(frozen=True, slots=True)
class Template:
    """Where a face goes in a crop of ``side`` x ``side`` pixels.

    The middle of the eyes and the middle of the mouth stand on the crop's vertical axis, at
    these fractions of its height. Nose and single eyes are left out of the fit: in a face
    turned aside they move, and would tilt and shrink the crop. A crop is grey with an equalised
    histogram, the picture's edge repeated beyond it; or, with ``colour``, RGB as it is, and black
    beyond the picture.
    """

    side: int
    eyes: float
    mouth: float
    colour: bool = False

    def to_dict(self) -> dict[str, Any]:
        """The template as plain data for the manifest."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Template:
        """Read what ``to_dict`` wrote; raises KeyError, TypeError or ValueError if it is not.

        A manifest that does not say ``colour`` means grey.
        """
        colour = data.get("colour", False)
        if not isinstance(colour, bool):
            raise TypeError(f"colour is {colour!r}, neither true nor false")
        return cls(int(data["side"]), float(data["eyes"]), float(data["mouth"]), colour)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one crop: (side, side), or (side, side, 3)."""
        return (self.side, self.side, 3) if self.colour else (self.side, self.side)

    @property
    def points(self) -> npt.NDArray[np.float64]:
        """The middle of the eyes and that of the mouth in pixels of the crop, (2, 2)."""
        return np.array([[0.5, self.eyes], [0.5, self.mouth]]) * self.side


@dataclass(frozen=True, slots=True)
class Score:
    """What the model says of one crop.

    ``probability_female`` is 0 to 1. ``coordinates`` are the PCA coordinates, float32 (K,).
    ``distance`` is the distance from face space, in standard deviations of a pixel (>= 0).
    ``age`` is how old the face looks, in years, None where the model does not say: evidence for
    the verdict alone, which nothing shows or writes.
    """

    probability_female: float
    distance: float
    coordinates: Floats
    age: float | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for or against judging a face, beside the model's score.

    ``covered`` is the probability that something covers it, ``face_like`` that it is a face at
    all, 0 to 1; None where the artifacts hold no second opinion. ``sharpness`` is the variance of
    the crop's Laplacian. ``yaw`` is 0 from the front and about 0.15 in full profile, ``roll`` the
    degrees, 0 to 180, by which the face is tilted from upright; None without landmarks.
    """

    covered: float | None = None
    face_like: float | None = None
    sharpness: float | None = None
    yaw: float | None = None
    roll: float | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """``female``, ``male``, or ``?`` with at least one reason (keys of ``REASONS``).

    ``chance_wrong`` is the chance, 0 to 1, that an answer is wrong, or that one would be.
    """

    label: Label
    reasons: tuple[str, ...]
    chance_wrong: float

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Verdict:
        """The verdict in a face's plain data."""
        return cls(data["label"], tuple(data["reasons"]), data["chance_wrong"])

    @property
    def confidence(self) -> float:
        """The chance that an answer is right, or that one would be, 0 to 1."""
        return 1 - self.chance_wrong


@dataclass(frozen=True, slots=True)
class Face:
    """One face of a picture: where it is, the crop the model saw, and what came of it.

    ``crop`` is uint8 (side, side), grey, or (side, side, 3) where the model eats colour; ``grey``
    is what face space and the second opinion see of the face, uint8 (64, 64), the same where the
    model eats that.
    """

    detection: Detection
    crop: npt.NDArray[np.uint8]
    grey: npt.NDArray[np.uint8]
    score: Score
    verdict: Verdict
    evidence: Evidence = Evidence()

    @property
    def confidence(self) -> float:
        """The chance that the verdict is right, or that an answer would be, 0 to 1."""
        return self.verdict.confidence

    def to_dict(self) -> dict[str, Any]:
        """The face as plain data for JSON; boxes and landmarks in pixels, rounded to 0.01."""
        return {
            **self.detection.to_dict(),
            "label": self.verdict.label,
            "probability_female": round(self.score.probability_female, 4),
            "chance_wrong": round(self.verdict.chance_wrong, 4),
            "distance": round(self.score.distance, 4),
            "reasons": list(self.verdict.reasons),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Face:
        """What ``to_dict`` gave, but for crops, coordinates, age and evidence, left out there."""
        points = data["landmarks"] and tuple((x, y) for x, y in data["landmarks"])
        return cls(
            Detection(Box(*data["box"]), data["score"], points),
            np.empty((0, 0), np.uint8),
            np.empty((0, 0), np.uint8),
            Score(data["probability_female"], data["distance"], np.empty(0, np.float32)),
            Verdict.from_dict(data),
        )


@dataclass(frozen=True, slots=True)
class Reading:
    """All that was read from one picture.

    ``width`` and ``height`` are pixels and None where the picture could not be opened; then
    ``error`` says why and there are no faces. ``model`` is None where none is installed.
    ``milliseconds`` is the time from the picture, as it was given, to verdicts: of a file with its
    decoding. ``finding`` is the detector's part of it.
    ``note`` is a sentence where not all faces that were found were judged. ``made_by`` tells the
    version, the model's file and the settings (``facespace.made_by``); None where it was not read.
    """

    source: str
    detector: str
    model: str | None
    width: int | None = None
    height: int | None = None
    milliseconds: float | None = None
    faces: tuple[Face, ...] = ()
    error: str | None = None
    finding: float | None = None
    note: str = ""
    made_by: Mapping[str, Any] | None = None

    def to_dict(self) -> dict[str, Any]:
        """The reading as plain data for JSON: the result contract of pages and command line."""
        return {
            "source": self.source,
            "width": self.width,
            "height": self.height,
            "detector": self.detector,
            "model": self.model,
            "milliseconds": self.milliseconds and round(self.milliseconds, 2),
            "error": self.error,
            "made_by": self.made_by and dict(self.made_by),
            "faces": [face.to_dict() for face in self.faces],
        }
