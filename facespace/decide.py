"""A detection and its score -> female, male, or "?" with the reasons."""

from __future__ import annotations

from dataclasses import dataclass

from facespace.artifacts import ModelInfo
from facespace.types import Detection, Score, Verdict


@dataclass(frozen=True, slots=True)
class Rules:
    """When to answer and what.

    ``threshold``: a face reads as female where ``probability_female`` reaches it.
    ``certainty``: least probability of the likelier class, 0.5 to 1, for an answer.
    ``smallest_face``: least shorter side of the face's box, in pixels, for an answer.
    """

    threshold: float
    certainty: float
    smallest_face: float

    @classmethod
    def of(
        cls, info: ModelInfo, certainty: float | None = None, smallest_face: float | None = None
    ) -> Rules:
        """The manifest's rules, with those the user set in their place."""
        return cls(
            threshold=info.threshold,
            certainty=info.certainty if certainty is None else certainty,
            smallest_face=info.smallest_face if smallest_face is None else smallest_face,
        )


def decide(detection: Detection, score: Score, rules: Rules) -> Verdict:
    """The verdict on one face; "?" where any reason speaks against an answer."""
    female = score.probability_female
    reasons = []
    if max(female, 1 - female) < rules.certainty:
        reasons.append("unsure")
    if detection.box.side < rules.smallest_face:
        reasons.append("small")
    if reasons:
        return Verdict("?", tuple(reasons))
    return Verdict("female" if female >= rules.threshold else "male")
