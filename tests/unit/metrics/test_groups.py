"""Groups of faces, their gaps, and the order they are shown in."""

from __future__ import annotations

import numpy as np
import pytest

from facespace.metrics import groups
from facespace.metrics.groups import Gap, Grouping
from facespace.metrics.intervals import Interval
from tests.support.eight_faces import POINT


def test_groups_gaps_and_crossings() -> None:
    count = 240
    female = np.arange(count) % 2 == 0
    group = np.repeat(["a", "b", "rare", ""], (100, 100, 10, 30))
    wrong = (group == "b") & (np.arange(count) % 4 == 0)
    probability = np.where(female ^ wrong, 0.9, 0.1)
    attributes = {"race": group, "age": np.full(count, ""), "sex": np.where(female, "f", "m")}
    found = groups.groups(female, probability, POINT, attributes, np.arange(count))
    assert set(found) == {"race", "sex", "race, sex"}
    table = found["race"].by_group
    assert {name: row.faces for name, row in table.items()} == {"a": 100, "b": 100, "rare": 10}
    assert table["b"].metrics["accuracy"].value == 0.75
    assert table["b"].metrics["accuracy"].low < 0.75 < table["b"].metrics["accuracy"].high
    assert table["a"].metrics["risk"] == Interval(0, 0, 0.03)  # by the rule of three
    assert found["race"].gap["accuracy"] == Gap("b", "a", 0.25)
    assert found["race, sex"].by_group["b, f"].metrics["accuracy"].value == 0.5


@pytest.mark.parametrize(
    ("age", "group"), [("24", "20-29"), ("7", "0-9"), ("3-9", "3-9"), ("", ""), ("old", "old")]
)
def test_age_group(age: str, group: str) -> None:
    assert groups.age_group(age) == group


def test_ages_are_sorted_by_number() -> None:
    ages = ["more than 70", "20-29", "3-9", "10-19", "0-2", "60-69"]
    expected = ["0-2", "3-9", "10-19", "20-29", "60-69", "more than 70"]
    assert sorted(ages, key=groups.order_of) == expected


def test_crossings() -> None:
    attributes = {"age": np.array(["3-9", "", "10-19"]), "race": np.array(["a", "b", "c"])}
    assert groups.crossed(attributes, "age").tolist() == ["3-9", "", "10-19"]
    assert groups.crossed(attributes, "age, race").tolist() == ["3-9, a", "", "10-19, c"]


def test_the_largest_gap() -> None:
    small, large = Gap("a", "b", 0.1), Gap("a", "b", 0.3)
    gaps = {"sex": {"accuracy": small}, "age": {"accuracy": large}, "race": {}}
    tables = {name: Grouping({}, gap) for name, gap in gaps.items()}
    assert groups.largest_gap(tables, "accuracy") == ("age", large)
    assert groups.largest_gap(tables, "coverage") is None
