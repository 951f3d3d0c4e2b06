"""The Folder page, run by AppTest, and its job."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.app.consent import Consent
from dashboard.views.folder import choose, results
from dashboard.views.folder import job as folder_job
from facespace import limits
from facespace.batch import read_photo
from facespace.charts import folder as charts
from facespace.faces.analyze import Settings
from facespace.io.find_photos import Photo
from tests.support.pages import button, elements, opened, text, waited
from tests.support.pictures import GREY, packed, png


@pytest.fixture
def photos_zip(variants: list[bytes]) -> bytes:
    names = [f"Holiday/{i}.png" for i in range(6)]
    return packed(
        dict(zip(names, variants, strict=True))
        | {"Holiday/grey.png": png(GREY), "Holiday/bad*.jpg": b"x", "Holiday/notes.txt": b"x"}
    )


def with_zip(content: bytes, name: str = "holiday.zip") -> AppTest:
    app = opened("folder", **{"from": "ZIP"})
    return app.file_uploader(key="zip").set_value((name, content, "application/zip")).run()


def test_without_photos_it_says_what_to_do() -> None:
    app = opened("folder")
    assert "Add photos" in text(app)
    assert "At most 200 MB in all" in text(app)
    assert [b.label for b in app.button if b.label.startswith("Read")] == []


def test_other_settings_read_again_without_the_upload(photos_zip: bytes) -> None:
    """Also where another page was looked at in between, and the upload is gone."""
    app = with_zip(photos_zip)
    button(app, "Read 8 photos").click().run()
    app = waited(app)
    assert "other settings" not in text(app)
    app.switch_page("pages/card.py").run().switch_page("pages/folder.py").run()
    app.slider(key="yunet_threshold").set_value(0.95).run()
    assert "other settings" in text(app)
    button(app, "Read 8 photos").click().run()
    app = waited(app)
    assert not app.exception
    assert "other settings" not in text(app)
    assert app.session_state["folder"].settings.threshold == 0.95


def test_a_zip_is_read_filtered_and_comes_down(photos_zip: bytes) -> None:
    app = with_zip(photos_zip)
    button(app, "Read 8 photos").click().run()
    app = waited(app)
    assert not app.exception
    (success,) = app.success
    assert "**holiday.zip**: 7 photos read, 6 faces: " in success.value
    assert "No face was found in 1 photo." in success.value
    assert app.expander[0].label == "1 photo could not be read"
    assert "bad*.jpg: The file is not" in text(app)
    frame = app.dataframe[0].value
    assert len(frame) == 8
    assert frame["Face"].notna().sum() == 6
    assert frame["Face"].dropna().str.startswith("data:image/jpeg;base64,").all()
    assert len(app.get("plotly_chart")) == 3
    assert all(chart.proto.alt for chart in app.get("plotly_chart"))
    labels = {button.label for button in elements(app, "download_button")}
    assert labels == {"CSV", "JSON Lines", "Parquet", "Contact sheet", "Annotated", "Crops"}
    assert not [b for b in app.button if b.label.startswith("Read ")]  # it is read

    elements(app, "button_group")[-1].set_value([results.NO_FACE, results.NOT_READ]).run()
    assert sorted(app.dataframe[0].value["Verdict"]) == [results.NO_FACE, results.NOT_READ]
    app.text_input(key="words").set_value("GREY").run()
    assert list(app.dataframe[0].value["Photo"]) == ["Holiday/grey.png"]
    app.text_input(key="words").set_value("nobody").run()
    assert not app.dataframe and "Nothing is left of 8 rows" in text(app)
    app.selectbox(key="anonymise").set_value("blur").run()
    labels = {button.label for button in elements(app, "download_button")}
    assert labels == {"CSV", "JSON Lines", "Parquet", "Anonymous"}
    assert not app.exception


def test_a_directory_is_read(variants: list[bytes]) -> None:
    app = opened("folder")
    files = [(f"Trip/day {i}/{i}.png", variants[i], "image/png") for i in range(2)]
    files.append(("Trip/.hidden/x.png", variants[2], "image/png"))
    app.file_uploader(key="directory").set_value(files).run()
    button(app, "Read 2 photos").click().run()
    app = waited(app)
    assert not app.exception
    assert "**Trip**: 2 photos read, 2 faces" in app.success[0].value


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"no ZIP", "not a ZIP archive"),
        (packed({"../x.png": "x"}), "outside its own folder"),
        (packed({"a.txt": "x"}), "no picture in this ZIP"),
    ],
)
def test_a_bad_zip_gets_a_sentence(content: bytes, words: str) -> None:
    app = with_zip(content)
    assert not app.exception
    assert words in app.warning[0].value


def test_paths_are_asked_for_at_this_machine_alone(
    variants: list[bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.png").write_bytes(variants[0])
    assert not opened("folder", **{"from": "Path on this machine"}).text_input
    monkeypatch.setattr(choose, "may_name_a_path", lambda: True)
    app = opened("folder", **{"from": "Path on this machine"})
    for name, words in (("none*", "Nothing matches"), ("none", "no such file"), ("none.zip", "")):
        app.text_input(key="path").set_value(f"{tmp_path}/{name}").run()
        assert words in app.warning[0].value
        assert not any("Read" in one.label for one in app.button)
    app.text_input(key="path").set_value(str(tmp_path)).run()
    button(app, "Read 1 photo").click().run()
    assert "1 photo read, 1 face" in waited(app).success[0].value


def test_what_is_passed_over_is_said(
    variants: list[bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"a": variants[0], "b.jfif": variants[1], ".Trash-1/c.png": b"x", "notes.txt": b"x"}
    words = "1 of 3 files is not a picture (notes.txt)."
    app = with_zip(packed(files))
    assert words in text(app).splitlines()
    assert button(app, "Read 2 photos")
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    monkeypatch.setattr(choose, "may_name_a_path", lambda: True)
    app = opened("folder", **{"from": "Path on this machine"})
    app.text_input(key="path").set_value(str(tmp_path)).run()
    assert words in text(app).splitlines()
    assert button(app, "Read 2 photos")


def test_too_many_photos_are_cut_short(
    variants: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_ARCHIVE_FILES", 2)
    app = opened("folder")
    files = [(f"{i}.png", variants[i], "image/png") for i in range(3)]
    app.file_uploader(key="directory").set_value(files).run()
    assert "the first 2 are taken" in text(app)
    assert button(app, "Read 2 photos")


def test_what_was_stopped_goes_on(photos_zip: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    app = with_zip(photos_zip)
    reading: Callable[..., Any] = read_photo.read_photo
    calls: list[str] = []

    def slow(*arguments: Any) -> Any:
        calls.append(arguments[0].name)
        if len(calls) == 3:
            app.session_state["folder"].stop()
        return reading(*arguments)

    monkeypatch.setattr(read_photo, "read_photo", slow)
    held = folder_job.AT_ONCE  # so that the job is known here before it begins
    with held:
        button(app, "Read 8 photos").click().run()
        assert app.session_state["folder"].running
        assert "Waiting for its turn" in str(app.get("progress")[0].proto)
    app = waited(app)
    assert "Stopped: 3 of 8 photos are read." in text(app)
    assert len(app.session_state["folder"].entries) == 3
    button(app, "Go on").click().run()
    app = waited(app)
    assert "7 photos read, 6 faces" in app.success[0].value
    good = [name for name in calls if "bad" not in name]
    assert len(good) == len(set(good)) == 7  # nothing twice, but for what cannot be read
    assert not app.exception


def test_one_who_waits_can_be_stopped_and_nobody_waits_for_ever(
    variants: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    photos = [Photo(f"{i}.png", content) for i, content in enumerate(variants)]
    brought = folder_job.Brought("x", photos, "x")
    with folder_job.AT_ONCE:
        job = folder_job.FolderJob(brought, Settings(), {}, Consent())
        job.stop()
        job._thread.join(20)
        assert not job.running and not job.entries
        monkeypatch.setattr(folder_job, "ABANDONED", 0.3)
        job = folder_job.FolderJob(brought, Settings(), {}, Consent())
        job._thread.join(20)
        assert not job._thread.is_alive() and not job.complete


def test_charts_hold_the_numbers_they_were_given() -> None:
    figure = charts.verdicts({"female": 3, "male": 1, "?": 2})
    assert [(bar.y[0], bar.x[0]) for bar in figure.data] == [("female", 3), ("male", 1), ("?", 2)]
    figure = charts.confidence({"female": [0.3, 0.99, 1.0], "male": [], "?": [0.51]})
    assert [bar.name for bar in figure.data] == ["female", "?"]
    assert [sum(bar.y) for bar in figure.data] == [3, 1]
    assert figure.data[0].y[0] == 1 and figure.data[0].y[-1] == 2
    figure = charts.sizes({"female": [4, 64], "male": [5000], "?": []})
    (female, male) = figure.data
    assert (female.y[0], sum(female.y), male.y[-1]) == (1, 2, 1)
    number = female.y.index(1, 1)
    low, high = (float(word) for word in female.customdata[number].split()[:3:2])
    assert low <= 64 < high + 0.5
