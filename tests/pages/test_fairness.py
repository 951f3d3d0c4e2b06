"""The page Fairness, on the committed artifacts."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from dashboard.views.fairness.served import SHOWN
from dashboard.views.fairness.tables import SERVED
from facespace.artifacts import report, scores
from facespace.artifacts.manifest import load_manifest
from facespace.artifacts.report import Report
from facespace.metrics import fairness, groups
from tests.support.pages import DEFAULT, opened, text

REPORTS = load_manifest().json("report.json")["models"]


def test_shows_every_kind_of_group() -> None:
    app = opened("fairness")
    entry = load_manifest().json("report.json")["models"][DEFAULT]
    (first, *_), tables = entry["tests"], entry["groups"]
    for attribute, content in tables[first].items():
        app.selectbox(key="groups").select(attribute)
        for metric in ("accuracy", "coverage", "risk"):
            app.selectbox(key="group_metric").select(metric).run()
            assert not app.exception
            gap = content["gap"].get(metric)
            if gap:
                assert f"**{gap['difference'] * 100:.1f} points**" in text(app)
        shown = app.dataframe[1].value
        assert dict(zip(shown["Group"], shown["Faces"], strict=True)) == {
            group: row["faces"] for group, row in content["by_group"].items()
        }


def test_keeps_no_kind_of_group_that_a_test_set_does_not_have() -> None:
    app = opened("fairness")
    app.selectbox(key="groups").select("age").run()
    tables = load_manifest().json("report.json")["models"][DEFAULT]["groups"]
    for test, content in tables.items():
        app.selectbox(key="test").select(test).run()
        assert not app.exception
        assert app.selectbox(key="groups").value in content


def test_states_the_largest_gaps() -> None:
    app = opened("fairness")
    for name, entry in REPORTS.items():
        app.selectbox(key="model").select(name).run()
        for test, tables in entry["groups"].items():
            app.selectbox(key="test").select(test).run()
            assert not app.exception
            words = text(app)
            for crossing in (False, True):
                gaps = [
                    content["gap"]["accuracy"]["difference"]
                    for attribute, content in tables.items()
                    if (", " in attribute) is crossing and "accuracy" in content["gap"]
                ]
                if gaps:
                    assert f"**{100 * max(gaps):.1f} points**" in words


@pytest.mark.parametrize("test", ["lfw", "us_congress"])
def test_says_that_a_set_knows_neither_age_nor_group(test: str) -> None:
    app = opened("fairness")
    app.selectbox(key="test").select(test).run()
    assert not app.exception
    assert "only the sex" in text(app)
    assert "neither age nor group" in text(app)
    keys = ["test", "model", "served_by", "served_show", "groups", "group_metric"]
    assert [box.key for box in app.selectbox] == keys


def test_says_that_a_set_has_no_groups_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = report.load_report(load_manifest())
    bare = Report(
        {
            name: replace(entry, groups={test: {} for test in entry.groups})
            for name, entry in whole.models.items()
        }
    )
    monkeypatch.setattr(report, "load_report", lambda _: bare)
    app = opened("fairness")
    assert not app.exception
    assert "does not say who is in its photos" in text(app)


def test_without_scores_the_groups_are_there_and_the_tool_says_why_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(scores, "scored", lambda _: {})
    app = opened("fairness")
    assert not app.exception
    assert app.get("plotly_chart")
    assert "neither age nor group" in text(app)


def test_thresholds_say_what_they_cost_on_other_persons() -> None:
    app = opened("fairness")
    manifest = load_manifest()
    faces = scores.scored(manifest)["fairface"]
    for attribute in ("age", "race", "age, race"):
        app.selectbox(key="threshold_by").select(attribute)
        for criterion in fairness.CRITERIA:
            app.selectbox(key="criterion").select(criterion).run()
            assert not app.exception
            found = fairness.equalised(
                faces.female,
                faces.probability[DEFAULT],
                groups.crossed(faces.attributes, attribute),
                faces.persons,
                manifest.models[DEFAULT].threshold,
                criterion,
            )
            shown = {metric.label: metric.value for metric in app.metric}
            assert (
                shown.items()
                >= {
                    f"{words}, {title}": f"{found.measured[f'{part}_{when}'].value:.1%}"
                    for part, words in (("gap", "Gap"), ("error", "Error"))
                    for when, title in (("before", "one threshold"), ("after", "own thresholds"))
                }.items()
            )
            assert f"{found.optimistic['gap_after'].value:.1%}" in text(app)
            table = app.dataframe[-1].value.set_index("Group")
            assert set(table["Threshold"]) - {"the one"} == {
                f"{found.thresholds[name]:.3f}" for name in found.own
            }
    assert "one threshold for everybody" in text(app)


def test_a_set_too_small_for_thresholds_says_so() -> None:
    app = opened("fairness")
    app.selectbox(key="test").select("london_frl").run()
    app.selectbox(key="threshold_by").select("age, race").run()
    assert not app.exception
    assert "too few of these groups" in text(app)


def test_crossings_are_a_heat_map_that_hides_nothing() -> None:
    app = opened("fairness")
    app.selectbox(key="groups").select("age, race").run()
    chart = json.loads(app.get("plotly_chart")[1].proto.spec)
    small, large = chart["data"]
    table = REPORTS[DEFAULT]["groups"]["fairface"]["age, race"]["by_group"]
    cells = [cell for part in (small, large) for row in part["text"] for cell in row if cell]
    assert len(cells) == len(table)
    assert sum("<i>" in cell for cell in cells) == sum(row["faces"] < 30 for row in table.values())


@pytest.mark.parametrize("test", ["fairface", "us_congress"])
def test_what_each_group_gets(test: str) -> None:
    """The gap of every metric, who is worst and best, how they compare, and what is left out."""
    app = opened("fairness", test=test)
    for attribute, content in REPORTS[DEFAULT]["served"][test].items():
        app.selectbox(key="served_by").select(attribute).run()
        assert not app.exception
        groups_of, gaps = content["by_group"], content["gap"]
        shown = {metric.label: metric.value for metric in app.metric}
        for metric, (title, _) in SERVED.items():
            values = {
                name: group[metric]["value"]
                for name, group in groups_of.items()
                if group["counts"][metric] >= groups.LEAST_GROUP
            }
            assert (metric in gaps) == (len(values) > 1)
            if metric not in gaps:
                continue
            least, most = min(values.values()), max(values.values())
            assert shown[title] == f"{100 * (most - least):.1f} points"
            worst, best = (least, most) if metric.startswith("recall") else (most, least)
            if least < most and best:
                assert f"Worst is {worst / best:.2f} times the best." in text(app)
        small = [g["faces"] for g in groups_of.values() if g["faces"] < groups.LEAST_GROUP]
        if small:
            assert f"{len(small)} of {len(groups_of)} groups have fewer than 30" in text(app)
            assert f"{sum(small):,} together: no gap counts them" in text(app)
    for shown_metric in SHOWN:
        app.selectbox(key="served_show").select(shown_metric).run()
        assert not app.exception


def test_skin_tone_is_said_to_be_measured_and_what_it_is_worth() -> None:
    app = opened("fairness", served_by="skin_tone")
    words = text(app)
    assert "measured, not labelled" in words and "coloured light" in words
    table = next(t.value for t in app.dataframe if "Photos" in t.value)
    assert set(table["Group"]) <= set(groups.TONES)


def test_small_crossings_are_counted() -> None:
    tables = REPORTS[DEFAULT]["groups"]["fairface"]
    cells = [
        group["faces"]
        for attribute, content in tables.items()
        if ", " in attribute
        for group in content["by_group"].values()
    ]
    small = [faces for faces in cells if faces < groups.LEAST_GROUP]
    assert f"Of {len(cells)} crossings {len(small)} have fewer than 30" in text(opened("fairness"))


def test_older_reports_show_the_model_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = report.load_report(load_manifest())
    older = {name: replace(entry, served={}) for name, entry in whole.models.items()}
    monkeypatch.setattr(report, "load_report", lambda _: Report(older))
    app = opened("fairness")
    assert not app.exception
    assert "What each group gets" not in [header.value for header in app.header]
