"""The fitted chance is near the true one, and its curves go the way that makes sense."""

from __future__ import annotations

import numpy as np
import pytest

from facespace.artifacts.chance import Chance
from facespace.types import Array, Bools
from training.abstain import additive

COUNT = 6000


def made_up(rng: np.random.Generator) -> tuple[dict[str, Array], Array]:
    """Measures, some of them not taken of a tenth of the faces, and the true chances."""
    margin, covered = rng.exponential(2, COUNT), rng.beta(0.3, 1, COUNT)
    measures = {
        "margin": margin,
        "covered": covered,
        "hidden_margin": margin * covered,
        "yaw": np.where(rng.random(COUNT) < 0.1, np.nan, np.abs(rng.normal(0, 0.05, COUNT))),
        "score": rng.uniform(0.6, 1, COUNT),
        "age": rng.uniform(0, 70, COUNT),
        "face_like": np.full(COUNT, np.nan),
        "size": np.full(COUNT, 6.0),
    }
    odds = -1.5 * margin + 1.2 * margin * covered + 20 * np.nan_to_num(measures["yaw"])
    odds += np.abs(measures["age"] - 40) / 20 - 2
    return measures, 1 / (1 + np.exp(-odds))


@pytest.fixture(scope="module")
def drawn() -> tuple[dict[str, Array], Array, Bools]:
    rng = np.random.default_rng(0)
    measures, chances = made_up(rng)
    return measures, chances, np.asarray(rng.random(COUNT) < chances)


def test_the_fitted_chance_is_near_the_true_one(
    drawn: tuple[dict[str, Array], Array, Bools],
) -> None:
    measures, chances, wrong = drawn
    fitted = additive.predicted(additive.fit(measures, wrong, np.ones(COUNT)), measures)
    assert np.abs(fitted - chances).mean() < 0.02
    groups = np.arange(COUNT) // 3
    crossed = additive.cross_fitted(measures, wrong, np.ones(COUNT), groups)
    assert np.abs(crossed - chances).mean() < 0.03
    assert (crossed != fitted).any()


def test_curves_rise_or_fall_as_reasons_must(drawn: tuple[dict[str, Array], Array, Bools]) -> None:
    measures, _, wrong = drawn
    chance = additive.fit(measures, wrong, np.ones(COUNT))
    for name, term in chance.terms.items():
        steps = np.diff(term.add) * additive.WAYS.get(name, 0)
        assert min(term.add) == 0 and (steps >= 0).all(), name
    # Age may go either way; what says nothing gets no term.
    age = np.diff(chance.terms["age"].add)
    assert age[0] < 0 < age[-1]
    assert {"face_like", "size"}.isdisjoint(chance.terms)
    assert Chance.from_dict(chance.to_dict()) == chance


def test_a_measure_against_all_sense_gets_no_curve(rng: np.random.Generator) -> None:
    """More wrong where the detector is sure: chance, or a fault, but no reason to be given."""
    score = rng.uniform(0.6, 1, 2000)
    wrong = rng.random(2000) < score - 0.5
    assert not additive.fit({"score": score}, wrong, np.ones(2000)).terms
    assert additive.fit({"age": score * 50}, wrong, np.ones(2000)).terms["age"].add[-1] > 1


def test_what_the_runtime_computes_is_what_was_fitted(
    drawn: tuple[dict[str, Array], Array, Bools],
) -> None:
    measures, _, wrong = drawn
    chance = additive.fit(measures, wrong, np.ones(COUNT))
    fitted = additive.predicted(chance, measures)
    for i in range(200):
        face = {name: float(values[i]) for name, values in measures.items()}
        about = {name: None if np.isnan(value) else value for name, value in face.items()}
        assert chance.wrong(about) == pytest.approx(fitted[i], abs=1e-9)


def test_no_face_is_judged_by_a_chance_that_saw_its_group() -> None:
    """Each group of two has labels that nothing but itself could tell."""
    rng = np.random.default_rng(1)
    groups = np.repeat(np.arange(400), 2)
    wrong = np.repeat(rng.random(400) < 0.5, 2)
    measures = {"age": groups.astype(float)}
    crossed = additive.cross_fitted(measures, wrong, np.ones(800), groups)
    assert abs(np.corrcoef(crossed, wrong)[0, 1]) < 0.15


def test_weights_count_as_copies(rng: np.random.Generator) -> None:
    margin = rng.exponential(2, 500)
    wrong = rng.random(500) < 0.3
    weights = np.where(np.arange(500) < 250, 3.0, 1.0)
    copied = np.repeat(np.arange(500), weights.astype(int))
    by_weight = additive.fit({"margin": margin}, wrong, weights)
    by_copies = additive.fit({"margin": margin[copied]}, wrong[copied], np.ones(len(copied)))
    at = {"margin": np.linspace(0, 6, 20)}
    np.testing.assert_allclose(
        additive.predicted(by_weight, at), additive.predicted(by_copies, at), atol=0.03
    )
