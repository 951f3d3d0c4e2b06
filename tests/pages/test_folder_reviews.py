"""Faces of folders and films marked "?" go into the review queue, where the user keeps them."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.widgets.example_film import example_film
from facespace.artifacts.files import fingerprint
from facespace.batch import run
from facespace.batch.journal import Entry
from facespace.cli import arguments, main
from facespace.datasets.dataset import Photo
from facespace.faces.analyze import Settings
from facespace.io import find_photos, images
from facespace.io.perceptual_hash import difference_hash, to_hex
from facespace.review.exchange import pack
from facespace.review.item import Candidate, Decision
from facespace.review.queue import Queue
from facespace.types import RGB, FacespaceError
from facespace.video import frames
from tests.support.pages import button, links, opened, text, turned_on, waited
from tests.support.pictures import packed, png
from tests.support.present import present
from tests.support.reviewing import covered, of_photo
from tests.support.training_sets import blank
from training.photos.crops import crop_all
from training.photos.material import Material
from training.reviewed_faces import added


@pytest.fixture
def files(astronaut: RGB) -> dict[str, bytes]:
    """A face that is covered, another one, a copy of the first by another name, and a clear one."""
    cloth = covered(astronaut)
    pictures = {"a": cloth, "b": np.ascontiguousarray(cloth[:, ::-1]), "c": astronaut}
    made = {f"{name}.png": png(picture) for name, picture in pictures.items()}
    return made | {"copy.png": made["a.png"]}


@pytest.fixture
def there(files: dict[str, bytes], tmp_path: Path) -> Path:
    made = tmp_path / "in"
    made.mkdir()
    for name, content in files.items():
        (made / name).write_bytes(content)
    return made


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """All that a session could write to."""
    made = tmp_path / "disk"
    made.mkdir()
    monkeypatch.setenv("FACESPACE_REVIEWS", str(made / "queue" / "review.db"))
    monkeypatch.setenv("HOME", str(made))
    monkeypatch.setattr(tempfile, "tempdir", str(made))
    return made


# The command line


def test_the_command_keeps_what_training_reads(
    there: Path,
    files: dict[str, bytes],
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    path = tmp_path / "reviews.db"
    out = tmp_path / "out.jsonl"
    command = ["folder", str(there), "--workers", "2", "--out", str(out), "--reviews", str(path)]
    assert main.main(command) == 0
    printed, err = capfd.readouterr()
    assert printed == ""
    assert f"there is kept, in {path}: the grey crop" in err and "for 90 days" in err
    assert f"3 faces marked '?', 2 of them new in {path}" in err
    assert all("queued" not in json.loads(line) for line in out.read_text("utf-8").splitlines())

    queue = Queue(path)
    items = queue.items()
    assert [Path(item.source).name for item in items] == ["a.png", "b.png"]
    assert {item.place for item in items} == {"folder"}
    assert all("covered" in item.reasons for item in items)
    for item, name in zip(items, ("a.png", "b.png"), strict=True):
        assert of_photo(item, files[name])
    for item in items:
        crop, context = present(queue.pictures(item.id))
        assert images.load(crop).shape == (64, 64, 3)
        assert images.load(context).shape[0] >= item.height > 50
    decisions: tuple[Decision, ...] = ("female", "male")
    for item, decision in zip(items, decisions, strict=True):
        queue.decide(item, decision)
    export = tmp_path / "review.zip"
    export.write_bytes(pack(queue, queue.items()))
    queue.close()
    noise = there / "noise.png"
    noise.write_bytes(png(np.random.default_rng(0).integers(0, 256, (99, 99, 3), np.uint8)))
    held, none = crop_all([Photo(noise, "male")], tmp_path / "crops", 1), blank([])
    caplog.set_level("INFO")
    for source in (export, path):
        material = Material(none, held, none, {}, {}, {}, {}, {}, {}, {}, {}, {})
        fitted = added(material, source, 1, tmp_path / "crops", 1).fitting
        assert [photo.label for photo in fitted.photos] == ["female", "male"]
    assert "2 reviewed faces" in caplog.messages[0]


def test_without_the_option_no_face_is_kept(
    there: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.csv"
    assert main.main(["folder", str(there), "--workers", "1", "--out", str(out)]) == 0
    assert "kept" not in capfd.readouterr().err
    assert {p.name for p in tmp_path.iterdir()} == {"in", "out.csv", "out.csv.journal"}
    # What was read without the queue is read again for it, and then never more.
    command = ["folder", str(there), "--workers", "1", "--out", str(out)]
    for new in (2, 0):
        assert main.main([*command, "--reviews", str(tmp_path / "r.db")]) == 0
        assert f", {new} of them new" in capfd.readouterr().err
    assert len(Queue(tmp_path / "r.db").items()) == 2
    # Nor does another queue know them, be it made where the first was.
    for path in ("other.db", "r.db"):
        (tmp_path / path).unlink(missing_ok=True)
        assert main.main([*command, "--reviews", str(tmp_path / path)]) == 0
        assert ", 2 of them new" in capfd.readouterr().err


def test_a_queue_that_cannot_be_used_is_said_before_the_work(
    there: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    foreign = tmp_path / "notes.txt"
    foreign.write_text("mine, and long enough to be a database" * 100)
    for command in (["folder", str(there)], ["video", "film.mp4"]):
        assert main.main([*command, "--reviews", str(foreign)]) == 2
        assert "damaged or no queue" in capfd.readouterr().err
    photo = there / "a.png"
    assert main.main(["folder", str(there), "--reviews", str(photo)]) == 2
    assert "one of the photos" in capfd.readouterr().err
    assert foreign.read_text().startswith("mine")


def test_faces_are_in_the_queue_before_their_photo_is_known(there: Path) -> None:
    """What breaks down between the two must find the photo unread."""

    def broken(_: object) -> bool:
        raise FacespaceError("no room")

    known: dict[str, Entry] = {}
    found = find_photos.find([str(there / "a.png")])
    with pytest.raises(FacespaceError, match="no room"):
        list(run.read_photos(found, workers=0, known=known, submit=broken))
    assert known == {}
    (step,) = run.read_photos(found, workers=0, known=known, submit=lambda _: False)
    assert "queued" not in step.entry
    kept: list[Candidate] = []

    def submit(candidates: list[Candidate]) -> bool:
        kept.extend(candidates)
        return True

    (step,) = run.read_photos(found, workers=0, known=known, submit=submit)
    assert step.kept == 0 and len(kept) == 1
    (step,) = run.read_photos(found, workers=0, known=known, submit=submit)
    assert step.kept == 1 and len(kept) == 1


def test_a_film_s_faces_that_stay_open_are_kept(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(example_film()[1])
    path = tmp_path / "r.db"
    monkeypatch.setattr(arguments, "Settings", lambda *a, **k: Settings(most_wrong=0.0))
    assert main.main(["video", str(film), "--every", "6", "--reviews", str(path)]) == 0
    assert "1 face marked '?', 1 of them new" in capfd.readouterr().err
    (item,) = Queue(path).items()
    assert (item.source, item.place) == (str(film), "video")
    assert item.file_sha256 == fingerprint(film)
    with frames.opened(film) as pictures:
        every = [difference_hash(pictures.upright(frame)) for frame in pictures.frames()]
    assert item.photo_hash in map(to_hex, every)


# The page


@pytest.mark.parametrize("where", ["0", "1"])
def test_with_keeping_off_nothing_is_on_disk(
    where: str, files: dict[str, bytes], disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FACESPACE_PUBLIC", where)
    app = read(files)
    assert "3 faces marked “?” not kept" in text(app)
    app.switch_page("pages/review.py").run()
    assert "Nothing to review" in text(app)
    assert list(disk.rglob("*")) == []


def test_a_folder_s_faces_are_kept_and_found_on_the_page(
    files: dict[str, bytes], disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FACESPACE_PUBLIC", "0")
    app = read(files, turned_on())
    assert "3 faces marked “?” in the review queue" in links(app)
    items = Queue(disk / "queue" / "review.db").items()
    assert [(item.source, item.place) for item in items] == [
        ("a.png", "folder"),
        ("b.png", "folder"),
    ]
    assert all(of_photo(item, files[item.source]) for item in items)
    app.switch_page("pages/review.py").run()
    assert "0 of 2 faces decided" in app.get("progress")[0].proto.text
    assert "Folder" in text(app)


def test_for_the_public_they_live_in_the_session(
    files: dict[str, bytes], disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FACESPACE_PUBLIC", "1")
    app = read(files, turned_on())
    assert len(app.session_state["review_consent"].queue.items()) == 2
    assert list(disk.rglob("*")) == []


def test_what_was_read_before_keeping_was_on_can_still_be_kept(
    files: dict[str, bytes], disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FACESPACE_PUBLIC", "0")
    app = turned_on(read(files))
    app.switch_page("pages/folder.py").run()
    button(app, "Keep 3 faces marked “?” for review").click().run()
    app = waited(app)
    assert not app.exception
    assert "3 faces marked “?” in the review queue" in links(app)
    assert app.session_state["folder"].progress.kept >= 1  # the clear face was not read again
    assert len(Queue(disk / "queue" / "review.db").items()) == 2


def test_whoever_turns_keeping_off_meanwhile_keeps_no_more(
    files: dict[str, bytes], disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FACESPACE_PUBLIC", "0")
    app = turned_on(read(files))
    job = app.session_state["folder"]
    assert job._keep([]) is True
    app.toggle(key="review_switch").set_value(False).run()
    assert job._keep([]) is False


def test_a_damaged_queue_gets_a_sentence(
    files: dict[str, bytes], disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FACESPACE_PUBLIC", "0")
    (disk / "queue").mkdir()
    (disk / "queue" / "review.db").write_bytes(b"not a database" * 100)
    app = with_zip(files, turned_on())
    button(app, "Read 4 photos").click().run()
    assert not app.exception
    assert "damaged or no queue" in app.warning[0].value


def with_zip(files: dict[str, bytes], app: AppTest) -> AppTest:
    app.switch_page("pages/folder.py").run()
    app.segmented_control(key="from").set_value("ZIP").run()
    return app.file_uploader(key="zip").set_value(("x.zip", packed(files), "application/zip")).run()


def read(files: dict[str, bytes], app: AppTest | None = None) -> AppTest:
    app = with_zip(files, app or opened("review"))
    button(app, "Read 4 photos").click().run()
    app = waited(app)
    assert not app.exception
    return app
