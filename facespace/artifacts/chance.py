"""The chance that a model's answer is wrong: an additive logistic model, as the manifest keeps it.

Its log odds are an intercept and, for each measure of a face, a curve of straight pieces
(Hastie and Tibshirani 1990 call such models additive). So any runtime can compute it, and what adds
most is the reason for a "?".
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

#: What a term may be about; ``faces.doubts.about`` measures it.
TERMS = (
    *("margin", "covered", "hidden_margin", "face_like", "distance", "size", "sharpness"),
    *("yaw", "roll", "score", "age"),
)


@dataclass(frozen=True, slots=True)
class Term:
    """Log odds over one measure: straight between the knots, level beyond the outer ones.

    ``at`` are the knots, rising; ``add`` what each adds, at least 0.
    """

    at: tuple[float, ...]
    add: tuple[float, ...]

    def of(self, value: float | None) -> float:
        """Log odds that a measure adds; 0 where it was not taken."""
        return 0.0 if value is None else float(np.interp(value, self.at, self.add))

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Term:
        """Read what ``to_dict`` wrote.

        Raises:
            KeyError, TypeError, ValueError: it is no such curve.
        """
        at, add = (tuple(float(value) for value in data[key]) for key in ("at", "add"))
        if len(at) != len(add) or len(at) < 2:
            raise ValueError(f"a term has {len(at)} knots and {len(add)} values")
        if not all(math.isfinite(value) for value in (*at, *add)):
            raise ValueError("a term has a knot or a value that is not finite")
        if any(right <= left for left, right in pairwise(at)):
            raise ValueError(f"the knots {list(at)} do not rise")
        if min(add) < 0:
            raise ValueError(f"a term takes {-min(add):g} off the log odds")
        return cls(at, add)

    def to_dict(self) -> dict[str, list[float]]:
        """The term as plain data for the manifest."""
        return {"at": list(self.at), "add": list(self.add)}


@dataclass(frozen=True, slots=True)
class Chance:
    """The chance that an answer is wrong. ``terms`` are keyed as ``TERMS``."""

    intercept: float
    terms: Mapping[str, Term]

    def contributions(self, about: Mapping[str, float | None]) -> dict[str, float]:
        """Log odds that each term adds, at least 0, for the measures of one face."""
        return {name: term.of(about.get(name)) for name, term in self.terms.items()}

    def wrong(self, about: Mapping[str, float | None]) -> float:
        """The chance that the answer on a face of these measures is wrong, 0 to 1."""
        odds = self.intercept + sum(self.contributions(about).values())
        return 0.5 * (1 + math.tanh(odds / 2))

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Chance:
        """Read what ``to_dict`` wrote.

        Raises:
            KeyError, TypeError, AttributeError, ValueError: it is no such model.
        """
        intercept = float(data["intercept"])
        if not math.isfinite(intercept):
            raise ValueError(f"the intercept is {intercept}")
        if unknown := set(data["terms"]) - set(TERMS):
            raise ValueError(f"there is no measure {sorted(unknown)[0]!r}")
        terms = {name: Term.from_dict(term) for name, term in data["terms"].items()}
        return cls(intercept, terms)

    def to_dict(self) -> dict[str, Any]:
        """The chance as plain data for the manifest."""
        terms = {name: term.to_dict() for name, term in self.terms.items()}
        return {"intercept": self.intercept, "terms": terms}
