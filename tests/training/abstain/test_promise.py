"""What was promised holds on the faces that the cutoffs are chosen on."""

from __future__ import annotations

import numpy as np
import pytest

from facespace.metrics import intervals
from facespace.types import Array, Bools
from training.abstain import promise
from training.abstain.promise import PLAIN


def drawn(count: int, seed: int = 0) -> tuple[Array, Bools]:
    """Chances, and errors that come as often as they say."""
    rng = np.random.default_rng(seed)
    chances = rng.beta(0.4, 3, count)
    return chances, np.asarray(rng.random(count) < chances)


def test_the_upper_end_stays_within_the_risk_and_no_larger_chance_would() -> None:
    chances, wrong = drawn(2000)
    most = promise.most_wrong(chances, wrong, np.full(2000, PLAIN))

    def high(cutoff: float) -> float:
        answered = chances <= cutoff
        return intervals.proportion(int(wrong[answered].sum()), int(answered.sum())).high

    assert high(most) <= promise.RISK
    assert all(high(cutoff) > promise.RISK for cutoff in np.arange(most + 1e-4, 0.5, 1e-3))
    held = promise.held(chances <= most, wrong, np.full(2000, PLAIN))[PLAIN]
    assert held["high"] == pytest.approx(high(most))
    assert held["answered"] == pytest.approx((chances <= most).mean())


def test_a_condition_that_is_read_worse_holds_the_chance_down() -> None:
    chances, wrong = drawn(2000)
    alone = promise.most_wrong(chances, wrong, np.full(2000, PLAIN))
    spoilt, errors = drawn(400, 1)
    errors |= np.random.default_rng(2).random(400) < 0.3 * (spoilt > 0.01)
    conditions = np.repeat([PLAIN, "blur"], [2000, 400])
    both = np.concatenate([chances, spoilt]), np.concatenate([wrong, errors])
    most = promise.most_wrong(*both, conditions)
    assert most < alone
    assert promise.broken(*both, conditions) == ["blur"]
    assert promise.broken(chances, wrong, np.full(2000, PLAIN)) == []
    held = promise.held(both[0] <= most, both[1], conditions)
    assert list(held) == [PLAIN, "blur"]
    assert held["blur"]["wrong"] <= promise.SPOILT_RISK


def test_equal_chances_are_answered_together() -> None:
    chances = np.repeat([0.05, 0.2], [300, 300])
    wrong = np.arange(600) >= 500  # the first 200 of the second half would do
    assert promise.most_wrong(chances, wrong, np.full(600, PLAIN)) == 0.05


def test_few_photos_are_held_by_their_share_and_none_by_nothing() -> None:
    chances, wrong = np.linspace(0.001, 0.4, 50), np.arange(50) >= 40
    most = promise.most_wrong(chances, wrong, np.full(50, PLAIN))
    assert promise.most_wrong(chances, np.ones(50, bool), np.full(50, PLAIN)) == promise.LEAST
    assert chances[39] <= most < chances[42]
    nobody = np.empty(0)
    assert promise.most_wrong(nobody, nobody.astype(bool), nobody.astype(str)) == promise.LEAST


@pytest.mark.parametrize("error", [2.0, 12.0])
def test_children_are_caught_unless_that_costs_too_many_of_the_grown(error: float) -> None:
    rng = np.random.default_rng(0)
    groups = np.repeat(["0-2", "3-9", "10-19", "20-29", "40-49", "more than 70", ""], 300)
    ages = np.repeat([1.5, 6.5, 15, 25, 45, 75, 5], 300) + rng.normal(0, error, len(groups))
    below = promise.child(ages, groups)
    assert below is not None
    young, grown = promise.marked(ages, groups, below).values()
    assert (young["faces"], grown["faces"]) == (600, 900)
    assert grown["marked"] <= promise.ADULTS
    if error < 5:
        assert young["marked"] == pytest.approx(promise.CHILDREN, abs=0.01)
    else:
        assert grown["marked"] == pytest.approx(promise.ADULTS, abs=0.005)
        assert young["marked"] < promise.CHILDREN


def test_without_labelled_ages_nobody_is_a_child() -> None:
    assert promise.child(np.full(100, 5.0), np.full(100, "")) is None
    assert promise.child(np.full(100, 5.0), np.full(100, "0-9")) is None
