"""OpenCV Zoo's file of YuNet -> a graph that ONNX Runtime takes, for pictures of any size.

OpenCV's own runtime takes longer for the same numbers (benchmarks/detectors.py), and one picture at
a time. ONNX Runtime refuses the quantised file as it is: a bias of one number is marked as
quantised in blocks. So the weights, which are float32 at work in any case, are written out; and
what a caller would do by hand is put before and behind the network.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from facespace.types import Array

#: The input, and the outputs.
PICTURES, SCORE, PLACES = "pictures", "score", "places"

#: The network looks for faces on grids of these widths in pixels; a picture's sides must be
#: multiples of the last.
STRIDES = (8, 16, 32)


def rebuilt(path: Path) -> bytes:
    """An ONNX file with one input and two outputs.

    ``PICTURES`` is uint8 (N, H, W, 3) RGB, sides multiples of 32. ``SCORE``, float32 (N, P), and
    ``PLACES``, float32 (N, P, 14), have an entry for every point of the grids of ``STRIDES``, row
    by row: the score of a face there; and its centre, from the point, and the logarithms of its
    sides, and then five landmarks, from the point, all in widths of the grid.

    Raises:
        Exception: of whatever type; the file is no YuNet of 2023.
    """
    model = onnx.load(path)
    graph = model.graph
    arrays = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    nodes = list(_written_out(graph.node, arrays))
    for node in nodes:
        if node.op_type == "Reshape":  # (1, P, n) -> (N, P, n)
            arrays[node.input[1]] = np.array([0, *arrays[node.input[1]][1:]])
    (pictures,) = graph.input
    (first,) = (node for node in nodes if pictures.name in node.input)
    # The network learned from OpenCV's pictures, whose channels are blue, green, red.
    arrays[first.input[1]] = np.ascontiguousarray(arrays[first.input[1]][:, ::-1])
    front = helper.make_node("Transpose", [PICTURES], ["front"], perm=[0, 3, 1, 2])
    numbers = helper.make_node("Cast", ["front"], [pictures.name], to=TensorProto.FLOAT)
    arrays["last"] = np.array([2])
    parts = {
        kind: helper.make_node("Concat", [f"{kind}_{n}" for n in STRIDES], [kind], axis=1)
        for kind in ("cls", "obj", "bbox", "kps")
    }
    product = helper.make_node("Mul", ["cls", "obj"], ["product"])
    flat = helper.make_node("Squeeze", ["product", "last"], ["flat"])
    score = helper.make_node("Sqrt", ["flat"], [SCORE])
    places = helper.make_node("Concat", ["bbox", "kps"], [PLACES], axis=2)
    nodes = [front, numbers, *nodes, *parts.values(), product, flat, score, places]
    used = {name for node in nodes for name in node.input}
    rewritten = helper.make_graph(
        nodes,
        "yunet",
        [helper.make_tensor_value_info(PICTURES, TensorProto.UINT8, ["N", "H", "W", 3])],
        [
            helper.make_tensor_value_info(SCORE, TensorProto.FLOAT, ["N", "P"]),
            helper.make_tensor_value_info(PLACES, TensorProto.FLOAT, ["N", "P", 14]),
        ],
        [numpy_helper.from_array(array, name) for name, array in arrays.items() if name in used],
    )
    whole = helper.make_model(
        rewritten, opset_imports=model.opset_import, ir_version=model.ir_version
    )
    content: bytes = whole.SerializeToString()
    return content


def _written_out(nodes: Any, arrays: dict[str, Array]) -> Iterator[onnx.NodeProto]:
    """The nodes that are left where quantised weights become ``arrays`` of float32."""
    for node in nodes:
        if node.op_type == "DequantizeLinear":
            arrays[node.output[0]] = _dequantized(node, arrays)
        elif node.op_type == "Reshape" and node.input[0] in arrays:
            shape = arrays[node.input[1]]
            arrays[node.output[0]] = arrays[node.input[0]].reshape(shape)
        else:
            yield node


def _dequantized(node: onnx.NodeProto, arrays: Mapping[str, Array]) -> Array:
    """(values - zero point) * scale; each scale serves a block of values along one axis."""
    values, scales, zeros = (arrays[name].astype(np.float32) for name in node.input)
    settings = {
        attribute.name: helper.get_attribute_value(attribute) for attribute in node.attribute
    }
    if scales.size > 1:
        axis = settings["axis"]
        block = (slice(None),) * axis + (slice(values.shape[axis]),)
        scales, zeros = (
            np.repeat(array, settings["block_size"], axis)[block] for array in (scales, zeros)
        )
    return np.asarray((values - zeros) * scales)
