"""The review page, and how faces come to it, run by AppTest."""

from __future__ import annotations

import hashlib
import io
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard.app.consent import Consent
from dashboard.views.review import decide
from dashboard.views.video import job as film_job
from dashboard.views.webcam.live_view import submit
from dashboard.widgets.example_film import example_film
from facespace import limits
from facespace.faces.analyze import Settings, analyze
from facespace.io.perceptual_hash import difference_hash, to_hex
from facespace.review.exchange import pack
from facespace.review.item import Candidate, Decision
from facespace.review.queue import Queue
from facespace.types import RGB, Verdict
from facespace.video.live import Look
from facespace.video.tracker import Tracked
from tests.support.pages import as_read, elements, links, opened, text, turned_on
from tests.support.paths import APP
from tests.support.pictures import png
from tests.support.present import present
from tests.support.reviewing import covered, filled, noise, of_photo


@pytest.fixture(autouse=True)
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """All that a session could write to: the queue's folder and that for temporary files."""
    folder = tmp_path / "disk"
    folder.mkdir()
    monkeypatch.setenv("FACESPACE_REVIEWS", str(folder / "queue" / "review.db"))
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch, disk: Path) -> Path:
    """The dashboard runs on the user's own machine; the file of its queue."""
    monkeypatch.setenv("FACESPACE_PUBLIC", "0")
    return disk / "queue" / "review.db"


@pytest.fixture(scope="module")
def covered_file(astronaut: RGB) -> bytes:
    return png(covered(astronaut))


def photo(app: AppTest, content: bytes, name: str = "covered.png") -> AppTest:
    app.switch_page("pages/photo.py").run()
    app.file_uploader(key="uploads").upload(name, content, "image/png").run()
    assert not app.exception
    return app


def review(app: AppTest, view: str = "one") -> AppTest:
    app.switch_page("pages/review.py").run()
    app.segmented_control(key="view").set_value(view)
    return press(app)


def press(app: AppTest, key: str | None = None) -> AppTest:
    (app.button(key=key).click() if key else app).run()
    assert not app.exception
    return app


@pytest.mark.parametrize(
    ("keeps", "words"), [(False, "not kept"), (True, "marked “?” are kept on the page Review")]
)
def test_every_page_says_what_becomes_of_pictures(keeps: bool, words: str) -> None:
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.session_state["review_consent"] = Consent(keeps)
    assert words in text(app.run())


@pytest.mark.parametrize("where", ["0", "1"])
def test_keeping_is_turned_on_where_the_faces_are(
    where: str, monkeypatch: pytest.MonkeyPatch, disk: Path, covered_file: bytes
) -> None:
    """The photo need not be brought again."""
    monkeypatch.setenv("FACESPACE_PUBLIC", where)
    app = press(photo(opened("photo"), covered_file), "keep_them")
    assert "1 face marked “?” in the review queue" in links(app)
    assert app.switch_page("pages/review.py").run().toggle(key="review_switch").value


@pytest.mark.parametrize("where", ["0", "1"])
def test_with_keeping_off_nothing_is_kept_anywhere(
    where: str, monkeypatch: pytest.MonkeyPatch, disk: Path, covered_file: bytes
) -> None:
    monkeypatch.setenv("FACESPACE_PUBLIC", where)
    app = photo(opened("review"), covered_file)
    assert "1 face marked “?” not kept" in text(app)
    assert not [b for b in app.button if b.key == "dispute"]
    for view in ("one", "many", "statistics", "files"):
        review(app, view)
    assert "Nothing to review" in text(review(app))
    assert list(disk.rglob("*")) == []


def test_for_the_public_the_queue_is_the_sessions_alone(
    monkeypatch: pytest.MonkeyPatch, disk: Path, covered_file: bytes
) -> None:
    monkeypatch.setenv("FACESPACE_PUBLIC", "1")
    assert "for this visit only" in text(opened("review"))
    app = review(photo(turned_on(), covered_file))
    assert app.get("progress")[0].proto.text == "0 of 1 face decided"
    press(app, "decide female")
    assert [i.decision for i in app.session_state["review_consent"].queue.items()] == ["female"]
    assert list(disk.rglob("*")) == []
    assert "Nothing to review" in text(turned_on())


