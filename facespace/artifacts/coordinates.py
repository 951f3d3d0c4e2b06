"""What was measured in face space: where test faces lie, and how far from it faces are.

The arrays come from the artifact ``coordinates.npz``, without names or pictures; the mean faces
of groups from ``mean_faces.npz``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from facespace.artifacts.face_space import FaceSpace
from facespace.artifacts.manifest import load_manifest, open_arrays
from facespace.types import FacespaceError, Floats

FILE, MEANS = "coordinates.npz", "means.npz"

#: Coordinates of test faces that are kept: enough to look at, too few to rebuild a face from.
KEPT = 8

#: The crops that the models learned from, those they were chosen on among them.
TRAINING = "training"


@dataclass(frozen=True, slots=True)
class Placed:
    """Test faces in face space, in an order of their own.

    ``coordinates`` float32 (N, ``KEPT`` at most), in standard deviations of the training crops;
    ``female`` bool (N,).
    """

    coordinates: Floats
    female: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Measured:
    """``tests`` by the names of the test sets, and histograms of the distance from face space.

    ``edges`` (B + 1,) are the histograms' edges, in standard deviations of a pixel, ``counts`` (B,)
    the crops between them: of ``TRAINING`` first, then of every test set.
    """

    tests: Mapping[str, Placed]
    edges: npt.NDArray[np.float64]
    counts: Mapping[str, npt.NDArray[np.int64]]

    def nearer(self, distance: float, name: str = TRAINING) -> float:
        """Share of the counted crops nearer to face space than ``distance``, 0 to 1.

        Within a bar of the histogram the crops are taken to be spread evenly.
        """
        summed = np.concatenate([[0], np.cumsum(self.counts[name])])
        return float(np.interp(distance, self.edges, summed / summed[-1]))


@dataclass(frozen=True, slots=True)
class GroupMean:
    """The mean face of a group: ``coordinates`` float32 (K,), and how many ``faces`` it is of."""

    coordinates: Floats
    faces: int


def load(where: Path | None = None) -> Measured:
    """Read ``coordinates.npz`` of the artifacts folder (``artifacts_folder()`` where None).

    Raises:
        FacespaceError: it is missing, altered or something else.
    """
    return _load(*_identity(FILE, where))


def means(space: FaceSpace, where: Path | None = None) -> dict[str, dict[str, GroupMean]]:
    """Where the mean faces of groups lie, by attribute and value.

    The way from a crop to its coordinates is affine, so those of the mean of many crops are the
    mean of their coordinates.

    Raises:
        FacespaceError: the artifacts have no ``mean_faces.npz``, or it is altered or something
            else.
    """
    found: dict[str, dict[str, GroupMean]] = {}
    for name, faces, mean in _means(*_identity(MEANS, where)):
        if mean.shape != (space.side, space.side) or "/" not in name:
            raise FacespaceError(f"{MEANS} holds no mean face of this face space: {name}.")
        attribute, value = name.split("/", 1)
        placed = space.coordinates(mean[None])[0]
        found.setdefault(attribute, {})[value] = GroupMean(placed, faces)
    return found


def _identity(name: str, where: Path | None) -> tuple[Path, str]:
    manifest = load_manifest(where)
    if name not in manifest.files:
        raise FacespaceError(f"The artifacts have no {name}.")
    return manifest.path(manifest.files[name]), manifest.files[name].sha256


@lru_cache(maxsize=2)
def _load(path: Path, sha256: str) -> Measured:
    with open_arrays(path, "holds no coordinates of test faces") as data:
        names = [name.removesuffix("/female") for name in data if name.endswith("/female")]
        measured = Measured(
            {
                name: Placed(
                    data[f"{name}/coordinates"].astype(np.float32),
                    data[f"{name}/female"].astype(np.bool_),
                )
                for name in names
            },
            data["distances/edges"].astype(np.float64),
            {name: data[f"distances/{name}"].astype(np.int64) for name in (TRAINING, *names)},
        )
        if any(
            len(test.coordinates) != len(test.female) for test in measured.tests.values()
        ) or any(len(counts) != len(measured.edges) - 1 for counts in measured.counts.values()):
            raise ValueError("its arrays do not go together")
    return measured


@lru_cache(maxsize=2)
def _means(path: Path, sha256: str) -> list[tuple[str, int, npt.NDArray[Any]]]:
    with open_arrays(path, "holds no mean faces") as data:
        names = [name.removeprefix("faces/") for name in data if name.startswith("faces/")]
        found = [(name, int(data[f"faces/{name}"]), data[name]) for name in names]
    return found
