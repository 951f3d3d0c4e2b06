"""The page Evaluation: what moves with a threshold and a certainty, and what does not."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from sklearn import metrics as sk
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.testing.v1 import AppTest

from dashboard.views.detection.measured import CONTENDERS
from facespace.artifacts import verdicts
from facespace.artifacts.manifest import load_manifest
from facespace.artifacts.scores import scored
from tests.support.pages import DEFAULT, evaluation, opened, text

pytestmark = pytest.mark.packages

MANIFEST = load_manifest()
SETS = scored(MANIFEST)
REPORT = MANIFEST.json("report.json")["models"]
MOST_WRONG = f"{DEFAULT}_try_most_wrong"
THRESHOLD, CERTAINTY = f"{DEFAULT}_try_threshold", f"{DEFAULT}_try_certainty"
WHEN = "When to say “?”"


def drawn(app: AppTest, kind: str) -> list[dict[str, Any]]:
    """The figures that have a trace of that kind."""
    figures = [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]
    return [f for f in figures if any(trace["type"] == kind for trace in f["data"])]


def figures(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.tabs[0].metric}


def expected(
    test: str, threshold: float, name: str = DEFAULT
) -> tuple[str, list[str], dict[str, str]]:
    """The sentence, the confusion and the metrics at a threshold, by numpy and scikit-learn."""
    female = SETS[test].female
    read = SETS[test].probability[name].astype(float) >= threshold
    women, men = round(1000 * read[female].mean()), round(1000 * (~read[~female]).mean())
    sentence = (
        f"Of 1,000 faces labelled female, {women:,} are predicted so, {1000 - women:,} male; "
        f"of 1,000 labelled male, {men:,} are predicted so, {1000 - men:,} female."
    )
    matrix = sk.confusion_matrix(female, read, labels=[True, False])
    shares = (matrix / matrix.sum(axis=1, keepdims=True)).ravel()
    words = [
        f"<b>{count:,}</b><br>{share:.1%}"
        for count, share in zip(matrix.ravel(), shares, strict=True)
    ]
    return (
        sentence,
        words,
        {
            "Recall, female": f"{sk.recall_score(female, read):.1%}",
            "Recall, male": f"{sk.recall_score(~female, ~read):.1%}",
            "Precision, female": f"{sk.precision_score(female, read):.1%}",
            "Precision, male": f"{sk.precision_score(~female, ~read):.1%}",
            "Balanced accuracy": f"{sk.balanced_accuracy_score(female, read):.1%}",
            "Accuracy": f"{sk.accuracy_score(female, read):.1%}",
            "F1": f"{sk.f1_score(female, read):.3f}",
            "Cohen’s kappa": f"{sk.cohen_kappa_score(female, read):.3f}",
        },
    )


def check(app: AppTest, test: str, threshold: float, name: str = DEFAULT) -> None:
    sentence, words, metrics = expected(test, threshold, name)
    assert not app.exception
    assert sentence in text(app)
    (confusion,) = drawn(app, "heatmap")
    assert [note["text"] for note in confusion["layout"]["annotations"]] == words
    assert figures(app).items() >= metrics.items()


@pytest.mark.parametrize("test", SETS)
def test_everything_follows_the_threshold(test: str) -> None:
    app = opened("evaluation")
    app.selectbox(key="test").select(test).run()
    own = MANIFEST.models[DEFAULT].threshold
    check(app, test, own)
    report = MANIFEST.json("report.json")["models"][DEFAULT]["tests"][test]
    before = figures(app)
    for threshold in (0.1, 0.9):
        app.slider(key=THRESHOLD).set_value(threshold).run()
        check(app, test, threshold)
        # What counts every threshold stays as the report has it.
        for title in ("AUC", "Average precision", "Brier score", "ECE"):
            assert figures(app)[title] == before[title]
    assert f"{report['auc']['value']:.3f}" == before["AUC"]
    app.button(key=f"{THRESHOLD}_back").click().run()
    check(app, test, own)
    assert app.button(key=f"{THRESHOLD}_back").disabled


def test_each_model_has_a_threshold_of_its_own_to_try() -> None:
    app = opened("evaluation")
    app.slider(key=THRESHOLD).set_value(0.2).run()
    for name, info in MANIFEST.models.items():
        app.selectbox(key="model").select(name).run()
        check(app, "fairface", 0.2 if name == DEFAULT else info.threshold, name)


def test_the_point_on_the_curves_is_where_the_threshold_is() -> None:
    app = opened("evaluation")
    app.slider(key=THRESHOLD).set_value(0.75).run()
    female, read = SETS["fairface"].female, SETS["fairface"].probability[DEFAULT] >= 0.75
    roc, precision_recall, _ = (
        f for f in drawn(app, "scatter") if "threshold" in str(f) or "“?”" in str(f)
    )
    for figure, x, y in (
        (roc, read[~female].mean(), read[female].mean()),
        (precision_recall, read[female].mean(), female[read].mean()),
    ):
        (mark,) = (trace for trace in figure["data"] if trace.get("name") == "threshold 0.750")
        assert (mark["x"], mark["y"]) == (pytest.approx([x]), pytest.approx([y]))


def clicked(app: AppTest, key: str, points: list[dict[str, Any]]) -> AppTest:
    """The page after a selection in the figure of that key, as the browser sends one."""
    (chart,) = (c for c in app.get("plotly_chart") if c.proto.id.endswith(f"-{key}"))
    states = app._tree.get_widget_states()
    selection = {"points": points, "point_indices": [0], "box": [], "lasso": []}
    states.widgets.append(
        WidgetState(id=chart.proto.id, string_value=json.dumps({"selection": selection}))
    )
    return app._run(states)


@pytest.mark.parametrize("given", [0.3127, [0.3127]])
def test_a_click_on_the_curve_moves_the_threshold(given: float | list[float]) -> None:
    app = opened("evaluation")
    clicked(app, f"{THRESHOLD}_curve", [{"x": 0.2, "y": 0.9, "customdata": given}])
    assert app.slider(key=THRESHOLD).value == 0.313
    check(app, "fairface", 0.313)


@pytest.mark.parametrize("points", [[], [{"x": 0.2, "y": 0.9}]])
def test_a_click_beside_the_curve_moves_nothing(points: list[dict[str, Any]]) -> None:
    app = opened("evaluation")
    clicked(app, f"{THRESHOLD}_curve", points)
    check(app, "fairface", MANIFEST.models[DEFAULT].threshold)


def test_a_click_on_risk_and_coverage_moves_the_certainty() -> None:
    app = evaluation(part=WHEN)
    clicked(app, f"{CERTAINTY}_curve", [{"customdata": 0.6512}])
    assert app.slider(key=CERTAINTY).value == 0.65


@pytest.mark.parametrize("asked", [0.5, 0.7, 0.99, None])
def test_what_is_answered_follows_the_certainty(asked: float | None) -> None:
    app = evaluation(part=WHEN)
    info = MANIFEST.models[DEFAULT]
    if asked is not None:
        app.slider(key=CERTAINTY).set_value(asked).run()
    female, probability = SETS["fairface"].female, SETS["fairface"].probability[DEFAULT]
    answered = np.maximum(probability, 1 - probability) >= (asked or info.certainty)
    wrong = ((probability >= info.threshold) != female) & answered
    assert said(answered.mean(), wrong.mean()) in text(app)
    shown = {metric.label: metric.value for metric in app.tabs[1].metric}
    assert shown["Answered"] == f"{answered.mean():.1%}"
    risk = wrong.sum() / answered.sum() if answered.any() else None
    assert shown["Wrong answers"] == ("–" if risk is None else f"{risk:.1%}")
    (scores,) = drawn(app, "bar")
    (band,) = (shape for shape in scores["layout"]["shapes"] if shape["type"] == "rect")
    assert band["x1"] == pytest.approx(asked or info.certainty)
    assert band["x0"] == pytest.approx(1 - band["x1"])


def test_the_address_says_what_is_tried() -> None:
    """That a slider writes it, the browser does: see ``tests/e2e/test_evaluation.py``."""
    app = opened("evaluation", **{THRESHOLD: "0.25", CERTAINTY: "0.6"})
    check(app, "fairface", 0.25)
    app.session_state["part"] = WHEN
    assert app.run().slider(key=CERTAINTY).value == 0.6
    app = opened("evaluation", **{THRESHOLD: "much"})
    check(app, "fairface", MANIFEST.models[DEFAULT].threshold)


def said(answered: float, wrong: float) -> str:
    """What becomes of 1,000 faces."""
    given = round(1000 * answered)
    return (
        f"Of 1,000 faces, {given:,} are answered, {round(1000 * wrong):,} of them wrong; "
        f"{1000 - given:,} are left to a human."
    )


@pytest.mark.parametrize("test", SETS)
def test_the_page_opens_with_what_users_get(test: str) -> None:
    """Photo in, verdict out: as the report has it where the app is set, else counted anew."""
    app = opened("evaluation", test=test)
    assert not app.exception
    # The answer is the first thing below the title.
    first = app.main.markdown[0].value
    whole = REPORT[DEFAULT]["end_to_end"][test]["yunet"]
    assert first == f"### {said(whole['coverage']['value'], whole['wrong']['value'])}"
    cards = {metric.label: (metric.value, metric.delta) for metric in app.metric[:3]}
    shares = {
        "Answered": whole["coverage"],
        "Of them wrong": whole["wrong"],
        "Left to a human": {
            "value": 1 - whole["coverage"]["value"],
            "low": 1 - whole["coverage"]["high"],
            "high": 1 - whole["coverage"]["low"],
        },
    }
    assert cards == {
        title: (
            f"{round(1000 * cell['value']):,}",
            f"{round(1000 * cell['low']):,} to {round(1000 * cell['high']):,} of 1,000",
        )
        for title, cell in shares.items()
    }
    judged = verdicts.judged(MANIFEST)[test][DEFAULT]
    for most in (0.01, 0.25, 0.5):
        app.slider(key=MOST_WRONG).set_value(most).run()
        answered = (judged.chance <= most) & ~judged.child
        assert said(answered.mean(), (answered & judged.wrong).mean()) in text(app)
    app.button(key=f"{MOST_WRONG}_back").click().run()
    assert said(whole["coverage"]["value"], whole["wrong"]["value"]) in text(app)


def test_a_click_on_what_users_get_moves_the_slider() -> None:
    app = opened("evaluation")
    clicked(app, f"{MOST_WRONG}_curve", [{"customdata": [0.2149]}])
    assert app.slider(key=MOST_WRONG).value == 0.21


def test_older_artifacts_have_the_answer_without_a_slider(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verdicts, "judged", lambda _: {})
    app = opened("evaluation")
    assert not app.exception
    whole = REPORT[DEFAULT]["end_to_end"]["fairface"]["yunet"]
    assert said(whole["coverage"]["value"], whole["wrong"]["value"]) in text(app)
    assert MOST_WRONG not in [slider.key for slider in app.slider]


def test_a_share_without_an_error_has_an_interval() -> None:
    """Nobody of the US Congress labelled male is predicted female: the rule of three."""
    cell = REPORT[DEFAULT]["tests"]["us_congress"]["recall_male"]
    assert cell["value"] == 1
    app = opened("evaluation", test="us_congress")
    table = next(t.value for t in app.dataframe if "Metric" in t.value).set_index("Metric")
    men = int((~SETS["us_congress"].female).sum())
    assert table.loc["Recall, male", "95 %"] == f"{1 - 3 / men:.1%} to 100.0%"


def test_all_sets_have_every_model_with_its_interval() -> None:
    app = evaluation(part="All test sets")
    table = app.dataframe[-1].value.set_index(["Test set", "Model"])
    reports = MANIFEST.json("report.json")["models"]
    assert len(table) == sum(len(entry["tests"]) for entry in reports.values())
    for name, entry in reports.items():
        for test in entry["tests"].values():
            row = table.loc[(test["title"], name.capitalize())]
            assert row["Kind"] == test["kind"]
            cell = test["auc"]
            assert row["AUC"] == f"{cell['value']:.3f}"
            assert row["AUC, 95 %"] == f"{cell['low']:.3f} to {cell['high']:.3f}"


def test_detectors_are_those_of_their_own_page() -> None:
    app = evaluation(part="End to end")
    table = app.dataframe[-1].value.set_index("Detector")
    measured = MANIFEST.json("detectors.json")
    row = table.loc["YuNet"]
    for title, part, by, value in (
        ("Masked faces, found", "masked_faces", "mask", "with_mask"),
        ("Profiles, found", "cfp_profile", "pose", "profile"),
    ):
        for name, words in CONTENDERS.items():
            recall = measured[name][part]["by"][by][value]["recall"]
            assert table.loc[words, title] == pytest.approx(100 * recall)
    assert row["Crowds, found"] == pytest.approx(100 * measured["yunet"]["wider_val"]["recall"])
    assert row["False alarms in 100 pictures"] == pytest.approx(
        measured["yunet"]["negatives"]["false_alarms_per_100"]
    )


@pytest.mark.parametrize("part", ["ROC and confusion", WHEN])
def test_without_scores_the_page_says_so(part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from facespace.artifacts import scores

    monkeypatch.setattr(scores, "scored", lambda _: {})
    app = evaluation(part=part)
    assert not app.exception
    assert "scores beside the report are missing" in text(app)


@pytest.mark.parametrize("name", MANIFEST.models)
def test_how_a_model_was_made_is_said_of_each(name: str) -> None:
    app = evaluation(part="How it was made")
    app.selectbox(key="model").select(name).run()
    assert not app.exception
    words, entry = text(app), MANIFEST.json("report.json")["models"][name]
    assert f"{entry['support_vectors']:,} support vectors" in words
    # Only the network has seen the photos of the folds; the file of plain pixels is not rounded.
    assert ("The network learned from these photos" in words) == (name == "embedding")
    assert ("stored in half precision" in words) == (name != "eigenfaces")
    counts = entry["counts"]["training"]
    assert f"The search sees 8,000 of the {counts:,} photos to fit on" in words
    rows = {row["name"]: row for row in entry["comparison"]}
    taken = rows["RBF SVM"]["balanced_accuracy"]
    better = {n: row for n, row in rows.items() if row["balanced_accuracy"] > taken}
    assert "The RBF SVM was not chosen by this table" in words
    for title, row in better.items():
        assert f"{title} by {100 * (row['balanced_accuracy'] - taken):.1f} points" in words
    assert ("None of the others is better here." in words) == (not better)
