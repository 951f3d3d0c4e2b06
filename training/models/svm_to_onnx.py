"""A skl2onnx converter that writes an RBF support vector machine as matrix products.

An ``SVC``, or a ``NystroemSVC``, which has its landmarks in the place of support vectors.

ONNX Runtime's own ``SVMClassifier`` walks the support vectors one by one; ``Gemm``, ``Exp`` and
``MatMul`` do the same work in blocks on all threads. With support vectors s_i, dual coefficients
a_i and intercept b the decision value of x is

    d(x) = b + sum_i a_i exp(-gamma |x - s_i|^2).

Expanding |x - s_i|^2 = |x|^2 - 2 x.s_i + |s_i|^2, the exponents of all support vectors are one
product of [x, -|x|^2 / 2] with [s_i, 1], times 2 gamma, plus the bias -gamma |s_i|^2. The vectors
stand in the file as they are, so that rounded ones stay round.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from onnx import TensorProto
from skl2onnx import update_registered_converter
from skl2onnx.common.data_types import FloatTensorType, Int64TensorType
from sklearn.svm import SVC

from training.models.nystroem import NystroemSVC


def register() -> None:
    """From now on skl2onnx converts ``SVC`` and ``NystroemSVC`` with this module."""
    # The options that skl2onnx asks every classifier for; the output is raw scores in any case.
    options = {name: [True, False] for name in ("zipmap", "raw_scores", "nocl")}
    for kind in (SVC, NystroemSVC):
        update_registered_converter(
            kind, f"Facespace{kind.__name__}", _shapes, convert, overwrite=True, options=options
        )


def _shapes(operator: Any) -> None:
    """Outputs: the class index, int64 (N,), and the decision values, float (N, 2)."""
    count = operator.inputs[0].get_first_dimension()
    operator.outputs[0].type = Int64TensorType([count])
    operator.outputs[1].type = FloatTensorType([count, 2])


def convert(scope: Any, operator: Any, container: Any) -> None:
    """Write the nodes of one fitted binary RBF machine into a skl2onnx container.

    The outputs are the class index, int64 (N,), and ``[-d, d]``, float (N, 2).

    Raises:
        ValueError: the machine has another kernel or more than two classes.
    """
    svc: SVC | NystroemSVC = operator.raw_operator
    if svc.kernel != "rbf" or len(svc.classes_) != 2:
        raise ValueError("Only a two-class SVC with an RBF kernel can be written.")
    # Private, but the only place where "scale" and "auto" are resolved; it is what predict uses.
    gamma = float(svc._gamma)
    # libsvm sorts the support vectors by class, so a float32 sum over them would first run far
    # to one side and lose its last digits there: 8e-4 in probability with 32,000 of them. In
    # random order it stays near its result.
    order = np.random.default_rng(0).permutation(len(svc.support_vectors_))
    vectors = np.asarray(svc.support_vectors_, np.float64)[order]

    def constant(name: str, values: Any, kind: int = TensorProto.FLOAT) -> str:
        full = scope.get_unique_variable_name(name)
        array = np.asarray(values, np.int64 if kind == TensorProto.INT64 else np.float32)
        container.add_initializer(full, kind, list(array.shape), array.ravel())
        return str(full)

    def node(kind: str, inputs: list[str], output: str | None = None, **attributes: Any) -> str:
        full = output or scope.get_unique_variable_name(kind.lower())
        name = scope.get_unique_operator_name(kind)
        container.add_node(kind, inputs, full, name=name, **attributes)
        return str(full)

    x = operator.inputs[0].full_name
    weights = np.vstack([vectors.T, np.ones(len(vectors))])
    bias = -gamma * np.square(vectors).sum(axis=1)
    dual = svc.dual_coef_.reshape(-1, 1)[order]

    last_axis = constant("axis", [1], TensorProto.INT64)
    square = node("ReduceSumSquare", [x, last_axis], keepdims=1, op_version=18)
    halved = node("Mul", [square, constant("minus_half", [-0.5])], op_version=14)
    extended = node("Concat", [x, halved], axis=1, op_version=13)
    exponent = node(
        "Gemm",
        [extended, constant("support_vectors", weights), constant("bias", bias)],
        alpha=2 * gamma,
        op_version=13,
    )
    kernel = node("Exp", [exponent], op_version=13)
    both = constant("dual_coefficients", np.hstack([-dual, dual]))
    intercept = float(svc.intercept_[0])
    decision = node(
        "Gemm",
        [kernel, both, constant("intercept", [-intercept, intercept])],
        operator.outputs[1].full_name,
        op_version=13,
    )
    node("ArgMax", [decision], operator.outputs[0].full_name, axis=1, keepdims=0, op_version=13)