def test_a_question_mark_is_decided_and_taken_back(own: Path, covered_file: bytes) -> None:
    app = opened("review")
    assert str(own) in text(app) and "near duplicates once" in text(app)
    app = photo(turned_on(app), covered_file)
    assert "1 face marked “?” in the review queue" in links(app)
    review(photo(app, covered_file, "copy.png"))
    words = text(app)
    assert "covered.png · Photo" in words and "covered, or not like" in words
    assert "% male" not in words and "% female" not in words
    app.text_input(key="reviewer").set_value("Anna").run()
    press(app, "decide unknown")
    assert "Every face is decided" in text(app)
    (item,) = Queue(own).items()
    assert (item.decision, item.reviewer, item.source) == ("unknown", "Anna", "covered.png")
    assert of_photo(item, covered_file)
    press(app, "undo")
    assert Queue(own).items()[0].decision is None
    assert app.button(key="undo").disabled
    press(app, "decide no face")
    assert Queue(own).items()[0].decision == "no face"


def test_any_face_can_be_disputed(own: Path, astronaut_file: bytes) -> None:
    app = photo(turned_on(), astronaut_file, "astronaut.png")
    assert Queue(own).items() == []
    (wrong,) = (button for button in app.button if (button.key or "").startswith("dispute"))
    wrong.click().run()
    assert "In the review queue" in text(app)
    (item,) = Queue(own).items()
    assert item.reasons == ("disputed",)
    assert "someone disputes the verdict" in text(review(app))


def test_the_second_of_two_reviewers_is_told(own: Path, candidate: Candidate) -> None:
    filled(candidate, 1, own).close()
    anna, ben = opened("review"), opened("review")
    anna.text_input(key="reviewer").set_value("Anna").run()
    press(anna, "decide male")
    press(ben, "decide female")
    (item,) = Queue(own).items()
    assert (item.decision, item.reviewer) == ("male", "Anna")
    assert "Another reviewer (Anna) decided this face in the meantime: male" in text(ben)
    assert "in the meantime" not in text(ben.run())


