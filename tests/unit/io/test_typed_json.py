"""Plain data and dataclasses: there and back, and what is said of another shape."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from facespace.io.typed_json import plain, typed


@dataclass(frozen=True)
class Part:
    value: float
    count: int


@dataclass(frozen=True)
class Whole:
    title: str
    parts: Mapping[str, Part] = field(metadata={"rest": True})
    steps: tuple[float, ...] = ()
    least: int | None = None


DATA = {"title": "One", "a": {"value": 0.5, "count": 3}, "steps": [1, 2.5], "odd": 7}


def test_what_no_field_names_is_the_rest() -> None:
    whole = typed(Whole, DATA)
    assert whole == Whole("One", {"a": Part(0.5, 3)}, (1.0, 2.5))
    assert isinstance(whole.steps[0], float)


def test_there_and_back() -> None:
    data = {"title": "One", "a": {"value": None, "count": 3}, "steps": [0.5], "least": 2}
    whole = typed(Whole, data)
    assert math.isnan(whole.parts["a"].value)
    assert json.dumps(plain(whole)) == json.dumps(data)
    assert "least" not in plain(typed(Whole, {"title": "One"}))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (None, "it is no object"),
        ([], "it is no object"),
        ({}, "it has no title"),
        ({"title": 1}, "it.title is no text"),
        ({"title": "", "steps": {}}, "it.steps is no list"),
        ({"title": "", "steps": [True]}, r"it.steps\[0\] is no number"),
        ({"title": "", "a": {"value": "much", "count": 3}}, "it.a.value is no number"),
        ({"title": "", "a": {"value": 1, "count": True}}, "it.a.count is no whole number"),
        ({"title": "", "a": {"value": 1}}, "it.a has no count"),
    ],
)
def test_another_shape_is_named(data: Any, words: str) -> None:
    with pytest.raises(ValueError, match=f"^{words}$"):
        typed(Whole, data)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_nothing_in_json(number: float) -> None:
    assert plain({"a": [number, 1.0], "b": (number,)}) == {"a": [None, 1.0], "b": [None]}
