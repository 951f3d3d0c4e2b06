"""A photo that was sent -> its reading, or its picture with boxes, or without faces."""

from __future__ import annotations

import re
from fnmatch import fnmatch
from typing import Any

from starlette.datastructures import UploadFile

from facespace import gate
from facespace.artifacts.manifest import load_manifest
from facespace.faces import annotate, detectors
from facespace.faces.analyze import FaceAnalyzer, Settings, failed_reading
from facespace.faces.anonymise import Way, anonymised
from facespace.io import encode, images
from facespace.io.pixels import Pixels
from facespace.services.errors import Unacceptable, Unready
from facespace.services.guard import log
from facespace.services.uploads import name_of
from facespace.types import FacespaceError, Reading

#: What may come of a photo, by the type that ``Accept`` names, the first where it names any.
JSON, ENCODERS = "application/json", {"image/jpeg": encode.to_jpeg, "image/png": encode.to_png}


def accepted(accept: str) -> str:
    """The type that is asked for most among those that there are.

    Raises:
        Unacceptable: there is none.
    """
    wanted: list[tuple[float, str]] = []
    for part in accept.lower().split(","):
        name, _, parameters = part.partition(";")
        weight = re.search(r"\bq=([01](?:\.\d*)?)\s*$", parameters)
        wanted.append((-float(weight[1]) if weight else -1.0, name.strip()))
    for liking, name in sorted(wanted, key=lambda one: one[0]):
        for kind in (JSON, *ENCODERS):
            if liking and fnmatch(kind, name):
                return kind
    raise Unacceptable(f"The answer is {JSON} or, for a single photo, {' or '.join(ENCODERS)}.")


def analyzer_of(settings: Settings) -> FaceAnalyzer:
    """The analyzer of these settings.

    Raises:
        Unready: what they name is there, and cannot be used.
        FacespaceError: there is no such detector or model.
    """
    try:
        return FaceAnalyzer.of(settings)
    except FacespaceError as error:
        try:
            models = load_manifest().models
        except FacespaceError:
            raise Unready(str(error)) from error
        if settings.detector in detectors.NAMES and (settings.model or "") in {"", *models}:
            raise Unready(str(error)) from error
        raise


def read(file: UploadFile, analyzer: FaceAnalyzer) -> dict[str, Any]:
    """A photo's reading as plain data, with a note where there is one."""
    reading = _analyzed(file, analyzer)[1]
    return reading.to_dict() | ({"note": reading.note} if reading.note else {})


def read_or_why(file: UploadFile, analyzer: FaceAnalyzer, settings: Settings) -> dict[str, Any]:
    """The same of one among many; where it cannot be read, its ``error`` says why."""
    try:
        return read(file, analyzer)
    except FacespaceError as error:
        return failed_reading(name_of(file), settings, error).to_dict()
    except Exception as error:  # one picture does not end the reading of all others
        log(error)
        unforeseen = FacespaceError(f"The picture could not be read: {type(error).__name__}.")
        return failed_reading(name_of(file), settings, unforeseen).to_dict()


def drawn(file: UploadFile, analyzer: FaceAnalyzer, kind: str, way: Way | None) -> bytes:
    """A photo with its faces boxed, or such that nobody can recognise them; without metadata."""
    pixels, reading = _analyzed(file, analyzer)
    with gate.enter():
        if way:
            boxes = [face.detection.box for face in reading.faces]
            return ENCODERS[kind](anonymised(pixels.rgb, way, boxes))
        return ENCODERS[kind](annotate.draw(pixels.rgb, reading.faces))


def _analyzed(file: UploadFile, analyzer: FaceAnalyzer) -> tuple[Pixels, Reading]:
    images.check_bytes(file.size or 0)
    pixels = Pixels(file.file.read())
    return pixels, analyzer.analyze(pixels, name_of(file))