def test_a_key_pressed_twice_is_no_other_reviewer(
    own: Path, candidate: Candidate, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = filled(candidate, 1, own)
    (item,) = queue.items()
    state: dict[str, Any] = {}
    monkeypatch.setattr(st, "session_state", state)
    for _ in range(2):
        decide._decide(queue, [item], "female")
    assert "review_said" not in state and len(state["review_done"]) == 1
    queue.decide(queue.items()[0], "male", "Anna")
    decide._decide(queue, [item], "female")
    assert "Another reviewer (Anna)" in as_read(state["review_said"][0])


def test_the_model_s_leaning_is_shown_on_demand_only(own: Path, candidate: Candidate) -> None:
    filled(candidate, 1, own).close()
    app = opened("review")
    assert "detection score" not in text(app)
    app.toggle(key="review_tell").set_value(True).run()
    assert "distance from face space" in text(app)


def test_filters_leave_what_they_say(own: Path, candidate: Candidate) -> None:
    queue = Queue(own)
    for seed, (place, reason) in enumerate(
        [("photo", "unsure"), ("video", "unsure"), ("webcam", "covered")]
    ):
        queue.add(replace(noise(candidate, seed), place=place, reasons=(reason,)))
    app = review(opened("review"), "many")
    assert len(app.dataframe[0].value) == 3
    pills = {element.key: element for element in app.button_group}
    pills["review_place"].set_value("webcam").run()
    assert list(app.dataframe[0].value["source"]) == ["2.png"]
    pills = {element.key: element for element in app.button_group}
    pills["review_reason"].set_value("unsure").run()
    assert "No face with these filters" in text(app)


def test_statistics_files_and_delete_all(own: Path, candidate: Candidate, disk: Path) -> None:
    queue = filled(candidate, 3, own)
    decisions: tuple[Decision, ...] = ("female", "male", "unknown")
    for item, decision in zip(queue.items(), decisions, strict=True):
        queue.decide(item, decision)
    content = pack(queue, queue.items())
    app = review(opened("review"), "statistics")
    assert {m.label: m.value for m in app.metric}["Female or male"] == "2"
    assert len(app.get("plotly_chart")) == 2
    review(app, "files")
    assert [b.label for b in elements(app, "download_button")] == [
        "Decided faces (3)",
        "All faces (3)",
    ]
    assert app.button(key="delete all").disabled
    app.checkbox(key="review_sure").set_value(True).run()
    press(app, "delete all")
    assert Queue(own).items() == []

    app.file_uploader(key="review_zip").upload("review.zip", content, "application/zip").run()
    assert "Turn keeping on" in text(app)
    app.toggle(key="review_switch").set_value(True).run()
    assert "3 faces put in, 0 were there already" in text(app)
    assert [i.decision for i in Queue(own).items()] == ["female", "male", "unknown"]
    app.file_uploader(key="review_zip").upload("bad.zip", b"no ZIP", "application/zip").run()
    assert not app.exception
    assert "not a ZIP archive" in text(app)


def test_a_full_queue_says_so(
    own: Path, candidate: Candidate, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(candidate, 3, own)
    monkeypatch.setattr(limits, "MAX_REVIEWS", 3)
    assert "The queue is full" in text(opened("review"))


def test_a_damaged_queue_gets_a_sentence(own: Path) -> None:
    own.parent.mkdir()
    own.write_bytes(b"not a database" * 100)
    app = opened("review")
    assert not app.exception
    assert "damaged or no queue" in app.warning[0].value


def test_a_face_of_a_film_that_stays_open_is_kept(disk: Path) -> None:
    """With a chance that nothing is below, the example's one face stays "?"."""
    queue = Queue()
    job = film_job.FilmJob(
        *example_film(), Settings(most_wrong=0.0), 3, consent=Consent(True, queue)
    )
    job._thread.join(120)
    assert job.error == "" and job.film is not None and job.kept
    (item,) = queue.items()
    assert item.place == "video" and item.reasons
    assert item.file_sha256 == hashlib.sha256(example_film()[1]).hexdigest()
    assert len(item.photo_hash) == 64
    assert 0 < present(item.chance_wrong) < 1
    (found,) = analyze(present(queue.pictures(item.id))[1], Settings()).faces
    middle = found.detection.box.x + found.detection.box.width / 2
    assert middle == pytest.approx(item.x + item.width / 2, abs=0.2 * item.width)
    assert found.detection.box.height == pytest.approx(item.height, rel=0.3)
    assert list(disk.rglob("*")) == []
    without = film_job.FilmJob(
        *example_film(), Settings(most_wrong=0.0), 6, consent=Consent(False, queue)
    )
    without._thread.join(120)
    assert without.film is not None and not without.kept and len(queue.items()) == 1


def test_a_face_that_stays_open_before_the_camera_is_kept_once(
    astronaut: RGB, monkeypatch: pytest.MonkeyPatch
) -> None:
    rgb = covered(astronaut)
    reading = analyze(rgb)
    (face,) = reading.faces
    queue = Queue()
    state = {"review_consent": Consent(True, queue)}
    monkeypatch.setenv("FACESPACE_PUBLIC", "1")
    monkeypatch.setattr(st, "session_state", state)
    monkeypatch.setattr(st, "toast", lambda *_: None)

    def seen(seconds: float, verdict: Verdict = face.verdict) -> Look:
        track = Tracked(1, face.detection.box, verdict, 0.5, 10.0, 10 + seconds, 9, face, face)
        return Look((track,), rgb, reading)

    for look in (seen(1), seen(4, Verdict("female", (), 0.0))):
        submit(look)
    assert queue.items() == []
    for look in (seen(4), seen(5)):
        submit(look)
    (item,) = queue.items()
    assert item.place == "webcam"
    # A live picture is in no file, and can still be known again.
    assert (item.file_sha256, item.photo_hash) == ("", to_hex(difference_hash(rgb)))
    queue.delete_all()
    state["review_consent"].given = False
    state.pop("review_submitted")
    submit(seen(4))
    assert queue.items() == []
    state["review_consent"].given = True
    submit(seen(4))
    assert len(queue.items()) == 1


def test_the_export_holds_what_it_says(own: Path, candidate: Candidate) -> None:
    queue = filled(candidate, 2, own)
    queue.decide(queue.items()[0], "male")
    with zipfile.ZipFile(io.BytesIO(pack(queue, queue.items()))) as archive:
        names = archive.namelist()
    assert names == [
        *("crops/000001.png", "photos/000001.jpg", "crops/000002.png", "photos/000002.jpg"),
        *("labels.csv", "dataset.json"),
    ]
