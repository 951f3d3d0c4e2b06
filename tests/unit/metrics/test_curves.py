"""Curves, areas and histograms of scores, against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import (
    precision_recall_curve,
    roc_curve,
)

from facespace.metrics import classification, curves
from tests.support.eight_faces import FEMALE, POINT, PROBABILITY


def test_curves_agree_with_scikit_learn(rng: np.random.Generator) -> None:
    female = rng.random(150) < 0.4
    probability = np.round(np.clip(rng.normal(0.35 + 0.3 * female, 0.2), 0, 1), 2)  # with ties
    found = curves.roc(female, probability)
    fpr, tpr, threshold = roc_curve(female, probability)
    np.testing.assert_allclose(found.fpr, fpr, atol=1e-5)
    np.testing.assert_allclose(found.tpr, tpr, atol=1e-5)
    np.testing.assert_allclose(found.threshold[1:], threshold[1:], atol=1e-5)
    precision, recall, _ = precision_recall_curve(female, probability)
    curve = curves.precision_recall(female, probability)
    np.testing.assert_allclose(curve.precision, precision[:-1][::-1], atol=1e-5)
    np.testing.assert_allclose(curve.recall, recall[:-1][::-1], atol=1e-5)


def test_roc_keeps_its_ends_and_its_area(rng: np.random.Generator) -> None:
    female = rng.random(5000) < 0.3
    probability = np.clip(rng.normal(0.4 + 0.2 * female, 0.15), 0, 1)
    curve = curves.roc(female, probability)
    assert len(curve.fpr) <= curves.CURVE_POINTS
    assert (curve.fpr[0], curve.tpr[0]) == (0, 0)
    assert (curve.fpr[-1], curve.tpr[-1]) == (1, 1)
    area = np.trapezoid(curve.tpr, curve.fpr)
    assert area == pytest.approx(
        classification.metrics(female, probability, POINT)["auc"], abs=2e-3
    )


def test_risk_coverage_ends_at_the_plain_error_rate() -> None:
    curve = curves.risk_coverage(FEMALE, PROBABILITY, POINT)
    assert curve.coverage[-1] == 1
    assert curve.risk[-1] == 2 / 8
    assert curve.risk[:5] == (0,) * 5
    assert list(curve.certainty) == sorted(curve.certainty, reverse=True)


def test_histogram_counts_every_face() -> None:
    found = curves.histogram(FEMALE, PROBABILITY, bins=4)
    assert found.edges == (0, 0.25, 0.5, 0.75, 1)
    assert found.female == (0, 1, 1, 2)
    assert found.male == (2, 1, 1, 0)
