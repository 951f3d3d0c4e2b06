"""The crops of one face in a graph, by grid sampling: what ``faces.align`` cuts with OpenCV.

What is much larger than its crop is averaged before (``align.warped``); a graph would do that for
the whole picture.
"""

from __future__ import annotations

import numpy as np

from facespace.browser.graph import BYTES, FLOAT, WHOLE, Graph
from facespace.faces import align
from facespace.types import Template

#: The outputs, of which a model that eats grey crops needs no ``COLOUR``.
GREY, SHARPNESS, COLOUR = "grey", "sharpness", "colour"

#: OpenCV samples pictures in so many steps a pixel.
STEPS = 32


def face_graph(template: Template) -> bytes:
    """An ONNX file that cuts one face out, for ``TEMPLATE`` and for the template of a model.

    Inputs are ``grey_part``, uint8 (H, W, 1), of the picture, and ``grey_matrix``, float32 (2, 3),
    which brings a point of the crop, (x, y, 1), to one of the part, both counted from the middle
    of the first pixel; ``colour_part``, (H, W, 3), and ``colour_matrix`` where the template has
    colour. ``GREY`` is uint8 (1, 64, 64), ``SHARPNESS`` float32 (1,), ``COLOUR`` uint8
    (1, side, side, 3).
    """
    graph = Graph()
    side = align.TEMPLATE.side
    grey = _equalised(graph, _sampled(graph, "grey", 1, side, "border"), side)
    square = graph.add("Reshape", grey, graph.whole(1, side, side))
    graph.output(graph.cast(square, BYTES), GREY, BYTES, [1, side, side])
    graph.output(_sharpness(graph, grey, side), SHARPNESS, FLOAT, [1])
    if template.colour:
        colour = _sampled(graph, "colour", 3, template.side, "zeros")
        colour = graph.cast(graph.add("Transpose", colour, perm=[0, 2, 3, 1]), BYTES)
        graph.output(colour, COLOUR, BYTES, [1, template.side, template.side, 3])
    return graph.content()


def _sampled(graph: Graph, name: str, channels: int, side: int, beyond: str) -> str:
    """The crop, float32 (1, channels, side, side), of whole grey levels."""
    part = graph.input(f"{name}_part", BYTES, [f"{name}_h", f"{name}_w", channels])
    matrix = graph.input(f"{name}_matrix", FLOAT, [2, 3])
    planes = graph.add("Transpose", graph.cast(part), perm=[2, 0, 1])
    planes = graph.add("Unsqueeze", planes, graph.whole(0))
    points = graph.constant(np.indices((side, side)).reshape(2, -1).T[:, ::-1], np.uint8)
    edge = graph.constant(np.ones((side * side, 1)), np.uint8)
    points = graph.cast(graph.add("Concat", points, edge, axis=1))
    places = graph.add("MatMul", points, graph.add("Transpose", matrix, perm=[1, 0]))
    places = _rounded(graph, places, STEPS)  # as OpenCV does
    # GridSample counts from -1 to 1, from edge to edge.
    sides = graph.cast(graph.add("Shape", part, start=0, end=2))
    sides = graph.add("Gather", sides, graph.whole(1, 0))
    twice = graph.add("Mul", places, graph.constant(2))
    places = graph.add("Div", graph.add("Add", twice, graph.constant(1)), sides)
    places = graph.add("Sub", places, graph.constant(1))
    places = graph.add("Reshape", places, graph.whole(1, side, side, 2))
    crop = graph.add(
        "GridSample", planes, places, mode="linear", padding_mode=beyond, align_corners=0
    )
    return _rounded(graph, crop)


def _rounded(graph: Graph, value: str, steps: int = 1) -> str:
    """A value in so many steps from one whole number to the next, halves up."""
    if steps != 1:
        value = graph.add("Mul", value, graph.constant(steps))
    whole = graph.add("Floor", graph.add("Add", value, graph.constant(0.5)))
    return whole if steps == 1 else graph.add("Div", whole, graph.constant(steps))


def _equalised(graph: Graph, crop: str, side: int) -> str:
    """The grey crop with a level histogram, as ``cv2.equalizeHist`` makes it, (1, 1, H, W)."""
    levels = graph.cast(graph.add("Reshape", crop, graph.whole(-1)), WHOLE)
    ones = graph.constant(np.ones(side * side))
    none = graph.constant(np.zeros(256))
    counts = graph.add("ScatterElements", none, levels, ones, axis=0, reduction="add")
    below = graph.add("CumSum", counts, graph.constant(0, np.int64))
    reached = graph.add("Gather", below, levels)
    first = graph.add("ReduceMin", reached, keepdims=0)
    most = graph.add("ReduceMax", reached, keepdims=0)
    room = graph.add("Max", graph.add("Sub", most, first), graph.constant(1))
    scale = graph.add("Div", graph.constant(255), room)
    level = graph.add("Round", graph.add("Mul", graph.add("Sub", reached, first), scale))
    return graph.add("Reshape", level, graph.whole(1, 1, side, side))


def _sharpness(graph: Graph, grey: str, side: int) -> str:
    """The variance of the Laplacian, as ``evidence.sharpness`` has it, float32 (1,)."""
    edges = graph.whole(0, 0, 1, 1, 0, 0, 1, 1)
    padded = graph.add("Pad", grey, edges, mode="reflect")
    laplacian = graph.constant([[[[0, 1, 0], [1, -4, 1], [0, 1, 0]]]])
    values = graph.add("Conv", padded, laplacian)
    values = graph.add("Reshape", values, graph.whole(1, side * side))
    mean = graph.add("ReduceMean", values, graph.whole(1), keepdims=1)
    off = graph.add("Sub", values, mean)
    return graph.add("ReduceMean", graph.add("Mul", off, off), graph.whole(1), keepdims=0)
