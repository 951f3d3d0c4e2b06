"""A picture -> a reading. Photos, films, the webcam and the command line all come through here."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from facespace import limits
from facespace.artifacts.manifest import load_manifest
from facespace.faces import align, detectors, evidence
from facespace.faces import model as models
from facespace.faces.decide import Rules, decide, rejected
from facespace.gate import turn
from facespace.io import images
from facespace.types import RGB, Face, FacespaceError, Reading


@dataclass(frozen=True, slots=True)
class Settings:
    """What a user may choose; None stands for the detector's or the model's own value.

    ``detector`` and ``model`` are names; ``threshold`` the least detection score (0 to 1);
    ``certainty`` the least probability for an answer (0.5 to 1); ``smallest_face`` the least
    face, in pixels, for an answer. ``small_faces`` asks a detector that can for a scan over tiles.
    """

    detector: str = detectors.DEFAULT
    model: str | None = None
    threshold: float | None = None
    certainty: float | None = None
    smallest_face: float | None = None
    small_faces: bool = False


def analyze(
    picture: RGB | bytes | str | Path, settings: Settings | None = None, source: str | None = None
) -> Reading:
    """Find the faces of one picture and say of each what it reads as.

    May be called by many threads; ``limits.AT_ONCE`` of them are let in at once, in turn.

    Args:
        picture: uint8 (H, W, 3) RGB, or the content of a picture file, or its path.
        settings: the defaults where None.
        source: the name that the reading carries; the path, or "", where None.

    Raises:
        FacespaceError: the picture or the model cannot be used; a detector
            that cannot be used is replaced (see ``detectors.working``).
    """
    settings = settings or Settings()
    if source is None:
        source = str(picture) if isinstance(picture, str | Path) else ""
    with turn():
        rgb = _checked(picture) if isinstance(picture, np.ndarray) else images.load(picture)
        return _analyzed(rgb, settings, source)


def _analyzed(rgb: RGB, settings: Settings, source: str) -> Reading:
    detector, _ = detectors.working(settings.detector)
    model = models.get(settings.model)
    rules = rules_of(settings)

    start = time.perf_counter()
    found = detector.detect(rgb, settings.threshold, settings.small_faces)
    finding = (time.perf_counter() - start) * 1000
    note = ""
    if len(found) > limits.MAX_FACES:
        note = f"{len(found):,} faces were found; the {limits.MAX_FACES:,} surest are judged."
        found = found[: limits.MAX_FACES]
    crops = align.crop(rgb, found, model.info.template)
    evidences = evidence.gather(found, crops)
    faces = tuple(
        Face(detection, crop, score, decide(detection, score, rules, told), told)
        for detection, crop, score, told in zip(
            found, crops, model.score(crops), evidences, strict=True
        )
        if not rejected(detection, told, rules)
    )
    milliseconds = (time.perf_counter() - start) * 1000
    height, width = rgb.shape[:2]
    return Reading(
        source,
        detector.name,
        model.info.name,
        width,
        height,
        milliseconds,
        faces,
        finding=finding,
        note=note,
    )


def rules_of(settings: Settings) -> Rules:
    """By which rules readings with these settings are judged.

    Raises:
        FacespaceError: there are no artifacts, or none of that model.
    """
    manifest = load_manifest()
    return Rules.of(
        manifest.model(settings.model),
        settings.certainty,
        settings.smallest_face,
        manifest.cuts,
        detectors.working(settings.detector)[0].name,
    )


def _checked(rgb: RGB) -> RGB:
    if rgb.dtype != np.uint8 or rgb.ndim != 3 or rgb.shape[2] != 3 or not rgb.size:
        raise FacespaceError(
            f"A picture as an array must be uint8 (H, W, 3), not {rgb.dtype} {rgb.shape}."
        )
    return np.ascontiguousarray(rgb)


def failed(source: str, settings: Settings, error: FacespaceError) -> Reading:
    """The reading of a picture that could not be read: no faces, and the sentence that says why."""
    try:
        model = settings.model or load_manifest().default
    except FacespaceError:
        model = None
    return Reading(source, settings.detector, model, error=str(error))
