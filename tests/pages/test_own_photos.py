"""The pages "Bring your own test" and "Model card"."""

from __future__ import annotations

import csv
import io
import json
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.views import model_card, unanswered
from dashboard.views.evaluation.tables import METRICS, interval, number, short
from dashboard.views.own_photos import choose, job
from facespace.artifacts.manifest import artifacts_folder, load_manifest
from facespace.charts.chance import MEASURES
from facespace.datasets import scoring
from facespace.datasets.dataset import LabelledPhotos, open_labelled
from facespace.datasets.scoring import LOOKED_AT
from facespace.faces.doubts import REASON_OF
from facespace.io.typed_json import typed
from facespace.types import REASONS
from tests.support.pages import button, opened, text, waited
from tests.support.pictures import GREY, packed, png
from training.__main__ import main

MODELS = load_manifest().models


@pytest.fixture(autouse=True)
def temporary(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """The system's folder for temporary files: an own one, seen to be empty in the end."""
    folder = tmp_path_factory.mktemp("temporary")
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []


def measured(content: bytes, name: str = "photos.zip") -> AppTest:
    app = opened("own_photos")
    app.file_uploader(key="zip").upload(name, content, "application/zip")
    return waited(app.run(), "own_photos")


def shown(app: AppTest) -> dict[tuple[str, str], str]:
    """The page's table of all models: by model and metric what is written there."""
    table = next(d.value for d in app.dataframe if "Metric" in d.value).set_index("Metric")
    return {(name, metric): table.loc[metric, name] for name in table for metric in table.index}


def written(figures: scoring.Measured) -> dict[tuple[str, str], str]:
    """The same of the figures of ``scoring.score``."""
    return {
        (short(name), title): f"{number(m, cells[m].value)} ({interval(m, cells[m])})"
        for name, entry in figures.models.items()
        for cells in [entry.metrics]
        for m, (title, _) in METRICS.items()
        if m in cells
    }


def test_the_page_says_what_is_wanted_first() -> None:
    app = opened("own_photos")
    words = text(app)
    for part in ("female/", "labels.csv", "`gender`", "20,000 files", "Add a ZIP"):
        assert part in words
    assert not app.text_input
    (row, *_) = csv.DictReader(io.StringIO(choose.TEMPLATE))
    assert row["gender"] == "female"


def test_a_zip_is_measured_and_shown(labelled_zip: bytes) -> None:
    app = measured(labelled_zip)
    assert not app.exception
    assert "10 photos, 6 faces measured, 4 labelled female and 2 male" in app.warning[0].value
    folded, left_out = app.expander[:2]
    assert folded.label == "What to bring" and not folded.proto.expanded
    assert "4 photos left out" in left_out.label
    ours = next(f.value for f in app.dataframe if "Photos of" in f.value)
    assert ours["Photos of"].iloc[0] == "Your photos" and len(ours) == 5
    wrong = [caption for caption in app.caption if ": labelled " in caption.value]
    listed = next(f.value for f in app.dataframe if "answered" in f.value)
    assert len(wrong) == min(len(listed), LOOKED_AT)
    assert text(app).count("with caution") == 2
    assert "grey.png" in app.dataframe[0].value["File"].tolist()
    outcome = app.session_state["own_photos"].outcome
    assert shown(app) == written(outcome.measured)
    for name in MODELS:
        app.selectbox(key="model").select(name).run()
        assert not app.exception
        drawn = app.get("plotly_chart")
        assert len(drawn) == 7
        assert all(chart.proto.alt for chart in drawn)
        metrics = outcome.figures["models"][name]["metrics"]
        cards = {metric.label: metric.value for metric in app.metric}
        assert cards["Accuracy"] == number("accuracy", metrics["accuracy"]["value"])
        whole = outcome.figures["models"][name]["end_to_end"]
        assert whole["photos"] == 7  # one without a face among them
        answered = round(1000 * whole["coverage"]["value"])
        assert f"### Of 1,000 faces, {answered:,} are answered" in text(app)
        wrong = [row["file"] for row in outcome.errors(name)]
        errors = [d.value for d in app.dataframe if "answered" in d.value]
        assert (errors[0]["file"].tolist() if wrong else []) == wrong
    assert app.session_state["own_photos"].outcome is outcome  # nothing was measured twice
    app.selectbox(key="own_groups").select("age, sex").run()
    assert not app.exception
    waited(app.button[0].click().run(), "own_photos")
    assert app.session_state["own_photos"].outcome == outcome
    assert app.session_state["own_photos"].outcome is not outcome
    app.switch_page("pages/card.py").run().switch_page("pages/own_photos.py").run()
    assert "Your test of this visit" in text(app)
    assert shown(app) == written(outcome.measured)
    button(app, "Dismiss").click().run()
    assert "Add a ZIP" in text(app)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({}, "not a ZIP archive"),
        ({"a.png": b"x"}, "no labelled photos"),
        ({"female/a.png": b"x"}, "no photo labelled male"),
        ({"female/a.png": b"x", "male/b.png": png(GREY)}, "None of the 1 photos"),
        ({"female/../../a.png": b"x"}, "outside its own folder"),
    ],
)
def test_what_cannot_be_tested_on_is_said(files: dict[str, bytes], words: str) -> None:
    content = packed(files) if files else b"no ZIP"
    app = measured(content)
    assert not app.exception
    (warning,) = app.warning
    assert words in warning.value


