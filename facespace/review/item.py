"""A face of the review queue, and the row of the database that it is."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal

from facespace.io.perceptual_hash import perceptual_hash
from facespace.review.candidate import Candidate, crop_png

Decision = Literal["female", "male", "no face", "unknown"]

#: What a human may decide, in the words of pages.
DECISIONS: dict[Decision, str] = {
    "female": "female",
    "male": "male",
    "no face": "not a face",
    "unknown": "cannot tell",
}


@dataclass(frozen=True, slots=True)
class Item:
    """A face of the queue, without its pictures.

    ``version`` grows with every change. ``hash`` is the crop's perceptual hash. ``x``, ``y``,
    ``width`` and ``height`` are the face's box in pixels of the context picture. ``place`` is the
    page it came from; ``added`` and ``decided`` are seconds since 1970. ``threshold``: the model
    reads a face as female where ``probability_female`` reaches it. ``detection`` is the detector's
    score. ``decision`` is None while it waits.
    """

    id: int
    version: int
    hash: int
    x: float
    y: float
    width: float
    height: float
    source: str
    place: str
    added: float
    reasons: tuple[str, ...]
    probability_female: float
    threshold: float
    distance: float
    detection: float
    model: str
    model_sha256: str
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


#: The columns of an item without its pictures.
COLUMNS = tuple(field.name for field in fields(Item))


def row_of(candidate: Candidate, now: float | None) -> dict[str, Any]:
    """The row of a face that is new."""
    x, y, width, height = candidate.box
    return {
        "hash": perceptual_hash(candidate.crop),
        "crop": crop_png(candidate.crop),
        "context": candidate.context,
        **{"x": x, "y": y, "width": width, "height": height},
        # The database takes text alone, which a file's name need not be.
        "source": candidate.source.encode(errors="backslashreplace").decode(),
        "place": candidate.place,
        "added": time.time() if now is None else now,
        "reasons": " ".join(candidate.reasons),
        "probability_female": candidate.probability_female,
        "threshold": candidate.threshold,
        "distance": candidate.distance,
        "detection": candidate.detection,
        "model": candidate.model,
        "model_sha256": candidate.model_sha256,
    }


def item_of(row: Mapping[str, Any]) -> Item:
    """The face of a row of the database."""
    return Item(**{**dict(row), "reasons": tuple(row["reasons"].split())})
