"""The grey crop of face space, cut out of the wide one in colour: by matrices, so that a graph can.

``align.crop`` cuts both out of the picture; a model that eats the wide crop alone has to find the
tight one in there. What is cut here differs from it by the pixels of the wide crop alone.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from onnx import TensorProto

from facespace.faces import align
from facespace.types import Array
from training.models.onnx_graph import Graph

#: How red, green and blue add up to grey (BT.601), as OpenCV has it.
GREY = (0.299, 0.587, 0.114)

Matrix = npt.NDArray[np.float32]


def matrices(
    wide: int = align.WIDE.side, tight: int = align.TEMPLATE.side
) -> tuple[Matrix, Matrix]:
    """What cuts the tight view and makes it grey, by linear interpolation.

    For a crop reshaped to (wide, wide * 3) the view is ``rows @ crop @ columns``.

    Args:
        wide: side of the wide crop, in pixels.
        tight: side of the tight one.

    Returns:
        rows (tight, wide) and columns (wide * 3, tight), float32.
    """
    inner, outer = align.TEMPLATE, align.WIDE
    step = wide * (outer.mouth - outer.eyes) / (tight * (inner.mouth - inner.eyes))
    places = (np.arange(tight) + 0.5) * step - 0.5
    down = wide * outer.eyes - tight * inner.eyes * step
    across = (wide - tight * step) / 2
    rows, columns = (_linear(places + start, wide) for start in (down, across))
    return rows, np.kron(columns, GREY).T.astype(np.float32)


def write(graph: Graph, crops: str) -> str:
    """Append the tight grey view of wide crops, with its histogram equalised as OpenCV does it.

    Args:
        crops: float (N, 112, 112, 3) of 0 to 255.

    Returns:
        float (N, 64, 64), whole numbers of 0 to 255.
    """
    side = align.TEMPLATE.side
    rows, columns = (graph.floats(matrix) for matrix in matrices())
    lines = graph.node("Reshape", [crops, graph.constant([0, 0, -1])])
    across = graph.node("MatMul", [lines, columns])
    grey = graph.node("Round", [graph.node("MatMul", [rows, across])])
    grey = graph.node("Clip", [grey, graph.floats(0), graph.floats(255)])
    flat = graph.node("Flatten", [grey], axis=1)
    places = graph.node("Cast", [flat], to=TensorProto.INT64)
    ones = graph.node("Add", [graph.node("Mul", [flat, graph.floats(0)]), graph.floats(1)])
    # As many rows of 256 zeros as there are crops.
    first = graph.node("Slice", [flat, *(graph.constant([n]) for n in (0, 1, 1))])
    none = graph.node("MatMul", [first, graph.floats(np.zeros((1, 256)))])
    counts = graph.node("ScatterElements", [none, places, ones], axis=1, reduction="add")
    below = graph.node("CumSum", [counts, graph.constant(1)])
    reached = graph.node("GatherElements", [below, places], axis=1)
    least = graph.node("ReduceMin", [reached, graph.constant([1])], keepdims=1)
    rest = graph.node("Sub", [graph.floats(side * side), least])
    rest = graph.node("Max", [rest, graph.floats(1)])
    share = graph.node("Div", [graph.node("Sub", [reached, least]), rest])
    equal = graph.node("Round", [graph.node("Mul", [share, graph.floats(255)])])
    return graph.node("Reshape", [equal, graph.constant([-1, side, side])])


def _linear(places: Array, count: int) -> Matrix:
    """The matrix (N, count) that reads N places, in pixels from the middle of the first."""
    weights = np.maximum(0, 1 - np.abs(places[:, None] - np.arange(count)))
    return np.asarray(weights, np.float32)
