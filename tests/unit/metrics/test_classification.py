"""Metrics, intervals and choices against numbers that can be counted by hand."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    balanced_accuracy_score,
    cohen_kappa_score,
    f1_score,
    roc_auc_score,
)

from facespace.metrics import classification, curves
from facespace.metrics.operating_point import OperatingPoint
from tests.support.eight_faces import FEMALE, POINT, PROBABILITY


def test_metrics() -> None:
    found = classification.metrics(FEMALE, PROBABILITY, POINT)
    assert found["accuracy"] == found["balanced_accuracy"] == 6 / 8
    assert found["recall_female"] == found["recall_male"] == 3 / 4
    assert found["auc"] == 15 / 16  # one pair of sixteen is the wrong way round: 0.4 and 0.55
    assert found["coverage"] == 5 / 8
    assert found["risk"] == 0
    assert found["brier"] == pytest.approx(np.mean((PROBABILITY - FEMALE) ** 2))
    # By certainty the answers are right six times, then wrong twice.
    assert found["aurc"] == pytest.approx((1 / 7 + 2 / 8) / 8)
    assert found["augrc"] == pytest.approx((1 + 2) / 8 / 8)
    # Eight bins of one face each: every face's own distance from its label.
    assert found["ece"] == pytest.approx(np.abs(PROBABILITY - FEMALE).mean())


def test_metrics_agree_with_scikit_learn(rng: np.random.Generator) -> None:
    female = rng.random(500) < 0.3
    probability = np.clip(rng.normal(0.35 + 0.3 * female, 0.2), 0, 1)
    point = OperatingPoint(threshold=0.4, certainty=0.8)
    found = classification.metrics(female, probability, point)
    read = probability >= 0.4
    assert found["accuracy"] == pytest.approx(accuracy_score(female, read))
    assert found["balanced_accuracy"] == pytest.approx(balanced_accuracy_score(female, read))
    assert found["f1"] == pytest.approx(f1_score(female, read))
    assert found["kappa"] == pytest.approx(cohen_kappa_score(female, read))
    assert found["average_precision"] == pytest.approx(average_precision_score(female, probability))
    assert found["auc"] == pytest.approx(roc_auc_score(female, probability))


def test_calibrated_scores_have_a_small_error_and_others_not(rng: np.random.Generator) -> None:
    probability = rng.random(20_000)
    female = rng.random(20_000) < probability
    assert classification.metrics(female, probability, POINT)["ece"] < 0.02
    # Shown too sure: the farther from a half, the farther off, by 1/8 on average.
    bold = np.where(probability > 0.5, (1 + probability) / 2, probability / 2)
    assert classification.metrics(female, bold, POINT)["ece"] == pytest.approx(1 / 8, abs=0.02)
    bins = curves.reliability(female, probability)
    assert sum(bins.faces) == 20_000
    np.testing.assert_allclose(bins.predicted, bins.observed, atol=0.05)


def test_risk_without_answers_is_not_a_number() -> None:
    assert np.isnan(classification.metrics(FEMALE, PROBABILITY, OperatingPoint(0.5, 0.99))["risk"])


def test_end_to_end_counts_a_missed_face_as_a_miss() -> None:
    found = np.array([True, True, True, False, True, True, True, False])
    answered = POINT.answered(PROBABILITY)
    result = classification.end_to_end(FEMALE, found, PROBABILITY, answered, POINT, np.arange(8))
    shares = {name: result.metrics[name].value for name in ("right", "wrong", "unsure", "missed")}
    assert shares == {"right": 4 / 8, "wrong": 0, "unsure": 2 / 8, "missed": 2 / 8}
    assert result.metrics["balanced_accuracy"].value == (3 / 4 + 2 / 4) / 2
    assert (result.metrics["coverage"].value, result.metrics["risk"].value) == (4 / 8, 0)
    nobody = classification.end_to_end(
        FEMALE, found, PROBABILITY, np.zeros(8, bool), POINT, np.arange(8)
    )
    assert np.isnan(nobody.metrics["risk"].value)
