"""An ONNX graph under construction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from facespace.faces.model import INPUT
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
        """Append a constant of float32, in half the space where half precision holds it."""
        numbers = np.asarray(values, np.float32)
        half = rounded(numbers)
        if numbers.size < LARGE or not np.allclose(half, numbers, rtol=1e-6, atol=0):
            return self.constant(numbers)
        return self.node("Cast", [self.constant(half.astype(np.float16))], to=TensorProto.FLOAT)

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

    def decided(self, svm: SVC | NystroemSVC, coordinates: str) -> str:
        """Append an RBF support vector machine of two classes, as matrix products.

        ONNX Runtime's own ``SVMClassifier`` walks the support vectors one by one; ``Gemm`` and
        ``Exp`` do the same work in blocks on all threads. With support vectors s_i, dual
        coefficients a_i and intercept b the decision value of x is

            d(x) = b + sum_i a_i exp(-gamma |x - s_i|^2).

        Expanding |x - s_i|^2 = |x|^2 - 2 x.s_i + |s_i|^2, the exponents of all support vectors are
        one product of [x, -|x|^2 / 2] with [s_i, 1], times 2 gamma, plus the bias -gamma |s_i|^2.
        The vectors stand in the file as they are, so that rounded ones stay round.

        Args:
            svm: fitted on K columns; a ``NystroemSVC`` has landmarks in place of support vectors.
            coordinates: float (N, K).

        Returns:
            the decision values ``[-d, d]``, float (N, 2).

        Raises:
            ValueError: the machine has another kernel or more than two classes.
        """
        if svm.kernel != "rbf" or len(svm.classes_) != 2:
            raise ValueError("Only a two-class SVC with an RBF kernel can be written.")
        # Private, but the only place where "scale" and "auto" are resolved; predict uses it too.
        gamma = float(svm._gamma)
        # libsvm sorts the support vectors by class, so a float32 sum over them would first run far
        # to one side and lose its last digits there: 8e-4 in probability with 32,000 of them. In
        # random order it stays near its result.
        order = np.random.default_rng(0).permutation(len(svm.support_vectors_))
        vectors = np.asarray(svm.support_vectors_, np.float64)[order]
        dual, intercept = svm.dual_coef_.reshape(-1, 1)[order], float(svm.intercept_[0])
        square = self.node("ReduceSumSquare", [coordinates, self.constant([1])], keepdims=1)
        halved = self.node("Mul", [square, self.floats([-0.5])])
        extended = self.node("Concat", [coordinates, halved], axis=1)
        weights = self.floats(np.vstack([vectors.T, np.ones(len(vectors))]))
        bias = self.floats(-gamma * np.square(vectors).sum(axis=1))
        kernel = self.node("Exp", [self.node("Gemm", [extended, weights, bias], alpha=2 * gamma)])
        both = self.floats(np.hstack([-dual, dual]))
        return self.node("Gemm", [kernel, both, self.floats([-intercept, intercept])])

    def model(
        self, side: int, outputs: Mapping[str, Sequence[str | int]], colour: bool = False
    ) -> onnx.ModelProto:
        """The finished model of faces, uint8 (N, side, side) or in colour (N, side, side, 3).

        Out come floats of these shapes.
        """
        shape: list[str | int | None] = ["N", side, side, *([3] if colour else [])]
        faces = helper.make_tensor_value_info(INPUT, TensorProto.UINT8, shape)
        return self.finished(faces, outputs)

    def finished(
        self, given: onnx.ValueInfoProto, outputs: Mapping[str, Sequence[str | int]]
    ) -> onnx.ModelProto:
        """The model of all nodes so far: what is given in, floats of these shapes out."""
        floats = [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
            for name, shape in outputs.items()
        ]
        graph = helper.make_graph(self._nodes, "facespace", [given], floats, self._constants)
        opsets = [helper.make_opsetid(domain, version) for domain, version in OPSET.items()]
        return helper.make_model(
            graph, opset_imports=opsets, ir_version=9, producer_name="facespace"
        )
