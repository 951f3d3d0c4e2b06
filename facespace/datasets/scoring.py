"""Labelled photos of anybody's own -> how well each model reads them.

The page "Bring your own test" and ``python -m training evaluate`` both call ``score``, so they give
the same figures. Photos are opened one at a time, cropped as the training crops them, and let go.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from facespace import gate
from facespace.datasets import labelled_faces
from facespace.datasets.labelled_source import LabelledPhotos
from facespace.faces import align
from facespace.faces.model import Model
from facespace.io import images
from facespace.io.tables import table_csv
from facespace.io.typed_json import plain, typed
from facespace.metrics import classification, curves, groups
from facespace.metrics.classification import Figures
from facespace.metrics.curves import Histogram, PrecisionRecall
from facespace.metrics.operating_point import OperatingPoint
from facespace.types import RGB, Array, FacespaceError, Template

#: The table that a ZIP or folder of anybody's own photos may hold.
LABELS = "labels.csv"

#: Fewer faces of a class than this: the figures are mostly chance.
FEW = 10

#: Bins of the histogram of probabilities.
SCORE_BINS = 20

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
    """The figures of one model, and the file and operating point they are of."""

    title: str
    sha256: str
    threshold: float
    certainty: float
    precision_recall: PrecisionRecall
    scores: Histogram


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
    ``probabilities`` of female (empty where left out). ``figures`` is ``Measured`` as plain data
    for JSON; None where the photos allow none, and then ``problem`` says why.
    """

    rows: list[dict[str, Any]]
    figures: dict[str, Any] | None
    problem: str = ""

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
        wrong = []
        for row in self.rows:
            if not row["error"]:
                given = np.array([row["probabilities"][model]])
                if not point.right(np.array([row["label"] == "female"]), given)[0]:
                    wrong.append(
                        {
                            "file": row["file"],
                            "label": row["label"],
                            "probability_female": float(given[0]),
                            "answered": bool(point.answered(given)[0]),
                            "face": row["face"],
                        }
                    )
        return sorted(wrong, key=lambda row: -abs(row["probability_female"] - facts["threshold"]))

    def to_json(self) -> str:
        """The figures, and how many photos were left out and why; no names."""
        counts = Counter(row["error"] for row in self.left_out)
        figures = self.figures or {"problem": self.problem}
        whole = {**figures, "left_out": dict(counts)}
        return json.dumps(whole, indent=1, ensure_ascii=False, allow_nan=False) + "\n"

    def to_csv(self) -> str:
        """One row a photo, those left out among them, with every model's probability of female."""
        models = list(self.figures["models"]) if self.figures else []
        columns = ["file", "label", "age", "race", "person", "face", *models, "error"]
        rows = ({**row, **row["probabilities"]} for row in self.rows)
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
    total = len(data.photos)
    templates = list(dict.fromkeys(model.info.template for model in models.values()))
    rows: list[dict[str, Any]] = []
    crops: dict[Template, list[RGB]] = {template: [] for template in templates}
    contents: set[bytes] = set()
    for i, (photo, name) in enumerate(zip(data.photos, data.names, strict=True)):
        progress("photo", i, total)
        row: dict[str, Any] = {"file": name, "label": photo.label, "age": photo.age}
        row |= {"race": photo.race, "person": photo.person, "face": None}
        row |= {"error": "", "probabilities": {}}
        rows.append(row)
        try:
            with gate.enter():
                cut, row["face"], content = _cropped(data.content(i), templates)
        except FacespaceError as error:
            if isinstance(error.__cause__, MemoryError):
                raise  # no fault of the photo
            row["error"] = str(error)
            continue
        if content in contents:
            row["error"] = TWICE
            continue
        contents.add(content)
        for template in templates:
            crops[template].append(cut[template])
    progress("photo", total, total)
    scored = [row for row in rows if not row["error"]]
    if problem := _problem(rows):
        return Outcome(rows, None, problem)
    entries = {}
    for i, (name, model) in enumerate(models.items()):
        progress("model", i, len(models))
        column = model.info.classes.index("female")
        probability = model.run(np.stack(crops[model.info.template]))[0][:, column]
        for row, value in zip(scored, probability.tolist(), strict=True):
            row["probabilities"][name] = value
        entries[name] = _measured(scored, probability, model)
    progress("model", len(models), len(models))
    counts = Counter(row["label"] for row in scored)
    about = {"title": data.dataset.title, "photos": total, "faces": len(scored), **counts}
    figures = {"data": about, "remarks": _remarks(data, counts), "models": entries}
    return Outcome(rows, plain(figures))


def _cropped(
    source: bytes | Path, templates: Sequence[Template]
) -> tuple[dict[Template, RGB], float, bytes]:
    """The crops of the face of one photo, the shorter side of its box, and its content's hash."""
    content = source if isinstance(source, bytes) else images.read(source)
    padded, face = labelled_faces.face_of(images.load(content))
    cut = {template: align.crop(padded, [face], template)[0] for template in templates}
    return cut, round(face.box.side, 1), hashlib.sha256(content).digest()


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


def _measured(rows: Sequence[Mapping[str, Any]], probability: Array, model: Model) -> Any:
    """All figures of one model: those of the report, and two more that a page draws."""
    point = OperatingPoint(model.info.threshold, model.info.certainty)
    labels = np.array([row["label"] for row in rows])
    female = labels == "female"
    persons = np.array([row["person"] or row["file"] for row in rows])
    attributes = {
        "age": np.array([groups.age_group(row["age"]) for row in rows]),
        "race": np.array([row["race"] for row in rows]),
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
    }
