"""Thresholds for groups, on scores whose right answer is known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from facespace.metrics import fairness
from facespace.metrics.intervals import Interval

COMMON = 0.5


@pytest.fixture(scope="module")
def skewed() -> dict[str, np.ndarray]:
    """Two large groups, of which one scores 0.2 lower throughout, and one of ten faces."""
    rng = np.random.default_rng(1)
    groups = np.repeat(["high", "low", "rare", ""], (4000, 4000, 10, 500))
    female = rng.random(len(groups)) < 0.5
    scores = rng.normal(0.35 + 0.3 * female, 0.12) - 0.2 * (groups == "low")
    return {
        "female": female,
        "probability": np.clip(scores, 0, 1),
        "groups": groups,
        "persons": np.arange(len(groups)) // 2,
    }


def test_halves_part_persons_not_faces(rng: np.random.Generator) -> None:
    persons = rng.integers(100, size=400)
    chosen = fairness.half(persons)
    assert not set(persons[chosen]) & set(persons[~chosen])
    assert len(set(persons[chosen])) == len(set(persons)) // 2
    np.testing.assert_array_equal(chosen, fairness.half(persons))
    assert (fairness.half(persons, seed=1) != chosen).any()


@pytest.mark.parametrize("criterion", fairness.CRITERIA)
def test_a_skewed_group_gets_the_threshold_it_needs(skewed: dict[str, Any], criterion: str) -> None:
    found = fairness.equalised(**skewed, common=COMMON, criterion=criterion)
    assert found.own == ("high", "low")
    assert found.thresholds["high"] - found.thresholds["low"] == pytest.approx(0.2, abs=0.04)
    assert found.thresholds["rare"] == COMMON
    before, after = (found.measured[f"gap_{name}"].value for name in ("before", "after"))
    assert before > 0.08
    assert after < before / 2
    if criterion == "sexes":  # the other two may give up rightness for sameness
        assert found.measured["error_cost"].high < 0


def test_figures_are_those_of_the_other_half(skewed: dict[str, Any]) -> None:
    found = fairness.equalised(**skewed, common=COMMON, criterion="female")
    other = ~fairness.half(skewed["persons"][skewed["groups"] != ""])
    female, probability, groups = (
        skewed[key][skewed["groups"] != ""][other] for key in ("female", "probability", "groups")
    )
    cuts = np.array([found.thresholds[name] for name in groups])
    for name, cut in (("before", COMMON), ("after", cuts)):
        read = probability >= cut
        assert found.measured[f"error_{name}"].value == pytest.approx(np.mean(read != female))
        recalls = {g: read[female & (groups == g)].mean() for g in found.own}
        gap = max(recalls.values()) - min(recalls.values())
        assert found.measured[f"gap_{name}"].value == pytest.approx(gap)
        for group, recall in recalls.items():
            row = found.groups[group]
            assert row.faces == (groups == group).sum()
            assert getattr(row, name)["recall_female"] == pytest.approx(recall)
    for cost, part in (("error_cost", "error"), ("gap_change", "gap")):
        cell = found.measured[cost]
        difference = found.measured[f"{part}_after"].value
        difference -= found.measured[f"{part}_before"].value
        assert cell.value == pytest.approx(difference)
        assert cell.low < cell.value < cell.high


def test_thresholds_are_chosen_without_the_half_they_are_measured_on(
    skewed: dict[str, Any],
) -> None:
    plain = fairness.equalised(**skewed, common=COMMON, criterion="sexes")
    other = ~fairness.half(skewed["persons"][skewed["groups"] != ""])
    changed = skewed["probability"].copy()
    changed[np.flatnonzero(skewed["groups"] != "")[other]] = 0.9
    again = fairness.equalised(
        **skewed | {"probability": changed}, common=COMMON, criterion="sexes"
    )
    assert again.thresholds == plain.thresholds
    assert again.measured["error_after"] != plain.measured["error_after"]


def test_where_groups_are_alike_equalising_on_few_faces_only_looks_good() -> None:
    """What is chosen by chance looks equal where it was chosen, and not elsewhere."""
    rng = np.random.default_rng(3)
    female = rng.random(600) < 0.5
    scores = np.clip(rng.normal(0.35 + 0.3 * female, 0.2), 0, 1)
    groups = rng.choice(list("abcdef"), 600)
    found = fairness.equalised(female, scores, groups, np.arange(600), COMMON, "female")
    assert found.optimistic["gap_after"].value < 0.05
    assert found.measured["gap_after"].value > 0.1


@pytest.mark.parametrize("criterion", fairness.CRITERIA)
def test_groups_too_small_keep_the_one_threshold(criterion: str) -> None:
    count = 40
    found = fairness.equalised(
        np.arange(count) % 2 == 0,
        np.linspace(0, 1, count),
        np.repeat(["a", "b"], count // 2),
        np.arange(count),
        COMMON,
        criterion,
    )
    assert found.own == ()
    assert set(found.thresholds.values()) == {COMMON}
    assert np.isnan(found.measured["gap_before"].value)
    assert found.measured["error_cost"] == Interval(0, 0, 0)
