"""``means.npz``: the mean face of each sex, age and group that a model learned from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from facespace.artifacts.contents import load_arrays
from facespace.artifacts.manifest import load_manifest
from facespace.types import Floats

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
    return load_arrays(load_manifest(where), FILE, _read, "holds no mean faces")


def _read(data: Any) -> dict[str, dict[str, MeanFace]]:
    names = [name for name in data.files if not name.startswith(_COUNTS)]
    if len(data.files) != 2 * len(names):
        raise ValueError("its means and counts do not go together")
    means: dict[str, dict[str, MeanFace]] = {}
    for name in names:
        attribute, value = name.split("/", 1)
        picture = data[name].astype(np.float32)
        if picture.ndim != 2:
            raise ValueError(f"{name} has shape {picture.shape}")
        mean = MeanFace(picture, int(data[_COUNTS + name]))
        means.setdefault(attribute, {})[value] = mean
    return means
