"""What was measured in face space: where test faces lie, and how far from it faces are.

The arrays come from the artifact ``coordinates.npz``, without names or pictures; the mean faces
of groups are ``mean_faces``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from facespace.artifacts import mean_faces
from facespace.artifacts.contents import load_arrays
from facespace.artifacts.face_space import FaceSpace
from facespace.artifacts.manifest import load_manifest
from facespace.types import FacespaceError, Floats

FILE = "coordinates.npz"

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
    return load_arrays(load_manifest(where), FILE, _read, "holds no coordinates of test faces")


def group_means(space: FaceSpace, where: Path | None = None) -> dict[str, dict[str, GroupMean]]:
    """Where the mean faces of groups lie, by attribute and value.

    The way from a crop to its coordinates is affine, so those of the mean of many crops are the
    mean of their coordinates.

    Raises:
        FacespaceError: the mean faces cannot be read, or are of another size than the face space.
    """
    groups = mean_faces.load(where)
    for name, mean in ((name, mean) for row in groups.values() for name, mean in row.items()):
        if mean.picture.shape != (space.side, space.side):
            raise FacespaceError(
                f"{mean_faces.FILE} holds no mean face of this face space: {name}."
            )
    return {
        attribute: {
            value: GroupMean(space.coordinates(mean.picture[None])[0], mean.faces)
            for value, mean in row.items()
        }
        for attribute, row in groups.items()
    }


def _read(data: Any) -> Measured:
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
    if any(len(test.coordinates) != len(test.female) for test in measured.tests.values()) or any(
        len(counts) != len(measured.edges) - 1 for counts in measured.counts.values()
    ):
        raise ValueError("its arrays do not go together")
    return measured
