"""An ONNX file and its manifest entry: crops -> scores, in batches."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import onnxruntime as ort

from facespace import limits
from facespace.artifacts.manifest import ModelInfo, load_manifest
from facespace.onnx_session import loaded
from facespace.types import Crops, FacespaceError, Floats, Score

INPUT = "faces"
OUTPUTS = ("probability", "coordinates", "distance")


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
    crops = [(node.type, len(node.shape)) for node in opened.get_inputs()]
    if crops != [("tensor(uint8)", 3)]:
        raise FacespaceError("The model file does not take faces as crops, uint8 (N, side, side).")
    if contract and names != ([INPUT], list(OUTPUTS)):
        raise FacespaceError(
            f"The model file takes and gives {names}, not {INPUT} and {', '.join(OUTPUTS)}."
        )
    return opened


def run(session: ort.InferenceSession, crops: Crops) -> tuple[Floats, Floats, Floats]:
    """Score any number of crops, ``limits.BATCH`` at a time.

    Args:
        session: what ``session`` gave.
        crops: uint8 (N, side, side), N >= 0.

    Returns:
        ``probability`` float32 (N, 2) of female and male, ``coordinates`` float32 (N, K) in
        face space, ``distance`` float32 (N,) from it.

    Raises:
        FacespaceError: the model cannot run on these crops, or gives something else.
    """
    probability, coordinates, distance = batches(session, OUTPUTS, crops)
    shapes = probability.shape, coordinates.shape[:1], distance.shape
    if shapes != ((len(crops), 2), (len(crops),), (len(crops),)) or coordinates.ndim != 2:
        raise FacespaceError(_ODD)
    return probability, coordinates, distance


def batches(session: ort.InferenceSession, outputs: Sequence[str], crops: Crops) -> list[Floats]:
    """What a session gives for crops, uint8 (N, side, side), ``limits.BATCH`` of them at a time.

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
            parts = [[np.empty((0, *out.shape[1:]), np.float32) for out in session.get_outputs()]]
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

    def run(self, crops: Crops) -> tuple[Floats, Floats, Floats]:
        """What ``model.run`` gives for these crops."""
        return run(self._session, crops)

    def score(self, crops: Crops) -> list[Score]:
        """Like ``run``, one ``Score`` a crop."""
        probability, coordinates, distance = self.run(crops)
        female = self.info.classes.index("female")
        return [
            Score(float(p), float(d), c)
            for p, d, c in zip(probability[:, female], distance, coordinates, strict=True)
        ]


def load_model(name: str | None = None, where: Path | None = None) -> Model:
    """The model of that name, or the default; its session is loaded once, shared, kept warm.

    Args:
        name: a name of the manifest.
        where: the artifacts folder; ``artifacts_folder()`` where None.

    Raises:
        FacespaceError: there is no such model, or its file is missing or altered.
    """
    manifest = load_manifest(where)
    info = manifest.model(name)
    return Model(info, _session(manifest.path(info.file), info.file.sha256))


@lru_cache(maxsize=4)
def _session(path: Path, sha256: str) -> ort.InferenceSession:
    return session(path)
