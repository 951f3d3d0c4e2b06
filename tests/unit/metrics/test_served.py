"""What each group gets, against counts that anybody can check."""

from __future__ import annotations

import math

import numpy as np
import pytest

from facespace.metrics import served
from facespace.metrics.groups import LEAST_GROUP
from facespace.types import Array, Bools

#: Photos of one group in eight parts: how many, labelled female, found, right, answered, a child's.
PARTS = (
    (10, True, False, False, False, False),  # missed
    (60, True, True, True, True, False),
    (10, True, True, False, True, False),
    (20, True, True, True, False, False),  # "?"
    (30, False, True, True, True, False),
    (2, False, True, False, True, False),
    (8, False, True, False, False, True),  # a child's
    (60, False, True, True, False, True),
)


def columns() -> tuple[Bools, Bools, Bools, Bools, Bools]:
    """Labelled female, found, right, answered, and a child's."""
    numbers = [row[0] for row in PARTS]
    female, found, right, answered, child = (
        np.repeat([row[i] for row in PARTS], numbers) for i in range(1, 6)
    )
    return female, found, right, answered, child


def test_the_figures_of_a_group() -> None:
    given = columns()
    race = np.full(200, "a")
    one = served.by_group(*given, {"race": race, "age": np.full(200, "")}, np.arange(200))
    assert set(one) == {"race"}
    group = one["race"].by_group["a"]
    values = {name: group.metrics[name].value for name in served.METRICS}
    assert values == pytest.approx(
        {
            "missed": 10 / 200,
            "coverage": 102 / 200,
            "unsure": 88 / 190,
            "child": 68 / 190,
            "recall_female": 80 / 90,
            "recall_male": 90 / 100,
            "risk": 12 / 102,
            "risk_female": 10 / 70,
            "risk_male": 2 / 32,
        }
    )
    counts = {"missed": 200, "unsure": 190, "recall_female": 90, "risk": 102, "risk_male": 32}
    assert {name: group.count(name) for name in counts} == counts
    assert all(cell.low <= cell.value <= cell.high for cell in group.metrics.values())


def test_a_cell_of_few_faces_has_no_part_in_a_gap() -> None:
    """Both groups are large, but one has few faces that are labelled male."""
    given = columns()
    group = np.array(["a", "b"] * 100)
    group[np.flatnonzero(~given[0])[LEAST_GROUP - 1 :]] = "a"
    found = served.by_group(*given, {"race": group}, np.arange(200))["race"]
    assert found.by_group["b"].faces >= LEAST_GROUP > found.by_group["b"].count("recall_male")
    assert "missed" in found.gap and "recall_male" not in found.gap
    assert "b" in found.small("recall_male") and not found.small("missed")


def test_of_no_face_nothing_is_said() -> None:
    """Where a group has one sex, or no answers; and what never happened has an interval."""
    female, found, right, _, child = columns()
    nobody = np.zeros(200, bool)
    sex = {"sex": np.where(female, "female", "male")}
    by_sex = served.by_group(female, found, right, nobody, child, sex, np.arange(200))["sex"]
    men = by_sex.by_group["male"].metrics
    assert math.isnan(men["recall_female"].value) and math.isnan(men["risk"].value)
    assert (men["missed"].value, men["missed"].low) == (0, 0)
    assert men["missed"].high == pytest.approx(3 / 100)  # by the rule of three


def test_the_ratio_is_that_of_the_lowest_and_the_highest() -> None:
    female, found, right, answered, child = columns()
    group = np.where(female, "a", "b")
    one = served.by_group(female, found, right, answered, child, {"x": group}, np.arange(200))["x"]
    assert one.ratio("coverage") == pytest.approx((32 / 100) / (70 / 100))
    assert one.ratio("missed") == 0  # none is missed of the men
    assert math.isnan(one.ratio("recall_male"))


def test_faces_of_one_person_are_one_in_the_interval() -> None:
    answered = np.arange(200) % 2 == 0
    yes, no, sex = np.ones(200, bool), np.zeros(200, bool), {"sex": np.full(200, "female")}

    def width(persons: Array) -> float:
        found = served.by_group(yes, yes, yes, answered, no, sex, persons)
        cell = found["sex"].by_group["female"].metrics["unsure"]
        return cell.high - cell.low

    people = np.where(answered, 0, 1) + 2 * (np.arange(200) // 40)
    assert width(people) > 2 * width(np.arange(200))
