"""A fitted pipeline -> one ONNX file that keeps the artifact contract, checked on real crops.

The front end writes its own nodes, ``onnx_graph`` scaler, PCA and support vector machine; the rest,
a few, is written here: crops in, the mirror image, the mean of both decision values, the sigmoid of
the calibration, and the distance from face space.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper
from sklearn.calibration import CalibratedClassifierCV
from sklearn.pipeline import Pipeline

from facespace.faces.model import FURTHER, INPUT, OUTPUTS, session
from facespace.types import Crops, FacespaceError
from training.models import front_ends, pipeline
from training.models.front_ends import FrontEnd
from training.models.onnx_graph import Graph

#: Classes in the order of the output ``probability``.
CLASSES = ("female", "male")

#: Largest difference in probability between ONNX and scikit-learn that is let through.
TOLERANCE = 1e-4

#: Sizes of batches that must give what all crops together give.
BATCHES = (1, 2, 7, 64)


class ExportError(FacespaceError):
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


def to_onnx(
    fitted: CalibratedClassifierCV,
    front_end: FrontEnd,
    space: Pipeline,
    side: int,
    facts: dict[str, Any],
) -> bytes:
    """Write a fitted ``pipeline.calibrated`` as ONNX.

    Args:
        fitted: labels were "female" and "male".
        front_end: what gave the rows that it was fitted on.
        space: the pixel eigenfaces, a fitted ``pipeline.reduction``, that ``distance`` is
            measured from.
        side: of the crops, in pixels; whether they are in colour the front end says.
        facts: plain data for the file's ``metadata_props``, under the key ``facespace``.
    """
    scaler, pca, svm, sigmoid = pipeline.parts(fitted)
    graph = Graph()
    numbers = graph.node("Cast", [INPUT], to=TensorProto.FLOAT)
    # Rows 0 to N are the crops, N to 2N their mirror images.
    rows = front_end.write(graph, front_ends.seen(front_end, graph, numbers, side))
    placed = graph.projected(rows, scaler, pca, pca.divisor_)
    decisions = graph.decided(svm, placed)
    first, axis = graph.constant([0]), graph.constant([0])
    count = graph.node("Shape", [numbers], start=0, end=1)
    coordinates = graph.node("Slice", [placed, first, count, axis], OUTPUTS[1])
    years = front_end.age(graph, rows)
    pairs = graph.node("Reshape", [decisions, graph.constant([front_end.views, -1, 2])])
    mean = graph.node("ReduceMean", [pairs, axis], keepdims=0)
    # Platt's sigmoid of the value d for the second class: 1 / (1 + exp(a d + b)). The columns
    # of ``mean`` are [-d, d], so one line serves both classes.
    slope = graph.floats([-sigmoid.a_, -sigmoid.a_])
    shift = graph.floats([sigmoid.b_, -sigmoid.b_])
    exponent = graph.node("Add", [graph.node("Mul", [mean, slope]), shift])
    graph.node("Sigmoid", [exponent], OUTPUTS[0])
    pixels = front_ends.PIXELS.write(graph, front_end.grey(graph, numbers))
    in_space = coordinates
    if pca is not space["pca"]:
        in_space = graph.projected(pixels, space["scaler"], space["pca"], space["pca"].divisor_)
    _distance(graph, pixels, space, in_space)
    shapes: list[list[str | int]] = [["N", 2], ["N", pca.n_components_], ["N"]]
    named = dict(zip(OUTPUTS, shapes, strict=True))
    if years is not None:
        both = graph.node("Reshape", [years, graph.constant([front_end.views, -1])])
        graph.node("ReduceMean", [both, axis], FURTHER[0], keepdims=0)
        named[FURTHER[0]] = ["N"]
    model = graph.model(side, named, colour=front_end.template.colour)
    helper.set_model_props(model, {"facespace": json.dumps(facts, ensure_ascii=False)})
    onnx.checker.check_model(model, full_check=True)
    content: bytes = model.SerializeToString()
    return content


def _distance(graph: Graph, pixels: str, space: Pipeline, coordinates: str) -> None:
    """Pixels (N, D) and their coordinates in face space -> the output ``distance``.

    The eigenfaces are orthonormal, so what they leave is what Pythagoras leaves.
    """
    scaler, pca = space["scaler"], space["pca"]
    middle = scaler.mean_ + pca.mean_ * scaler.scale_
    offset = graph.node("Sub", [pixels, graph.floats(middle)])
    offset = graph.node("Div", [offset, graph.floats(scaler.scale_)])
    undone = graph.node("Mul", [coordinates, graph.floats(pca.divisor_)])
    columns = graph.constant([1])
    whole, explained = (
        graph.node("ReduceSumSquare", [x, columns], keepdims=0) for x in (offset, undone)
    )
    left = graph.node("Relu", [graph.node("Sub", [whole, explained])])
    size = graph.floats(scaler.n_features_in_)
    graph.node("Sqrt", [graph.node("Div", [left, size])], OUTPUTS[2])


def check(
    content: bytes,
    fitted: CalibratedClassifierCV,
    front_end: FrontEnd,
    space: Pipeline,
    crops: Crops,
) -> Parity:
    """Hold an exported file against its pipeline, on real crops.

    Probabilities must agree within ``TOLERANCE``; where they are further than that from 0.5 the
    likelier class must be the same, and be the one that the pipeline predicts; and batches of any
    size must give what all together give.

    Args:
        content: the file.
        fitted: as for ``to_onnx``; so are ``front_end`` and ``space``.
        crops: uint8, as the front end eats them.

    Raises:
        ExportError: they do not agree.
    """
    scaler, pca, _, _ = pipeline.parts(fitted)
    runner = session(content)
    probability, coordinates, distance = runner.run(OUTPUTS, {INPUT: crops})
    rows = front_ends.rows(front_end, crops)
    if tuple(fitted.classes_) != CLASSES:
        raise ExportError(f"The classes are {fitted.classes_}, not {CLASSES}.")
    expected = fitted.predict_proba(rows)
    placed = pca.transform(scaler.transform(pipeline.own(rows, front_end.views)))
    scaled = space["scaler"].transform(front_ends.grey_rows(front_end, crops))
    rest = scaled - space["pca"].inverse_transform(space["pca"].transform(scaled))
    parity = Parity(
        crops=len(crops),
        probability=float(np.abs(probability - expected).max()),
        coordinates=float(np.abs(coordinates - placed).max()),
        distance=float(np.abs(distance - np.sqrt(np.mean(rest**2, axis=1))).max()),
    )
    clear = np.abs(expected[:, 0] - 0.5) > TOLERANCE
    # The likelier class is what the pipeline predicts; predict() would walk the vectors again.
    flipped = int((probability.argmax(axis=1) != expected.argmax(axis=1))[clear].sum())
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