@pytest.mark.slow
def test_real_photos_give_the_figures_of_the_command(data: Path, tmp_path: Path) -> None:
    with (data / "lfw" / "labels.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    chosen = [r for g in ("female", "male") for r in [x for x in rows if x["gender"] == g][:30]]
    table = "file,gender,person\n" + "".join(
        f"{row['file']},{row['gender']},{row['person']}\n" for row in chosen
    )
    files = {row["file"]: (data / "lfw" / row["file"]).read_bytes() for row in chosen}
    content = packed({"labels.csv": table, **files})
    app = measured(content, "sixty.zip")
    assert not app.exception
    assert "60 photos, 60 faces measured, 30 labelled female" in app.success[0].value
    outcome = app.session_state["own_photos"].outcome
    path, figures = tmp_path / "sixty.zip", tmp_path / "figures.json"
    path.write_bytes(content)
    assert main(["evaluate", "--data", str(path), "--json", str(figures)]) == 0
    assert figures.read_text("utf-8") == outcome.to_json()
    assert shown(app) == written(typed(scoring.Measured, json.loads(figures.read_text("utf-8"))))


def test_a_run_can_be_stopped_and_started_again(labelled_zip: bytes) -> None:
    app = opened("own_photos")
    with job.AT_ONCE:  # so that it waits, and is not over before the button is found
        app.file_uploader(key="zip").upload("photos.zip", labelled_zip, "application/zip").run()
        assert "Waiting for its turn" in str(app.get("progress")[0].proto)
        button(app, "Stop").click().run()
        waited(app, "own_photos")
    assert "Stopped; nothing was kept." in text(app)
    assert not app.success
    waited(app.button[0].click().run(), "own_photos")
    assert "6 faces measured" in app.warning[0].value


def test_a_job_stopped_in_the_middle_leaves_nothing(
    labelled_zip: bytes, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    score = scoring.score
    steps: list[tuple[str, int]] = []

    def stopped(
        data: LabelledPhotos, models: dict[str, Any], progress: scoring.Progress
    ) -> scoring.Outcome:
        def step(kind: str, done: int, total: int) -> None:
            steps.append((kind, done))
            assert len(list(temporary.iterdir())) == 1
            if done == 2:
                test.stop()
            progress(kind, done, total)

        return score(data, models, step)

    monkeypatch.setattr(scoring, "score", stopped)
    with job.AT_ONCE:  # so that the job is known here before it begins
        brought = choose.Brought("photos.zip", io.BytesIO(labelled_zip), "x")
        test = job.OwnPhotosJob(brought, load_manifest())
    test._thread.join(60)
    assert steps == [("photo", 0), ("photo", 1), ("photo", 2)]
    assert not test.running and test.outcome is None and test.error == ""
    assert list(temporary.iterdir()) == []


def test_an_exception_in_the_middle_leaves_nothing(labelled_zip: bytes, temporary: Path) -> None:
    class Ended(BaseException):
        pass

    def progress(kind: str, done: int, total: int) -> None:
        assert len(list(temporary.iterdir())) == 1
        if done == 2:
            raise Ended

    with pytest.raises(Ended), open_labelled(labelled_zip) as data:
        scoring.score(data, {}, progress)
    assert list(temporary.iterdir()) == []


def test_a_path_is_asked_for_at_this_machine_alone(
    labelled_zip: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with zipfile.ZipFile(io.BytesIO(labelled_zip)) as archive:
        archive.extractall(tmp_path)
    monkeypatch.setattr(choose, "may_name_a_path", lambda: True)
    app = opened("own_photos")
    waited(app.text_input(key="path").set_value(str(tmp_path / "nowhere")).run(), "own_photos")
    assert "There is no folder or ZIP" in app.warning[0].value
    waited(app.text_input(key="path").set_value(str(tmp_path / "Own")).run(), "own_photos")
    assert "6 faces measured" in app.warning[0].value


def test_the_card_is_shown_with_every_file_and_every_curve() -> None:
    app = opened("card")
    assert not app.exception
    manifest = load_manifest()
    words = text(app)
    assert "## Intended use" in words and "\n# " not in words
    assert "library_name: onnx" in app.code[0].value
    assert f"All {len(manifest.listed)} files" in app.success[0].value
    table = app.dataframe[0].value
    assert table["file"].tolist() == [info.name for info in manifest.listed]
    assert table["sha256"].tolist() == [info.sha256 for info in manifest.listed]
    assert table["problem"].all()
    for info in manifest.models.values():
        assert info.chosen["how"] in words
    for name, facts in manifest.finds.chosen.items():
        assert f"**{unanswered.FINDS[name]}**" in words
        assert facts["how"] in words
    for name in manifest.model().chance.terms:
        assert f"**{MEASURES[name].title}**" in words
        assert REASONS[REASON_OF[name]] in words
    drawn = [chart.proto.alt for chart in app.get("plotly_chart")]
    assert len(drawn) == len(manifest.model().chance.terms)
    assert model_card.CARD in manifest.files and "is as the manifest lists it" in words


def test_the_card_has_contents_and_tells_of_one_model_at_a_time() -> None:
    app = opened("card")
    body = next(m.value for m in app.markdown if "## Intended use" in m.value)
    contents = next(m.value for m in app.markdown if "](#intended-use)" in m.value)
    assert contents.count("](#") == body.count("\n## ") + body.startswith("## ")
    titles = {name: info.title for name, info in load_manifest().models.items()}
    for name in titles:
        app.selectbox(key="model").select(name).run()
        body = next(m.value for m in app.markdown if "## Intended use" in m.value)
        assert {n for n, title in titles.items() if f"### {title}\n" in body} == {name}


def test_all_artifacts_come_as_one_zip_that_works(tmp_path: Path) -> None:
    manifest = load_manifest()
    with zipfile.ZipFile(io.BytesIO(model_card.packed(manifest))) as archive:
        assert archive.testzip() is None
        archive.extractall(tmp_path)
    again = load_manifest(tmp_path)
    for info in again.listed:
        again.path(info)
    assert (again.models, again.files) == (manifest.models, manifest.files)
    assert (tmp_path / model_card.CARD).read_text("utf-8") == model_card.card(manifest)


def test_an_altered_or_missing_file_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "artifacts"
    shutil.copytree(artifacts_folder(), folder)
    (folder / "scores.npz").write_bytes(b"altered")
    (folder / model_card.CARD).unlink()
    monkeypatch.setenv("FACESPACE_ARTIFACTS", str(folder))
    app = opened("card")
    assert not app.exception
    problems = " ".join(warning.value for warning in app.warning)
    assert "scores.npz is not the file that manifest.json names" in problems
    assert not app.success
    assert "no readable MODEL_CARD.md" in text(app)
    assert (
        app.dataframe[0].value.set_index("file")["problem"].sum() == len(app.dataframe[0].value) - 2
    )


@pytest.mark.parametrize(
    ("whole", "front", "body"),
    [
        ("---\na: 1\n---\n\n# Title\n\n## One\n", "a: 1", "## One"),
        ("# Title\ntext", "", "text"),
        ("## One", "", "## One"),
        ("", "", ""),
    ],
)
def test_a_card_has_parts(whole: str, front: str, body: str) -> None:
    assert model_card.parts(whole) == (front, body)


def test_the_card_says_how_the_chance_was_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "artifacts"
    folder.mkdir()
    for path in artifacts_folder().iterdir():
        (folder / path.name).symlink_to(path)
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    entry = manifest["models"][manifest["default"]]
    held = {"faces": 1000, "answered": 0.81, "wrong": 0.02, "high": 0.03}
    entry["child"] = 13.5
    entry["chosen"]["rules"] = {
        "on": "some photos",
        "how": "by their errors",
        "conditions": {"as they are": held, "blurred": held | {"answered": 0.4}},
        "children": {"labelled 0 to 9": {"faces": 50, "marked": 0.86}},
    }
    (folder / "manifest.json").unlink()
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    monkeypatch.setenv("FACESPACE_ARTIFACTS", str(folder))
    app = opened("card")
    assert not app.exception
    assert "Chosen: by their errors.  \nOn: some photos." in text(app)
    tables = [table.value for table in app.dataframe]
    (conditions,) = [table for table in tables if "answered" in table]
    assert conditions["answered"].tolist() == [0.81, 0.4]
    (children,) = [table for table in tables if "marked" in table]
    assert children["marked"].tolist() == [0.86]
    (models,) = [table for table in tables if "Answers up to" in table]
    assert models["A child’s below, years"].max() == 13.5
    assert models["Answers up to"].tolist() == [
        info.most_wrong for info in load_manifest(folder).models.values()
    ]
