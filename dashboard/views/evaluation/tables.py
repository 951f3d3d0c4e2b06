"""The report of the models -> tables and words for Evaluation. Nothing here draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from textwrap import wrap
from typing import Any

import numpy as np
import pandas as pd

from facespace.artifacts.manifest import Manifest, ModelInfo
from facespace.artifacts.scores import Scored
from facespace.metrics.operating_point import Scores

#: One model's part of ``artifact_files.json``.
Entry = Mapping[str, Any]

#: ``value``, and ``low`` and ``high``, the ends of its 95 % interval; None where there is none.
Interval = Mapping[str, float | None]

#: Metrics in the order of the table of all: what people call them, and what they say.
METRICS = {
    "balanced_accuracy": ("Balanced accuracy", "Mean of the shares read as labelled of either sex"),
    "auc": ("AUC", "Chance that a face labelled female scores above one labelled male"),
    "coverage": ("Answered", "Share of the faces that are certain enough for an answer"),
    "risk": ("Wrong answers", "Share of the answered faces not read as labelled"),
    "brier": ("Brier score", "Mean squared error of the probability; 0 is best"),
    "ece": ("ECE", "Calibration error: mean distance of the probability from what was observed"),
    "accuracy": ("Accuracy", "Share of all faces read as labelled"),
    "recall_female": (
        "Recall, female",
        "Share of faces labelled female that read as female",
    ),
    "recall_male": ("Recall, male", "Share of faces labelled male that read as male"),
    "average_precision": ("Average precision", "Area under the precision-recall curve of female"),
    "f1": ("F1", "Harmonic mean of precision and recall of female"),
    "kappa": ("Cohen’s kappa", "Agreement beyond chance"),
    "precision_female": (
        "Precision, female",
        "Share of faces read as female that are labelled so",
    ),
    "precision_male": ("Precision, male", "Share of faces read as male that are labelled so"),
    "aurc": ("AURC", "Area under the risk-coverage curve; 0 is best"),
    "augrc": ("AUGRC", "Area under the generalised risk-coverage curve; 0 is best"),
}

#: Those that the report has of every model and test set.
REPORTED = tuple(metric for metric in METRICS if not metric.startswith("precision_"))

#: Those on top of the page, and those that are not percentages.
FIRST = ("balanced_accuracy", "auc", "coverage", "risk", "brier", "ece")
DECIMAL = ("auc", "ece", "brier", "average_precision", "f1", "kappa", "aurc", "augrc")


@dataclass(frozen=True, slots=True)
class View:
    """What the page looks at: a model and a test set, beside all models tested on that set.

    ``scores``: those of the test set; None where the artifacts have none. ``every``: all models,
    whichever sets they were tested on.
    """

    manifest: Manifest
    reports: Mapping[str, Entry]
    name: str
    test: str
    scores: Scored | None = None
    every: Mapping[str, Entry] = field(default_factory=dict)

    @property
    def info(self) -> ModelInfo:
        """What the manifest says of the model."""
        return self.manifest.models[self.name]

    @property
    def entry(self) -> Entry:
        """What the report says of it."""
        return self.reports[self.name]

    @property
    def figures(self) -> Mapping[str, Any]:
        """Its metrics on the test set, each an ``Interval``, and ``photos``."""
        figures: Mapping[str, Any] = self.entry["tests"][self.test]
        return figures

    @property
    def title(self) -> str:
        """What people call the test set."""
        entry = next(iter(self.reports.values()))
        return str(entry["tests"][self.test]["title"])

    def as_reported(self, found: Mapping[str, Interval]) -> Mapping[str, Interval]:
        """The same with the report's intervals, where it has them.

        Drawn anew, a bootstrap's differ a little; what is the same is to look the same.
        """
        return {name: self.figures.get(name, cell) for name, cell in found.items()}

    def curves(self, kind: str) -> dict[str, Any]:
        """A part of the report of every model on the test set, by the model's short title."""
        return {short(name): entry[kind][self.test] for name, entry in self.reports.items()}


def short(name: str) -> str:
    """A model's name where there is no room for its title."""
    return name.capitalize()


def number(metric: str, value: float | None) -> str:
    """A metric's value as people read it: ``91.2%`` or ``0.912``; a dash for None or NaN."""
    if value is None or np.isnan(value):
        return "–"
    return f"{value:.3f}" if metric in DECIMAL else f"{value:.1%}"


def interval(metric: str, cell: Interval) -> str:
    """The ends of an interval, ``88.0% to 93.1%``; a dash where there is none.

    Where every drawn sample has the same value, since nothing or everything was seen, the bootstrap
    cannot say how far the truth may be.
    """
    if cell["low"] is None or cell["high"] is None:
        return "–"
    if cell["low"] == cell["high"]:
        return "no interval"
    return f"{number(metric, cell['low'])} to {number(metric, cell['high'])}"


def known(cell: Interval) -> dict[str, float | None]:
    """The same interval with None for NaN, as the report has it."""
    return {end: None if v is None or np.isnan(v) else v for end, v in cell.items()}


