"""A detection, its score and the evidence -> female, male, or "?" with the reasons."""

from __future__ import annotations

from dataclasses import dataclass

from facespace.artifacts.manifest import Cutoffs, ModelInfo
from facespace.types import Detection, Evidence, Score, Verdict

NO_EVIDENCE, NO_CUTOFFS = Evidence(), Cutoffs()


@dataclass(frozen=True, slots=True)
class Rules:
    """When to answer and what.

    ``threshold``: a face is predicted female where ``probability_female`` reaches it.
    ``certainty``: least probability of the likelier class, 0.5 to 1, for an answer.
    ``smallest_face``: least shorter side of the face's box, in pixels, for an answer.
    ``cutoffs``: what else speaks against an answer. ``detection_score``: the score below which the
    detector is unsure. ``discarded``: likeness to a face below which a doubtful find is none.
    """

    threshold: float
    certainty: float
    smallest_face: float
    cutoffs: Cutoffs = NO_CUTOFFS
    detection_score: float = 0.0
    discarded: float | None = None

    @classmethod
    def of(
        cls,
        info: ModelInfo,
        certainty: float | None = None,
        smallest_face: float | None = None,
        cutoffs: Cutoffs = NO_CUTOFFS,
        detector: str = "",
    ) -> Rules:
        """The manifest's rules, with those the user set in their place."""
        return cls(
            threshold=info.threshold,
            certainty=info.certainty if certainty is None else certainty,
            smallest_face=info.smallest_face if smallest_face is None else smallest_face,
            cutoffs=cutoffs,
            detection_score=cutoffs.detection_score.get(detector, 0.0),
            discarded=cutoffs.discarded.get(detector, cutoffs.face_like),
        )


def rejected(detection: Detection, evidence: Evidence, rules: Rules) -> bool:
    """Whether a find is no face: it is not like one, and the detector is not to be relied on.

    A detector that gives no landmarks is never relied on; any other where it is sure itself. There
    one doubt alone is a "?": a covered face must not be lost.
    """
    doubtful = detection.landmarks is None or detection.score < rules.detection_score
    return doubtful and _below(evidence.face_like, rules.discarded)


def decide(
    detection: Detection, score: Score, rules: Rules, evidence: Evidence = NO_EVIDENCE
) -> Verdict:
    """The verdict on one face; "?" where any reason speaks against an answer."""
    female, cutoffs = score.probability_female, rules.cutoffs
    against = {
        "unsure": max(female, 1 - female) < rules.certainty,
        "covered": _above(evidence.covered, cutoffs.covered)
        or _below(evidence.face_like, cutoffs.face_like)
        or _above(score.distance, cutoffs.distance),
        "small": detection.box.side < rules.smallest_face,
        "blurred": _below(evidence.sharpness, cutoffs.sharpness),
        "profile": _above(evidence.yaw, cutoffs.yaw),
        "detector": detection.score < rules.detection_score,
    }
    reasons = tuple(reason for reason, holds in against.items() if holds)
    if reasons:
        return Verdict("?", reasons)
    return Verdict("female" if female >= rules.threshold else "male")


def _above(value: float | None, most: float | None) -> bool:
    return value is not None and most is not None and value > most


def _below(value: float | None, least: float | None) -> bool:
    return value is not None and least is not None and value < least
