"""Many photos: where they come from, and how they are read, resumed, and written."""

from __future__ import annotations

import csv
import io
import json
import os
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import facespace
from facespace.artifacts.manifest import artifacts_folder
from facespace.batch import executors, read_photo, run, writers
from facespace.batch.journal import Entry, Journal
from facespace.batch.read_photo import Outputs
from facespace.datasets import labelled_faces
from facespace.datasets.dataset import read_dataset
from facespace.io import find_photos, images, tables
from facespace.io.archive import Archive
from facespace.types import FacespaceError
from tests.support.hostile.refused_zips import HOSTILE
from tests.support.pictures import GREY, packed, png
from tests.support.present import present

pytestmark = pytest.mark.packages

#: Names that a shell, a page, a table or another system may stumble over.
ODD = [
    *("-rf.png", 'Zoë & "co".png', "a,b;'c'.png", "<b>bold<i>.png", "line\nbreak.png"),
    *("*.png", "名前.png", "%2e%2e.png", "x" * 200 + ".png", "é" * 100 + ".png"),
]


@pytest.fixture
def photos(tmp_path: Path, variants: list[bytes]) -> Path:
    """Six faces, one grey picture, one file that is none, in folders; and what is left out."""
    there = tmp_path / "photos"
    (there / "b" / "c").mkdir(parents=True)
    (there / ".hidden").mkdir()
    for number, content in enumerate(variants):
        place = there if number < 2 else there / "b" if number < 4 else there / "b" / "c"
        (place / f"{number}.PNG").write_bytes(content)
    (there / "grey.png").write_bytes(png(GREY))
    (there / "text.jpg").write_text("no picture")
    for name in ("notes.txt", ".hidden/x.png", ".x.png"):
        (there / name).write_text("left out")
    return there


def read(where: Path, **how: Any) -> list[Entry]:
    how.setdefault("workers", 0)
    return [step.entry for step in run.read_photos(find_photos.find([str(where)]), **how)]


def bare(entries: list[Entry]) -> list[Entry]:
    return [entry | {"milliseconds": None} for entry in entries]


# Where photos come from


def test_a_folder_stands_for_the_pictures_in_and_below_it(photos: Path) -> None:
    names = [photo.name.removeprefix(f"{photos}/") for photo in find_photos.find([str(photos)])]
    assert names == [
        *("0.PNG", "1.PNG", "grey.png", "text.jpg"),
        *("b/2.PNG", "b/3.PNG", "b/c/4.PNG", "b/c/5.PNG"),
    ]


def test_patterns_lines_and_what_is_named_twice(photos: Path) -> None:
    found = find_photos.find([f"{photos}/**/*.PNG"])
    assert len(found) == 6
    assert len(find_photos.find([f"{photos}/*.*"])) == 4  # no notes
    everything = [photo.name for photo in find_photos.find([str(photos)])]
    assert [photo.name for photo in find_photos.find([f"{photos}/*"])] == everything
    assert [photo.name for photo in find_photos.find([f"{photos}/**"])] == everything
    lines = io.BytesIO(f"{photos}/0.PNG\n\n{photos}/b\r\n".encode())
    names = [photo.name for photo in find_photos.find(["-", f"{photos}/0.PNG"], lines)]
    assert names == [f"{photos}/{name}" for name in ("0.PNG", "b/2.PNG", "b/3.PNG", "b/c/4.PNG",
                                                     "b/c/5.PNG")]  # fmt: skip


