"""Labels, groups and scores of every test set: what all figures of the report come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from facespace.artifacts.contents import load_arrays
from facespace.artifacts.manifest import Manifest
from facespace.metrics.groups import age_group
from facespace.metrics.operating_point import Scores
from facespace.types import Array, Bools

#: Among the artifacts; ``<test set>/<column>`` names an array.
FILE = "scores.npz"

#: The columns of a test set that are no model's scores.
_COLUMNS = ("female", "age", "race", "person")


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """The faces of a test set; neither names nor pictures.

    ``female``: bool (N,), the labels. ``persons``: int (N,), equal for faces of the same person.
    ``attributes``: by name (``age``, ``race``, ``sex``) the groups, str (N,), "" where not known;
    only those that say something. ``probability``: by model, (N,), of female.
    """

    female: Bools
    persons: Array
    attributes: Mapping[str, Array]
    probability: Mapping[str, Scores]


def scored(manifest: Manifest) -> dict[str, Scored]:
    """Every test set by name; read once as long as the file stays the same.

    Raises:
        FacespaceError: the file is not listed, missing, altered or no file of scores.
    """
    return load_arrays(manifest, FILE, _read, "is not a file of scores")


def _read(data: Any) -> dict[str, Scored]:
    sets: dict[str, dict[str, Array]] = {}
    for name in data.files:
        test, column = name.split("/")
        sets.setdefault(test, {})[column] = data[name]
    if any(len({len(c) for c in columns.values()}) != 1 for columns in sets.values()):
        raise ValueError("its columns are not of one length")
    return {test: _set(columns) for test, columns in sets.items()}


def _set(columns: Mapping[str, Array]) -> Scored:
    female = columns["female"]
    groups = {
        "age": np.array([age_group(age) for age in columns["age"].tolist()]),
        "race": columns["race"],
        "sex": np.where(female, "female", "male"),
    }
    return Scored(
        female,
        columns["person"],
        {name: values for name, values in groups.items() if (values != "").any()},
        {name: values for name, values in columns.items() if name not in _COLUMNS},
    )
