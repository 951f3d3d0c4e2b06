"""A face of the review queue: on its way in, as it lies there, and the row of the database between.

What is kept of it is its crop, a picture around it, and what the model said.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from facespace import types
from facespace.artifacts.manifest import ModelInfo
from facespace.faces import align
from facespace.io import encode, images
from facespace.io.names import written
from facespace.io.perceptual_hash import difference_hash, perceptual_hash, to_hex
from facespace.types import RGB, Box, Face

Decision = Literal["female", "male", "no face", "unknown"]

#: What a human may decide, in the words of pages.
DECISIONS: dict[Decision, str] = {
    "female": "female",
    "male": "male",
    "no face": "not a face",
    "unknown": "cannot tell",
}

#: A reason beside those of a verdict: someone at the page does not agree.
DISPUTED = "disputed"

#: Why a face is in the queue, in the words used on pages.
REASONS = types.REASONS | {DISPUTED: "someone disputes the verdict"}

#: What is kept of a face, in words.
KEPT = (
    "the grey crop, a small picture of its surroundings, its file’s name and hashes by which "
    "whoever has the same photo or film can tell it, the time, what the model said, and your "
    "decision"
)

#: The context is a square of so many times the longer side of the face's box, and at most so many
#: pixels wide: a face in it keeps more pixels than the crop has.
AROUND, MOST = 3.0, 384


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The photo, or the frame of a film or camera, that a face comes from.

    ``source`` is its file's name, ``place`` the page it came from. ``file_sha256`` is that of the
    file of the photo or film, hexadecimal, "" where there is none. ``photo_hash`` is the
    ``difference_hash`` of the whole photo or frame, as ``to_hex`` writes it. By these two a
    training knows photos that it must not see; both are "" where they were not noted yet.
    """

    source: str
    place: str
    file_sha256: str
    photo_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged(Origin):
    """Where a face comes from, and what the model said of it.

    ``threshold``: the model reads a face as female where ``probability_female`` reaches it.
    ``chance_wrong`` is the chance, 0 to 1, that an answer would be wrong; None where it was kept
    before that was known. ``detection`` is the detector's score.
    """

    reasons: tuple[str, ...]
    probability_female: float
    chance_wrong: float | None
    threshold: float
    distance: float
    detection: float
    model: str
    model_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate(Judged):
    """A face on its way into the queue.

    ``crop`` is uint8 (side, side), grey whichever model judged. ``context`` is a JPEG file with
    the face in its middle, ``box`` (x, y, width, height) the face in its pixels.
    """

    crop: npt.NDArray[np.uint8]
    context: bytes
    box: tuple[float, float, float, float]

    @classmethod
    def of(cls, rgb: RGB, face: Face, info: ModelInfo, origin: Origin) -> Candidate:
        """A face of a picture, uint8 (H, W, 3), that this model judged."""
        context, box = around(rgb, face.detection.box)
        return cls(
            **asdict(origin),
            crop=face.grey,
            context=encode.to_jpeg(context),
            box=box,
            reasons=face.verdict.reasons,
            probability_female=face.score.probability_female,
            chance_wrong=face.verdict.chance_wrong,
            threshold=info.threshold,
            distance=face.score.distance,
            detection=face.detection.score,
            model=info.name,
            model_sha256=info.file.sha256,
        )

    def disputed(self) -> Candidate:
        """The same face, whose verdict someone calls wrong."""
        return replace(self, reasons=(*self.reasons, DISPUTED))


@dataclass(frozen=True, slots=True, kw_only=True)
class Item(Judged):
    """A face of the queue, without its pictures.

    ``version`` grows with every change of the decision. ``hash`` is the crop's perceptual hash.
    ``x``, ``y``, ``width`` and ``height`` are the face's box in pixels of the context picture.
    ``added`` and ``decided`` are seconds since 1970. ``decision`` is None while it waits.
    """

    id: int
    version: int
    hash: int
    x: float
    y: float
    width: float
    height: float
    added: float
    decision: Decision | None
    reviewer: str
    decided: float | None

    @property
    def predicted(self) -> Literal["female", "male"]:
        """What the model would answer if it had to."""
        return "female" if self.probability_female >= self.threshold else "male"

    @property
    def margin(self) -> float:
        """How far the probability is from the threshold, 0 to 1."""
        return abs(self.probability_female - self.threshold)


def origin_of(rgb: RGB, source: str, place: str, file_sha256: str) -> Origin:
    """Where the faces of a picture, uint8 (H, W, 3), come from."""
    return Origin(
        source=source,
        place=place,
        file_sha256=file_sha256,
        photo_hash=to_hex(difference_hash(rgb)),
    )


#: The columns of an item without its pictures.
COLUMNS = tuple(field.name for field in fields(Item))


def row_of(candidate: Candidate, now: float | None) -> dict[str, Any]:
    """The row of a face that is new."""
    return {
        **{field.name: getattr(candidate, field.name) for field in fields(Judged)},
        **Box(*candidate.box)._asdict(),
        # The database takes text alone, which a file's name need not be.
        "source": written(candidate.source),
        "reasons": " ".join(candidate.reasons),
        "added": time.time() if now is None else now,
        "hash": perceptual_hash(candidate.crop),
        "crop": encode.to_png(candidate.crop),
        "context": candidate.context,
    }


def item_of(row: Mapping[str, Any]) -> Item:
    """The face of a row of the database."""
    return Item(**{**dict(row), "reasons": tuple(row["reasons"].split())})


def crop_of(content: bytes, pixels: int | None = None) -> npt.NDArray[np.uint8]:
    """The grey crop, uint8 (side, side), of a PNG file of at most so many pixels.

    Raises:
        FacespaceError: it is none.
    """
    return images.load(content, pixels)[..., 0]


def around(rgb: RGB, box: Box) -> tuple[RGB, Box]:
    """The square around a face, with the face in its middle, and the face's box in it.

    Args:
        rgb: uint8 (H, W, 3); where the square reaches beyond, its edge is repeated.
        box: the face, in pixels of ``rgb``.

    Returns:
        uint8 (side, side, 3) with side <= ``MOST``, and the box in its pixels.
    """
    half = max(AROUND * max(box.width, box.height) / 2, 8.0)
    side = max(16, round(min(2 * half, MOST)))
    scale = side / (2 * half)
    left, top = box.x + box.width / 2 - half, box.y + box.height / 2 - half
    square = align.warped(rgb, scale * np.array([[1, 0, -left], [0, 1, -top]]), side)
    place = box.x - left, box.y - top, box.width, box.height
    return square, Box(*place).scaled(scale)
