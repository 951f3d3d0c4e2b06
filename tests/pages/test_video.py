"""The Video page, run by AppTest."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.app.consent import Consent
from dashboard.views.video import job as film_job
from dashboard.widgets.example_film import example_film
from facespace.faces import detectors
from facespace.faces.analyze import Settings
from facespace.video import frames
from tests.support.pages import button, elements, opened, text, waited

pytestmark = pytest.mark.packages


def read(app: AppTest) -> AppTest:
    """Press the button and wait for the end."""
    return waited(button(app, "Read the film").click().run(), "film")


@pytest.fixture(scope="module")
def example_read() -> AppTest:
    return read(opened("video", **{"from": "Example"}))


def test_without_a_film_it_says_what_to_do() -> None:
    app = opened("video")
    assert "Add a film" in text(app)
    assert "500 MB and 60 minutes" in text(app)


def test_the_example_is_read(example_read: AppTest) -> None:
    app = example_read
    assert not app.exception
    (success,) = app.success
    assert "150 frames, 1 face followed: 1 female" in success.value
    assert app.get("video")
    assert len(app.get("plotly_chart")) == 2
    (table,) = app.dataframe
    assert list(table.value["Verdict"]) == ["female"]
    labels = {button.label for button in elements(app, "download_button")}
    assert labels == {"MP4", "CSV per frame", "CSV per face", "JSON"}


def test_a_button_lets_the_film_play_from_where_a_face_comes(example_read: AppTest) -> None:
    app = example_read
    (play,) = [button for button in app.button if button.label.startswith("Face 1")]
    play.click().run()
    assert not app.exception
    assert app.session_state["film_from"] == pytest.approx(0, abs=0.5)
    (player,) = app.get("video")
    assert player.proto.autoplay
    play.click().run()
    assert app.session_state["film_plays"] == 2  # so that the same face plays once more


def test_other_settings_than_those_of_the_film_are_told(example_read: AppTest) -> None:
    app = example_read
    assert "other settings" not in text(app)
    app.slider(key="yunet_threshold").set_value(0.8).run()
    assert "other settings" in text(app)
    app.slider(key="yunet_threshold").set_value(0.6).run()
    assert "other settings" not in text(app)


def test_a_bad_film_gets_a_sentence() -> None:
    app = opened("video")
    app.file_uploader(key="film_upload").set_value(("holiday.mp4", b"no film", "video/mp4")).run()
    app = read(app)
    assert not app.exception
    (warning,) = app.warning
    assert "holiday.mp4" in warning.value and "not a film" in warning.value


def test_nothing_stays_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    seen = []
    name, content = example_film()
    job = film_job.FilmJob(name, content, Settings(), None, Consent())
    while job.running:
        seen += [path.name for path in tmp_path.iterdir()]
        time.sleep(0.05)
    assert job.film is not None and job.written[4:8] == b"ftyp"
    assert seen  # it did work there
    assert list(tmp_path.iterdir()) == []


def test_a_film_that_waits_can_be_stopped_and_is_let_go_of() -> None:
    with film_job.AT_ONCE:
        job = film_job.FilmJob(*example_film(), Settings(), None, Consent())
        assert job._content
        job.stop()
        job._thread.join(20)
    assert not job.running and job.film is None
    assert not job._content


def test_a_film_nobody_looks_at_any_more_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(film_job, "ABANDONED", 0.1)
    job = film_job.FilmJob(*example_film(), Settings(), 1, Consent())
    job._thread.join(60)
    assert job.film is not None and job.film.stopped


def test_a_film_with_hidden_faces_comes_down(tmp_path: Path) -> None:
    name, content = example_film()
    job = film_job.FilmJob(name, content, Settings(), 2, Consent(), way="fill")
    while job.running:
        time.sleep(0.05)
    assert job.film is not None and len(job.film.tracks) == 1
    (tmp_path / "out.mp4").write_bytes(job.written)
    with frames.opened(tmp_path / "out.mp4") as film:
        shown = [film.upright(frame) for frame in film.frames()]
    assert len(shown) == len(job.film.times)
    assert not any(detectors.get().detect(rgb) for rgb in shown)