def test_a_name_is_a_name_before_it_is_a_pattern(tmp_path: Path) -> None:
    for name in ("[1].png", "1.png"):
        (tmp_path / name).write_bytes(b"x")
    (photo,) = find_photos.find([f"{tmp_path}/[1].png"])
    assert photo.origin == tmp_path / "[1].png"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("none.jpg", "no such file"),
        ("none.zip", "no such file"),
        ("*.gif", "Nothing matches"),
        ("*.txt", "No picture matches"),
        ("empty", "no picture in this folder"),
        ("bad.zip", "not a ZIP"),
        ("texts.zip", "no picture in this ZIP"),
        ("evil.zip", "outside its own folder"),
        ("nul\0.jpg", "cannot be opened|no such file"),
    ],
)
def test_what_cannot_be_opened_has_a_sentence_and_the_rest_goes_on(
    name: str, words: str, tmp_path: Path, astronaut_file: bytes
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").write_text("x")
    (tmp_path / "bad.zip").write_text("x")
    (tmp_path / "texts.zip").write_bytes(packed({"a.txt": "x"}))
    (tmp_path / "evil.zip").write_bytes(packed({"../a.png": astronaut_file}))
    (tmp_path / "good.png").write_bytes(astronaut_file)
    found = find_photos.find([f"{tmp_path}/{name}", f"{tmp_path}/good.png"])
    bad, good = (step.entry for step in run.read_photos(found, workers=0))
    assert pd.Series([bad["error"]]).str.contains(words).all()
    assert bad["faces"] == [] and len(good["faces"]) == 1
    assert not (tmp_path.parent / "a.png").exists()


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_zip_is_a_row_with_a_sentence_and_writes_nothing(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, words = HOSTILE[kind]
    path = tmp_path / "deep" / "in" / "hostile.zip"
    path.parent.mkdir(parents=True)
    path.write_bytes(make())
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    outputs = Outputs(path.parent / "out", path.parent / "out", thumbs=True)
    (entry,) = read(path, outputs=outputs)
    assert (entry["source"], entry["faces"]) == (str(path), [])
    assert words in entry["error"]
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == [path]


def test_a_zip_that_is_gone_when_its_turn_comes(tmp_path: Path, astronaut_file: bytes) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(packed({"a.png": astronaut_file}))
    found = find_photos.find([str(path)])
    path.unlink()
    (step,) = run.read_photos(found, workers=0)
    assert "cannot be opened any more" in step.entry["error"]


def test_an_archive_in_disguise_is_no_picture(tmp_path: Path, astronaut_file: bytes) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(packed({"a.png": packed({"b.png": astronaut_file})}))
    (entry,) = read(path)
    assert "not a JPEG" in entry["error"]


def test_a_zip_is_read_like_the_folder_it_was_made_of(photos: Path, tmp_path: Path) -> None:
    path = tmp_path / "photos.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in photos.rglob("*"):
            archive.write(file, file.relative_to(photos))
    before = set(tmp_path.iterdir())
    from_zip, from_folder = read(path), read(photos)
    assert set(tmp_path.iterdir()) == before
    cut = {entry["source"].removeprefix(f"{path}/"): entry for entry in bare(from_zip)}
    for entry in bare(from_folder):
        name = entry["source"].removeprefix(f"{photos}/")
        assert cut[name] == entry | {"source": f"{path}/{name}"}
    # The same by worker processes, which open the ZIP themselves.
    assert bare(read(path, workers=1)) == bare(from_zip)


# Reading


def test_workers_read_what_analyze_reads_in_order(photos: Path) -> None:
    entries = bare(read(photos, workers=2))
    for entry in entries:
        try:
            alone = facespace.analyze(entry["source"]).to_dict()
        except FacespaceError as error:
            assert entry["error"] == str(error)
        else:
            assert entry == alone | {"milliseconds": None}
    assert entries == bare(read(photos))
    assert [entry["error"] for entry in entries].count(None) == 7


def test_a_folder_is_read_by_its_name(photos: Path, tmp_path: Path) -> None:
    known: dict[str, Entry] = {}
    outputs = Outputs(annotated=tmp_path / "annotated")
    more = str(photos / "b" / "*.PNG")
    steps = facespace.read_folder(photos, more, workers=0, known=known, outputs=outputs)
    assert bare([step.entry for step in steps]) == bare(read(photos))
    assert len(known) == len(list((tmp_path / "annotated").iterdir())) == 7
    steps = facespace.read_folder(photos, workers=0, known=known)
    assert [step.kept for step in steps][-1] == 7


def test_steps_count(photos: Path) -> None:
    steps = list(run.read_photos(find_photos.find([str(photos)]), workers=0))
    assert [step.done for step in steps] == list(range(1, 9))
    assert {step.total for step in steps} == {8}
    assert {step.kept for step in steps} == {0}
    assert present(steps[0].left) > 0 and steps[-1].left == 0
    assert steps[-1].rate == pytest.approx(8 / steps[-1].seconds)


def test_without_artifacts_nothing_is_tried(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FACESPACE_ARTIFACTS", str(tmp_path))
    with pytest.raises(FacespaceError, match="training train"):
        read(photos)


@pytest.mark.slow
@pytest.mark.parametrize("workers", [0, 1])
def test_a_stop_keeps_what_was_read(
    workers: int, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "CHUNK", 1)
    monkeypatch.setattr(executors, "AHEAD", 1)
    known: dict[str, Entry] = {}
    steps: list[run.Step] = []
    found = find_photos.find([str(photos)])
    for step in run.read_photos(found, workers=workers, known=known, stop=lambda: len(steps) >= 3):
        steps.append(step)
    assert 3 <= len(steps) < 8
    assert [step.photo.name for step in steps] == [photo.name for photo in found[: len(steps)]]
    whole = list(run.read_photos(found, workers=workers, known=known))
    assert whole[-1].kept >= len([step for step in steps if not step.entry["error"]])
    assert bare([step.entry for step in whole]) == bare(read(photos))


def test_photos_are_known_by_content_not_by_name(photos: Path, tmp_path: Path) -> None:
    known: dict[str, Entry] = {}
    first = read(photos, known=known)
    assert len(known) == 7  # what cannot be read is tried again
    moved = photos.rename(tmp_path / "elsewhere")
    (moved / "new.png").write_bytes((moved / "0.PNG").read_bytes())
    (moved / "1.PNG").write_bytes(png(GREY + 1))
    steps = list(run.read_photos(find_photos.find([str(moved)]), workers=0, known=known))
    assert steps[-1].kept == 7  # all but the changed one and the text
    assert steps[0].entry["milliseconds"] == first[0]["milliseconds"]
    assert {Path(step.entry["source"]).parts[-1] for step in steps} >= {"new.png", "1.PNG"}
    assert all(step.entry["source"].startswith(str(moved)) for step in steps)


@dataclass(frozen=True)
class Deadly(find_photos.Photo):
    """A photo that ends whoever reads it, as a decoder's fault may."""

    def content(self) -> bytes:
        os._exit(9)


@pytest.mark.slow
def test_a_photo_that_ends_its_worker_is_an_error_like_any_other(photos: Path) -> None:
    found = find_photos.find([str(photos)])
    found[2] = Deadly("deadly.png")
    entries = [step.entry for step in run.read_photos(found, workers=2)]
    assert "ended the process" in entries[2]["error"]
    assert bare(entries[:2] + entries[3:]) == bare(
        [entry for entry in read(photos) if not entry["source"].endswith("grey.png")]
    )


@pytest.mark.slow
def test_where_no_worker_lives_it_gives_up_with_a_sentence() -> None:
    with pytest.raises(FacespaceError, match="fewer workers"):
        list(run.read_photos([Deadly("deadly.png")] * 5, workers=1))


# The journal


def test_a_journal_survives_what_kills_its_process(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    with Journal(path, "us") as journal:
        for key in "abc":
            journal[key] = {"source": f"\udcff{key}", "faces": []}
        assert len(journal) == 3 and journal.get("d") is None
    whole = path.read_bytes()
    for end in range(len(whole.splitlines(True)[0]), len(whole) + 1, 7):
        path.write_bytes(whole[:end])
        with Journal(path, "us") as journal:
            kept = len(journal)
            assert journal.get("a") in (None, {"source": "\udcffa", "faces": []})
            journal["d"] = {"x": 1}
            assert journal.get("d") == {"x": 1}
        with Journal(path, "us") as journal:
            assert len(journal) == kept + 1
    with Journal(path, "others") as journal:
        assert len(journal) == 0
    path.write_text("no journal")
    with Journal(path, "us") as journal:
        assert len(journal) == 0


def test_settings_and_artifacts_name_what_made_a_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = [facespace.Settings(most_wrong=value) for value in (None, 0.01)]
    names = {read_photo.settings_fingerprint(one) for one in settings}
    names.add(read_photo.settings_fingerprint(facespace.Settings("haar")))
    source = artifacts_folder()
    for file in source.iterdir():
        (tmp_path / file.name).symlink_to(file)
    (tmp_path / "manifest.json").unlink()
    text = (source / "manifest.json").read_text("utf-8")
    (tmp_path / "manifest.json").write_text(text + "\n", "utf-8")
    monkeypatch.setenv("FACESPACE_ARTIFACTS", str(tmp_path))
    names.add(read_photo.settings_fingerprint(facespace.Settings()))
    assert len(names) == 4


def test_a_detector_of_one_s_own_counts_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the content of its file, where it is what finds the faces."""
    haar = [facespace.Settings("haar"), facespace.Settings("haar_profile")]
    names = [read_photo.settings_fingerprint(one) for one in (facespace.Settings(), *haar)]
    needs = read_photo.needs(facespace.Settings())
    own = tmp_path / "own.onnx"
    monkeypatch.setenv("FACESPACE_YUNET", str(own))
    for content in (b"one", b"another"):
        own.write_bytes(content)
        name, *others = (
            read_photo.settings_fingerprint(one) for one in (facespace.Settings(), *haar)
        )
        assert name not in names and others == names[1:3]
        assert read_photo.needs(facespace.Settings()) != needs
        names.append(name)


# Pictures


def test_crops_of_an_earlier_reading_go_and_no_other_file(photos: Path, tmp_path: Path) -> None:
    crops = tmp_path / "crops"
    (first, *_) = run.read_folder(photos, workers=0, outputs=Outputs(crops=crops))
    (made,) = crops.rglob(f"{Path(first.photo.name).stem}-*.png")
    kept = {path: path.read_bytes() for path in crops.rglob("*.png")}
    key = made.name.removesuffix("-1.png")
    for kind in ("female", "male", "unsure"):
        (crops / kind).mkdir(exist_ok=True)
        for name in (f"{key}-1.png", f"{key}-2.png"):  # as another model and a detector made them
            (crops / kind / name).write_bytes(b"old")
    others = [crops / "male" / f"{key}.png", crops / "male" / "mine.png", crops / f"{key}-1.png"]
    others += [crops / "unsure" / f"{key[:-1]}x-1.png", crops / "female" / f"x{key}-1.png"]
    for path in others:
        path.write_bytes(b"mine")
    list(run.read_folder(photos, workers=0, outputs=Outputs(crops=crops)))
    left = {path: path.read_bytes() for path in crops.rglob("*.png")}
    assert left == kept | dict.fromkeys(others, b"mine")


def test_pictures_are_made_and_crops_are_what_training_reads(photos: Path, tmp_path: Path) -> None:
    outputs = Outputs(tmp_path / "annotated", tmp_path / "crops", thumbs=True)
    settings = facespace.Settings(most_wrong=0.1)
    known: dict[str, Entry] = {}
    entries = read(photos, outputs=outputs, settings=settings, known=known)
    faces = [face for entry in entries for face in entry["faces"]]
    drawn = sorted((tmp_path / "annotated").iterdir())
    assert len(drawn) == 7  # every photo that could be read
    assert images.load(drawn[0]).shape[:2] in {(512, 512), (300, 350), (80, 80)}
    cut = list((tmp_path / "crops").rglob("*.png"))
    assert len(cut) == len(faces) == 6
    labels = {"female": "female", "male": "male", "unsure": "?"}
    assert sorted(labels[path.parent.name] for path in cut) == sorted(f["label"] for f in faces)
    for path in cut:
        labelled_faces.face_of(images.load(path))  # raises where no face is found
    for name in ("female", "male"):
        (tmp_path / "crops" / name).mkdir(exist_ok=True)
        (tmp_path / "crops" / name / "more.png").write_bytes(cut[0].read_bytes())
    assert {photo.label for photo in read_dataset(tmp_path / "crops").photos} == {"female", "male"}
    assert all(len(entry.get("thumbs", [])) == len(entry["faces"]) for entry in entries)
    # A picture that is missing is made again, and nothing else is.
    drawn[0].unlink()
    steps = list(run.read_photos(find_photos.find([str(photos)]), settings, 0, known, outputs))
    assert steps[-1].kept == 6 and drawn[0].is_file()


@pytest.mark.parametrize("name", ODD)
def test_odd_names_lead_nowhere_else(name: str, tmp_path: Path, astronaut_file: bytes) -> None:
    there, out = tmp_path / "in", tmp_path / "out"
    there.mkdir()
    (there / name).write_bytes(astronaut_file)
    outputs = Outputs(out, out, thumbs=True)
    (entry,) = read(there, outputs=outputs)
    assert entry["source"] == str(there / name) and len(entry["faces"]) == 1
    made = [path.relative_to(out).parts for path in out.rglob("*") if path.is_file()]
    assert len(made) == 2 and all(len(parts) <= 2 for parts in made)
    assert {path.name for path in tmp_path.iterdir()} == {"in", "out"}
    assert all(set(parts[-1]).isdisjoint('<>:"/\\|?*\n') for parts in made)
    for kind in writers.ENDINGS:
        with writers.open_writer(out / f"x{kind}") as writer:
            writer.add(entry)
    assert pd.read_csv(out / "x.csv")["source"].item() == entry["source"]
    assert pd.read_parquet(out / "x.parquet")["source"].item() == entry["source"]
    assert json.loads((out / "x.jsonl").read_text("utf-8"))["source"] == entry["source"]
    assert "<b>bold" not in (out / "x.html").read_text("utf-8")


def test_a_name_in_a_zip_leads_nowhere_else(tmp_path: Path, astronaut_file: bytes) -> None:
    archive = Archive(packed({"a/..png": astronaut_file, "con:.png": astronaut_file}))
    outputs = Outputs(tmp_path / "out", tmp_path / "out")
    for step in run.read_photos(find_photos.members(archive), workers=0, outputs=outputs):
        assert step.entry["error"] is None
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


# Files


def test_all_files_say_the_same(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writers, "GROUP", 3)
    entries = read(photos, outputs=Outputs(thumbs=True))
    for kind in writers.ENDINGS:
        with writers.open_writer(tmp_path / f"x{kind.upper()}") as writer:
            for entry in entries:
                writer.add(entry)
    frame = pd.read_csv(tmp_path / "x.CSV")
    assert list(frame.columns) == list(tables.COLUMNS)
    assert len(frame) == 8
    typed = pd.read_parquet(tmp_path / "x.PARQUET")
    for name in tables.COLUMNS:
        mine = [None if value == "" else value for value in typed[name].tolist()]
        assert pd.Series(mine, dtype=frame[name].dtype).equals(frame[name])
    lines = [json.loads(line) for line in (tmp_path / "x.JSONL").read_text("utf-8").splitlines()]
    assert lines == [{k: v for k, v in entry.items() if k != "thumbs"} for entry in entries]
    sheet = (tmp_path / "x.HTML").read_text("utf-8")
    assert sheet.count("<img") == 6 and sheet.count("data:image/jpeg;base64,") == 6
    assert "http" not in sheet  # nothing is fetched to show it


@pytest.mark.parametrize("kind", writers.ENDINGS)
def test_a_file_is_whole_or_as_it_was(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"x{kind}"
    path.write_text("before")
    entry = facespace.analyze(GREY).to_dict()
    with pytest.raises(KeyboardInterrupt), writers.open_writer(path) as writer:
        writer.add(entry)
        raise KeyboardInterrupt
    assert path.read_text() == "before"
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_a_reading_becomes_a_frame(astronaut: np.ndarray) -> None:
    reading = facespace.analyze(astronaut, source="a.png")
    frame = facespace.to_frame([reading])
    assert list(frame.columns) == list(tables.COLUMNS)
    row = frame.iloc[0]
    assert (row["source"], row["face"], row["label"]) == ("a.png", 1, "female")
    assert row["width"] == reading.to_dict()["faces"][0]["box"][2]
    both = tables.to_frame([reading, facespace.analyze(GREY, source="grey")])
    assert list(both["source"]) == ["a.png", "grey"] and both["label"].isna().tolist()[1]
    assert list(tables.to_frame([]).columns) == list(tables.COLUMNS)
    text = io.StringIO(tables.to_csv([reading]))
    back = pd.read_csv(text, keep_default_na=False)
    assert back.astype(str).to_dict() == frame.fillna("").astype(str).to_dict()


@pytest.mark.parametrize(
    "name", ["=HYPERLINK(0)", "+1", "-1", "@a", "\tx", "'=1", "''@a", "a=1", "1-2"]
)
def test_names_are_no_formulas_in_a_spreadsheet(name: str) -> None:
    reading = facespace.Reading(name, "yunet", None, error="This is no picture.")
    (row,) = csv.DictReader(io.StringIO(tables.to_csv([reading]), newline=""))
    harmless = name[0] in "a1"
    assert row["source"] == (name if harmless else f"'{name}")
    assert tables.as_it_was(row["source"]) == name
    assert tables.rows([reading])[0]["source"] == name  # JSON and frames keep it


def test_thumbs_of_a_crowd_are_bounded(
    astronaut: np.ndarray, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("facespace.batch.output_pictures.THUMBS", 1)
    Image.fromarray(np.hstack([astronaut, astronaut])).save(tmp_path / "two.png")
    (entry,) = read(tmp_path / "two.png", outputs=Outputs(thumbs=True))
    assert len(entry["faces"]) == 2 and len(entry["thumbs"]) == 1
    with writers.open_writer(tmp_path / "x.html") as writer:
        writer.add(entry)
    assert "and 1 more faces" in (tmp_path / "x.html").read_text("utf-8")


def test_one_unforeseen_fault_does_not_end_the_run(
    variants: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(read_photo, "analyze", faulty)
    photos = [find_photos.Photo(f"{i}.png", variants[i]) for i in range(2)]
    errors = [step.entry["error"] for step in run.read_photos(photos, workers=0)]
    assert errors == ["The picture could not be read: MemoryError."] * 2
