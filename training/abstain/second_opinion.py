"""Learns to see whether something covers a face, and whether a find is a face at all.

Two support vector machines on the same oriented gradients, scaler and PCA, in one ONNX file. The
distance from face space alone parts neither: a mask is as smooth as a cheek, and a blurred lamp
lies as near to face space as a sharp face.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import onnx
from onnx import TensorProto
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC

from facespace.datasets import labelled_faces
from facespace.faces import align, detectors, evidence, model
from facespace.faces.detectors.haar import Haar
from facespace.faces.model import INPUT
from facespace.io import images
from facespace.types import RGB, Array, Box, Crops, Detection, FacespaceError
from training.abstain.marked_faces import opened
from training.models import front_ends, pipeline
from training.models.export import TOLERANCE, ExportError
from training.models.onnx_graph import Graph
from training.photos import synthetic_masks, workers
from training.photos.sample import Sample

#: Photos of the training that are covered; half as many are moved and blurred.
COVERED_PHOTOS = 6000

#: Random squares of each picture without a face, and copies of each find of a careless Haar there.
SQUARES, COPIES = 25, 4

#: A careless detector finds what looks like a face and is none: scale factor, neighbours.
CARELESS = Haar("careless", scale_factor=1.1, min_neighbors=1)

#: Share of the examples that the probabilities are calibrated on.
HELD_OUT = 0.2

COMPONENTS, C, GAMMA = 100, 1.0, 1.0

#: Photos that a worker covers at once.
CHUNK = 200


@dataclass(frozen=True, slots=True)
class Examples:
    """Crops, uint8 (N, side, side) each.

    ``bare`` are faces as they are, ``moved`` the same cut askew and blurred, as careless detectors
    and small faces give them, ``covered`` faces with something drawn over, ``others`` no faces.
    """

    bare: Crops
    moved: Crops
    covered: Crops
    others: Crops


def examples(fitting: Sample, empty: Sequence[Path], jobs: int) -> Examples:
    """Make the examples.

    Args:
        fitting: photos to learn from.
        empty: pictures without a face.
        jobs: worker processes; -1 for one a processor.
    """
    rng = np.random.default_rng(0)
    chosen = rng.permutation(len(fitting.photos))[: 2 * COVERED_PHOTOS]
    masked, bare = chosen[: len(chosen) // 2], chosen[len(chosen) // 2 :]

    with workers.opened(jobs) as crew:

        def crops(make: Callable[[Sample, int], Crops], places: Array) -> Crops:
            parts = np.array_split(places, max(1, len(places) // CHUNK))
            seeded = [(make, fitting.part(part), seed) for seed, part in enumerate(parts)]
            return np.concatenate(workers.each_result(_crops, seeded, crew, make.__name__, size=1))

        pictures = [(_no_faces, path, seed) for seed, path in enumerate(empty)]
        return Examples(
            bare=fitting.crops[bare],
            moved=crops(moved, masked[::2]),
            covered=crops(covered, masked),
            others=np.concatenate(workers.each_result(_crops, pictures, crew, "no faces")),
        )


def _crops(example: tuple[Callable[..., Crops], Sample | Path, int]) -> Crops:
    make, source, seed = example
    return make(source, seed)


def covered(sample: Sample, seed: int = 0) -> Crops:
    """The sample's faces with something drawn over each, found again; those not found are missing.

    Returns:
        uint8 (N, side, side).
    """
    rng = np.random.default_rng(seed)
    side = align.TEMPLATE.side
    crops = [np.empty((0, side, side), np.uint8)]
    for padded, points in _padded(sample):
        other = images.load(sample.photos[rng.integers(len(sample.photos))].path)
        hidden = synthetic_masks.draw(padded, align.five(points), other, rng)
        detections = detectors.get().detect(hidden, labelled_faces.THRESHOLD)
        if detections:
            middle = labelled_faces.middle_face(detections, *hidden.shape[:2])
            crops.append(align.crop(hidden, [middle]))
    return np.concatenate(crops)


def moved(sample: Sample, seed: int = 0) -> Crops:
    """The sample's faces cut askew out of pictures made coarser, uint8 (N, side, side)."""
    rng = np.random.default_rng(seed)
    return np.stack([_moved(padded, points, rng) for padded, points in _padded(sample)])


def squares(rgb: RGB, rng: np.random.Generator) -> list[Detection]:
    """Random squares of a picture, uint8 (H, W, 3), from 20 pixels to its shorter side."""
    height, width = rgb.shape[:2]
    random = []
    for _ in range(SQUARES):
        side = float(np.exp(rng.uniform(np.log(20), np.log(min(height, width)))))
        box = Box(rng.uniform(0, width - side), rng.uniform(0, height - side), side, side)
        random.append(Detection(box, 0.0))
    return random


