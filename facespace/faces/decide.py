"""A detection, its score and the evidence -> female, male, or "?" with the reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from facespace.artifacts.chance import Chance
from facespace.artifacts.manifest import Finds
from facespace.faces import doubts
from facespace.types import Detection, Evidence, Score, Verdict

NO_EVIDENCE, NO_FINDS = Evidence(), Finds()


class Chosen(Protocol):
    """What was chosen for a model, as ``artifacts.manifest.ModelInfo`` has it."""

    @property
    def threshold(self) -> float: ...

    @property
    def chance(self) -> Chance: ...

    @property
    def most_wrong(self) -> float: ...

    @property
    def child(self) -> float | None: ...


@dataclass(frozen=True, slots=True)
class Rules:
    """When to answer and what.

    ``threshold``: a face is predicted female where ``probability_female`` reaches it.
    ``chance``: of an answer to be wrong. ``most_wrong``: the largest chance, 0 to 1, at which there
    is an answer. ``child``: the age in years below which a face looks like a child's; None where
    the model gives no age. ``detection_score``: the score below which a detector's find is
    doubtful. ``discarded``: likeness to a face below which a doubtful find is none.
    """

    threshold: float
    chance: Chance
    most_wrong: float
    child: float | None = None
    detection_score: float = 0.0
    discarded: float | None = None

    @classmethod
    def of(
        cls,
        info: Chosen,
        most_wrong: float | None = None,
        finds: Finds = NO_FINDS,
        detector: str = "",
    ) -> Rules:
        """The manifest's rules, with the largest chance that the user set in its place."""
        return cls(
            threshold=info.threshold,
            chance=info.chance,
            most_wrong=info.most_wrong if most_wrong is None else most_wrong,
            child=info.child,
            detection_score=finds.sure.get(detector, 0.0),
            discarded=finds.thrown_out.get(detector),
        )

    def predicted(self, probability_female: float) -> Literal["female", "male"]:
        """What an answer would be."""
        return "female" if probability_female >= self.threshold else "male"


def rejected(detection: Detection, evidence: Evidence, rules: Rules) -> bool:
    """Whether a find is no face: it is not like one, and the detector is not to be relied on.

    A detector that gives no landmarks is never relied on; any other where it is sure itself. There
    one doubt alone is a "?": a covered face must not be lost.
    """
    doubtful = detection.landmarks is None or detection.score < rules.detection_score
    return (
        doubtful
        and evidence.face_like is not None
        and rules.discarded is not None
        and evidence.face_like < rules.discarded
    )


def decide(
    detection: Detection, score: Score, rules: Rules, evidence: Evidence = NO_EVIDENCE
) -> Verdict:
    """The verdict on one face."""
    about = doubts.about(detection, score, evidence, rules.threshold)
    return verdict(score.probability_female, about, rules, rules.most_wrong)


def verdict(
    probability_female: float, about: Mapping[str, float | None], rules: Rules, most_wrong: float
) -> Verdict:
    """The verdict on a face, or on what several looks at one say together.

    Args:
        probability_female: 0 to 1.
        about: the measures, as ``doubts.about`` gives them.
        rules: threshold, chance and the age of a child.
        most_wrong: the largest chance, 0 to 1, at which there is an answer.

    Returns:
        "?" where the face looks like a child's, or where the chance of being wrong is larger.
    """
    chance, age = rules.chance.wrong(about), about["age"]
    child = rules.child is not None and age is not None and age < rules.child
    why: tuple[str, ...] = ("child",) if child else ()
    if chance > most_wrong:
        why += doubts.reasons(rules.chance, about)
    if why:
        return Verdict("?", why, chance)
    return Verdict(rules.predicted(probability_female), (), chance)
