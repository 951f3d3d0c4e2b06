"""An ONNX file and its manifest entry: crops -> scores, in batches."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import onnxruntime as ort

from facespace import limits
from facespace.artifacts.files import TRAIN_AGAIN
from facespace.artifacts.manifest import ModelInfo, load_manifest
from facespace.onnx_session import loaded
from facespace.types import Crops, FacespaceError, Floats, Score

INPUT = "faces"
OUTPUTS = ("probability", "coordinates", "distance")

#: What a file may give beyond these: years, float32 (N,).
FURTHER = ("age",)


def session(source: Path | bytes, contract: bool = True) -> ort.InferenceSession:
    """What ``onnx_session.loaded`` gives, its inputs and outputs looked at.

    Args:
        source: an ONNX file, or its content.
        contract: demand the inputs and outputs of the artifact contract.

    Raises:
        FacespaceError: this is no ONNX model, or not one that keeps the artifact contract.
    """
    opened = loaded(source)
    names = (
        [node.name for node in opened.get_inputs()],
        [node.name for node in opened.get_outputs()],
    )
    crops = [(node.type, len(node.shape), node.shape[3:]) for node in opened.get_inputs()]
    if crops not in ([("tensor(uint8)", 3, [])], [("tensor(uint8)", 4, [3])]):
        raise FacespaceError(
            "The model file does not take faces as crops, uint8 (N, side, side) or "
            "(N, side, side, 3)."
        )
    if contract and names not in [([INPUT], [*OUTPUTS, *more]) for more in ((), FURTHER)]:
        raise FacespaceError(
            f"The model file takes and gives {names}, not {INPUT} and {', '.join(OUTPUTS)}."
        )
    return opened


class Given(NamedTuple):
    """What a model gives for N crops.

    ``probability`` float32 (N, 2) of female and male, ``coordinates`` float32 (N, K) in face
    space, ``distance`` float32 (N,) from it, ``age`` float32 (N,) in years, None where the file
    has no such output.
    """

    probability: Floats
    coordinates: Floats
    distance: Floats
    age: Floats | None


def run(session: ort.InferenceSession, crops: Crops) -> Given:
    """Score any number of crops, ``limits.BATCH`` at a time.

    Args:
        session: what ``session`` gave.
        crops: uint8 (N, side, side) or (N, side, side, 3), as the model eats them, N >= 0.

    Raises:
        FacespaceError: the model cannot run on these crops, or gives something else.
    """
    further = [node.name for node in session.get_outputs() if node.name in FURTHER]
    probability, coordinates, distance, *ages = batches(session, [*OUTPUTS, *further], crops)
    columns = (len(crops),)
    if probability.shape != (*columns, 2) or coordinates.ndim != 2:
        raise FacespaceError(_ODD)
    if any(column.shape != columns for column in (distance, *ages)):
        raise FacespaceError(_ODD)
    return Given(probability, coordinates, distance, ages[0] if ages else None)


def batches(session: ort.InferenceSession, outputs: Sequence[str], crops: Crops) -> list[Floats]:
    """What a session gives for crops as it eats them, ``limits.BATCH`` of them at a time.

    Returns:
        one array for each output, float32 (N, ...).

    Raises:
        FacespaceError: the model cannot run on these crops, or gives something else.
    """
    try:
        parts = [
            session.run(outputs, {INPUT: crops[i : i + limits.BATCH]})
            for i in range(0, len(crops), limits.BATCH)
        ]
        if not parts:
            shapes = {out.name: out.shape[1:] for out in session.get_outputs()}
            parts = [[np.empty((0, *shapes[name]), np.float32) for name in outputs]]
        columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    except Exception as error:  # onnxruntime raises a type of its own for each cause
        raise FacespaceError(
            f"The model cannot run on crops of {' x '.join(map(str, crops.shape[1:]))} pixels."
        ) from error
    # What compares with nothing would pass for an answer.
    for column in columns:
        if column.dtype.kind != "f" or len(column) != len(crops) or not np.isfinite(column).all():
            raise FacespaceError(_ODD)
    return columns


_ODD = "The model gives something other than a finite number for each face."


class Model:
    """Scores crops. One model may be used by many threads at once."""

    def __init__(self, info: ModelInfo, session: ort.InferenceSession) -> None:
        self.info = info
        self._session = session

    def run(self, crops: Crops) -> Given:
        """What ``model.run`` gives for these crops."""
        return run(self._session, crops)

    def score(self, crops: Crops) -> list[Score]:
        """Like ``run``, one ``Score`` a crop."""
        given = self.run(crops)
        female = given.probability[:, self.info.classes.index("female")]
        ages = [None] * len(crops) if given.age is None else given.age.tolist()
        return [
            Score(float(p), float(d), c, age)
            for p, d, c, age in zip(female, given.distance, given.coordinates, ages, strict=True)
        ]


def load_model(name: str | None = None, where: Path | None = None) -> Model:
    """The model of that name, or the default; its session is loaded once, shared, kept warm.

    Args:
        name: a name of the manifest.
        where: the artifacts folder; ``artifacts_folder()`` where None.

    Raises:
        FacespaceError: there is no such model, its file is missing or altered, or it eats other
            crops than the manifest says.
    """
    manifest = load_manifest(where)
    info = manifest.model(name)
    opened = _session(manifest.path(info.file), info.file.sha256)
    eaten, named = opened.get_inputs()[0].shape[1:], list(info.template.shape)
    if eaten != named:
        raise FacespaceError(
            f"The model {info.name} eats crops of {' x '.join(map(str, eaten))}, but its template "
            f"in the manifest makes crops of {' x '.join(map(str, named))}. {TRAIN_AGAIN}"
        )
    return Model(info, opened)


@lru_cache(maxsize=4)
def _session(path: Path, sha256: str) -> ort.InferenceSession:
    return session(path)
