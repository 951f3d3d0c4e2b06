"""Face space itself: the mean face, the eigenfaces, and a face rebuilt from its coordinates.

Turk and Pentland, Eigenfaces for Recognition, 1991. The arrays come from the artifact
``face_space.npz``; the model's ONNX file holds the same projection.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from facespace.artifacts.contents import load_arrays
from facespace.artifacts.manifest import load_manifest
from facespace.types import Crops, Floats

FILE = "face_space.npz"


@dataclass(frozen=True, slots=True)
class FaceSpace:
    """The subspace that K eigenfaces of D = side * side pixels span.

    A crop's pixels are scaled one by one with ``mean`` and ``scale`` (D,), centred at ``centre``
    (D,), projected on the rows of ``eigenfaces`` (K, D), which are orthonormal, and divided by
    ``divisor`` (K,). ``variance`` (K,) is each eigenface's variance among the training crops'
    scaled pixels, ``total_variance`` that of all of them. All arrays are float32.
    """

    side: int
    mean: Floats
    scale: Floats
    centre: Floats
    eigenfaces: Floats
    variance: Floats
    divisor: Floats
    total_variance: float

    @property
    def components(self) -> int:
        """K, the number of eigenfaces kept."""
        return len(self.variance)

    @property
    def explained(self) -> npt.NDArray[np.float64]:
        """Share of all variance that each eigenface explains, float64 (K,), falling."""
        return self.variance.astype(np.float64) / self.total_variance

    @property
    def deviations(self) -> Floats:
        """The standard deviation of each coordinate over the training crops, float32 (K,)."""
        return np.asarray(np.sqrt(self.variance) / self.divisor, np.float32)

    @property
    def effects(self) -> Floats:
        """What one standard deviation of each coordinate adds, float32 (K, side, side), in grey
        levels."""
        added = np.sqrt(self.variance)[:, None] * self.eigenfaces * self.scale
        return np.asarray(added.reshape(-1, self.side, self.side), np.float32)

    @property
    def mean_face(self) -> npt.NDArray[np.uint8]:
        """The mean of all training crops, uint8 (side, side)."""
        return np.asarray(self.rebuilt(np.zeros((1, 0), np.float32))[0])

    def coordinates(self, crops: Crops | Floats) -> Floats:
        """Where crops, uint8 (N, side, side) or floats, lie in face space, float32 (N, K)."""
        offset = self._scaled(crops) - self.centre
        return np.asarray(offset @ self.eigenfaces.T / self.divisor, np.float32)

    def rebuilt(self, coordinates: Floats) -> Crops:
        """The faces at some coordinates as crops, rounded to grey levels, uint8 (N, side, side).

        Args:
            coordinates: float32 (N, k), the first k <= K; the others count as 0.
        """
        return np.asarray(np.clip(np.rint(self.grey(coordinates)), 0, 255), np.uint8)

    def grey(self, coordinates: Floats) -> Floats:
        """Like ``rebuilt``, float32: neither rounded nor kept between black (0) and white (255)."""
        grey = self._unprojected(coordinates) * self.scale + self.mean
        return np.asarray(grey.reshape(-1, self.side, self.side), np.float32)

    def distance(self, crops: Crops, coordinates: Floats) -> Floats:
        """What k coordinates leave unexplained of the crops' scaled pixels, float32 (N,).

        The root mean square; with all K coordinates it is the distance from face space.
        """
        left_over = self._scaled(crops) - self._unprojected(coordinates)
        return np.asarray(np.sqrt(np.mean(left_over**2, axis=1)), np.float32)

    def errors(self, crop: Crops) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """How far a crop, uint8 (side, side), is from itself rebuilt with 0 to K coordinates.

        Returns:
            the root mean square error in grey levels, and in standard deviations of a pixel (the
            last is the distance from face space), each float64 (K + 1,).
        """
        used = np.tri(self.components + 1, self.components, -1, np.float32)
        steps = used * self.coordinates(crop[None])
        grey = self.rebuilt(steps).astype(np.float64) - crop
        scaled = self.distance(crop[None], steps).astype(np.float64)
        return np.sqrt(np.mean(grey**2, axis=(1, 2))), scaled

    def _scaled(self, crops: Crops | Floats) -> Floats:
        pixels = crops.reshape(len(crops), -1).astype(np.float32)
        return np.asarray((pixels - self.mean) / self.scale, np.float32)

    def _unprojected(self, coordinates: Floats) -> Floats:
        k = coordinates.shape[1]
        scaled = (coordinates * self.divisor[:k]) @ self.eigenfaces[:k] + self.centre
        return np.asarray(scaled, np.float32)


def load(where: Path | None = None) -> FaceSpace:
    """Read ``face_space.npz`` of the artifacts folder (``artifacts_folder()`` where None).

    Raises:
        FacespaceError: it is missing, altered or not a face space.
    """
    return load_arrays(load_manifest(where), FILE, _read, "is not a face space")


def _read(data: Any) -> FaceSpace:
    arrays = ("mean", "scale", "centre", "eigenfaces", "variance", "divisor")
    space = FaceSpace(
        side=int(data["side"]),
        total_variance=float(data["total_variance"]),
        **{name: data[name].astype(np.float32) for name in arrays},
    )
    pixels, k = (space.side**2,), (space.components,)
    shapes = tuple(data[name].shape for name in arrays)
    if shapes != (pixels, pixels, pixels, k + pixels, k, k):
        raise ValueError(f"its arrays have the shapes {shapes}")
    return space
