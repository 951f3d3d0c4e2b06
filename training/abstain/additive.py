"""Fits the chance of being wrong: an additive logistic model whose curves may only rise or fall."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.optimize import minimize
from sklearn.model_selection import GroupKFold

from facespace.artifacts.chance import TERMS, Chance, Term
from facespace.types import Array, Bools

#: Which way the odds of being wrong go with each measure: 1 where more is worse, -1 where less is;
#: a measure that is not named may go either way. A reason must make sense, whatever chance says.
WAYS = {
    **dict.fromkeys(("covered", "hidden_margin", "distance", "yaw", "roll"), 1),
    **dict.fromkeys(("margin", "face_like", "size", "sharpness", "score"), -1),
}

#: Where the knots of a curve lie: these quantiles of its measure.
QUANTILES = (0.02, 0.1, 0.25, 0.5, 0.75, 0.98)

#: Weight of the squares of the steps between knots: a step of 1 costs half of it, in the unit of a
#: face's log likelihood.
PENALTY = 1.0

#: Folds of the cross-fitted predictions.
FOLDS = 5

#: Decimals of the knots and of what they add.
DECIMALS = 4

#: Of each measure its values, float64 (N,), NaN where it was not taken.
Measures = Mapping[str, Array]


def fit(measures: Measures, wrong: Bools, weights: Array) -> Chance:
    """Fit by maximum likelihood with a ridge (Hoerl and Kennard 1970) on the steps.

    Every step between two knots is a hinge feature whose coefficient is bounded to one sign, so
    that the curve rises, or falls, all the way. The least that a curve adds is 0.

    Args:
        measures: of N faces, keyed as ``artifacts.chance.TERMS``. Those that are the same for
            nearly all faces, or were never taken, get no term.
        wrong: bool (N,), whether the model is.
        weights: (N,), what each face counts.
    """
    knots = {name: at for name in TERMS if name in measures and len(at := _knots(measures[name]))}
    columns = [_steps(measures[name], at, WAYS.get(name, 0)) for name, at in knots.items()]
    features = np.hstack([np.ones((len(wrong), 1)), *columns])
    bounds = [(None, None)] + [
        (0.0 if name in WAYS else None, None) for name, at in knots.items() for _ in at[1:]
    ]
    labels, share = wrong.astype(float), weights / weights.mean()

    def loss(coefficients: Array) -> tuple[float, Array]:
        odds = features @ coefficients
        steps = np.append(0.0, coefficients[1:])
        value = share @ (np.logaddexp(0, odds) - labels * odds) + PENALTY / 2 * steps @ steps
        slope = features.T @ (share * (1 / (1 + np.exp(-odds)) - labels)) + PENALTY * steps
        return float(value), slope

    rate = np.clip(np.average(labels, weights=share), 1e-3, 1 - 1e-3)
    start = np.append(np.log(rate / (1 - rate)), np.zeros(features.shape[1] - 1))
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    intercept, terms, first = float(found[0]), {}, 1
    for name, at in knots.items():
        steps = found[first : first + len(at) - 1]
        first += len(at) - 1
        if WAYS.get(name, 0) < 0:
            add = np.append(np.cumsum(steps[::-1])[::-1], 0.0)
        else:
            add = np.append(0.0, np.cumsum(steps))
        intercept += float(add.min())
        add = np.round(add - add.min(), DECIMALS)
        if add.max() > 0:
            terms[name] = Term(tuple(at.tolist()), tuple(add.tolist()))
    return Chance(round(intercept, DECIMALS), terms)


def cross_fitted(measures: Measures, wrong: Bools, weights: Array, groups: Array) -> Array:
    """The chance of each face by a model that was fitted without its group, float64 (N,).

    Args:
        groups: (N,), equal for faces that are not independent; at least ``FOLDS`` different ones.

    The others are as in ``fit``.
    """
    chances = np.empty(len(wrong))
    for rest, held in GroupKFold(FOLDS).split(wrong, groups=groups):
        chance = fit({n: v[rest] for n, v in measures.items()}, wrong[rest], weights[rest])
        chances[held] = predicted(chance, {n: v[held] for n, v in measures.items()})
    return chances


def predicted(chance: Chance, measures: Measures) -> Array:
    """``Chance.wrong`` of each face, float64 (N,)."""
    odds = chance.intercept + sum(
        np.nan_to_num(np.interp(measures[name], term.at, term.add))
        for name, term in chance.terms.items()
    )
    return np.broadcast_to(1 / (1 + np.exp(-odds)), len(next(iter(measures.values()))))


def _knots(values: Array) -> Array:
    """The quantiles of a measure, rising; none where they are all the same."""
    taken = values[~np.isnan(values)]
    if not len(taken):
        return taken
    at = np.unique(np.round(np.quantile(taken, QUANTILES), DECIMALS))
    return at if len(at) > 1 else at[:0]


def _steps(values: Array, at: Array, way: int) -> Array:
    """How far along each step between knots a value is, 0 to 1 from its better end, (N, K - 1)."""
    along = np.clip((values[:, None] - at[:-1]) / np.diff(at), 0, 1)
    return np.nan_to_num(1 - along if way < 0 else along)
