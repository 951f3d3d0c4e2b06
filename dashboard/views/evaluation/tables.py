"""The report of the models -> tables and words for Evaluation. Nothing here draws."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from textwrap import wrap

import numpy as np
import pandas as pd

from facespace.artifacts.manifest import Manifest, ModelInfo
from facespace.artifacts.report import Classifier, ModelReport, Tested
from facespace.artifacts.scores import Scored
from facespace.artifacts.verdicts import Judged
from facespace.faces import detectors
from facespace.metrics.classification import EndToEnd
from facespace.metrics.intervals import Interval
from facespace.metrics.operating_point import Confusion

#: Metrics in the order of the table of all: what people call them, and what they say.
METRICS = {
    "balanced_accuracy": (
        "Balanced accuracy",
        "Mean of the shares of either sex predicted as labelled",
    ),
    "auc": ("AUC", "Chance that a face labelled female scores above one labelled male"),
    "coverage": ("Answered", "Share of the faces that are certain enough for an answer"),
    "risk": ("Wrong answers", "Share of the answered faces not predicted as labelled"),
    "brier": ("Brier score", "Mean squared error of the probability; 0 is best"),
    "ece": ("ECE", "Calibration error: mean distance of the probability from what was observed"),
    "accuracy": ("Accuracy", "Share of all faces predicted as labelled"),
    "recall_female": ("Recall, female", "Share of faces labelled female that are predicted so"),
    "recall_male": ("Recall, male", "Share of faces labelled male that are predicted so"),
    "average_precision": ("Average precision", "Area under the precision-recall curve of female"),
    "f1": ("F1", "Harmonic mean of precision and recall of female"),
    "kappa": ("Cohen’s kappa", "Agreement beyond chance"),
    "precision_female": (
        "Precision, female",
        "Share of faces predicted female that are labelled so",
    ),
    "precision_male": ("Precision, male", "Share of faces predicted male that are labelled so"),
    "aurc": ("AURC", "Area under the risk-coverage curve; 0 is best"),
    "augrc": ("AUGRC", "Area under the generalised risk-coverage curve; 0 is best"),
}

#: Metrics of photo in, verdict out: what people call them, and what they say.
VERDICTS = {
    "coverage": ("Answered", "Share of all photos that get a verdict, female or male"),
    "risk": ("Wrong answers", "Share of the answered photos not predicted as labelled"),
    "unsure": ("Marked “?”", "Share of all photos whose face is left for a human to look at"),
    "missed": ("No face found", "Share of all photos in which no face was found"),
}

#: Those that the report has of every model and test set.
REPORTED = tuple(metric for metric in METRICS if not metric.startswith("precision_"))

#: Those that compare best, those on top of the page, and those that are not percentages.
COMPARED = ("balanced_accuracy", "auc", "coverage", "risk")
FIRST = (*COMPARED, "brier", "ece")
DECIMAL = ("auc", "ece", "brier", "average_precision", "f1", "kappa", "aurc", "augrc")


@dataclass(frozen=True, slots=True)
class View:
    """What the page looks at: a model and a test set, beside all models tested on that set.

    ``scores``: those of the test set; None where the artifacts have none. ``every``: all models,
    whichever sets they were tested on. ``judged``: what users get for each photo of the test set,
    by model; empty where the artifacts do not say.
    """

    manifest: Manifest
    reports: Mapping[str, ModelReport]
    name: str
    test: str
    scores: Scored | None = None
    every: Mapping[str, ModelReport] = field(default_factory=dict)
    judged: Mapping[str, Judged] = field(default_factory=dict)

    @property
    def info(self) -> ModelInfo:
        """What the manifest says of the model."""
        return self.manifest.models[self.name]

    @property
    def entry(self) -> ModelReport:
        """What the report says of it."""
        return self.reports[self.name]

    @property
    def figures(self) -> Tested:
        """Its figures on the test set."""
        return self.entry.tests[self.test]

    @property
    def served(self) -> EndToEnd:
        """What its users get, with the default detector."""
        return self.entry.end_to_end[self.test][detectors.DEFAULT]

    @property
    def title(self) -> str:
        """What people call the test set."""
        return next(iter(self.reports.values())).tests[self.test].title

    def as_reported(self, drawn: Mapping[str, Interval]) -> Mapping[str, Interval]:
        """The same with the report's intervals, where it has them.

        Drawn anew, a bootstrap's differ a little; what is the same is to look the same.
        """
        return {name: self.figures.metrics.get(name, cell) for name, cell in drawn.items()}

    def metrics(self, drawn: Mapping[str, Interval]) -> dict[str, Mapping[str, Interval]]:
        """Of all models: those drawn anew of the one looked at, those of the report of others."""
        return {
            name: drawn if name == self.name else entry.tests[self.test].metrics
            for name, entry in self.reports.items()
        }


def short(name: str) -> str:
    """A model's name where there is no room for its title."""
    return name.capitalize()


def number(metric: str, value: float) -> str:
    """A metric's value as people read it: ``91.2%`` or ``0.912``; a dash for NaN."""
    if np.isnan(value):
        return "–"
    return f"{value:.3f}" if metric in DECIMAL else f"{value:.1%}"


