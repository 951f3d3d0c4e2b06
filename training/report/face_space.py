"""Measures faces in face space: where test faces lie, and how far from it faces are.

Writes ``coordinates.npz``, which the page Eigenfaces draws from (see
``facespace.artifacts.coordinates``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from facespace.artifacts import coordinates, face_space
from facespace.artifacts.face_space import FaceSpace
from facespace.artifacts.manifest import load_manifest
from facespace.types import Crops, Floats
from training.photos.material import Material, load
from training.report import artifact_files

#: Bars of the histogram of distances.
BINS = 60

#: Crops whose pixels are turned into floats at once.
BATCH = 1024


def measure(
    data: Path | Sequence[Path],
    out: Path,
    tests: Sequence[Path] = (),
    limit: int | None = None,
    cache: Path = Path(".cache"),
    jobs: int = -1,
    say: Callable[[str], None] = print,
) -> None:
    """Measure, and add the file to artifacts that are there.

    Args:
        data: the labelled photos that the models were trained on; split as they were there.
        out: the artifacts, whose face space is measured in.
        tests: further data sets, for testing alone.
        limit: at most so many photos of each data set.
        cache: where crops are kept between runs.
        jobs: worker processes; -1 for one a processor.
        say: told what was done.

    Raises:
        FacespaceError: the data or the artifacts cannot be used.
    """
    load_manifest(out)
    add(out, load(data, tests, limit, cache / "crops", jobs))
    say(f"wrote {out / coordinates.FILE}")


def add(out: Path, material: Material) -> None:
    """The same for photos that are read and split already."""
    arrays = measured(face_space.load(out), material)
    artifact_files.add(out, {coordinates.FILE: artifact_files.packed(arrays)})


def measured(space: FaceSpace, material: Material) -> dict[str, npt.NDArray[Any]]:
    """The arrays of ``coordinates.npz``.

    Test faces stand in an order drawn anew each time, and half precision is enough to draw them.
    """
    rng = np.random.default_rng()
    arrays: dict[str, npt.NDArray[Any]] = {}
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