def learn(examples: Examples) -> bytes:
    """The second opinion as an ONNX file: ``faces`` in, ``evidence.OUTPUTS`` out.

    Raises:
        ExportError: the file does not compute what was fitted.
    """
    side = examples.bare.shape[1]
    stacks = (examples.bare, examples.moved, examples.covered, examples.others)
    kinds = np.repeat(np.arange(4), [len(stack) for stack in stacks])
    pictures = np.concatenate(stacks)
    held = np.random.default_rng(0).random(len(kinds)) < HELD_OUT
    rows = pipeline.own(front_ends.rows(front_ends.FirstOrder(), pictures))
    space = pipeline.reduction(COMPONENTS).fit(rows[~held])
    placed = space.transform(rows)
    graph = Graph()
    numbers = graph.node("Cast", [INPUT], to=TensorProto.FLOAT)
    written = front_ends.FirstOrder().write(graph, numbers)
    coordinates = graph.projected(written, space["scaler"], space["pca"], space["pca"].divisor_)
    expected = []
    # What tells a cover from a bare face need not tell a face from a lamp.
    for output, among, positive in (
        ("covered", (0, 1, 2), (2,)),
        ("face_like", (0, 1, 2, 3), (0, 1, 2)),
    ):
        used, labels = np.isin(kinds, among), np.isin(kinds, positive)
        svm = SVC(C=C, gamma=GAMMA, cache_size=2000).fit(placed[used & ~held], labels[used & ~held])
        decisions = svm.decision_function(placed[used & held])[:, None]
        sigmoid = LogisticRegression(C=1e6).fit(decisions, labels[used & held])
        _write(graph, svm, sigmoid, coordinates, output)
        first = svm.decision_function(placed[:CHUNK])[:, None]
        expected.append(sigmoid.predict_proba(first)[:, 1])
    finished = graph.model(side, {name: ["N"] for name in evidence.OUTPUTS})
    onnx.checker.check_model(finished, full_check=True)
    content: bytes = finished.SerializeToString()
    computed = evidence.run(model.session(content, contract=False), pictures[:CHUNK])
    error = float(np.abs(np.array(computed) - np.array(expected)).max())
    if not error <= TOLERANCE:
        raise ExportError(f"The second opinion's probabilities differ by {error:.1e}.")
    return content


def _write(graph: Graph, svm: SVC, sigmoid: LogisticRegression, coordinates: str, out: str) -> None:
    decisions = graph.decided(svm, coordinates)
    # Of the columns [-d, d] the second.
    places = [graph.constant([n]) for n in (1, 2, 1)]
    decision = graph.node("Slice", [decisions, *places])
    scaled = graph.node("Mul", [decision, graph.floats(sigmoid.coef_.ravel())])
    exponent = graph.node("Add", [scaled, graph.floats(sigmoid.intercept_)])
    flat = graph.node("Squeeze", [exponent, graph.constant([1])])
    graph.node("Sigmoid", [flat], out)


def _padded(sample: Sample) -> Iterator[tuple[RGB, Array]]:
    """Every photo of a sample with a border of half its size, and the landmarks in it, (5, 2)."""
    for photo, landmarks in zip(sample.photos, sample.rows["landmarks"], strict=True):
        rgb = images.load(photo.path)
        padded = labelled_faces.bordered(rgb, 0.5)
        yield padded, landmarks + (np.array(padded.shape[1::-1]) - rgb.shape[1::-1]) // 2


def _moved(rgb: RGB, points: Array, rng: np.random.Generator) -> Array:
    """A crop from landmarks turned, scaled and shifted at random, of a picture made coarser."""
    middle = points.mean(axis=0)
    length = float(np.hypot(*(points[3:].mean(axis=0) - points[:2].mean(axis=0))))
    factor = np.exp(complex(rng.normal(0, 0.12), rng.normal(0, 0.12)))
    rotation = np.array([[factor.real, -factor.imag], [factor.imag, factor.real]])
    askew = (points - middle) @ rotation.T + middle + rng.normal(0, 0.1, 2) * length
    shrunk = float(rng.choice([1.0, 1.0, 0.5, 0.25, 0.15]))
    if shrunk < 1:
        small = cv2.resize(rgb, None, fx=shrunk, fy=shrunk, interpolation=cv2.INTER_AREA)
        rgb = np.asarray(cv2.resize(small, rgb.shape[1::-1]), np.uint8)
    return np.asarray(align.crop(rgb, [Detection(Box(0, 0, 1, 1), 1.0, align.five(askew))])[0])


def _no_faces(path: Path, seed: int) -> Crops:
    """Squares of a picture without a face: at random, and where a careless Haar sees one."""
    rng = np.random.default_rng(seed)
    rgb = opened(path)
    patches = squares(rgb, rng)
    for detection in CARELESS.detect(rgb):
        box = detection.box
        patches.append(Detection(box, 0.0))
        for _ in range(COPIES):
            side = box.width * rng.uniform(0.8, 1.25)
            x, y = rng.uniform(-0.15, 0.15, 2) * box.width
            patches.append(Detection(Box(box.x + x, box.y + y, side, side), 0.0))
    return align.crop(rgb, patches)


def demand_pictures(paths: Sequence[Path], folder: Path) -> None:
    """Raise FacespaceError where there are too few pictures to learn what is no face."""
    if len(paths) < 5:
        raise FacespaceError(f"{folder} holds {len(paths)} pictures without a face; 5 are needed.")
