"""A fitted pipeline -> one ONNX file that keeps the artifact contract, checked on real crops.

skl2onnx converts the scaler, the PCA and the support vector machine (the last with
``svm_to_onnx``); the rest, a few nodes, is written here: crops in, the mirror image, the mean of
both decision values, the sigmoid of the calibration, and the distance from face space.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnx.compose import add_prefix
from skl2onnx import convert_sklearn, update_registered_converter
from skl2onnx.common.data_types import FloatTensorType
from sklearn.calibration import CalibratedClassifierCV

from facespace.model import INPUT, OUTPUTS, session
from facespace.types import Crops
from training import svm_to_onnx
from training.pipeline import SoftWhitenedPCA, pixels

OPSET = {"": 18, "ai.onnx.ml": 3}

#: Classes in the order of the output ``probability``.
CLASSES = ("female", "male")

#: Largest difference in probability between ONNX and scikit-learn that is let through.
TOLERANCE = 1e-4

#: Sizes of batches that must give what all crops together give.
BATCHES = (1, 2, 7, 64)


class ExportError(Exception):
    """The ONNX file does not compute what the pipeline does; nothing was written."""


@dataclass(frozen=True, slots=True)
class Parity:
    """How far an exported file is from its pipeline, on ``crops`` crops.

    ``probability``, ``coordinates`` and ``distance`` are the largest absolute differences.
    """

    crops: int
    probability: float
    coordinates: float
    distance: float


def to_onnx(fitted: CalibratedClassifierCV, side: int, facts: dict[str, Any]) -> bytes:
    """Write a fitted ``pipeline.calibrated`` as ONNX.

    Args:
        fitted: labels were "female" and "male".
        side: of the crops, in pixels.
        facts: plain data for the file's ``metadata_props``, under the key ``facespace``.
    """
    (one,) = fitted.calibrated_classifiers_
    scaler, pca, svm = (step for _, step in one.estimator.estimator_.steps)
    (sigmoid,) = one.calibrators
    size = side * side
    svm_to_onnx.register()
    update_registered_converter(
        SoftWhitenedPCA, "FacespaceSoftWhitenedPca", _pca_shapes, _convert_pca, overwrite=True
    )
    graph = _Graph()
    numbers = graph.node("Cast", [INPUT], to=TensorProto.FLOAT)
    backwards = graph.constant(np.arange(side)[::-1].copy())
    mirror = graph.node("Gather", [numbers, backwards], axis=2)
    both = graph.node("Concat", [numbers, mirror], axis=0)
    rows = graph.node("Reshape", [both, graph.constant([-1, size])])
    (scaled,) = graph.converted(scaler, rows, size, ["variable"])
    (placed,) = graph.converted(pca, scaled, size, ["variable"])
    _, decisions = graph.converted(
        svm, placed, pca.n_components_, ["label", "scores"], zipmap=False, raw_scores=True
    )
    # Rows 0 to N are the crops, N to 2N their mirror images.
    count = graph.node("Div", [graph.node("Shape", [rows], start=0, end=1), graph.constant([2])])
    zero, axis = graph.constant([0]), graph.constant([0])
    coordinates = graph.node("Slice", [placed, zero, count, axis], OUTPUTS[1])
    own = graph.node("Slice", [scaled, zero, count, axis])
    pairs = graph.node("Reshape", [decisions, graph.constant([2, -1, 2])])
    mean = graph.node("ReduceMean", [pairs, axis], keepdims=0)
    # Platt's sigmoid of the value d for the second class: 1 / (1 + exp(a d + b)). The columns
    # of ``mean`` are [-d, d], so one line serves both classes.
    slope = graph.constant(np.array([-sigmoid.a_, -sigmoid.a_], np.float32))
    shift = graph.constant(np.array([sigmoid.b_, -sigmoid.b_], np.float32))
    exponent = graph.node("Add", [graph.node("Mul", [mean, slope]), shift])
    graph.node("Sigmoid", [exponent], OUTPUTS[0])
    # The eigenfaces are orthonormal, so what they leave is what Pythagoras leaves.
    offset = graph.node("Sub", [own, graph.constant(pca.mean_.astype(np.float32))])
    undone = graph.node("Mul", [coordinates, graph.constant(pca.divisor_.astype(np.float32))])
    columns = graph.constant([1])
    whole, explained = (
        graph.node("ReduceSumSquare", [x, columns], keepdims=0) for x in (offset, undone)
    )
    left = graph.node("Relu", [graph.node("Sub", [whole, explained])])
    graph.node("Sqrt", [graph.node("Div", [left, graph.constant(np.float32(size))])], OUTPUTS[2])
    model = graph.model(side, pca.n_components_)
    helper.set_model_props(model, {"facespace": json.dumps(facts, ensure_ascii=False)})
    onnx.checker.check_model(model, full_check=True)
    content: bytes = model.SerializeToString()
    return content


def check(content: bytes, fitted: CalibratedClassifierCV, crops: Crops) -> Parity:
    """Hold an exported file against its pipeline, on real crops.

    Probabilities must agree within ``TOLERANCE``; where they are further than that from 0.5 the
    likelier class must be the same, and be the one that the pipeline predicts; and batches of any
    size must give what all together give.

    Raises:
        ExportError: they do not agree.
    """
    (one,) = fitted.calibrated_classifiers_
    steps = one.estimator.estimator_[:-1]
    runner = session(content)
    probability, coordinates, distance = runner.run(OUTPUTS, {INPUT: crops})
    rows = pixels(crops)
    expected = fitted.predict_proba(rows)
    if tuple(fitted.classes_) != CLASSES:
        raise ExportError(f"The classes are {fitted.classes_}, not {CLASSES}.")
    placed = steps.transform(rows)
    rest = steps[0].transform(rows) - steps[-1].inverse_transform(placed)
    parity = Parity(
        crops=len(crops),
        probability=float(np.abs(probability - expected).max()),
        coordinates=float(np.abs(coordinates - placed).max()),
        distance=float(np.abs(distance - np.sqrt(np.mean(rest**2, axis=1))).max()),
    )
    clear = np.abs(expected[:, 0] - 0.5) > TOLERANCE
    labels = np.asarray(CLASSES)[probability.argmax(axis=1)]
    flipped = int((labels != fitted.predict(rows))[clear].sum())
    if flipped:
        raise ExportError(f"{flipped} of {len(crops)} labels are flipped.")
    if not parity.probability <= TOLERANCE:
        raise ExportError(f"Probabilities differ by {parity.probability:.1e}.")
    if not max(parity.coordinates, parity.distance) <= 10 * TOLERANCE:
        raise ExportError(f"Coordinates or distances differ: {parity}.")
    for size in BATCHES:
        (part,) = runner.run(OUTPUTS[:1], {INPUT: crops[:size]})
        if not np.abs(part - probability[:size]).max() <= TOLERANCE:
            raise ExportError(f"{size} crops give another result than all {len(crops)} together.")
    return parity


class _Graph:
    """Nodes and constants of a graph under construction; every method returns a tensor's name."""

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

    def converted(
        self, step: Any, source: str, columns: int, outputs: list[str], **options: Any
    ) -> list[str]:
        """Append what skl2onnx makes of one step, fed with float ``source`` (N, columns)."""
        prefix = f"{type(step).__name__}_"
        made = convert_sklearn(
            step,
            initial_types=[("source", FloatTensorType([None, columns]))],
            target_opset=OPSET,
            options={id(step): options} if options else None,
        )
        names = [output.name for output in made.graph.output]
        if len(names) != len(outputs):
            raise ExportError(f"{prefix} gives {names}, expected {outputs}.")
        made = add_prefix(made, prefix)
        self.node("Identity", [source], f"{prefix}source")
        self._nodes += made.graph.node
        self._constants += made.graph.initializer
        return [prefix + name for name in names]

    def model(self, side: int, components: int) -> onnx.ModelProto:
        """The finished model with the contract's input and outputs."""
        shapes: list[list[str | int]] = [["N", 2], ["N", components], ["N"]]
        graph = helper.make_graph(
            self._nodes,
            "facespace",
            [helper.make_tensor_value_info(INPUT, TensorProto.UINT8, ["N", side, side])],
            [
                helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
                for name, shape in zip(OUTPUTS, shapes, strict=True)
            ],
            self._constants,
        )
        opsets = [helper.make_opsetid(domain, version) for domain, version in OPSET.items()]
        return helper.make_model(
            graph, opset_imports=opsets, ir_version=9, producer_name="facespace"
        )


def _pca_shapes(operator: Any) -> None:
    count = operator.inputs[0].get_first_dimension()
    operator.outputs[0].type = FloatTensorType([count, operator.raw_operator.n_components_])


def _convert_pca(scope: Any, operator: Any, container: Any) -> None:
    """skl2onnx converter: (x - mean) @ components.T / divisor as one ``Gemm``."""
    pca: SoftWhitenedPCA = operator.raw_operator
    weights = pca.components_.T.astype(np.float64) / pca.divisor_
    arrays = {"weights": weights, "bias": -pca.mean_ @ weights}
    names = []
    for name, values in arrays.items():
        names.append(scope.get_unique_variable_name(name))
        floats = np.asarray(values, np.float32)
        container.add_initializer(names[-1], TensorProto.FLOAT, floats.shape, floats.ravel())
    container.add_node(
        "Gemm",
        [operator.inputs[0].full_name, *names],
        operator.outputs[0].full_name,
        name=scope.get_unique_operator_name("Gemm"),
        op_version=13,
    )
