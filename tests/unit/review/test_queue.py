"""The review queue: what it keeps, what it forgets, and that nothing committed is lost."""

from __future__ import annotations

import hashlib
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from facespace import limits
from facespace.artifacts.manifest import load_manifest
from facespace.io import images
from facespace.io.perceptual_hash import difference_hash, differing, from_hex, perceptual_hash
from facespace.review import exchange
from facespace.review import queue as review
from facespace.review.item import Candidate, around, crop_of, row_of
from facespace.review.queue import Conflict, Full, Queue
from facespace.types import RGB, Box, FacespaceError
from tests.support.paths import ROOT
from tests.support.present import present
from tests.support.reviewing import DAY, filled, noise, yesterday


@pytest.mark.parametrize("kept", ["in memory", "in a file"])
def test_a_face_is_kept_with_all_that_is_known_of_it(
    kept: str, candidate: Candidate, tmp_path: Path, astronaut: RGB, astronaut_file: bytes
) -> None:
    path = tmp_path / "new" / "review.db" if kept == "in a file" else None
    queue = Queue(path)
    number = present(queue.add(candidate, now=yesterday()))
    if path:
        queue.close()
        queue = Queue(path)
        assert path.stat().st_mode & 0o077 == 0
    (item,) = queue.items()
    assert item == queue.get(number)
    info = load_manifest().model(None)
    assert (item.source, item.place, item.reasons) == ("astronaut.png", "photo", ("disputed",))
    assert (item.model, item.model_sha256) == (info.name, info.file.sha256)
    assert item.probability_female == candidate.probability_female
    assert item.chance_wrong == candidate.chance_wrong
    assert item.file_sha256 == hashlib.sha256(astronaut_file).hexdigest()
    np.testing.assert_array_equal(from_hex(item.photo_hash), difference_hash(astronaut))
    assert item.decision is None and item.version == 1
    crop, context = present(queue.pictures(number))
    np.testing.assert_array_equal(crop_of(crop), candidate.crop)
    shown = images.load(context)
    assert shown.shape[0] == shown.shape[1]
    assert abs(item.x + item.width / 2 - shown.shape[1] / 2) < 1


def test_the_context_shows_the_face_in_its_middle(astronaut: RGB) -> None:
    for box in (Box(178, 63, 90, 114), Box(-20, -10, 60, 80), Box(480, 490, 60, 70)):
        context, moved = around(astronaut, box)
        side = len(context)
        assert context.shape == (side, side, 3)
        assert moved.x + moved.width / 2 == pytest.approx(side / 2)
        assert moved.height == pytest.approx(side / 3, rel=0.01)
    whole, moved = around(astronaut, Box(178, 63, 90, 114))
    part = astronaut[63:177, 178:268]
    x, y = round(moved.x), round(moved.y)
    again = cv2.resize(whole[y : y + round(moved.height), x : x + round(moved.width)], (90, 114))
    assert np.abs(again.astype(int) - part).mean() < 6


def test_a_name_that_is_no_text_is_kept_in_other_letters(candidate: Candidate) -> None:
    queue = Queue()
    queue.add(replace(candidate, source="caf\udce9.png"))
    (item,) = queue.items()
    assert item.source == "caf\\udce9.png"


def test_near_duplicates_are_kept_once(candidate: Candidate) -> None:
    queue = Queue()
    assert queue.add(candidate) is not None
    noisy = np.clip(candidate.crop + np.random.default_rng(0).normal(0, 4, (64, 64)), 0, 255)
    assert queue.add(replace(candidate, crop=noisy.astype(np.uint8), source="copy.png")) is None
    assert queue.add(replace(candidate, crop=candidate.crop[:, ::-1].copy())) is not None
    assert len(queue.items()) == 2


def test_the_hash_is_a_number_that_sqlite_keeps(candidate: Candidate) -> None:
    for seed in range(20):
        assert -(2**63) <= perceptual_hash(noise(candidate, seed).crop) < 2**63
    codes = np.array([0, -1, 1], np.int64)
    assert differing(codes, 0).tolist() == [0, 64, 1]


