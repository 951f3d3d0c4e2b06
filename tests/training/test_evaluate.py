"""Metrics, intervals and choices against numbers that can be counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from training import evaluate

FEMALE = np.array([True, True, True, True, False, False, False, False])
PROBABILITY = np.array([0.95, 0.9, 0.6, 0.4, 0.55, 0.3, 0.1, 0.05])


def test_metrics() -> None:
    found = evaluate.metrics(FEMALE, PROBABILITY, threshold=0.5, certainty=0.7)
    assert found["accuracy"] == found["balanced_accuracy"] == 6 / 8
    assert found["auc"] == 15 / 16  # one pair of sixteen is the wrong way round: 0.4 and 0.55
    assert found["coverage"] == 5 / 8
    assert found["risk"] == 0
    assert found["brier"] == pytest.approx(np.mean((PROBABILITY - FEMALE) ** 2))


def test_risk_without_answers_is_not_a_number() -> None:
    assert np.isnan(evaluate.metrics(FEMALE, PROBABILITY, 0.5, 0.99)["risk"])


@pytest.mark.parametrize(
    ("risk", "certainty"), [(0.0, 0.7), (0.13, 0.7), (0.26, 0.55), (0.5, 0.55)]
)
def test_least_certainty(risk: float, certainty: float) -> None:
    """Sorted by certainty the answers are right five times, then wrong, right, wrong."""
    chosen = evaluate.least_certainty(FEMALE, PROBABILITY, 0.5, risk)
    found = evaluate.metrics(FEMALE, PROBABILITY, 0.5, chosen)
    assert found["risk"] <= risk + 1e-9
    assert chosen == pytest.approx(certainty)


def test_no_certainty_is_enough_for_a_model_that_is_always_wrong() -> None:
    assert evaluate.least_certainty(FEMALE, np.where(FEMALE, 0.1, 0.9), 0.5, 0.1) == 1.0


def test_intervals_hold_the_value_and_shrink_with_persons(rng: np.random.Generator) -> None:
    female = rng.random(600) < 0.5
    probability = np.clip(female * 0.4 + rng.random(600) * 0.6, 0, 1)

    def measure(labels, scores):
        return {"accuracy": float(np.mean((scores > 0.5) == labels))}

    def width(groups) -> float:
        found = evaluate.with_intervals(measure, female, probability, groups)["accuracy"]
        assert found["low"] <= found["value"] <= found["high"]
        return found["high"] - found["low"]

    alone = width(np.arange(600))
    assert alone == pytest.approx(3.92 * np.sqrt(0.83 * 0.17 / 600), rel=0.3)
    order = np.argsort((probability > 0.5) == female)
    together = np.empty(600, int)
    together[order] = np.arange(600) // 30
    assert width(together) > 2 * alone


def test_roc_keeps_its_ends_and_its_area(rng: np.random.Generator) -> None:
    female = rng.random(5000) < 0.3
    probability = np.clip(rng.normal(0.4 + 0.2 * female, 0.15), 0, 1)
    curve = evaluate.roc(female, probability)
    assert len(curve["fpr"]) <= evaluate.CURVE_POINTS
    assert (curve["fpr"][0], curve["tpr"][0]) == (0, 0)
    assert (curve["fpr"][-1], curve["tpr"][-1]) == (1, 1)
    area = np.trapezoid(curve["tpr"], curve["fpr"])
    assert area == pytest.approx(evaluate.metrics(female, probability, 0.5, 0.5)["auc"], abs=2e-3)


def test_confusion() -> None:
    assert evaluate.confusion(FEMALE, PROBABILITY, 0.5) == [[3, 1], [1, 3]]
    assert evaluate.confusion(FEMALE, PROBABILITY, 0.0) == [[4, 0], [4, 0]]
