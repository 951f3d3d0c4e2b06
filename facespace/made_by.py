"""How a result came about: the version, the model's file and the settings, kept with the result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from facespace.version import VERSION

#: Digits of a file's sha256 in words: enough to tell models apart.
DIGITS = 12


def made_by(
    detector: str,
    threshold: float,
    small_faces: bool,
    model: str,
    model_sha256: str,
    most_wrong: float,
) -> dict[str, Any]:
    """What ``Reading.made_by`` holds, as plain data.

    Args:
        detector: its name.
        threshold: the least detection score, 0 to 1.
        small_faces: whether the picture was searched in tiles too.
        model: its name.
        model_sha256: of its file, hexadecimal.
        most_wrong: the largest chance of being wrong, 0 to 1, at which there is an answer.
    """
    return {
        "facespace": VERSION,
        "model": model,
        "model_sha256": model_sha256,
        "detector": detector,
        "threshold": threshold,
        "small_faces": small_faces,
        "most_wrong": most_wrong,
    }


def in_a_line(how: Mapping[str, Any] | None) -> str | None:
    """The same in words, for a cell of a table; None where nothing is known."""
    if not how:
        return None
    return (
        f"facespace {how['facespace']}; model {how['model']} {how['model_sha256'][:DIGITS]}; "
        f"detector {how['detector']} from {how['threshold']:g}"
        f"{' with small faces' if how['small_faces'] else ''}; "
        f"chance of being wrong at most {how['most_wrong']:g}"
    )