def complement(cell: Interval) -> dict[str, float | None]:
    """The interval of one less a share."""
    ends = {"value": "value", "low": "high", "high": "low"}
    return {end: None if (v := cell[other]) is None else 1 - v for end, other in ends.items()}


def inside(probability: Scores, certainty: float) -> float:
    """The share of scores so uncertain that the verdict is "?"."""
    return float((np.maximum(probability, 1 - probability) < certainty).mean())


def of_thousand(confusion: Sequence[Sequence[int]]) -> str:
    """What becomes of 1,000 women and of 1,000 men, in a sentence.

    Args:
        confusion: rows are the labels female, male; columns what they read as.
    """
    parts = []
    for people, own, other, row in (
        ("women", "female", "male", confusion[0]),
        ("men", "male", "female", confusion[1][::-1]),
    ):
        right = round(1000 * row[0] / sum(row))
        parts.append(f"1,000 {people}, {right:,} read as {own}, {1000 - right:,} as {other}")
    return f"Of {parts[0]}; of {parts[1]}."


def answered_of_thousand(found: Mapping[str, Interval]) -> str:
    """What becomes of 1,000 faces, in a sentence.

    Args:
        found: ``coverage``, ``right`` and ``wrong`` as ``operating_points.at_point`` gives them.
    """
    right, wrong = (round(1000 * (found[name]["value"] or 0)) for name in ("right", "wrong"))
    left = 1000 - right - wrong
    return (
        f"Of 1,000 faces, {right + wrong:,} are answered, {right:,} as labelled and {wrong:,} not; "
        f"{left:,} are “?”, for a human to look at."
    )


def models(view: View) -> pd.DataFrame:
    """All models on the test set, a row each, and what each costs: size and time."""
    rows = []
    for name, entry in view.reports.items():
        test = entry["tests"][view.test]
        row: dict[str, Any] = {"Model": short(name)}
        for metric in ("balanced_accuracy", "auc"):
            title = METRICS[metric][0]
            row |= {
                title: number(metric, test[metric]["value"]),
                f"{title}, 95 %": interval(metric, test[metric]),
            }
        for metric in ("ece", "coverage", "risk"):
            row[METRICS[metric][0]] = number(metric, test[metric]["value"])
        row |= {
            "File, MB": view.manifest.models[name].file.bytes / 1e6,
            "A face, ms": entry["milliseconds"]["32"],
        }
        rows.append(row)
    return pd.DataFrame(rows)


def metrics(test: Mapping[str, Any]) -> pd.DataFrame:
    """All metrics of one test set, a row each."""
    return pd.DataFrame(
        {
            "Metric": title,
            "Value": number(metric, test[metric]["value"]),
            "95 %": interval(metric, test[metric]),
            "What it says": words,
        }
        for metric, (title, words) in METRICS.items()
        if metric in REPORTED
    )


def all_metrics(reports: Mapping[str, Entry]) -> pd.DataFrame:
    """Every metric of every model on every test set, unrounded, a row each."""
    return pd.DataFrame(
        {"model": name, "test": test, "photos": figures["photos"], "metric": metric}
        | {end: figures[metric][end] for end in ("value", "low", "high")}
        for name, entry in reports.items()
        for test, figures in entry["tests"].items()
        for metric in REPORTED
    )


def across(reports: Mapping[str, Entry], metric: str) -> dict[str, dict[str, Interval]]:
    """A metric of every model, by its short title, on every test set, by its title and kind."""
    return {
        short(name): {
            "<br>".join(wrap(f"{test['title']} ({test['kind']})", 24)): test[metric]
            for test in entry["tests"].values()
        }
        for name, entry in reports.items()
    }


def all_sets(reports: Mapping[str, Entry]) -> pd.DataFrame:
    """Every model on every test set, a row each, with the metrics that compare best."""
    rows = []
    for test in dict.fromkeys(test for entry in reports.values() for test in entry["tests"]):
        for name, entry in reports.items():
            if (figures := entry["tests"].get(test)) is None:
                continue
            row = {
                "Test set": figures["title"],
                "Kind": figures["kind"],
                "Photos": figures["photos"],
                "Model": short(name),
            }
            for metric in ("balanced_accuracy", "auc", "coverage", "risk"):
                title = METRICS[metric][0]
                row[title] = number(metric, figures[metric]["value"])
                row[f"{title}, 95 %"] = interval(metric, figures[metric])
            rows.append(row)
    return pd.DataFrame(rows)


def classifiers(table: list[Mapping[str, Any]]) -> pd.DataFrame:
    """The comparison of classifiers, a row each, sizes in megabytes."""
    rows = []
    for row in table:
        shown = {"Classifier": row["name"]}
        for metric in ("balanced_accuracy", "auc"):
            mean, spread = (number(metric, row[key]) for key in (metric, f"{metric}_sd"))
            shown[METRICS[metric][0]] = f"{mean} ± {spread}"
        shown |= {
            "Fit, s": row["fit_seconds"],
            "A face, µs": row["microseconds"],
            "ONNX, MB": None if row["bytes"] is None else row["bytes"] / 1e6,
        }
        rows.append(shown)
    return pd.DataFrame(rows)
