"""``mean_faces.npz``: the mean face of each sex, age and group that a model learned from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from facespace.artifacts.manifest import load_manifest, open_arrays
from facespace.types import FacespaceError, Floats

#: The file among the artifacts: for every value of an attribute that enough faces have, the
#: arrays ``<attribute>/<value>``, float32 (side, side), the mean of the equalised crops in grey
#: levels, 0 to 255, and ``faces/<attribute>/<value>``, int64 (), how many faces that is the mean
#: of. Attributes are ``sex``, ``age`` and ``race``. Only training photos are in it.
FILE = "means.npz"

_COUNTS = "faces/"


@dataclass(frozen=True, slots=True)
class MeanFace:
    """A mean face, float32 (side, side), grey levels 0 to 255, and how many faces it is of."""

    picture: Floats
    faces: int


def load(where: Path | None = None) -> Mapping[str, Mapping[str, MeanFace]]:
    """The mean faces of the artifacts folder (``artifacts_folder()`` where None).

    Returns:
        by attribute, then by value, in the file's order.

    Raises:
        FacespaceError: the file is missing, altered or holds no mean faces.
    """
    manifest = load_manifest(where)
    if FILE not in manifest.files:
        raise FacespaceError(
            f"The artifacts have no {FILE}. "
            "Measure the photos with: python -m training describe --data FOLDER --out artifacts"
        )
    return _load(manifest.path(manifest.files[FILE]), manifest.files[FILE].sha256)


@lru_cache(maxsize=2)
def _load(path: Path, sha256: str) -> dict[str, dict[str, MeanFace]]:
    means: dict[str, dict[str, MeanFace]] = {}
    with open_arrays(path, "holds no mean faces") as data:
        for name in data.files:
            if not name.startswith(_COUNTS):
                attribute, value = name.split("/", 1)
                picture = data[name].astype(np.float32)
                if picture.ndim != 2:
                    raise ValueError(f"{name} has shape {picture.shape}")
                mean = MeanFace(picture, int(data[_COUNTS + name]))
                means.setdefault(attribute, {})[value] = mean
    return means
