"""What a model's manifest entry says of "?": the chance of being wrong, how much of it, and age."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from facespace.faces import doubts
from facespace.types import Array, Bools
from training.abstain import additive, promise
from training.abstain.observations import Observations
from training.abstain.promise import PLAIN
from training.photos.sample import Sample
from training.report.measure import Judge

#: How the chance and what of it is answered are chosen, in words.
HOW = (
    "an additive logistic model of the model's errors, whose curves may only rise or fall; each "
    "face is judged by one that was fitted without its photo and person, and the largest chance is "
    f"answered at which at most {promise.RISK:.0%} of the answers are wrong on photos as they are, "
    "by the upper end of the 95% interval (of fewer than "
    f"{promise.ENOUGH} photos by the one fit on all, and by the share itself)"
)

#: The same of spoilt photos.
HOW_SPOILT = (
    f"; and at most {promise.SPOILT_RISK:.0%}, or {promise.CHANCE_ERRORS} of them, in each of the "
    "other conditions; one where there would be more counts more in the fit, by its weight"
)

#: By how much a condition counts more where its promise is broken, and how many fits are tried.
STEP, ROUNDS = 2.0, 8


def of_margin(choice: Sample, female: Array, threshold: float) -> dict[str, Any]:
    """The chance by how sure a model is, and nothing else: what there is before ``rules``.

    Args:
        choice: N photos that nothing was fitted on.
        female: what the model says of them, probabilities of female, (N,).
        threshold: of the model.

    Returns:
        ``chance``, ``most_wrong`` and the facts on them, ``rules``.
    """
    margins = [doubts.margin(p, threshold) for p in female.tolist()]
    measures = {"margin": np.array(margins)}
    wrong = np.asarray((female >= threshold) != choice.female)
    conditions = np.full(len(wrong), PLAIN)
    weights, everybody = np.ones(len(wrong)), np.ones(len(wrong), bool)
    facts = _chosen(measures, wrong, weights, choice.persons, conditions, everybody)
    return {**facts, "rules": {"how": HOW, **facts["rules"]}}


def learned(judge: Judge, observed: Observations) -> dict[str, Any]:
    """The chance by all that is known of a face, and the age below which it looks like a child's.

    Args:
        judge: the model; its own chance does not count.
        observed: faces of photos that nothing was fitted on, as they are and spoilt.

    Returns:
        ``chance``, ``most_wrong``, ``child`` (None where the model gives no age, or too few ages
        are labelled) and the facts on them, ``rules``.
    """
    wrong, measures = observed.measures(judge)
    ages, plain = measures["age"], observed.plain
    groups = observed.sample.attributes["age"]
    known = plain & ~np.isnan(ages)
    child = promise.child(ages[known], groups[known])
    grown = np.ones(len(ages), bool) if child is None else ~(ages < child)
    facts = _chosen(measures, wrong, observed.weights, observed.groups, observed.conditions, grown)
    rules: dict[str, Any] = {"how": HOW + HOW_SPOILT, **facts["rules"]}
    if child is not None:
        rules["how"] += (
            f"; a child's is the age below which {promise.CHILDREN:.0%} of the faces labelled 0 to "
            f"9 are, or {promise.ADULTS:.0%} of those of 20 and older, whichever is less"
        )
        rules["children"] = promise.marked(ages[known], groups[known], child)
    return {**facts, "child": child, "rules": rules}


def _chosen(
    measures: additive.Measures,
    wrong: Bools,
    weights: Array,
    groups: Array,
    conditions: Array,
    answerable: Bools,
) -> dict[str, Any]:
    """Fit, choose by cross-fitted predictions, and say what the answers come to by these.

    Where the promise of a condition is broken, its faces count ``STEP`` times as much in another
    fit (as in group DRO, Sagawa et al. 2020); of all fits that counts by which most photos as they
    are get an answer.
    """
    factors, plain = dict.fromkeys(conditions.tolist(), 1.0), conditions == PLAIN
    most, best = -1, dict[str, Any]()
    for _ in range(ROUNDS):
        share = weights * np.array([factors[condition] for condition in conditions.tolist()])
        fitted = additive.fit(measures, wrong, share)
        # Of few photos a fit on a part of them says little; nor is there much of a promise.
        chances = (
            additive.predicted(fitted, measures)
            if plain.sum() < promise.ENOUGH
            else additive.cross_fitted(measures, wrong, share, groups)
        )
        among = chances[answerable], wrong[answerable], conditions[answerable]
        cutoff = promise.most_wrong(*among)
        answered = answerable & (chances <= cutoff)
        if (count := int((answered & plain).sum())) > most:
            most = count
            held = promise.held(answered, wrong, conditions)
            best = {
                "chance": fitted.to_dict(),
                "most_wrong": cutoff,
                "rules": {
                    "faces": len(wrong),
                    "conditions": {
                        name: {**row, "weight": factors[name]} for name, row in held.items()
                    },
                },
            }
        broken = promise.broken(*among)
        if not broken:
            break
        factors |= {condition: STEP * factors[condition] for condition in broken}
    return best


def said(facts: Mapping[str, Any]) -> str:
    """The facts in a line for the log."""
    held = facts["rules"]["conditions"][PLAIN]
    child = "" if facts.get("child") is None else f", children below {facts['child']:.1f} years"
    return (
        f"answers up to a chance of {facts['most_wrong']:.1%}{child}: {held['answered']:.1%} of "
        f"the photos as they are, {held['wrong']:.1%} of these wrong"
    )
