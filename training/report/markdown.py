"""Figures and tables as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan

from facespace.metrics.intervals import Interval


def count(number: int) -> str:
    """A number with its thousands parted."""
    return f"{number:,}"


def interval(figure: Interval) -> str:
    """A figure and its interval in brackets; a dash for what there is none of.

    A bootstrap's interval without width says nothing: all samples were alike.
    """
    if isnan(figure.value):
        return "–"
    if figure.low == figure.high:
        return f"{figure.value:.3f} (no interval)"
    ends = ("–" if isnan(end) else f"{end:.3f}" for end in (figure.low, figure.high))
    return f"{figure.value:.3f} ({' to '.join(ends)})"


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of cells."""
    lines = (header, ["---"] * len(header), *rows)
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
