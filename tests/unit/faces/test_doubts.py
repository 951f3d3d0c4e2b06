"""What is measured of a face for the chance of being wrong, and the reasons that come of it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from facespace.artifacts.chance import TERMS, Chance, Term
from facespace.charts.chance import MEASURES
from facespace.faces import doubts
from facespace.types import REASONS, Box, Detection, Evidence, Score

FACE = Detection(Box(0, 0, 80, 64), 0.9)
COORDINATES = np.zeros(1, np.float32)


def test_every_measure_has_a_reason_and_words() -> None:
    score = Score(0.9, 0.3, COORDINATES, age=30.0)
    known = doubts.about(FACE, score, Evidence(0.1, 0.9, 100.0, 0.05, 12.0), 0.5)
    assert tuple(known) == TERMS
    assert set(doubts.REASON_OF) == set(MEASURES) == set(TERMS)
    assert set(doubts.REASON_OF.values()) == set(REASONS) - {"child"}


def test_measures_are_what_they_are_said_to_be() -> None:
    score = Score(0.9, 0.3, COORDINATES, age=30.0)
    evidence = Evidence(0.25, 0.9, 100.0, 0.05, 12.0)
    margin = math.log(9) - math.log(0.4 / 0.6)
    assert doubts.about(FACE, score, evidence, 0.4) == pytest.approx(
        {
            "margin": margin,
            "covered": 0.25,
            "hidden_margin": margin / 4,
            "face_like": 0.9,
            "distance": 0.3,
            "size": 6,
            "sharpness": 2,
            "yaw": 0.05,
            "roll": 12,
            "score": 0.9,
            "age": 30,
        }
    )


def test_what_is_not_known_is_none() -> None:
    known = doubts.about(FACE, Score(0.9, 0.3, COORDINATES), Evidence(), 0.5)
    missing = {name for name, value in known.items() if value is None}
    assert missing == {
        *("covered", "hidden_margin", "face_like", "sharpness", "yaw", "roll", "age"),
    }


@pytest.mark.parametrize("probability", [0.0, 1.0, 1e-30, 0.5])
def test_measures_are_finite(probability: float) -> None:
    face = Detection(Box(0, 0, 0, 0), 0.0)
    known = doubts.about(face, Score(probability, 0, COORDINATES), Evidence(sharpness=0.0), 0.5)
    assert all(value is None or math.isfinite(value) for value in known.values())
    assert doubts.margin(probability, 0.5) <= math.log(1e6)
    assert doubts.margin(0.3, 0.5) == pytest.approx(doubts.margin(0.7, 0.5))


@pytest.mark.parametrize(
    ("contributions", "reasons"),
    [
        ({"margin": 2.0, "size": 0.9}, ("unsure",)),
        ({"margin": 2.0, "size": 1.0}, ("unsure", "small")),
        ({"margin": 1.0, "size": 3.0, "yaw": 2.0}, ("small", "profile")),
        # Measures of one reason count together.
        ({"margin": 2.0, "covered": 1.0, "hidden_margin": 1.0, "distance": 0.5},
         ("covered", "unsure")),
        ({"margin": 0.0, "score": 0.5}, ("detector",)),
        ({"margin": 0.0, "size": 0.0}, ("unsure",)),
        ({}, ("unsure",)),
    ],
)  # fmt: skip
def test_the_largest_doubts_are_the_reasons(
    contributions: dict[str, float], reasons: tuple[str, ...]
) -> None:
    terms = {name: Term((0, 1), (added, added)) for name, added in contributions.items()}
    assert doubts.reasons(Chance(0.0, terms), dict.fromkeys(terms, 0.4)) == reasons


@pytest.mark.parametrize(
    ("about", "reasons"),
    [
        ({"covered": 0.6, "size": 5.0, "sharpness": 3.0}, ("covered", "unsure")),
        ({"covered": 0.4, "size": 4.0, "sharpness": 3.0}, ("small", "unsure")),
        ({"covered": 0.6, "size": 3.0, "sharpness": 1.0},
         ("covered", "small", "blurred", "unsure")),
        ({"covered": None, "size": None, "sharpness": None}, ("unsure",)),
    ],
)  # fmt: skip
def test_what_everybody_sees_comes_before_the_doubt_that_comes_of_it(
    about: dict[str, float | None], reasons: tuple[str, ...]
) -> None:
    terms = {"margin": Term((0, 1), (5, 5)), "size": Term((4, 7), (0.2, 0))}
    terms |= {"sharpness": Term((2, 4), (0.5, 0))}
    assert doubts.reasons(Chance(0.0, terms), {"margin": 0.1, **about}) == reasons


def test_beside_the_margin_all_else_speaks_against_a_look() -> None:
    chance = Chance(0.0, {"margin": Term((0, 4), (4, 0)), "yaw": Term((0, 1), (0, 2))})
    assert doubts.beside_the_margin(chance, {"margin": 0.0, "yaw": 0.5}) == pytest.approx(1)
