"""Every number on Evaluation and Fairness, computed again from the scores beside the report.

By scikit-learn where it has the metric, else by a few lines of their own.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn import metrics as sk

from facespace.artifacts.manifest import load_manifest
from facespace.artifacts.scores import Scored, scored

MANIFEST = load_manifest()
REPORTS = MANIFEST.json("report.json")["models"]
SETS = scored(MANIFEST)
TESTED = [(name, test) for name, entry in REPORTS.items() for test in entry["tests"]]


class Case:
    """A model on a test set: the report's part, and the scores."""

    def __init__(self, name: str, test: str) -> None:
        self.entry, self.test, self.info = REPORTS[name], test, MANIFEST.models[name]
        self.set: Scored = SETS[test]
        self.female = self.set.female
        self.probability = self.set.probability[name].astype(float)
        self.read = self.probability >= self.info.threshold
        self.certainty = np.maximum(self.probability, 1 - self.probability)
        self.answered = self.certainty >= self.info.certainty
        self.wrong = self.read != self.female

    def reported(self, kind: str) -> Any:
        return self.entry[kind][self.test]


@pytest.fixture(params=TESTED, ids=[f"{name}-{test}" for name, test in TESTED])
def case(request: pytest.FixtureRequest) -> Case:
    return Case(*request.param)


def test_metrics(case: Case) -> None:
    female, read, probability = case.female, case.read, case.probability
    falling = np.argsort(-case.certainty, kind="stable")
    errors = np.cumsum(case.wrong[falling])
    bins = np.array_split(np.argsort(probability, kind="stable"), 15)
    gaps = [len(b) * abs(probability[b].mean() - female[b].mean()) for b in bins]
    expected = {
        "accuracy": sk.accuracy_score(female, read),
        "balanced_accuracy": sk.balanced_accuracy_score(female, read),
        "recall_female": sk.recall_score(female, read),
        "recall_male": sk.recall_score(female, read, pos_label=False),
        "auc": sk.roc_auc_score(female, probability),
        "average_precision": sk.average_precision_score(female, probability),
        "f1": sk.f1_score(female, read),
        "kappa": sk.cohen_kappa_score(female, read),
        "brier": sk.brier_score_loss(female, probability),
        "ece": sum(gaps) / len(female),
        "aurc": np.mean(errors / np.arange(1, len(errors) + 1)),
        "augrc": np.mean(errors) / len(errors),
        "coverage": case.answered.mean(),
        "risk": case.wrong[case.answered].mean(),
    }
    found = case.reported("tests")
    assert found["photos"] == len(female)
    assert {name for name, cell in found.items() if isinstance(cell, dict)} == set(expected)
    for name, value in expected.items():
        assert found[name]["value"] == pytest.approx(value, abs=1e-4), name
        low, value, high = (found[name][key] for key in ("low", "value", "high"))
        assert low - 1e-9 <= value <= high + 1e-9, name  # sums of floats may pass 1


def test_intervals(case: Case) -> None:
    """Those of shares over faces of different persons are also the binomial's, nearly."""
    _, faces = np.unique(case.set.persons, return_counts=True)
    design = np.mean(faces**2) / np.mean(faces)  # at most so many times the plain variance
    for name, right in (("accuracy", ~case.wrong), ("coverage", case.answered)):
        cell = case.reported("tests")[name]
        spread = 1.96 * np.sqrt(right.mean() * (1 - right.mean()) / len(right))
        width = (cell["high"] - cell["low"]) / 2
        assert 0.8 * spread - 1e-3 < width < 1.2 * np.sqrt(design) * spread + 1e-3


def test_confusion(case: Case) -> None:
    expected = sk.confusion_matrix(case.female, case.read, labels=[True, False])
    assert case.reported("confusion") == expected.tolist()


def test_roc(case: Case) -> None:
    """Every point is one of scikit-learn's, and gives the rates that its threshold gives."""
    curve = case.reported("roc")
    fpr, tpr, threshold = sk.roc_curve(case.female, case.probability)
    every = np.column_stack([fpr, tpr, np.clip(threshold, 0, 1)])
    for point in np.column_stack([curve["fpr"], curve["tpr"], curve["threshold"]]):
        assert np.abs(every - point).max(axis=1).min() < 1e-4
    area = sk.auc(curve["fpr"], curve["tpr"])
    assert area == pytest.approx(sk.auc(fpr, tpr), abs=2e-3)  # of 200 points of the curve


def test_risk_coverage(case: Case) -> None:
    curve = case.reported("risk_coverage")
    order = np.argsort(-case.certainty, kind="stable")
    for coverage, risk, certainty in zip(
        curve["coverage"], curve["risk"], curve["certainty"], strict=True
    ):
        first = order[: round(coverage * len(order))]
        assert case.wrong[first].mean() == pytest.approx(risk, abs=1e-4)
        assert case.certainty[first].min() == pytest.approx(certainty, abs=1e-4)


def test_reliability(case: Case) -> None:
    bins = case.reported("reliability")
    rows = np.array_split(np.argsort(case.probability, kind="stable"), len(bins["faces"]))
    assert [len(row) for row in rows] == bins["faces"]
    for name, values in (("predicted", case.probability), ("observed", case.female)):
        np.testing.assert_allclose(bins[name], [values[row].mean() for row in rows], atol=1e-4)


def test_groups(case: Case) -> None:
    tables = case.reported("groups")
    assert {key for key in tables if ", " not in key} == set(case.set.attributes)
    for attribute, content in tables.items():
        values = [case.set.attributes[key] for key in attribute.split(", ")]
        rows = list(zip(*values, strict=True))
        groups = np.array([", ".join(row) for row in rows])
        known = np.array([all(row) for row in rows])  # London does not tell everybody's age
        assert set(content["by_group"]) == set(groups[known])
        for group, row in content["by_group"].items():
            here = groups == group
            assert row["faces"] == here.sum()
            assert row["accuracy"]["value"] == pytest.approx(1 - case.wrong[here].mean())
            assert row["coverage"]["value"] == pytest.approx(case.answered[here].mean())
            given = case.wrong[here & case.answered]
            assert row["risk"]["value"] == (
                pytest.approx(given.mean(), abs=1e-9) if len(given) else None
            )
        for metric, gap in content["gap"].items():
            large = [r[metric]["value"] for r in content["by_group"].values() if r["faces"] >= 30]
            assert gap["difference"] == pytest.approx(max(large) - min(large))
