"""Labelled photos of anybody's own -> how well each model reads them.

The page "Bring your own test" and ``python -m training evaluate`` both call ``score``, so they give
the same figures. Photos are opened one at a time, read as ``faces.analyze`` reads them, so that a
photo has the same verdict here as on every other page, and let go.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from facespace import gate
from facespace.artifacts.manifest import load_manifest
from facespace.datasets import labelled_faces
from facespace.datasets.dataset import LabelledPhotos
from facespace.faces import align, detectors, evidence
from facespace.faces.decide import Rules, decide, rejected
from facespace.faces.detectors import Detector
from facespace.faces.model import Model
from facespace.io import images
from facespace.io.names import written
from facespace.io.pixels import Pixels
from facespace.io.tables import table_csv
from facespace.io.typed_json import plain, typed
from facespace.metrics import classification, curves, groups
from facespace.metrics.classification import EndToEnd, Figures
from facespace.metrics.curves import Histogram, PrecisionRecall
from facespace.metrics.operating_point import OperatingPoint
from facespace.types import RGB, Array, Crops, Detection, Evidence, FacespaceError, Template

#: The table that a ZIP or folder of anybody's own photos may hold.
LABELS = "labels.csv"

#: Fewer faces of a class than this: the figures are mostly chance.
FEW = 10

#: Bins of the histogram of probabilities.
SCORE_BINS = 20

#: Errors of each model whose crops are kept, for people to look at.
LOOKED_AT = 24

#: What is said of a photo whose content another one had before.
TWICE = "The same photo is there twice."


#: Told what is being done, how much of it is done, and how much there is to do.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class About:
    """What was tested on: photos in all, faces measured, and how many have either label."""

    title: str
    photos: int
    faces: int
    female: int
    male: int


@dataclass(frozen=True, slots=True)
class ModelFigures(Figures):
    """The figures of one model, and the file and operating point they are of.

    ``end_to_end``: what users get, by every rule, for all photos that could be opened.
    """

    title: str
    sha256: str
    threshold: float
    certainty: float
    precision_recall: PrecisionRecall
    scores: Histogram
    end_to_end: EndToEnd | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """All figures of a test, ``models`` by name; ``remarks`` are sentences to know about them."""

    data: About
    remarks: tuple[str, ...]
    models: Mapping[str, ModelFigures]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a test gave.

    ``rows`` has one dict a photo: ``file``, ``label``, ``age``, ``race``, ``person``, the shorter
    side of the face's box ``face`` in pixels, ``error`` ("" or why it was left out), and by model
    ``probabilities`` of female and ``verdicts`` (both empty where left out). ``figures`` is
    ``Measured`` as plain data for JSON; None where the photos allow none, and then ``problem`` says
    why. ``crops`` are those of the ``LOOKED_AT`` surest errors of each model, by file: uint8
    (side, side[, 3]), as the model saw them.
    """

    rows: list[dict[str, Any]]
    figures: dict[str, Any] | None
    problem: str = ""
    crops: dict[str, dict[str, Crops]] = field(default_factory=dict, compare=False)

    @property
    def measured(self) -> Measured | None:
        """The figures; None where there are none."""
        return None if self.figures is None else typed(Measured, self.figures)

    @property
    def left_out(self) -> list[dict[str, Any]]:
        """The rows of the photos that were left out."""
        return [row for row in self.rows if row["error"]]

    def errors(self, model: str) -> list[dict[str, Any]]:
        """The photos that a model does not read as labelled, the surest first.

        Each has ``file``, ``label``, ``probability_female``, ``answered`` and ``face``.
        """
        if self.figures is None:
            return []
        facts = self.figures["models"][model]
        point = OperatingPoint(facts["threshold"], facts["certainty"])
        scored = [row for row in self.rows if not row["error"]]
        female = np.array([row["label"] == "female" for row in scored])
        given = np.array([row["probabilities"][model] for row in scored])
        right = point.right(female, given)
        surest = np.argsort(-np.abs(given - point.threshold), kind="stable")
        return [
            {
                "file": scored[i]["file"],
                "label": scored[i]["label"],
                "probability_female": float(given[i]),
                "answered": scored[i]["verdicts"][model] != "?",
                "face": scored[i]["face"],
            }
            for i in surest
            if not right[i]
        ]

    def to_json(self) -> str:
        """The figures, and how many photos were left out and why; no names."""
        counts = Counter(row["error"] for row in self.left_out)
        figures = self.figures or {"problem": self.problem}
        whole = {**figures, "left_out": dict(counts)}
        return json.dumps(whole, indent=1, ensure_ascii=False, allow_nan=False) + "\n"

    def to_csv(self) -> str:
        """One row a photo, those left out among them.

        Of every model there are the probability of female and the verdict.
        """
        models = list(self.figures["models"]) if self.figures else []
        given = [column for name in models for column in (name, f"{name}_verdict")]
        columns = ["file", "label", "age", "race", "person", "face", *given, "error"]
        rows = (
            row
            | row["probabilities"]
            | {f"{name}_verdict": verdict for name, verdict in row["verdicts"].items()}
            for row in self.rows
        )
        return table_csv(columns, ({c: row.get(c, "") for c in columns} for row in rows))


