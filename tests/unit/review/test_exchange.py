"""The review queue as a ZIP, the order of review, and how often reviewers agree."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from facespace import limits
from facespace.charts import review as charts
from facespace.datasets import labelled_faces
from facespace.datasets.dataset import read_dataset
from facespace.io import encode, images, tables
from facespace.io.archive import Archive
from facespace.review import exchange
from facespace.review.exchange import Imported, pack, unpack
from facespace.review.item import MOST, Candidate, Decision, Item
from facespace.review.order import LAST, agreement, by_usefulness
from facespace.review.queue import Queue
from facespace.types import FacespaceError
from tests.support.pictures import packed
from tests.support.present import present
from tests.support.reviewing import filled, noise, yesterday

#: A hash, as the queue has one, of the photo that the first face of ``decided`` comes from.
PHOTO = "0123456789abcdef" * 4


@pytest.fixture
def decided(candidate: Candidate) -> Queue:
    """The astronaut and three others: female, male, not a face, and one that waits."""
    queue = Queue()
    queue.add(replace(candidate, photo_hash=PHOTO), yesterday())
    for seed in range(3):
        queue.add(noise(candidate, seed), yesterday())
    decisions: tuple[Decision, ...] = ("female", "male", "no face")
    for item, decision in zip(queue.items(), decisions, strict=False):
        queue.decide(item, decision, "Anna")
    return queue


def test_training_reads_the_export(decided: Queue) -> None:
    with Archive(pack(decided, decided.items())) as archive, archive.outline(lambda _: True) as to:
        dataset = read_dataset(to)
        assert [photo.label for photo in dataset.photos] == ["female", "male"]
        assert dataset.problems == ["2 rows without a label of female or male were left out."]
        assert dataset.title == "Faces reviewed by people"
        photo = images.load(dataset.photos[0].path)
        padded, found = labelled_faces.face_of(photo)
        middle = found.box.x + found.box.width / 2 - (padded.shape[1] - photo.shape[1]) / 2
        assert middle == pytest.approx(photo.shape[1] / 2, abs=10)


def test_an_export_comes_back_whole(decided: Queue) -> None:
    again = Queue()
    assert unpack(again, pack(decided, decided.items())) == Imported(4, 0)
    for old, new in zip(decided.items(), again.items(), strict=True):
        assert replace(new, added=old.added, version=old.version) == old
        assert new.added > old.added  # an old export is not deleted at once for its age
        assert present(again.pictures(new.id))[1] == present(decided.pictures(old.id))[1]


def test_an_export_from_before_chance_and_photo_were_known_comes_back(
    decided: Queue, tmp_path: Path
) -> None:
    content = pack(decided, decided.items())
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    table = list(csv.DictReader(io.StringIO(files["labels.csv"].decode("utf-8-sig"))))
    later = ("chance_wrong", "file_sha256", "photo_hash")
    older = [{key: row[key] for key in row if key not in later} for row in table]
    files["labels.csv"] = tables.table_csv(list(older[0]), older).encode()
    again = Queue()
    assert unpack(again, packed(files)) == Imported(4, 0)
    assert {item.chance_wrong for item in again.items()} == {None}
    assert {item.chance_wrong for item in decided.items()} != {None}
    assert {item.file_sha256 + item.photo_hash for item in again.items()} == {""}
    (tmp_path / "older.zip").write_bytes(packed(files))
    assert {face.origin.photo_hash for face in exchange.decided(tmp_path / "older.zip")} == {""}


def test_an_import_decides_what_waits_and_leaves_the_rest(decided: Queue) -> None:
    content = pack(decided, decided.items())
    for item in decided.items()[:2]:
        decided.decide(item, None if item.decision == "female" else "unknown", "Ben")
    assert unpack(decided, content) == Imported(0, 4)
    assert [i.decision for i in decided.items()] == ["female", "unknown", "no face", None]


@pytest.mark.parametrize("form", ["ZIP", "queue"])
def test_the_crops_are_there_for_training(
    decided: Queue, candidate: Candidate, tmp_path: Path, form: str
) -> None:
    path = tmp_path / "review"
    content = pack(decided, decided.items())
    if form == "ZIP":
        path.write_bytes(content)
    else:
        queue = Queue(path)
        unpack(queue, content)
        queue.close()
    faces = exchange.decided(path)
    assert [face.label for face in faces] == ["female", "male"]
    np.testing.assert_array_equal(faces[0].crop, candidate.crop)
    assert faces[0].box == candidate.box
    assert faces[0].origin.file_sha256 == candidate.file_sha256 != ""
    assert faces[0].origin.photo_hash == PHOTO
    path.write_bytes(pack(decided, decided.items()[2:]))
    with pytest.raises(FacespaceError, match="Nobody has decided"):
        exchange.decided(path)
    with pytest.raises(FacespaceError, match="no file"):
        exchange.decided(tmp_path / "nothing.zip")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_an_export_that_was_saved_by_a_spreadsheet_comes_back(
    decided: Queue, encoding: str
) -> None:
    with zipfile.ZipFile(io.BytesIO(pack(decided, decided.items()))) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    table = csv.DictReader(io.StringIO(files["labels.csv"].decode("utf-8-sig")))
    saved = io.StringIO()
    writer = csv.DictWriter(saved, table.fieldnames or (), delimiter=";")
    writer.writeheader()
    writer.writerows(row | {"reviewer": "Zoë"} for row in table)
    again = Queue()
    files["labels.csv"] = saved.getvalue().encode(encoding)
    assert unpack(again, packed(files)) == Imported(4, 0)
    assert {item.reviewer for item in again.items()} == {"Zoë"}


def test_names_that_look_like_formulas_come_back(candidate: Candidate) -> None:
    names = ["=1+1.jpg", "'=1.jpg", "-a.jpg", "plain.jpg"]
    queue, again = Queue(), Queue()
    for seed, name in enumerate(names):
        queue.add(replace(noise(candidate, seed), source=name))
    content = pack(queue, queue.items())
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        table = csv.DictReader(io.StringIO(archive.read("labels.csv").decode()))
        assert not any(row["source"].startswith(tables.FORMULA) for row in table)
    unpack(again, content)
    assert [item.source for item in again.items()] == names


def test_a_picture_that_many_faces_name_is_read_for_none(decided: Queue) -> None:
    content = pack(decided, decided.items())
    for name in (b"photos/000001.jpg", b"crops/000001.png"):
        twice = altered(content, "labels.csv", name.replace(b"1", b"2"), name)
        with pytest.raises(FacespaceError, match="share the file"):
            unpack(Queue(), twice)


def test_a_context_from_elsewhere_is_shrunk_with_its_box(decided: Queue) -> None:
    content = pack(decided, decided.items()[:1])
    large = np.random.default_rng(0).integers(0, 255, (600, 1536, 3), np.uint8)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    files["photos/000001.jpg"] = encode.to_jpeg(large, 100)
    again = Queue()
    unpack(again, packed(files))
    (old, new), pictures = (decided.items()[0], again.items()[0]), again.pictures(1)
    assert images.load(present(pictures)[1]).shape == (150, MOST, 3)
    assert new.width == pytest.approx(old.width / 4) and new.x == pytest.approx(old.x / 4)


def test_the_pictures_of_a_zip_have_a_cap(decided: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    content = pack(decided, decided.items())
    monkeypatch.setattr(limits, "MAX_REVIEW_BYTES", 2 * 2**10)
    queue = Queue()
    with pytest.raises(FacespaceError, match="more pictures than"):
        unpack(queue, content)
    assert queue.items() == []


def altered(content: bytes, name: str, old: bytes, new: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {n: archive.read(n) for n in archive.namelist()}
    assert old in files[name]
    return packed(files | {name: files[name].replace(old, new)})


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        ("labels.csv", b"reasons", b"because", "no column reasons"),
        ("labels.csv", b"disputed", b"'; DROP TABLE", "decision or reason that is unknown"),
        ("labels.csv", b"no face", b"a lamp", "decision or reason that is unknown"),
        ("labels.csv", PHOTO.encode(), b"7" * 63, "a hash that is none"),
        ("labels.csv", PHOTO.encode(), b"G" * 64, "a hash that is none"),
        ("labels.csv", b"crops/000001.png", b"crops/999.png", "no such file"),
        ("labels.csv", b"crops/000001.png", b"../../secret", "no such file"),
        ("photos/000001.jpg", b"\xff\xd8\xff", b"GIF", "photos/000001.jpg"),
        ("crops/000001.png", b"PNG", b"GIF", "not a JPEG"),
    ],
)
def test_a_foreign_or_damaged_zip_changes_nothing(
    decided: Queue, name: str, old: bytes, new: bytes, words: str
) -> None:
    again = Queue()
    with pytest.raises(FacespaceError, match=words):
        unpack(again, altered(pack(decided, decided.items()), name, old, new))
    assert again.items() == []


def test_no_zip_and_another_zip_get_a_sentence() -> None:
    for content, words in ((b"no", "not a ZIP"), (packed({"a.txt": "x"}), "no such file")):
        with pytest.raises(FacespaceError, match=words):
            unpack(Queue(), content)


def test_the_closest_to_the_boundary_come_first_with_variety(candidate: Candidate) -> None:
    queue = Queue()
    chances = np.random.default_rng(5).uniform(0, 1, 60)
    for seed, chance in enumerate(chances):
        queue.add(replace(noise(candidate, seed), probability_female=float(chance)))
    items = queue.items()
    ordered = by_usefulness(items)
    assert sorted(i.id for i in ordered) == [i.id for i in items]
    margins = [item.margin for item in ordered]
    assert margins[0] == min(margins)
    assert np.mean(margins[:20]) < np.mean(margins[20:40]) < np.mean(margins[40:])
    assert [i.id for i in by_usefulness(items, 5)] == [i.id for i in ordered[:5]]
    near = sorted(items, key=lambda item: item.margin)
    assert unlike(ordered[:LAST]) > unlike(near[:LAST])
    # What was decided counts as seen, and does not come again.
    first = queue.decide(ordered[0], "female")
    assert first.id not in [i.id for i in by_usefulness(queue.items())]


def unlike(items: list[Item]) -> float:
    """The mean over faces of the bits in which the nearest of the others differs."""
    codes = [item.hash & (2**64 - 1) for item in items]
    return float(np.mean([min((a ^ b).bit_count() for b in codes if b != a) for a in codes]))


def test_agreement_is_counted_by_reason_and_score(candidate: Candidate) -> None:
    queue = filled(replace(candidate, reasons=("unsure",), threshold=0.5), 0)
    cases: list[tuple[float, tuple[str, ...], Decision | None]] = [
        (0.45, ("unsure",), "male"),  # agreed
        (0.48, ("unsure", "covered"), "female"),
        (0.95, ("covered",), "female"),  # agreed
        (1.0, ("covered",), "no face"),
        (0.55, ("unsure",), "unknown"),
        (0.55, ("blurred",), None),
    ]
    for seed, (chance, reasons, decision) in enumerate(cases):
        face = replace(noise(candidate, seed), threshold=0.5)
        queue.add(replace(face, probability_female=chance, reasons=reasons))
        queue.decide(queue.items()[-1], decision) if decision else None
    told = agreement(queue.items())
    assert (told["all"]["agreed"], told["all"]["decided"]) == (2, 3)
    assert (told["all"]["no_face"], told["all"]["unknown"]) == (1, 1)
    covered = told["by_reason"]["covered, or not like a face"]
    assert (covered["agreed"], covered["decided"], covered["no_face"]) == (1, 2, 1)
    assert "too blurred to judge" not in told["by_reason"]
    assert [row["decided"] for row in told["by_score"]] == [0, 0, 0, 0, 2, 0, 0, 0, 0, 1]
    assert told["by_score"][-1]["no_face"] == 1
    (trace,) = charts.by_score(told["by_score"]).data
    assert list(trace.y) == [0.5, 1.0]
    (trace,) = charts.by_reason(told["by_reason"]).data
    assert list(trace.x) == [0.5, 0.5]
