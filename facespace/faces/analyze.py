"""A picture -> a reading. Photos, films, the webcam and the command line all come through here."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from facespace import gate, limits
from facespace.artifacts.manifest import load_manifest
from facespace.faces import align, detectors, evidence
from facespace.faces.decide import Rules, decide, rejected
from facespace.faces.detectors import Detector
from facespace.faces.model import Model, load_model
from facespace.io.pixels import Pixels
from facespace.made_by import made_by
from facespace.types import RGB, Detection, Face, FacespaceError, Reading


@dataclass(frozen=True, slots=True)
class Settings:
    """What a user may choose; None stands for the detector's or the model's own value.

    ``detector`` and ``model`` are names; ``threshold`` the least detection score (0 to 1);
    ``most_wrong`` the largest chance of being wrong (0.01 to 0.5) at which there is an answer.
    ``small_faces`` asks a detector that can for a scan over tiles.
    """

    detector: str = detectors.DEFAULT
    model: str | None = None
    threshold: float | None = None
    most_wrong: float | None = None
    small_faces: bool = False


class FaceAnalyzer:
    """A detector, a model, and the rules that make verdicts of what both say.

    Holds what it needs, so that it may be made once and used by many threads at once;
    ``limits.AT_ONCE`` pictures are let in at a time, the others wait in turn.

    Args:
        detector: a detector or the name of one. One whose weights cannot be used is replaced (see
            ``detectors.working``).
        model: a model or the name of one; the manifest's default where None.
        rules: when to answer and what; those of the manifest for this model and this detector
            where None.
        threshold: least detection score, 0 to 1; the detector's own where None.
        small_faces: ask a detector that can for a scan over tiles.

    Raises:
        FacespaceError: there is no such detector or model, or its file cannot be used.
    """

    def __init__(
        self,
        detector: Detector | str = detectors.DEFAULT,
        model: Model | str | None = None,
        rules: Rules | None = None,
        threshold: float | None = None,
        small_faces: bool = False,
    ) -> None:
        self.detector = detectors.working(detector)[0] if isinstance(detector, str) else detector
        self.model = model if isinstance(model, Model) else load_model(model)
        self.rules = rules or Rules.of(
            self.model.info, finds=load_manifest().finds, detector=self.detector.name
        )
        self.threshold, self.small_faces = threshold, small_faces
        self.made_by = made_by(
            detector=self.detector.name,
            threshold=self.detector.threshold if threshold is None else threshold,
            small_faces=small_faces,
            model=self.model.info.name,
            model_sha256=self.model.info.file.sha256,
            most_wrong=self.rules.most_wrong,
        )

    @classmethod
    def of(cls, settings: Settings) -> FaceAnalyzer:
        """The analyzer that a user's settings ask for; detector and model are shared and warm."""
        return cls(
            settings.detector,
            settings.model,
            rules_of(settings),
            settings.threshold,
            settings.small_faces,
        )

    def analyze(
        self, picture: RGB | bytes | str | Path | Pixels, source: str | None = None
    ) -> Reading:
        """Find the faces of one picture and judge each.

        A JPEG is decoded only as finely as its faces need it.

        Args:
            picture: uint8 (H, W, 3) RGB, or the content of a picture file, or its path; or
                ``Pixels``, which can then be asked for more.
            source: the name that the reading carries; the path, or "", where None.

        Raises:
            FacespaceError: the picture, or the model on it, cannot be used.
        """
        if source is None:
            source = str(picture) if isinstance(picture, str | Path) else ""
        with gate.enter():
            pixels = Pixels.of(picture)
            start = time.perf_counter()
            detections = detectors.search(self.detector, pixels, self.threshold, self.small_faces)
            finding = (time.perf_counter() - start) * 1000
            note = ""
            if len(detections) > limits.MAX_FACES:
                note = (
                    f"{len(detections):,} faces were found; "
                    f"the {limits.MAX_FACES:,} surest are judged."
                )
            faces = self._judged(pixels, detections[: limits.MAX_FACES])
            milliseconds = (time.perf_counter() - start) * 1000
            seen = pixels.at_least(0)
        return Reading(
            source,
            self.detector.name,
            self.model.info.name,
            seen.width,
            seen.height,
            milliseconds,
            faces,
            finding=finding,
            note=note,
            made_by=self.made_by,
        )

    def _judged(self, pixels: Pixels, detections: Sequence[Detection]) -> tuple[Face, ...]:
        """The faces among some detections, each with its verdict, from left to right."""
        detections = sorted(detections, key=lambda found: found.box.x + found.box.width / 2)
        grey, template = align.crop(pixels, detections), self.model.info.template
        crops = grey if template == align.TEMPLATE else align.crop(pixels, detections, template)
        scores, evidences = self.model.score(crops), evidence.gather(detections, grey)
        return tuple(
            Face(detection, crop, plain, score, decide(detection, score, self.rules, about), about)
            for detection, crop, plain, score, about in zip(
                detections, crops, grey, scores, evidences, strict=True
            )
            if not rejected(detection, about, self.rules)
        )


def analyze(
    picture: RGB | bytes | str | Path | Pixels,
    settings: Settings | None = None,
    source: str | None = None,
) -> Reading:
    """Find the faces of one picture and judge each, by a ``FaceAnalyzer`` with these settings.

    Args:
        picture: uint8 (H, W, 3) RGB, or the content of a picture file, or its path; or ``Pixels``.
        settings: the defaults where None.
        source: the name that the reading carries; the path, or "", where None.

    Raises:
        FacespaceError: the picture or the model cannot be used; a detector that cannot be used is
            replaced (see ``detectors.working``).
    """
    return FaceAnalyzer.of(settings or Settings()).analyze(picture, source)


def rules_of(settings: Settings) -> Rules:
    """By which rules readings with these settings are judged.

    Raises:
        FacespaceError: there are no artifacts, or none of that model.
    """
    manifest = load_manifest()
    return Rules.of(
        manifest.model(settings.model),
        settings.most_wrong,
        manifest.finds,
        detectors.working(settings.detector)[0].name,
    )


def failed_reading(source: str, settings: Settings, error: FacespaceError) -> Reading:
    """The reading of a picture that could not be read: no faces, and the sentence that says why."""
    try:
        model = settings.model or load_manifest().default
    except FacespaceError:
        model = None
    return Reading(source, settings.detector, model, error=str(error))