def score(
    data: LabelledPhotos, models: Mapping[str, Model], progress: Progress = lambda *_: None
) -> Outcome:
    """Read every photo, score every face with every model, and measure.

    Args:
        data: what to test on.
        models: by name.
        progress: told of every photo, and then of every model.

    Raises:
        FacespaceError: the detector or a model cannot be used. A photo that cannot be read is
            left out instead, and its row says why.
    """
    total, detector, manifest = len(data.photos), detectors.working()[0], load_manifest()
    finding = Rules.of(manifest.model(), finds=manifest.finds, detector=detector.name)
    templates = list(dict.fromkeys(model.info.template for model in models.values()))
    rules = {
        name: Rules.of(model.info, finds=manifest.finds, detector=detector.name)
        for name, model in models.items()
    }
    rows: list[dict[str, Any]] = []
    found: list[_Found] = []
    contents: set[bytes] = set()
    for i, (photo, name) in enumerate(zip(data.photos, data.names, strict=True)):
        progress("photo", i, total)
        row: dict[str, Any] = {"file": written(name), "label": photo.label, "age": photo.age}
        row |= {"race": photo.race, "person": photo.person, "face": None}
        row |= {"error": "", "probabilities": {}, "verdicts": {}}
        rows.append(row)
        try:
            with gate.enter():
                source = data.content(i)
                content = source if isinstance(source, bytes) else images.read(source)
                digest = hashlib.sha256(content).digest()
                if digest in contents:
                    row["error"] = TWICE
                    continue
                contents.add(digest)
                one = _found(Pixels(content), detector, templates, finding)
        except FacespaceError as error:
            if isinstance(error.__cause__, MemoryError):
                raise  # no fault of the photo
            row["error"] = str(error)
            continue
        found.append(one)
        row["face"] = round(one.detection.box.side, 1)
    progress("photo", total, total)
    scored = [row for row in rows if not row["error"]]
    if problem := _problem(rows):
        return Outcome(rows, None, problem)
    entries = {}
    for i, (name, model) in enumerate(models.items()):
        progress("model", i, len(models))
        scores = model.score(np.stack([one.crops[model.info.template] for one in found]))
        for row, one, given in zip(scored, found, scores, strict=True):
            row["probabilities"][name] = given.probability_female
            row["verdicts"][name] = decide(one.detection, given, rules[name], one.about).label
        entries[name] = _measured(rows, name, model)
    progress("model", len(models), len(models))
    counts = Counter(row["label"] for row in scored)
    about = {"title": data.dataset.title, "photos": total, "faces": len(scored), **counts}
    figures = {"data": about, "remarks": _remarks(data, counts), "models": entries}
    outcome = Outcome(rows, plain(figures))
    seen = {row["file"]: one.crops for row, one in zip(scored, found, strict=True)}
    for name, model in models.items():
        worst = [error["file"] for error in outcome.errors(name)[:LOOKED_AT]]
        outcome.crops[name] = {file: seen[file][model.info.template] for file in worst}
    return outcome


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """The face of a photo, what is known of it, and its crops."""

    detection: Detection
    about: Evidence
    crops: Mapping[Template, RGB]