def interval(metric: str, cell: Interval) -> str:
    """The ends of an interval, ``88.0% to 93.1%``; a dash where there is none.

    Where every drawn sample has the same value, since nothing or everything was seen, the bootstrap
    cannot say how far the truth may be; shares have the rule of three then.
    """
    if np.isnan(cell.low):
        return "–"
    if cell.low == cell.high:
        return "no interval"
    return f"{number(metric, cell.low)} to {number(metric, cell.high)}"


def whole(metric: str, cell: Interval) -> str:
    """A metric's value with its interval in brackets."""
    return f"{number(metric, cell.value)} ({interval(metric, cell)})"


def columns(names: Iterable[str], metrics: Mapping[str, Interval]) -> dict[str, str]:
    """Values and intervals of some metrics, each as two columns of a table."""
    row: dict[str, str] = {}
    for metric in names:
        title, cell = METRICS[metric][0], metrics[metric]
        row |= {title: number(metric, cell.value), f"{title}, 95 %": interval(metric, cell)}
    return row


def of_thousand(confusion: Confusion) -> str:
    """What becomes of 1,000 faces labelled female and of 1,000 labelled male, in a sentence."""
    parts = []
    for own, other, row in (
        ("female", "male", confusion[0]),
        ("male", "female", confusion[1][::-1]),
    ):
        right = round(1000 * row[0] / sum(row))
        parts.append(f"labelled {own}, {right:,} are predicted so, {1000 - right:,} {other}")
    return f"Of 1,000 faces {parts[0]}; of 1,000 {parts[1]}."


def answered_of_thousand(metrics: Mapping[str, Interval]) -> str:
    """What becomes of 1,000 faces, in a sentence.

    Args:
        metrics: ``coverage`` and ``wrong``, shares of all faces.
    """
    answered, wrong = (thousand(metrics[name].value) for name in ("coverage", "wrong"))
    return (
        f"Of 1,000 faces, {answered:,} are answered, {wrong:,} of them wrong; "
        f"{1000 - answered:,} are left to a human."
    )


def thousand(share: float) -> int:
    """A share of all as so many of 1,000."""
    return round(1000 * share)


def models(view: View) -> pd.DataFrame:
    """All models on the test set, a row each, and what each costs: size and time."""
    return pd.DataFrame(
        {"Model": short(name)}
        | columns(("balanced_accuracy", "auc"), cells)
        | {METRICS[key][0]: number(key, cells[key].value) for key in ("ece", "coverage", "risk")}
        | {"File, MB": view.manifest.models[name].file.bytes / 1e6}
        | {"ms per face": entry.milliseconds["32"]}
        for name, entry in view.reports.items()
        for cells in [entry.tests[view.test].metrics]
    )


def metrics(test: Tested) -> pd.DataFrame:
    """All metrics of one test set, a row each."""
    return pd.DataFrame(
        {
            "Metric": title,
            "Value": number(metric, test.metrics[metric].value),
            "95 %": interval(metric, test.metrics[metric]),
            "What it says": words,
        }
        for metric, (title, words) in METRICS.items()
        if metric in REPORTED
    )


def all_metrics(reports: Mapping[str, ModelReport]) -> pd.DataFrame:
    """Every metric of every model on every test set, unrounded, a row each."""
    return pd.DataFrame(
        {"model": name, "test": test, "photos": figures.photos, "metric": metric}
        | asdict(figures.metrics[metric])
        for name, entry in reports.items()
        for test, figures in entry.tests.items()
        for metric in REPORTED
    )


def across(reports: Mapping[str, ModelReport], metric: str) -> dict[str, dict[str, Interval]]:
    """A metric of every model, by its short title, on every test set, by its title and kind."""
    return {
        short(name): {
            "<br>".join(wrap(f"{test.title} ({test.kind})", 24)): test.metrics[metric]
            for test in entry.tests.values()
        }
        for name, entry in reports.items()
    }


def all_sets(reports: Mapping[str, ModelReport]) -> pd.DataFrame:
    """Every model on every test set, a row each, with the metrics that compare best."""
    return pd.DataFrame(
        {"Test set": figures.title, "Kind": figures.kind, "Photos": figures.photos}
        | {"Model": short(name)}
        | columns(COMPARED, figures.metrics)
        for test in dict.fromkeys(test for entry in reports.values() for test in entry.tests)
        for name, entry in reports.items()
        if (figures := entry.tests.get(test)) is not None
    )


def classifiers(table: Sequence[Classifier]) -> pd.DataFrame:
    """The comparison of classifiers, a row each, sizes in megabytes."""
    return pd.DataFrame(
        {
            "Classifier": row.name,
            "Balanced accuracy": f"{row.balanced_accuracy:.1%} ± {row.balanced_accuracy_sd:.1%}",
            "AUC": f"{row.auc:.3f} ± {row.auc_sd:.3f}",
            "Fit, s": row.fit_seconds,
            "A face, µs": row.microseconds,
            "ONNX, MB": row.bytes / 1e6,
        }
        for row in table
    )
