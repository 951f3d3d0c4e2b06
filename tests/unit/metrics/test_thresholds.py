"""Thresholds chosen and tried, against scikit-learn and counts by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    cohen_kappa_score,
    f1_score,
    precision_score,
    recall_score,
)

from facespace.metrics import classification, curves, thresholds
from facespace.metrics.intervals import Interval
from facespace.metrics.operating_point import OperatingPoint
from tests.support.eight_faces import FEMALE, PROBABILITY

pytestmark = pytest.mark.packages


@pytest.mark.parametrize(
    ("risk", "certainty"), [(0.0, 0.7), (0.13, 0.7), (0.26, 0.55), (0.5, 0.55)]
)
def test_least_certainty(risk: float, certainty: float) -> None:
    """Sorted by certainty the answers are right five times, then wrong, right, wrong."""
    chosen = thresholds.least_certainty(FEMALE, PROBABILITY, 0.5, risk)
    found = classification.metrics(FEMALE, PROBABILITY, OperatingPoint(0.5, chosen))
    assert found["risk"] <= risk + 1e-9
    assert chosen == pytest.approx(certainty)


def test_the_threshold_never_lies_outside_the_band() -> None:
    assert thresholds.least_certainty(FEMALE, PROBABILITY, 0.3, 1.0) == pytest.approx(0.7)


def test_equal_errors(rng: np.random.Generator) -> None:
    """Of a score that favours male, both sexes are read wrongly equally often at the threshold."""
    female = rng.random(20_000) < 0.3
    probability = np.clip(rng.normal(0.2 + 0.3 * female, 0.15), 0, 1)
    threshold = thresholds.equal_error_threshold(female, probability)
    assert threshold == pytest.approx(0.35, abs=0.02)
    found = classification.metrics(female, probability, OperatingPoint(threshold, 0.8))
    assert found["recall_female"] == pytest.approx(found["recall_male"], abs=0.005)


def test_equal_errors_are_looked_for_at_every_threshold(rng: np.random.Generator) -> None:
    """With few faces the rates seldom cross at a corner of the curve."""
    for _ in range(20):
        female = np.append([True, False], rng.random(58) < 0.5)
        probability = np.clip(rng.normal(0.5 + 0.2 * female, 0.2), 0, 1)

        def apart(
            cut: float,
            female: npt.NDArray[Any] = female,
            probability: npt.NDArray[Any] = probability,
        ) -> float:
            read = probability >= cut
            return float(abs(np.mean(read[~female]) - np.mean(~read[female])))

        chosen = thresholds.equal_error_threshold(female, probability)
        assert apart(chosen) == pytest.approx(min(apart(cut) for cut in probability))


def test_no_certainty_is_enough_for_a_model_that_is_always_wrong() -> None:
    assert thresholds.least_certainty(FEMALE, np.where(FEMALE, 0.1, 0.9), 0.5, 0.1) == 1.0


def test_a_moved_threshold_agrees_with_scikit_learn(rng: np.random.Generator) -> None:
    female = rng.random(500) < 0.3
    probability = np.clip(rng.normal(0.35 + 0.3 * female, 0.2), 0, 1)
    persons = np.arange(500) // 2
    for threshold in (0.2, 0.55, 0.8):
        read = probability >= threshold
        found = thresholds.at_threshold(female, probability, threshold, persons)
        for name, expected in (
            ("accuracy", accuracy_score(female, read)),
            ("balanced_accuracy", balanced_accuracy_score(female, read)),
            ("recall_female", recall_score(female, read)),
            ("recall_male", recall_score(~female, ~read)),
            ("precision_female", precision_score(female, read)),
            ("precision_male", precision_score(~female, ~read)),
            ("f1", f1_score(female, read)),
            ("kappa", cohen_kappa_score(female, read)),
        ):
            assert found[name].value == pytest.approx(expected)
            assert found[name].low < expected < found[name].high


def test_at_a_threshold_that_nobody_reaches_there_is_no_precision() -> None:
    found = thresholds.at_threshold(FEMALE, PROBABILITY, 1.0, np.arange(8))
    assert np.isnan(found["precision_female"].value)
    assert np.isnan(found["precision_female"].low)
    women = FEMALE.sum()
    assert found["recall_female"] == Interval(0, 0, min(1, 3 / women))  # the rule of three
    assert found["kappa"].value == 0


def test_shares_at_a_point_sum_to_one() -> None:
    found = thresholds.at_point(FEMALE, PROBABILITY, OperatingPoint(0.5, 0.6), np.arange(8))
    assert found["right"].value == 6 / 8
    assert found["wrong"].value == 1 / 8
    assert found["coverage"].value == 7 / 8
    assert found["risk"].value == pytest.approx(1 / 7)


def test_what_users_get_follows_the_chance(rng: np.random.Generator) -> None:
    """As ``classification.end_to_end`` counts it; nothing in a child's face is ever answered."""
    female, found = rng.random(300) < 0.5, rng.random(300) < 0.9
    probability = np.where(female, 0.9, 0.1)
    probability[:40] = 1 - probability[:40]
    chance = np.where(found, rng.random(300), np.nan)
    child, persons = rng.random(300) < 0.1, np.arange(300) // 2
    point = OperatingPoint(0.5, 0.5)
    wrong = found & ~point.right(female, probability)
    for most in (0.0, 0.2, 1.0):
        answered = (chance <= most) & ~child
        whole = classification.end_to_end(female, found, probability, answered, point, persons)
        cells = thresholds.at_most_wrong(wrong, chance, child, persons, most)
        for name, cell in cells.items():
            expected = whole.metrics[name]
            assert cell.value == pytest.approx(expected.value, nan_ok=True)
            assert (cell.low, cell.high) == pytest.approx(
                (expected.low, expected.high), abs=0.01, nan_ok=True
            )
    curve = curves.answers_by_chance(wrong, chance, child)
    assert curve.coverage[-1] == pytest.approx((found & ~child).mean(), abs=1e-5)
    assert curve.risk[-1] == pytest.approx(wrong[found & ~child].mean(), abs=1e-5)
    assert list(curve.chance) == sorted(curve.chance)
    nobody = curves.answers_by_chance(wrong, np.full(300, np.nan), child)
    assert nobody.coverage == ()
