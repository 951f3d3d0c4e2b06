"""What is measured of a face for the chance that its answer is wrong, and which reason each is."""

from __future__ import annotations

import math
from collections.abc import Mapping

from facespace.artifacts.chance import Chance
from facespace.types import Detection, Evidence, Score

#: Of each measure (``artifacts.chance.TERMS``) the reason (``types.REASONS``) that it gives.
REASON_OF: dict[str, str] = {
    "margin": "unsure",
    "covered": "covered",
    "hidden_margin": "covered",
    "face_like": "covered",
    "distance": "covered",
    "size": "small",
    "sharpness": "blurred",
    "yaw": "profile",
    "roll": "profile",
    "score": "detector",
    "age": "unsure",
}

#: Measures of what everybody can see. The face of one that is as low as few are, at or below the
#: first knot of its curve, has that for its reason: a model that sees little is unsure because of
#: that.
VISIBLE = ("size", "sharpness")

#: Probabilities are kept so far from 0 and 1, and the sharpness from 0.
NEAREST, FLATTEST = 1e-6, 1e-3


def about(
    detection: Detection, score: Score, evidence: Evidence, threshold: float
) -> dict[str, float | None]:
    """The measures of a face, keyed as ``artifacts.chance.TERMS``; None where one is not known.

    Args:
        detection: the face.
        score: what the model says of it.
        evidence: what else is known of it.
        threshold: of the model, a probability of female.
    """
    sharpness = evidence.sharpness
    return {
        "margin": margin(score.probability_female, threshold),
        "covered": evidence.covered,
        "hidden_margin": hidden(margin(score.probability_female, threshold), evidence.covered),
        "face_like": evidence.face_like,
        "distance": score.distance,
        "size": math.log2(max(detection.box.side, 1.0)),
        "sharpness": None if sharpness is None else math.log10(max(sharpness, FLATTEST)),
        "yaw": evidence.yaw,
        "roll": evidence.roll,
        "score": detection.score,
        "age": score.age,
    }


def margin(probability_female: float, threshold: float) -> float:
    """How far a probability is from the threshold, in log odds, at least 0."""
    return abs(log_odds(probability_female) - log_odds(threshold))


def hidden(margin: float, covered: float | None) -> float | None:
    """The measure ``hidden_margin``: a model that is sure of a face that it hardly sees."""
    return None if covered is None else margin * covered


def log_odds(probability: float) -> float:
    """The logarithm of the odds of a probability, which is kept ``NEAREST`` to 0 and 1."""
    kept = min(max(probability, NEAREST), 1 - NEAREST)
    return math.log(kept / (1 - kept))


def beside_the_margin(chance: Chance, about: Mapping[str, float | None]) -> float:
    """Log odds, at least 0, that speak against a look at a face, however sure the model is."""
    return sum(chance.contributions({**about, "margin": None}).values())


def reasons(chance: Chance, about: Mapping[str, float | None]) -> tuple[str, ...]:
    """The reasons that speak against an answer: the largest, and others of at least half of it.

    Where a face is more likely covered than not, or one of ``VISIBLE`` says enough, that comes
    first.

    Args:
        chance: what each measure adds.
        about: the measures, as ``about`` gives them.

    Returns:
        keys of ``types.REASONS``, the largest first; ``unsure`` where nothing adds anything.
    """
    sums: dict[str, float] = {}
    for name, added in chance.contributions(about).items():
        sums[REASON_OF[name]] = sums.get(REASON_OF[name], 0.0) + added
    most = max(sums.values(), default=0.0)
    falling = sorted(sums, key=lambda reason: -sums[reason])
    why = [r for r in falling if sums[r] > 0 and 2 * sums[r] >= most] or ["unsure"]
    seen = ["covered"] if (about.get("covered") or 0.0) > 0.5 else []
    for name in VISIBLE:
        value, term = about.get(name), chance.terms.get(name)
        if value is not None and term is not None and value <= term.at[0]:
            seen.append(REASON_OF[name])
    return tuple(dict.fromkeys((*seen, *why)))
