"""Writes ONNX graphs node by node; names are given by counting."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

#: The version of the operators that graphs are written in, unless another's are gone on with.
OPSET, IR_VERSION = 21, 10

#: Types of values.
FLOAT, BYTES, WHOLE = TensorProto.FLOAT, TensorProto.UINT8, TensorProto.INT64


class Graph:
    """A graph that grows; what it is given and gives are names of values."""

    def __init__(self, content: bytes | None = None) -> None:
        """Begin anew, or go on with the graph of an ONNX file, all of whose inputs stay."""
        if content is None:
            graph = helper.make_graph([], "facespace", [], [])
            opsets = [helper.make_opsetid("", OPSET)]
            self._model = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)
        else:
            self._model = onnx.load_model_from_string(content)
        self._graph = self._model.graph
        self._count = 0

    def input(self, name: str, kind: int, shape: list[int | str]) -> str:
        """One more input; sides that may differ have a name."""
        self._graph.input.append(helper.make_tensor_value_info(name, kind, shape))
        return name

    def constant(self, value: npt.ArrayLike, dtype: npt.DTypeLike = np.float32) -> str:
        """A constant, float32 unless told otherwise."""
        name = self._name()
        array = np.asarray(value, dtype)
        self._graph.initializer.append(numpy_helper.from_array(array, name))
        return name

    def whole(self, *value: int) -> str:
        """A constant of whole numbers, int64 (N,)."""
        return self.constant(value, np.int64)

    def add(self, kind: str, *inputs: str, **settings: Any) -> str:
        """One more node, and what it gives."""
        (output,) = self.parts(kind, 1, *inputs, **settings)
        return output

    def parts(self, kind: str, count: int, *inputs: str, **settings: Any) -> list[str]:
        """One more node that gives several values."""
        outputs = [self._name() for _ in range(count)]
        self._graph.node.append(helper.make_node(kind, list(inputs), outputs, **settings))
        return outputs

    def cast(self, value: str, kind: int = FLOAT) -> str:
        """A value as numbers of another type."""
        return self.add("Cast", value, to=kind)

    def output(self, value: str, name: str, kind: int, shape: list[int | str]) -> None:
        """Call a value by this name and give it."""
        self._graph.node.append(helper.make_node("Identity", [value], [name]))
        self._graph.output.append(helper.make_tensor_value_info(name, kind, shape))

    def content(self, give_only: int | None = None) -> bytes:
        """The ONNX file; with ``give_only`` it gives so many of the last outputs alone."""
        if give_only is not None:
            del self._graph.output[:-give_only]
        result: bytes = self._model.SerializeToString()
        return result

    def _name(self) -> str:
        self._count += 1
        return f"browser_{self._count}"
