"""Intervals: Wilson's against published ones, the two ways of the bootstrap against each other."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from facespace.metrics import classification, intervals, thresholds
from facespace.metrics.operating_point import OperatingPoint
from tests.support.eight_faces import POINT


@pytest.fixture(autouse=True)
def all_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intervals, "ROUNDS", 1000)


def test_intervals_hold_the_value_and_shrink_with_persons(rng: np.random.Generator) -> None:
    female = rng.random(600) < 0.5
    probability = np.clip(female * 0.4 + rng.random(600) * 0.6, 0, 1)

    def measure(labels: npt.NDArray[Any], scores: npt.NDArray[Any]) -> dict[str, float]:
        return {"accuracy": float(np.mean((scores > 0.5) == labels))}

    def width(groups: npt.NDArray[Any]) -> float:
        found = intervals.of_faces(measure, (female, probability), groups)["accuracy"]
        assert found.low <= found.value <= found.high
        return found.high - found.low

    alone = width(np.arange(600))
    assert alone == pytest.approx(3.92 * np.sqrt(0.83 * 0.17 / 600), rel=0.3)
    order = np.argsort((probability > 0.5) == female)
    together = np.empty(600, int)
    together[order] = np.arange(600) // 30
    assert width(together) > 2 * alone


def test_the_interval_of_the_calibration_error_holds_its_value(rng: np.random.Generator) -> None:
    """Plain percentiles would lie above it: a sample with repeats is calibrated worse."""
    probability = rng.random(150)
    female = rng.random(150) < probability

    def measure(labels: npt.NDArray[Any], scores: npt.NDArray[Any]) -> dict[str, float]:
        return classification.metrics(labels, scores, POINT)

    found = intervals.of_faces(measure, (female, probability), np.arange(150))["ece"]
    assert found.low < found.value < found.high


def test_counted_intervals_are_those_of_the_plain_bootstrap(rng: np.random.Generator) -> None:
    female = rng.random(400) < 0.4
    probability = np.clip(rng.normal(0.35 + 0.3 * female, 0.2), 0, 1)
    persons = np.arange(400) // 4

    def measure(labels: npt.NDArray[Any], scores: npt.NDArray[Any]) -> dict[str, float]:
        return classification.metrics(labels, scores, POINT)

    plain = intervals.of_faces(measure, (female, probability), persons)
    counted = thresholds.at_threshold(female, probability, POINT.threshold, persons)
    counted |= thresholds.at_point(female, probability, POINT, persons)
    for name in ("accuracy", "recall_female", "f1", "kappa", "coverage", "risk"):
        assert counted[name].value == pytest.approx(plain[name].value)
        assert counted[name].low == pytest.approx(plain[name].low, abs=0.015)
        assert counted[name].high == pytest.approx(plain[name].high, abs=0.015)


@pytest.mark.parametrize(
    ("hits", "total", "low", "high"),
    # Newcombe, Two-sided confidence intervals for the single proportion, 1998, table I, method 3.
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilsons_interval(hits: int, total: int, low: float, high: float) -> None:
    share = intervals.proportion(hits, total)
    assert (share.low, share.high) == pytest.approx((low, high), abs=1e-4)
    assert share.value == hits / total


def test_nothing_is_known_of_nothing() -> None:
    nothing = intervals.proportion(0, 0)
    assert (nothing.low, nothing.high) == (0, 1)
    assert np.isnan(nothing.value)


def test_what_never_happened_has_an_interval_too() -> None:
    """The rule of three: of n persons none was wrong, so a share of 3/n may be."""
    female = np.arange(60) % 2 == 0
    point = OperatingPoint(0.5, 0.8)
    probability = np.where(female, 0.95, 0.05)
    probability[40:] = np.where(female[40:], 0.6, 0.4)  # 20 of 60 are "?"
    right, answered = point.right(female, probability), point.answered(probability)
    everybody = np.ones(60, bool)
    ends = classification.end_to_end(
        female, everybody, probability, answered, point, np.arange(60) // 2
    ).metrics
    assert right.all() and answered.sum() == 40
    assert ends["risk"].low == 0 and ends["risk"].high == pytest.approx(3 / (30 * 40 / 60))
    assert ends["missed"].low == 0 and ends["missed"].high == pytest.approx(3 / 30)
    plain = classification.metrics(female, probability, point)
    assert plain["accuracy"] == 1
    found = thresholds.at_point(female, probability, point, np.arange(60) // 2)
    assert found["wrong"].low == 0 and found["wrong"].high == pytest.approx(3 / 30)


def test_a_recall_without_an_error_has_an_interval_too() -> None:
    """By the persons of that sex; the balanced accuracy by twice those of the rarer one."""
    female = np.arange(90) < 30
    probability = np.where(female, 0.95, 0.05)
    persons = np.arange(90) // 2  # 15 women and 30 men
    point = OperatingPoint(0.5, 0.8)
    found = classification.everything(female, probability, point, {}, persons).metrics
    tried = thresholds.at_threshold(female, probability, 0.5, persons)
    everybody = np.ones(90, bool)
    whole = classification.end_to_end(female, everybody, probability, everybody, point, persons)
    for metrics in (found, tried):
        assert metrics["recall_female"].low == pytest.approx(1 - 3 / 15)
        assert metrics["recall_male"].low == pytest.approx(1 - 3 / 30)
    for metrics in (found, tried, whole.metrics):
        assert metrics["balanced_accuracy"].low == pytest.approx(1 - 3 / 30)
        assert metrics["balanced_accuracy"].high == 1
    assert tried["precision_male"].low == pytest.approx(1 - 3 / 30)