def test_old_faces_and_too_many_are_deleted(
    candidate: Candidate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_REVIEWS", 3)
    queue = Queue()
    start = yesterday()
    for seed in range(5):
        queue.add(noise(candidate, seed), start + seed)
        if seed == 0:
            queue.decide(queue.items()[0], "female")
    # What a human decided stays; of the others those that have waited longest go.
    assert [item.source for item in queue.items()] == ["0.png", "3.png", "4.png"]
    assert queue.purge(start + limits.REVIEW_DAYS * DAY + 3.5) == 1
    assert [item.source for item in queue.items()] == ["0.png", "4.png"]


def test_what_is_decided_is_never_deleted_unasked(candidate: Candidate, tmp_path: Path) -> None:
    queue = Queue(tmp_path / "queue.db")
    queue.add(candidate, time.time() - 3 * limits.REVIEW_DAYS * DAY)
    assert queue.items() == []  # nobody decided in all that time
    queue.add(candidate)
    queue.decide(queue.items()[0], "female")
    assert queue.purge(time.time() + 3 * limits.REVIEW_DAYS * DAY) == 0
    queue.close()
    assert [face.label for face in exchange.decided(tmp_path / "queue.db")] == ["female"]


def test_a_queue_full_of_decisions_says_so(
    candidate: Candidate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_REVIEWS", 2)
    queue = filled(candidate, 2)
    for item in queue.items():
        queue.decide(item, "unknown")
    before = queue.items()
    with pytest.raises(Full, match="full: at most 2 faces"):
        queue.add(noise(candidate, 7))
    assert queue.items() == before
    assert queue.add(noise(candidate, 0)) is None  # it is there: nothing is lost
    queue.decide(before[0], None)
    assert queue.add(noise(candidate, 7)) is not None  # the one that waits makes room
    assert [item.source for item in queue.items()] == ["1.png", "7.png"]


def test_a_decision_is_written_taken_back_and_never_overwritten(candidate: Candidate) -> None:
    queue = filled(candidate, 1)
    (seen,) = queue.items()
    decided = queue.decide(seen, "female", "Anna")
    assert (decided.decision, decided.reviewer, decided.version) == ("female", "Anna", 2)
    with pytest.raises(Conflict, match=r"\(Anna\) decided this face in the meantime: female"):
        queue.decide(seen, "male", "Ben")
    assert queue.items() == [decided]
    back = queue.decide(decided, None, "Anna")
    assert (back.decision, back.reviewer, back.decided) == (None, "", None)
    with pytest.raises(Conflict, match="took a decision back"):
        queue.decide(decided, "male", "Ben")
    queue.delete_all()
    with pytest.raises(Conflict, match="deleted in the meantime"):
        queue.decide(back, "male")


def test_two_writers_never_overwrite_each_other(candidate: Candidate, tmp_path: Path) -> None:
    """Two reviewers with a connection each, on the same faces at the same time."""
    path = tmp_path / "review.db"
    seen = filled(candidate, 40, path).items()
    won: dict[str, set[int]] = {"Anna": set(), "Ben": set()}
    start = threading.Barrier(2)

    def work(name: str) -> None:
        queue = Queue(path)
        start.wait()
        for item in seen:
            try:
                queue.decide(item, "female" if name == "Anna" else "male", name)
                won[name].add(item.id)
            except Conflict:
                pass

    threads = [threading.Thread(target=work, args=(name,)) for name in won]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert won["Anna"] | won["Ben"] == {item.id for item in seen}
    assert not won["Anna"] & won["Ben"]
    for item in Queue(path).items():
        assert item.id in won[item.reviewer] and item.version == 2


WRITER = """
import sys
from dataclasses import replace
from pathlib import Path
import numpy as np
from facespace.review.queue import Queue
from facespace.review.item import Candidate
queue, rng = Queue(Path(sys.argv[1])), np.random.default_rng(int(sys.argv[2]))
while True:
    crop = rng.integers(0, 256, (64, 64), np.uint8)
    context = rng.bytes(50_000)
    face = Candidate(crop=crop, context=context, box=(0, 0, 1, 1), source="a", place="photo",
                     reasons=("unsure",), probability_female=.5, chance_wrong=.5, threshold=.5,
                     distance=1, file_sha256="", photo_hash="",
                     detection=1, model="m", model_sha256="")
    print(queue.add(face), flush=True)
"""


@pytest.mark.parametrize("seed", range(3))
def test_what_is_committed_survives_a_kill(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "review.db"
    for start in (3 * seed, 3 * seed + 1):  # the second on what the first left behind
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), str(start)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        lines = present(writer.stdout)
        told = [lines.readline() for _ in range(10 + 7 * seed)]
        os.kill(writer.pid, signal.SIGKILL)
        told += lines.readlines()
        assert writer.wait() == -signal.SIGKILL
        queue = Queue(path)
        kept = {item.id for item in queue.items()}
        assert {int(line) for line in told if line.endswith("\n")} <= kept
        for number in kept:
            assert len(present(queue.pictures(number))[1]) == 50_000
        queue.close()
    with sqlite3.connect(path) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_an_older_file_is_brought_up_and_a_newer_one_refused(
    candidate: Candidate, tmp_path: Path
) -> None:
    path = tmp_path / "review.db"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(review, "MIGRATIONS", review.MIGRATIONS[:1])
        Queue(path).close()
    later = ("chance_wrong", "file_sha256", "photo_hash")
    old = [name for name in row_of(candidate, yesterday()) if name not in later]
    with sqlite3.connect(path) as db:
        marks = ", ".join("?" * len(old))
        values = [row_of(candidate, yesterday())[name] for name in old]
        db.execute(f"INSERT INTO items ({', '.join(old)}) VALUES ({marks})", values)
    assert version(path) == 1
    queue = Queue(path)
    (item,) = queue.items()
    assert item.chance_wrong is None
    assert (item.file_sha256, item.photo_hash) == ("", "")
    assert version(path) == len(review.MIGRATIONS) == 5
    # Once its photo is read again, it is known.
    seen = queue.decide(item, "female")
    assert queue.add(candidate) is None
    (item,) = queue.items()
    known = candidate.file_sha256, candidate.photo_hash
    assert (item.file_sha256, item.photo_hash) == known
    assert (item.decision, item.version) == ("female", seen.version)
    # And stays what it was when a near duplicate of another photo comes.
    assert queue.add(replace(candidate, file_sha256="0" * 64, photo_hash="0" * 64)) is None
    (item,) = queue.items()
    assert (item.file_sha256, item.photo_hash) == known
    queue.close()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(FacespaceError, match="newer Facespace"):
        Queue(path)


def test_a_migration_is_done_wholly_or_not_at_all(
    candidate: Candidate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "review.db"
    filled(candidate, 3, path).close()
    broken = (*review.MIGRATIONS, "ALTER TABLE items ADD COLUMN note TEXT; DROP TABLE nothing;")
    monkeypatch.setattr(review, "MIGRATIONS", broken)
    with pytest.raises(FacespaceError, match="cannot be used now"):
        Queue(path)
    monkeypatch.undo()
    assert version(path) == 5
    assert len(Queue(path).items()) == 3
    with sqlite3.connect(path) as db:
        assert "note" not in {row[1] for row in db.execute("PRAGMA table_info(items)")}


def version(path: Path) -> int:
    with sqlite3.connect(path) as db:
        return int(db.execute("PRAGMA user_version").fetchone()[0])


def test_what_is_no_queue_gets_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "review.db"
    path.write_bytes(b"no database at all" * 100)
    with pytest.raises(FacespaceError, match="damaged or no queue"):
        Queue(path)
    with pytest.raises(FacespaceError, match="cannot be made"):
        Queue(path / "below" / "review.db")


def test_deleted_faces_are_gone_from_the_disk(candidate: Candidate, tmp_path: Path) -> None:
    path = tmp_path / "review.db"
    queue = filled(replace(candidate, context=b"LOOK FOR THIS " * 1000), 5, path)
    assert any(b"LOOK FOR THIS" in file.read_bytes() for file in tmp_path.iterdir())
    assert queue.delete_all() == 5
    assert not any(b"LOOK FOR THIS" in file.read_bytes() for file in tmp_path.iterdir())
    assert queue.items() == []
