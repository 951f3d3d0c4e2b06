"""What is looked for in figures."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go


def trace(figure: go.Figure, name: str) -> Any:
    """The one trace of this name."""
    (found,) = (each for each in figure.data if each.name == name)
    return found
