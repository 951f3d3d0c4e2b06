"""A verdict in words, the same on every page, picture and film."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from facespace.types import REASONS, Face, Verdict

#: Why a face is marked "?", as short as a box has room for.
SHORT = {
    "unsure": "unsure",
    "covered": "covered",
    "small": "too small",
    "blurred": "too blurred",
    "profile": "turned away",
    "detector": "a face?",
    "child": "a child?",
}

#: A verdict in a sentence.
WORDS = {"female": "female", "male": "male", "?": "“?”"}


def percent(confidence: float) -> int:
    """A confidence, 0 to 1, in whole per cents, at most 99: nobody is sure of 100."""
    return min(99, round(100 * confidence))


def likelier(probability_female: float) -> str:
    """The likelier class of a face, which a "?" does not say unless it is asked for."""
    return "female" if probability_female >= 0.5 else "male"


def verdict_text(verdict: Verdict, probability_female: float | None = None) -> str:
    """A verdict as a box says it: ``female 93%``, ``? covered``.

    Args:
        verdict: of a face.
        probability_female: 0 to 1; where it is given, "?" says its leaning as well:
            ``? covered, 61% male``.
    """
    if verdict.label != "?":
        return f"{verdict.label} {percent(verdict.confidence)}%"
    why = f"? {SHORT[verdict.reasons[0]]}"
    if probability_female is None:
        return why
    return f"{why}, {percent(verdict.confidence)}% {likelier(probability_female)}"


def face_text(face: Face, leaning: bool = False) -> str:
    """The verdict on a face, as ``verdict_text`` has it; with its leaning where asked."""
    return verdict_text(face.verdict, face.score.probability_female if leaning else None)


def in_words(reasons: Iterable[str]) -> str:
    """Reasons for "?" (keys of ``REASONS``) in full, parted by semicolons."""
    return "; ".join(REASONS[reason] for reason in reasons)


def count(number: int, word: str) -> str:
    """A number of things in words: ``1 face``, ``2 faces``."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def verdicts(labels: Mapping[str, int]) -> str:
    """How many faces have each verdict in words: ``3 female, 1 “?”``."""
    return ", ".join(f"{labels[label]:,} {word}" for label, word in WORDS.items() if labels[label])
