"""Every page, run by Streamlit's own AppTest on the committed artifacts."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from facespace import artifacts, limits
from facespace.types import FacespaceError

APP = Path(__file__).parents[1] / "streamlit_app.py"
DEFAULT = artifacts.manifest().default
PAGES = ["home", "photo", "data", "eigenfaces", "evaluation"]


def opened(page: str, **query: str) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=60)
    for key, value in query.items():
        app.query_params[key] = value
    app.run()
    return app.switch_page(f"pages/{page}.py").run()


def text(app: AppTest) -> str:
    """All words of a page, the hints included."""
    kinds = (app.markdown, app.caption, app.warning, app.info, app.success)
    return "\n".join(element.value for kind in kinds for element in kind)


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


@pytest.mark.parametrize("page", PAGES)
def test_without_artifacts_every_page_says_what_to_do(page: str, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("FACESPACE_ARTIFACTS", str(tmp_path))
    app = opened(page)
    assert not app.exception
    (warning,) = app.warning
    assert "python -m training train" in warning.value


def test_home_shows_the_example_and_measured_figures() -> None:
    words = text(opened("home"))
    assert "astronaut.png · 512 × 512 pixels" in words
    report = artifacts.manifest().json("report.json")["models"][DEFAULT]
    for test in report["tests"].values():
        assert f"AUC {test['auc']['value']:.3f}" in words


def test_without_the_detector_pages_say_what_to_do(monkeypatch) -> None:
    from facespace import detectors

    def missing() -> None:
        raise FacespaceError("YuNet's weights are missing.")

    monkeypatch.setitem(detectors._MAKERS, "yunet", missing)
    detectors.get.cache_clear()
    try:
        for page in ("home", "photo", "eigenfaces"):
            app = opened(page)
            assert "weights are missing" in text(app)
            assert not app.exception
    finally:
        detectors.get.cache_clear()


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
        "The file is not a JPEG, PNG, WebP, BMP or HEIC picture.",
        "The file is empty.",
    ]
    (table,) = app.dataframe
    assert len(table.value) == 4
    app.selectbox(key="shown").select_index(1).run()
    assert "No face was found" in text(app)


def test_photo_settings_change_the_verdict(astronaut_file: bytes) -> None:
    app = opened("photo")
    app.file_uploader(key="uploads").upload("a.png", astronaut_file, "image/png")
    app.slider(key=f"{DEFAULT}_certainty").set_value(0.5)
    app.run()
    assert "1 “?”" not in app.success[0].value
    app.slider(key=f"{DEFAULT}_smallest_face").set_value(200).run()
    assert "1 “?”" in app.success[0].value
    assert "too small to judge" in app.dataframe[0].value["reasons"].item()
    app.slider(key="yunet_threshold").set_value(1.0).run()
    assert "no face found" in app.success[0].value
    app.selectbox(key="detector").select("haar").run()
    assert "1 face" in app.success[0].value
    assert not app.exception


def test_each_model_has_its_own_settings(astronaut_file: bytes) -> None:
    """What was set for one model is not asked of another, whose probabilities mean less."""
    app = opened("photo")
    app.file_uploader(key="uploads").upload("a.png", astronaut_file, "image/png")
    app.run()
    read = {}
    for name, info in artifacts.manifest().models.items():
        app.selectbox(key="model").select(name).run()
        slider = app.slider(key=f"{name}_certainty")
        assert slider.value == round(info.certainty, 2)
        read[name] = app.dataframe[0].value["probability_female"].item()
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


def test_photo_reads_nothing_twice_and_can_be_stopped(astronaut_file, monkeypatch) -> None:
    from dashboard import reader

    calls = []
    analyze = reader.analyze
    monkeypatch.setattr(reader, "analyze", lambda *a: calls.append(a) or analyze(*a))
    app = opened("photo")
    calls.clear()
    files = [(f"{i}.png", astronaut_file, "image/png") for i in range(3)]
    app.file_uploader(key="uploads").set_value(files)
    app.run()
    assert len(calls) == 3
    app.selectbox(key="shown").select_index(2).run()
    assert len(calls) == 3
    # As the Stop button leaves it in the middle of the work: two read, one not.
    kept = app.session_state["readings"]
    app.session_state["stopped"] = frozenset(kept)
    app.session_state["readings"] = dict(list(kept.items())[:2])
    app.run()
    assert "Stopped: 2 of 3" in text(app)
    assert len(calls) == 3
    app.button[0].click().run()
    assert len(calls) == 4
    assert "3 pictures, 3 faces" in app.success[0].value


def test_photo_takes_a_bounded_number(astronaut_file: bytes, monkeypatch) -> None:
    monkeypatch.setattr(limits, "MAX_FILES", 2)
    app = opened("photo")
    files = [(f"{i}.png", astronaut_file, "image/png") for i in range(3)]
    app.file_uploader(key="uploads").set_value(files)
    app.run()
    assert "At most 2 pictures" in text(app)
    assert "2 pictures, 2 faces" in app.success[0].value


def test_data_follows_the_data_set() -> None:
    app = opened("data")
    datasets = artifacts.manifest().json("dataset.json")["datasets"]
    for name, data in datasets.items():
        app.selectbox(key="dataset").select(name).run()
        assert app.metric[0].value == f"{data['photos']:,}"
        assert data["licence"] in text(app)
        assert not app.exception


def test_eigenfaces_rebuilds_with_fewer(astronaut_file: bytes, grey_file: bytes) -> None:
    app = opened("eigenfaces")
    components = artifacts.manifest().model("eigenfaces").components
    errors = []
    for k in (components, components // 2, 0):
        app.slider(key="k").set_value(k).run()
        errors.append(float(app.metric[0].value))
    assert errors == sorted(errors)
    app.slider(key="eigenfaces").set_value(4).run()
    app.file_uploader[0].set_value(("grey.jpg", grey_file, "image/jpeg")).run()
    assert "No face was found" in text(app)
    app.file_uploader[0].set_value(("bad.jpg", b"x", "image/jpeg")).run()
    assert "not a JPEG" in text(app)
    assert not app.exception


def test_evaluation_follows_test_set_and_model() -> None:
    app = opened("evaluation")
    manifest = artifacts.manifest()
    for name, report in manifest.json("report.json")["models"].items():
        app.selectbox(key="model").select(name).run()
        for test, figures in report["tests"].items():
            app.selectbox(key="test").select(test).run()
            shown = {metric.label: metric.value for metric in app.metric}
            assert shown["AUC"] == f"{figures['auc']['value']:.3f}"
            assert shown["Balanced accuracy"] == f"{figures['balanced_accuracy']['value']:.1%}"
            assert shown["Answered"] == f"{figures['coverage']['value']:.1%}"
            assert not app.exception
    tables = [set(table.value.columns) for table in app.dataframe]
    assert any({"AUC", "File, MB", "A face, ms"} <= columns for columns in tables)
    assert len(app.tabs) == 5


def test_evaluation_shows_every_kind_of_group() -> None:
    app = opened("evaluation")
    report = artifacts.manifest().json("report.json")["models"][DEFAULT]
    (first, *_), tables = report["tests"], report["groups"]
    app.selectbox(key="test").select(first).run()
    for attribute in tables[first]:
        app.selectbox(key="groups").select(attribute)
        for metric in ("accuracy", "coverage", "risk"):
            app.selectbox(key="group_metric").select(metric).run()
            assert not app.exception
            gap = tables[first][attribute]["gap"].get(metric)
            if gap:
                assert f"**{gap['difference'] * 100:.1f} points**" in text(app)
    # A test set without ages keeps no choice that it does not have.
    app.selectbox(key="groups").select("age").run()
    app.selectbox(key="test").select("lfw").run()
    assert app.selectbox(key="groups").value == "sex"
    assert not app.exception
