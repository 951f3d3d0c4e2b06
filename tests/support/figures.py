"""What is looked for in figures."""

from __future__ import annotations


def trace(figure, name: str):
    (found,) = (each for each in figure.data if each.name == name)
    return found
