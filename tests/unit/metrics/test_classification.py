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
    precision_recall_curve,
    roc_auc_score,
    roc_curve,
)

from facespace.metrics import classification
from facespace.metrics.classification import OperatingPoint

FEMALE = np.array([True, True, True, True, False, False, False, False])
PROBABILITY = np.array([0.95, 0.9, 0.6, 0.4, 0.55, 0.3, 0.1, 0.05])


POINT = OperatingPoint(threshold=0.5, certainty=0.7)


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


def test_curves_agree_with_scikit_learn(rng: np.random.Generator) -> None:
    female = rng.random(150) < 0.4
    probability = np.round(np.clip(rng.normal(0.35 + 0.3 * female, 0.2), 0, 1), 2)  # with ties
    found = classification.roc(female, probability)
    fpr, tpr, threshold = roc_curve(female, probability)
    np.testing.assert_allclose(found["fpr"], fpr, atol=1e-5)
    np.testing.assert_allclose(found["tpr"], tpr, atol=1e-5)
    np.testing.assert_allclose(found["threshold"][1:], threshold[1:], atol=1e-5)
    precision, recall, _ = precision_recall_curve(female, probability)
    curve = classification.precision_recall(female, probability)
    np.testing.assert_allclose(curve["precision"], precision[:-1][::-1], atol=1e-5)
    np.testing.assert_allclose(curve["recall"], recall[:-1][::-1], atol=1e-5)


def test_calibrated_scores_have_a_small_error_and_others_not(rng: np.random.Generator) -> None:
    probability = rng.random(20_000)
    female = rng.random(20_000) < probability
    assert classification.metrics(female, probability, POINT)["ece"] < 0.02
    # Shown too sure: the farther from a half, the farther off, by 1/8 on average.
    bold = np.where(probability > 0.5, (1 + probability) / 2, probability / 2)
    assert classification.metrics(female, bold, POINT)["ece"] == pytest.approx(1 / 8, abs=0.02)
    bins = classification.reliability(female, probability)
    assert sum(bins["faces"]) == 20_000
    np.testing.assert_allclose(bins["predicted"], bins["observed"], atol=0.05)


def test_risk_without_answers_is_not_a_number() -> None:
    assert np.isnan(classification.metrics(FEMALE, PROBABILITY, OperatingPoint(0.5, 0.99))["risk"])


@pytest.mark.parametrize(
    ("risk", "certainty"), [(0.0, 0.7), (0.13, 0.7), (0.26, 0.55), (0.5, 0.55)]
)
def test_least_certainty(risk: float, certainty: float) -> None:
    """Sorted by certainty the answers are right five times, then wrong, right, wrong."""
    chosen = classification.least_certainty(FEMALE, PROBABILITY, 0.5, risk)
    found = classification.metrics(FEMALE, PROBABILITY, OperatingPoint(0.5, chosen))
    assert found["risk"] <= risk + 1e-9
    assert chosen == pytest.approx(certainty)


def test_the_threshold_never_lies_outside_the_band() -> None:
    assert classification.least_certainty(FEMALE, PROBABILITY, 0.3, 1.0) == pytest.approx(0.7)


def test_equal_errors(rng: np.random.Generator) -> None:
    """Of a score that favours male, both sexes are read wrongly equally often at the threshold."""
    female = rng.random(20_000) < 0.3
    probability = np.clip(rng.normal(0.2 + 0.3 * female, 0.15), 0, 1)
    threshold = classification.equal_error_threshold(female, probability)
    assert threshold == pytest.approx(0.35, abs=0.02)
    found = classification.metrics(female, probability, OperatingPoint(threshold, 0.8))
    assert found["recall_female"] == pytest.approx(found["recall_male"], abs=0.005)


def test_equal_errors_are_looked_for_at_every_threshold(rng: np.random.Generator) -> None:
    """With few faces the rates seldom cross at a corner of the curve."""
    for _ in range(20):
        female = np.append([True, False], rng.random(58) < 0.5)
        probability = np.clip(rng.normal(0.5 + 0.2 * female, 0.2), 0, 1)

        def apart(cut: float, female=female, probability=probability) -> float:
            read = probability >= cut
            return abs(np.mean(read[~female]) - np.mean(~read[female]))

        chosen = classification.equal_error_threshold(female, probability)
        assert apart(chosen) == pytest.approx(min(apart(cut) for cut in probability))


