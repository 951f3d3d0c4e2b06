"""Models in fewer bytes, as a visitor has to fetch them; at work their weights are float32."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import GraphProto, NodeProto, TensorProto, helper, numpy_helper

#: Bytes of an array from which on it is stored in fewer. Smaller ones stay: what scales a crop
#: before it is rounded counts to its last digit.
LARGE = 1_000_000


def smaller(content: bytes, roughly: Iterable[str] = ()) -> bytes:
    """An ONNX file whose large arrays of float32 take half the bytes, or a quarter.

    Each number of a halved array changes by at most 1/2048 of itself, and one stored in a byte by
    at most 1/254 of the largest of its column.

    Args:
        content: the file.
        roughly: outputs that may change by more; arrays that those alone need are stored in bytes.
    """
    model = onnx.load_model_from_string(content)
    graph, first = model.graph, []
    exact = _needed(graph, {output.name for output in graph.output} - set(roughly))
    for tensor in list(graph.initializer):
        large = len(tensor.raw_data) >= LARGE and len(tensor.dims) == 2
        if large and tensor.data_type == TensorProto.FLOAT:
            graph.initializer.remove(tensor)
            stored, node = (_halved if tensor.name in exact else _in_bytes)(tensor)
            graph.initializer.extend(stored)
            first.append(node)
    nodes = list(graph.node)
    del graph.node[:]
    graph.node.extend([*first, *nodes])
    result: bytes = model.SerializeToString()
    return result


def _needed(graph: GraphProto, values: set[str]) -> set[str]:
    """All values from which some are made; nodes stand behind what they take."""
    needed = set(values)
    for node in reversed(graph.node):
        if needed.intersection(node.output):
            needed.update(node.input)
    return needed


def _halved(tensor: TensorProto) -> tuple[list[TensorProto], NodeProto]:
    """An array as float16, and the node that gives it back."""
    array, name = numpy_helper.to_array(tensor), f"{tensor.name}_half"
    stored = numpy_helper.from_array(array.astype(np.float16), name)
    return [stored], helper.make_node("Cast", [name], [tensor.name], to=TensorProto.FLOAT)


def _in_bytes(tensor: TensorProto) -> tuple[list[TensorProto], NodeProto]:
    """An array as int8, a scale for each column, and the node that gives it back."""
    array, name = numpy_helper.to_array(tensor), tensor.name
    scale = np.maximum(np.abs(array).max(axis=0) / 127, np.finfo(np.float32).tiny)
    stored: dict[str, npt.NDArray[Any]] = {
        f"{name}_bytes": np.rint(array / scale).astype(np.int8),
        f"{name}_scale": scale.astype(np.float32),
    }
    node = helper.make_node("DequantizeLinear", list(stored), [name], axis=1)
    return [numpy_helper.from_array(each, key) for key, each in stored.items()], node
