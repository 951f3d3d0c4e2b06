"""Figures that two pages show are the same on both, and are counted again from the files."""

from __future__ import annotations

from typing import Any

import pytest

from dashboard.views.fairness.served import ATTRIBUTES
from facespace.artifacts import report, scores, verdicts
from facespace.artifacts.manifest import load_manifest
from facespace.faces import detectors
from facespace.metrics import classification, thresholds
from facespace.metrics.intervals import Interval
from facespace.metrics.operating_point import OperatingPoint
from tests.support.pages import evaluation, opened, text
from tests.support.paths import ARTIFACTS

MANIFEST = load_manifest()
MODELS = report.load_report(MANIFEST).models
CASES = [(name, test) for name, entry in MODELS.items() for test in entry.tests]


def near(one: Interval, other: Interval) -> bool:
    """The same figure; the ends of a bootstrap drawn anew differ a little."""
    ends = (one.low, one.high) == pytest.approx((other.low, other.high), abs=0.02, nan_ok=True)
    return bool(one.value == pytest.approx(other.value, nan_ok=True) and ends)


@pytest.mark.parametrize(("name", "test"), CASES)
def test_what_users_get_is_counted_again(name: str, test: str) -> None:
    """Of Home, Evaluation, README and the card: from ``verdicts.npz``, photo by photo."""
    one, info = verdicts.judged(MANIFEST)[test][name], MANIFEST.models[name]
    whole = MODELS[name].end_to_end[test][detectors.DEFAULT]
    assert len(one.chance) == whole.photos
    cells = thresholds.at_most_wrong(one.wrong, one.chance, one.child, one.persons, info.most_wrong)
    for metric, cell in cells.items():
        assert near(cell, whole.metrics[metric]), metric


@pytest.mark.parametrize(("name", "test"), CASES)
def test_what_each_group_gets_adds_up_to_what_all_get(name: str, test: str) -> None:
    """Fairness and Evaluation: groups of known sex are all photos."""
    entry = MODELS[name]
    whole = entry.end_to_end[test][detectors.DEFAULT]
    groups = entry.served[test]["sex"].by_group.values()
    assert sum(group.faces for group in groups) == whole.photos
    for metric, among in (("missed", "missed"), ("coverage", "coverage"), ("unsure", "unsure")):
        counted = sum(group.metrics[metric].value * group.count(among) for group in groups)
        assert counted == pytest.approx(whole.metrics[metric].value * whole.photos)
    wrong = sum(
        group.metrics["risk"].value * group.count("risk") for group in groups if group.count("risk")
    )
    assert wrong == pytest.approx(whole.metrics["wrong"].value * whole.photos)
    for attribute in set(entry.served[test]) - {"sex"}:
        assert attribute in ATTRIBUTES
        known = entry.served[test][attribute].by_group.values()
        assert sum(group.faces for group in known) <= whole.photos


@pytest.mark.parametrize(("name", "test"), CASES)
def test_the_model_alone_is_counted_again(name: str, test: str) -> None:
    """The metrics and groups of Evaluation and Fairness, from ``scores.npz``; and recall by sex."""
    faces, info, entry = scores.scored(MANIFEST)[test], MANIFEST.models[name], MODELS[name]
    point, probability = OperatingPoint(info.threshold, info.certainty), faces.probability[name]
    plain = classification.metrics(faces.female, probability, point)
    for metric, value in plain.items():
        assert entry.tests[test].metrics[metric].value == pytest.approx(value, abs=1e-6), metric
    by_sex = entry.groups[test]["sex"].by_group
    for sex, group in by_sex.items():
        recall = entry.tests[test].metrics[f"recall_{sex}"]
        assert near(group.metrics["accuracy"], recall)
    for attribute, grouping in entry.groups[test].items():
        counted = sum(group.faces for group in grouping.by_group.values())
        assert counted <= entry.tests[test].photos, attribute


def test_home_says_what_evaluation_says() -> None:
    home, default = text(opened("home")), MODELS[MANIFEST.default]
    for test, ways in default.end_to_end.items():
        metrics = ways[detectors.DEFAULT].metrics
        title = default.tests[test].title
        assert f"of the {metrics['coverage'].value:.0%} answered on **{title}**" in home
        told = text(opened("evaluation", test=test))
        answered = round(1000 * metrics["coverage"].value)
        assert f"Of 1,000 faces, {answered:,} are answered" in told
        for metric in ("unsure", "missed"):
            share = f"{metrics[metric].value:.1%}"
            assert share in home and share in told


def test_detectors_are_those_of_their_own_page() -> None:
    """Masked faces and profiles, without the bare and the frontal ones of the same sets."""
    table = evaluation(part="End to end").dataframe[-1].value.set_index("Detector")
    for title, pictures, by, value in (
        ("Masked faces, found", "masked_faces", "mask", "with a mask"),
        ("Profiles, found", "cfp_profile", "pose", "profile"),
    ):
        app = opened("detectors", pictures=pictures, found_by=by)
        (chart,) = [c for c in app.get("plotly_chart") if f"{value} (" in c.proto.spec]
        for detector, share in table[title].items():
            assert f"{detector}: " in chart.proto.alt or detector in chart.proto.spec
            assert f"{value} (" in chart.proto.spec
            assert f"{share:.1f}%" in spoken(chart, str(detector))


def spoken(chart: Any, detector: str) -> str:
    """What the words of a chart say of a detector."""
    parts = chart.proto.alt.split("; ")
    (part,) = [part for part in parts if part.startswith(f"{detector}: ")]
    return str(part)


def test_the_card_says_what_the_pages_say() -> None:
    card = (ARTIFACTS / "MODEL_CARD.md").read_text("utf-8")
    default = MODELS[MANIFEST.default]
    for attributes in default.served.values():
        for grouping in attributes.values():
            for value, group in grouping.by_group.items():
                cell = group.metrics["missed"]
                words = f"| {value} | {group.faces:,} | {cell.value:.3f} ("
                assert (words in card) == (group.faces >= 30)