def test_groups_gaps_and_crossings() -> None:
    count = 240
    female = np.arange(count) % 2 == 0
    group = np.repeat(["a", "b", "rare", ""], (100, 100, 10, 30))
    wrong = (group == "b") & (np.arange(count) % 4 == 0)
    probability = np.where(female ^ wrong, 0.9, 0.1)
    attributes = {"race": group, "age": np.full(count, ""), "sex": np.where(female, "f", "m")}
    found = classification.groups(female, probability, POINT, attributes, np.arange(count))
    assert set(found) == {"race", "sex", "race, sex"}
    table = found["race"]["by_group"]
    assert {name: row["faces"] for name, row in table.items()} == {"a": 100, "b": 100, "rare": 10}
    assert table["b"]["accuracy"]["value"] == 0.75
    assert table["b"]["accuracy"]["low"] < 0.75 < table["b"]["accuracy"]["high"]
    assert table["a"]["risk"] == {"value": 0, "low": 0, "high": 0}
    assert found["race"]["gap"]["accuracy"] == {
        "lowest": "b",
        "highest": "a",
        "difference": 0.25,
    }
    assert found["race, sex"]["by_group"]["b, f"]["accuracy"]["value"] == 0.5


def test_end_to_end_counts_a_missed_face_as_a_miss() -> None:
    found = np.array([True, True, True, False, True, True, True, False])
    answered = POINT.answered(PROBABILITY)
    result = classification.end_to_end(FEMALE, found, PROBABILITY, answered, POINT, np.arange(8))
    shares = {name: result[name]["value"] for name in ("right", "wrong", "unsure", "missed")}
    assert shares == {"right": 4 / 8, "wrong": 0, "unsure": 2 / 8, "missed": 2 / 8}
    assert result["balanced_accuracy"]["value"] == (3 / 4 + 2 / 4) / 2


@pytest.mark.parametrize(
    ("age", "group"), [("24", "20-29"), ("7", "0-9"), ("3-9", "3-9"), ("", ""), ("old", "old")]
)
def test_age_group(age: str, group: str) -> None:
    assert classification.age_group(age) == group


def test_ages_are_sorted_by_number() -> None:
    ages = ["more than 70", "20-29", "3-9", "10-19", "0-2", "60-69"]
    expected = ["0-2", "3-9", "10-19", "20-29", "60-69", "more than 70"]
    assert sorted(ages, key=classification.order_of) == expected


def test_no_certainty_is_enough_for_a_model_that_is_always_wrong() -> None:
    assert classification.least_certainty(FEMALE, np.where(FEMALE, 0.1, 0.9), 0.5, 0.1) == 1.0


def test_intervals_hold_the_value_and_shrink_with_persons(rng: np.random.Generator) -> None:
    female = rng.random(600) < 0.5
    probability = np.clip(female * 0.4 + rng.random(600) * 0.6, 0, 1)

    def measure(labels, scores):
        return {"accuracy": float(np.mean((scores > 0.5) == labels))}

    def width(groups) -> float:
        found = classification.with_intervals(measure, (female, probability), groups)["accuracy"]
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
    curve = classification.roc(female, probability)
    assert len(curve["fpr"]) <= classification.CURVE_POINTS
    assert (curve["fpr"][0], curve["tpr"][0]) == (0, 0)
    assert (curve["fpr"][-1], curve["tpr"][-1]) == (1, 1)
    area = np.trapezoid(curve["tpr"], curve["fpr"])
    assert area == pytest.approx(
        classification.metrics(female, probability, POINT)["auc"], abs=2e-3
    )


def test_confusion() -> None:
    assert classification.confusion(FEMALE, PROBABILITY, 0.5) == [[3, 1], [1, 3]]
    assert classification.confusion(FEMALE, PROBABILITY, 0.0) == [[4, 0], [4, 0]]


def test_risk_coverage_ends_at_the_plain_error_rate() -> None:
    curve = classification.risk_coverage(FEMALE, PROBABILITY, POINT)
    assert curve["coverage"][-1] == 1
    assert curve["risk"][-1] == 2 / 8
    assert curve["risk"][:5] == [0] * 5
    assert curve["certainty"] == sorted(curve["certainty"], reverse=True)


def test_the_interval_of_the_calibration_error_holds_its_value(rng: np.random.Generator) -> None:
    """Plain percentiles would lie above it: a sample with repeats is calibrated worse."""
    probability = rng.random(150)
    female = rng.random(150) < probability

    def measure(labels, scores):
        return classification.metrics(labels, scores, POINT)

    found = classification.with_intervals(measure, (female, probability), np.arange(150))["ece"]
    assert found["low"] < found["value"] < found["high"]
