"""A detection, its score and the evidence -> female, male, or "?" with the reasons."""

from __future__ import annotations

from dataclasses import dataclass

from facespace.artifacts.manifest import Cuts, ModelInfo
from facespace.types import Detection, Evidence, Score, Verdict

NO_EVIDENCE, NO_CUTS = Evidence(), Cuts()


@dataclass(frozen=True, slots=True)
class Rules:
    """When to answer and what.

    ``threshold``: a face reads as female where ``probability_female`` reaches it.
    ``certainty``: least probability of the likelier class, 0.5 to 1, for an answer.
    ``smallest_face``: least shorter side of the face's box, in pixels, for an answer.
    ``cuts``: what else speaks against an answer. ``sure``: detection score below which the
    detector is unsure. ``thrown_out``: likeness to a face below which a doubtful find is none.
    """

    threshold: float
    certainty: float
    smallest_face: float
    cuts: Cuts = NO_CUTS
    sure: float = 0.0
    thrown_out: float | None = None

    @classmethod
    def of(
        cls,
        info: ModelInfo,
        certainty: float | None = None,
        smallest_face: float | None = None,
        cuts: Cuts = NO_CUTS,
        detector: str = "",
    ) -> Rules:
        """The manifest's rules, with those the user set in their place."""
        return cls(
            threshold=info.threshold,
            certainty=info.certainty if certainty is None else certainty,
            smallest_face=info.smallest_face if smallest_face is None else smallest_face,
            cuts=cuts,
            sure=cuts.sure.get(detector, 0.0),
            thrown_out=cuts.thrown_out.get(detector, cuts.face_like),
        )


def rejected(detection: Detection, evidence: Evidence, rules: Rules) -> bool:
    """Whether a find is no face: it is not like one, and the detector is not to be relied on.

    A detector that gives no landmarks is never relied on; any other where it is sure itself. There
    one doubt alone is a "?": a covered face must not be lost.
    """
    doubtful = detection.landmarks is None or detection.score < rules.sure
    return doubtful and _below(evidence.face_like, rules.thrown_out)


def decide(
    detection: Detection, score: Score, rules: Rules, evidence: Evidence = NO_EVIDENCE
) -> Verdict:
    """The verdict on one face; "?" where any reason speaks against an answer."""
    female, cuts = score.probability_female, rules.cuts
    against = {
        "unsure": max(female, 1 - female) < rules.certainty,
        "covered": _above(evidence.covered, cuts.covered)
        or _below(evidence.face_like, cuts.face_like)
        or _above(score.distance, cuts.distance),
        "small": detection.box.side < rules.smallest_face,
        "blurred": _below(evidence.sharpness, cuts.sharpness),
        "profile": _above(evidence.yaw, cuts.turn),
        "detector": detection.score < rules.sure,
    }
    reasons = tuple(reason for reason, holds in against.items() if holds)
    if reasons:
        return Verdict("?", reasons)
    return Verdict("female" if female >= rules.threshold else "male")


def _above(value: float | None, most: float | None) -> bool:
    return value is not None and most is not None and value > most


def _below(value: float | None, least: float | None) -> bool:
    return value is not None and least is not None and value < least
