"""Rules whose chance of being wrong can be computed by hand, in place of learned ones."""

from __future__ import annotations

from typing import Any

from facespace.artifacts.chance import Chance, Term
from facespace.faces.decide import Rules

#: Of the model's doubt alone: the chance of the less likely class, up to log odds of 8.
MARGIN = Term((0.0, 8.0), (8.0, 0.0))

#: What speaks against a look: nothing below a value, then ever more.
TERMS = {
    "margin": MARGIN,
    "covered": Term((0.4, 0.6), (0.0, 4.0)),
    "face_like": Term((0.3, 0.5), (4.0, 0.0)),
    "distance": Term((0.5, 0.7), (0.0, 4.0)),
    "size": Term((4.0, 5.0), (4.0, 0.0)),
    "sharpness": Term((1.0, 2.0), (4.0, 0.0)),
    "yaw": Term((0.08, 0.12), (0.0, 4.0)),
    "roll": Term((90.0, 120.0), (0.0, 4.0)),
    "score": Term((0.6, 0.8), (4.0, 0.0)),
}


def rules(most_wrong: float = 0.2, **more: Any) -> Rules:
    """Answers at 0.5, as long as the chance is at most this; all terms count."""
    return Rules(0.5, Chance(-8.0, TERMS), most_wrong, **more)
