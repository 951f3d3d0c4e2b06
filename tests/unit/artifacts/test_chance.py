"""The chance of being wrong: computed as by hand, and read only if it is one."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from facespace.artifacts.chance import TERMS, Chance, Term
from facespace.artifacts.manifest import load_manifest

PLAIN: dict[str, Any] = {
    "intercept": -3.0,
    "terms": {
        "margin": {"at": [0.0, 1.0, 3.0], "add": [3.0, 1.0, 0.0]},
        "covered": {"at": [0.2, 0.8], "add": [0.0, 2.0]},
    },
}


@pytest.mark.parametrize(
    ("value", "added"),
    [(-1.0, 3), (0.0, 3), (0.5, 2), (1.0, 1), (2.0, 0.5), (3.0, 0), (99.0, 0), (None, 0)],
)
def test_a_term_is_straight_between_its_knots_and_level_beyond(
    value: float | None, added: float
) -> None:
    term = Term((0.0, 1.0, 3.0), (3.0, 1.0, 0.0))
    assert term.of(value) == pytest.approx(added)


def test_log_odds_add_up() -> None:
    chance = Chance.from_dict(PLAIN)
    about = {"margin": 1.0, "covered": 0.5, "yaw": 9.0}
    assert chance.contributions(about) == pytest.approx({"margin": 1, "covered": 1})
    assert chance.wrong(about) == pytest.approx(1 / (1 + math.exp(1)))
    assert chance.wrong({}) == pytest.approx(1 / (1 + math.exp(3)))
    assert Chance(2000.0, {}).wrong({}) == 1
    assert Chance(-2000.0, {}).wrong({}) == 0


def test_plain_data_comes_back() -> None:
    chance = Chance.from_dict(PLAIN)
    assert Chance.from_dict(json.loads(json.dumps(chance.to_dict()))) == chance


@pytest.mark.parametrize(
    ("term", "words"),
    [
        ({"at": [0.0, 1.0], "add": [0.0]}, "2 knots and 1 values"),
        ({"at": [0.0], "add": [0.0]}, "1 knots"),
        ({"at": [0.0, 0.0], "add": [0.0, 1.0]}, "do not rise"),
        ({"at": [1.0, 0.0], "add": [0.0, 1.0]}, "do not rise"),
        ({"at": [0.0, math.inf], "add": [0.0, 1.0]}, "not finite"),
        ({"at": [0.0, 1.0], "add": [0.0, math.nan]}, "not finite"),
        ({"at": [0.0, 1.0], "add": [0.0, -0.5]}, "takes 0.5 off"),
    ],
)
def test_a_curve_that_is_none_is_refused(term: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Chance.from_dict({"intercept": 0.0, "terms": {"yaw": term}})


def test_other_measures_and_intercepts_are_refused() -> None:
    with pytest.raises(ValueError, match="no measure 'race'"):
        Chance.from_dict({"intercept": 0.0, "terms": {"race": {"at": [0, 1], "add": [0, 1]}}})
    with pytest.raises(ValueError, match="intercept"):
        Chance.from_dict({"intercept": math.nan, "terms": {}})


def test_every_model_of_the_artifacts_has_a_sensible_one() -> None:
    for info in load_manifest().models.values():
        assert "margin" in info.chance.terms
        assert set(info.chance.terms) <= set(TERMS)
        assert 0.01 <= info.most_wrong <= 0.5
        typical = {name: term.at[len(term.at) // 2] for name, term in info.chance.terms.items()}
        sure, unsure = (info.chance.wrong({**typical, "margin": far}) for far in (9.0, 0.0))
        assert sure < info.most_wrong < unsure
