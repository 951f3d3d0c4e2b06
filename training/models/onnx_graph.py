"""An ONNX graph under construction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnx.compose import add_prefix
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import FloatTensorType
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from facespace.faces.model import INPUT
from facespace.types import Array
from training.models import svm_to_onnx
from training.models.nystroem import NystroemSVC

OPSET = {"": 18, "ai.onnx.ml": 3}

#: Numbers from which a constant that half precision holds is written so.
LARGE = 1000


def rounded(values: npt.ArrayLike) -> npt.NDArray[np.float32]:
    """The nearest numbers of half precision, as float32 of the same shape."""
    most = np.finfo(np.float16).max
    return np.clip(values, -most, most).astype(np.float16).astype(np.float32)


class Graph:
    """Nodes and constants; every method that adds some returns a tensor's name."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []

    def node(self, kind: str, inputs: Sequence[str], output: str = "", **attributes: Any) -> str:
        """Append a node with one output."""
        output = output or f"{kind.lower()}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def constant(self, values: npt.ArrayLike) -> str:
        """Append a constant: int64 where whole numbers are given, else of the array's type."""
        name = f"constant_{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.asarray(values), name))
        return name

    def floats(self, values: npt.ArrayLike) -> str:
        """Append a constant of float32."""
        name = f"constant_{len(self._constants)}"
        self._append(name, np.asarray(values, np.float32))
        return name

    def _append(self, name: str, values: Array) -> None:
        """Append a constant, in half the space where half precision holds it."""
        half = rounded(values)
        if values.size < LARGE or not np.allclose(half, values, rtol=1e-6, atol=0):
            self._constants.append(numpy_helper.from_array(values, name))
            return
        short = f"{name}_half"
        self._constants.append(numpy_helper.from_array(half.astype(np.float16), short))
        self.node("Cast", [short], name, to=TensorProto.FLOAT)

    def projected(self, rows: str, scaler: StandardScaler, pca: PCA, divisor: Any) -> str:
        """Append scaler and PCA, folded into one product.

        Args:
            rows: float (N, D).
            scaler: fitted on D columns.
            pca: fitted on what the scaler gives.
            divisor: (K,), what each coordinate is divided by.

        Returns:
            coordinates, float (N, K).
        """
        weights = pca.components_.T.astype(np.float64) / divisor
        bias = -(scaler.mean_ / scaler.scale_ + pca.mean_) @ weights
        weights /= scaler.scale_[:, None]
        return self.node("Gemm", [rows, self.floats(weights), self.floats(bias)])

    def decided(self, svm: SVC | NystroemSVC, coordinates: str) -> tuple[str, str]:
        """Append a support vector machine, written by ``svm_to_onnx``.

        Args:
            svm: fitted on K columns.
            coordinates: float (N, K).

        Returns:
            the class index, int64 (N,), and the decision values ``[-d, d]``, float (N, 2).
        """
        svm_to_onnx.register()
        converted = convert_sklearn(
            svm,
            initial_types=[("source", FloatTensorType([None, svm.n_features_in_]))],
            target_opset=OPSET,
            options={id(svm): {"zipmap": False, "raw_scores": True}},
        )
        prefix = f"{type(svm).__name__}_{len(self._nodes)}_"
        converted = add_prefix(converted, prefix)
        self.node("Identity", [coordinates], f"{prefix}source")
        for tensor in converted.graph.initializer:
            self._append(tensor.name, numpy_helper.to_array(tensor))
        self._nodes += converted.graph.node
        label, scores = (output.name for output in converted.graph.output)
        return label, scores

    def model(self, side: int, outputs: Mapping[str, Sequence[str | int]]) -> onnx.ModelProto:
        """The finished model: faces, uint8 (N, side, side), in; floats of these shapes out."""
        faces = helper.make_tensor_value_info(INPUT, TensorProto.UINT8, ["N", side, side])
        return self.finished(
            [faces],
            [
                helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
                for name, shape in outputs.items()
            ],
        )

    def finished(
        self, inputs: Sequence[onnx.ValueInfoProto], outputs: Sequence[onnx.ValueInfoProto]
    ) -> onnx.ModelProto:
        """The model of all nodes so far."""
        graph = helper.make_graph(self._nodes, "facespace", inputs, outputs, self._constants)
        opsets = [helper.make_opsetid(domain, version) for domain, version in OPSET.items()]
        return helper.make_model(
            graph, opset_imports=opsets, ir_version=9, producer_name="facespace"
        )
