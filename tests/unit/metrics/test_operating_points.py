"""The metrics of a moved threshold, against scikit-learn and against the plain bootstrap."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    cohen_kappa_score,
    f1_score,
    precision_score,
    recall_score,
)

from facespace.metrics import classification, operating_points
from facespace.metrics.classification import OperatingPoint
from tests.unit.metrics.test_classification import FEMALE, POINT, PROBABILITY


def test_a_moved_threshold_agrees_with_scikit_learn(rng: np.random.Generator) -> None:
    female = rng.random(500) < 0.3
    probability = np.clip(rng.normal(0.35 + 0.3 * female, 0.2), 0, 1)
    persons = np.arange(500) // 2
    for threshold in (0.2, 0.55, 0.8):
        read = probability >= threshold
        found = operating_points.at_threshold(female, probability, threshold, persons)
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
            assert found[name]["value"] == pytest.approx(expected)
            assert found[name]["low"] < expected < found[name]["high"]


def test_counted_intervals_are_those_of_the_plain_bootstrap(rng: np.random.Generator) -> None:
    female = rng.random(400) < 0.4
    probability = np.clip(rng.normal(0.35 + 0.3 * female, 0.2), 0, 1)
    persons = np.arange(400) // 4

    def measure(labels, scores):
        return classification.metrics(labels, scores, POINT)

    plain = classification.with_intervals(measure, (female, probability), persons)
    counted = operating_points.at_threshold(female, probability, POINT.threshold, persons)
    counted |= operating_points.at_point(female, probability, POINT, persons)
    for name in ("accuracy", "recall_female", "f1", "kappa", "coverage", "risk"):
        assert counted[name]["value"] == pytest.approx(plain[name]["value"])
        for end in ("low", "high"):
            assert counted[name][end] == pytest.approx(plain[name][end], abs=0.015)


def test_at_a_threshold_that_nobody_reaches_there_is_no_precision() -> None:
    found = operating_points.at_threshold(FEMALE, PROBABILITY, 1.0, np.arange(8))
    assert np.isnan(found["precision_female"]["value"])
    assert np.isnan(found["precision_female"]["low"])
    assert found["recall_female"] == {"value": 0, "low": 0, "high": 0}
    assert found["kappa"]["value"] == 0


def test_shares_at_a_point_sum_to_one() -> None:
    found = operating_points.at_point(FEMALE, PROBABILITY, OperatingPoint(0.5, 0.6), np.arange(8))
    assert found["right"]["value"] == 6 / 8
    assert found["wrong"]["value"] == 1 / 8
    assert found["coverage"]["value"] == 7 / 8
    assert found["risk"]["value"] == pytest.approx(1 / 7)


def test_histogram_counts_every_face() -> None:
    found = operating_points.histogram(FEMALE, PROBABILITY, bins=4)
    assert found["edges"] == [0, 0.25, 0.5, 0.75, 1]
    assert found["female"] == [0, 1, 1, 2]
    assert found["male"] == [2, 1, 1, 0]
