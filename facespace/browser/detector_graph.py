"""YuNet with its decoding in the graph: pictures -> boxes, landmarks and scores.

``faces.detectors.yunet`` decodes in NumPy what the same network gives; a browser would need that
written once more.
"""

from __future__ import annotations

import numpy as np

from facespace.browser.graph import FLOAT, Graph
from facespace.faces.detectors.yunet_graph import PICTURES, PLACES, SCORE, STRIDES

#: The second input, and the output.
LEAST, FINDS = "least", "finds"


def decoded(content: bytes) -> bytes:
    """An ONNX file with the inputs ``PICTURES`` and ``LEAST`` and the output ``FINDS``.

    Args:
        content: what ``yunet_graph.rebuilt`` gave.

    Returns:
        ``PICTURES`` stays as it was. ``LEAST``, float32 (1,), is the smallest score that counts.
        ``FINDS``, float32 (K, 16), has a row for every point of the grids that reaches it: the
        number of its picture, then box (4), five landmarks (10), in pixels, and score.
    """
    graph = Graph(content)
    least, two = graph.input(LEAST, FLOAT, [1]), graph.constant(2)
    found = graph.add("NonZero", graph.add("GreaterOrEqual", SCORE, least))
    found = graph.add("Transpose", found, perm=[1, 0])
    pictures, numbers = graph.parts("Split", 2, found, axis=1, num_outputs=2)
    point = graph.add("GatherND", _points(graph), numbers)
    corner, stride = graph.parts("Split", 2, point, graph.whole(2, 1), axis=1)
    place = graph.add("GatherND", PLACES, found)
    off, sides, marks = graph.parts("Split", 3, place, graph.whole(2, 2, 10), axis=1)
    sides = graph.add("Mul", graph.add("Exp", sides), stride)
    middle = graph.add("Mul", graph.add("Add", corner, off), stride)
    corners = graph.add("Tile", corner, graph.whole(1, 5))
    columns = [
        graph.cast(pictures),
        graph.add("Sub", middle, graph.add("Div", sides, two)),
        sides,
        graph.add("Mul", graph.add("Add", corners, marks), stride),
        graph.add("Unsqueeze", graph.add("GatherND", SCORE, found), graph.whole(1)),
    ]
    graph.output(graph.add("Concat", *columns, axis=1), FINDS, FLOAT, ["K", 16])
    return graph.content(give_only=1)


def _points(graph: Graph) -> str:
    """Column, row and stride of each point of the grids over a picture, float32 (P, 3)."""
    sides = graph.add("Shape", PICTURES, start=1, end=3)
    zero, one = (graph.constant(number, np.int64) for number in (0, 1))
    grids = []
    for stride in STRIDES:
        grid = graph.add("Div", sides, graph.whole(stride))
        columns = [graph.add("Expand", graph.constant([[stride]]), grid)]
        for axis, scalar in enumerate((zero, one)):
            length = graph.add("Gather", grid, scalar)
            line = graph.cast(graph.add("Range", zero, length, one))
            line = graph.add("Unsqueeze", line, graph.whole(1 - axis))
            columns.insert(0, graph.add("Expand", line, grid))
        flat = [graph.add("Reshape", column, graph.whole(-1, 1)) for column in columns]
        grids.append(graph.add("Concat", *flat, axis=1))
    return graph.add("Concat", *grids, axis=0)