def _found(
    photo: Pixels, detector: Detector, templates: Sequence[Template], rules: Rules
) -> _Found:
    """The face in the middle of a photo, of those that the app finds.

    Raises:
        FacespaceError: there is none.
    """
    detections = detectors.search(detector, photo)
    abouts = evidence.gather(detections, align.crop(photo, detections))
    pairs = zip(detections, abouts, strict=True)
    faces = {face: about for face, about in pairs if not rejected(face, about, rules)}
    if not faces:
        raise FacespaceError(labelled_faces.NO_FACE)
    seen = photo.at_least(0)
    face = labelled_faces.middle_face(list(faces), seen.height, seen.width)
    crops = {template: align.crop(photo, [face], template)[0] for template in templates}
    return _Found(face, faces[face], crops)


def _problem(rows: Sequence[Mapping[str, Any]]) -> str:
    """Why there can be no figures, in a sentence; "" where there can."""
    for label in ("female", "male"):
        labelled_so = [row for row in rows if row["label"] == label]
        if all(row["error"] for row in labelled_so):
            why = Counter(row["error"] for row in labelled_so).most_common(1)
            return (
                f"None of the {len(labelled_so):,} photos labelled {label} shows a face that was "
                f"found; a test needs both classes. Most often: {why[0][0] if why else ''}"
            )
    return ""


def _remarks(data: LabelledPhotos, counts: Mapping[str, int]) -> list[str]:
    remarks = list(data.remarks)
    for label in ("female", "male"):
        if counts[label] < FEW:
            remarks.append(
                f"Only {counts[label]} faces are labelled {label}: read the figures with caution, "
                "their intervals say how wide."
            )
    return remarks


def _measured(rows: Sequence[Mapping[str, Any]], name: str, model: Model) -> Any:
    """All figures of one model: those of the report, what users get, and two more to draw."""
    point = OperatingPoint(model.info.threshold, model.info.certainty)
    scored = [row for row in rows if not row["error"]]
    labels, persons = _columns(scored)
    female = labels == "female"
    probability = np.array([row["probabilities"][name] for row in scored])
    attributes = {
        "age": np.array([groups.age_group(row["age"]) for row in scored]),
        "race": np.array([row["race"] for row in scored]),
        "sex": labels,
    }
    return {
        "title": model.info.title,
        "sha256": model.info.file.sha256,
        "threshold": point.threshold,
        "certainty": point.certainty,
        **plain(classification.everything(female, probability, point, attributes, persons)),
        "precision_recall": curves.precision_recall(female, probability),
        "scores": curves.histogram(female, probability, SCORE_BINS),
        "end_to_end": _end_to_end(rows, name, point),
    }


def _end_to_end(rows: Sequence[Mapping[str, Any]], name: str, point: OperatingPoint) -> EndToEnd:
    """What users get for all photos that could be opened, also where no face was found."""
    opened = [row for row in rows if row["error"] in ("", labelled_faces.NO_FACE)]
    labels, persons = _columns(opened)
    probability = np.array([row["probabilities"].get(name, 0.0) for row in opened])
    verdicts = np.array([row["verdicts"].get(name, "") for row in opened])
    return classification.end_to_end(
        labels == "female", verdicts != "", probability, verdicts != "?", point, persons
    )


def _columns(rows: Sequence[Mapping[str, Any]]) -> tuple[Array, Array]:
    """The label and the person of each row, str (N,)."""
    return (
        np.array([row["label"] for row in rows]),
        np.array([row["person"] or row["file"] for row in rows]),
    )
