"""What every test photo gets, photo in, verdict out, at any chance of being wrong; no names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from facespace.artifacts.contents import load_arrays
from facespace.artifacts.manifest import Manifest
from facespace.metrics.operating_point import Scores
from facespace.types import Array, Bools

#: Among the artifacts; ``<test set>/person`` and ``<test set>/<model>/<column>`` name arrays.
FILE = "verdicts.npz"


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """What a model says of the N photos of a test set, found by the default detector.

    ``persons``: int (N,), equal for photos of the same person. ``chance``: (N,), of an answer to be
    wrong, 0 to 1, NaN where no face was found. ``wrong``: bool (N,), where it would not be the
    label. ``child``: bool (N,), where the face looks like a child's, so that there is none.
    """

    persons: Array
    chance: Scores
    wrong: Bools
    child: Bools


def judged(manifest: Manifest) -> dict[str, dict[str, Judged]]:
    """By test set and model; empty where the artifacts, of an earlier version, have none.

    Raises:
        FacespaceError: the file is missing, altered or something else.
    """
    if FILE not in manifest.files:
        return {}
    return load_arrays(manifest, FILE, _read, "does not say what test photos get")


def _read(data: Any) -> dict[str, dict[str, Judged]]:
    models: dict[str, dict[str, dict[str, Array]]] = {}
    for name in data.files:
        test, *model, column = name.split("/")
        models.setdefault(test, {}).setdefault("/".join(model), {})[column] = data[name]
    return {test: _of_set(columns) for test, columns in models.items()}


def _of_set(columns: dict[str, dict[str, Array]]) -> dict[str, Judged]:
    persons = columns.pop("")["person"]
    result = {}
    for name, model in columns.items():
        chance, wrong, child = model["chance"], model["wrong"], model["child"]
        if any(len(column) != len(persons) for column in (chance, wrong, child)):
            raise ValueError("its columns are not of one length")
        result[name] = Judged(persons, chance, wrong.astype(bool), child.astype(bool))
    return result
