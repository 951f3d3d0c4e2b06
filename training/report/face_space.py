"""Measures faces in face space: where test faces lie, and how far from it faces are.

Writes ``coordinates.npz``, which the page Eigenfaces draws from (see
``facespace.artifacts.coordinates``).
"""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np

from facespace.artifacts import coordinates, face_space
from facespace.artifacts.face_space import FaceSpace
from facespace.artifacts.manifest import load_manifest
from facespace.io.atomic import check_folder
from facespace.types import Array, Crops, Floats
from training.options import MeasureOptions
from training.photos.material import Material, load
from training.report import artifact_files

#: Bars of the histogram of distances.
BINS = 60

#: Crops whose pixels are turned into floats at once.
BATCH = 1024

log = logging.getLogger(__name__)


def measure(options: MeasureOptions) -> None:
    """Measure in the face space of artifacts that are there, and add the file to them.

    The photos are those that the models were trained on; they are split as they were there.

    Raises:
        FacespaceError: the data or the artifacts cannot be used.
    """
    check_folder(options.out)
    load_manifest(options.out)
    given = options.data, options.test, options.limit, options.crops
    material = load(*given, options.jobs, labels=options.labels)
    add(options.out, material)
    log.info(f"wrote {options.out / coordinates.FILE}")


def add(out: Path, material: Material) -> None:
    """Measure photos that are read and split already, and add the file."""
    arrays = measured(face_space.load(out), material)
    artifact_files.add(out, {coordinates.FILE: artifact_files.packed(arrays)})


def measured(space: FaceSpace, material: Material) -> dict[str, Array]:
    """The arrays of ``coordinates.npz``.

    Test faces stand in an order drawn anew each time, and half precision is enough to draw them.
    """
    rng = np.random.default_rng()
    arrays: dict[str, Array] = {}
    learned = np.concatenate([material.fitting.crops, material.validation.crops])
    distances = {coordinates.TRAINING: _placed(space, learned)[1]}
    for name, sample in material.tests.items():
        order = rng.permutation(len(sample.photos))
        placed, distances[name] = _placed(space, sample.crops[order])
        kept = (placed / space.deviations)[:, : coordinates.KEPT]
        arrays[f"{name}/coordinates"] = kept.astype(np.float16)
        arrays[f"{name}/female"] = sample.female[order]
    edges = np.histogram_bin_edges(np.concatenate(list(distances.values())), BINS)
    arrays["distances/edges"] = edges.astype(np.float64)
    for name, values in distances.items():
        arrays[f"distances/{name}"] = np.histogram(values, edges)[0]
    return arrays


def _placed(space: FaceSpace, crops: Crops) -> tuple[Floats, Floats]:
    """Coordinates (N, K) of crops, and their distances from face space (N,)."""
    parts = [crops[i : i + BATCH] for i in range(0, len(crops), BATCH)]
    placed = [space.coordinates(part) for part in parts]
    distances = [space.distance(*pair) for pair in zip(parts, placed, strict=True)]
    return np.concatenate(placed), np.concatenate(distances)
