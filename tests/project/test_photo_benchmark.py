"""What ``benchmarks/photo.py`` measures on: its photos, its contenders, its sums."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import facespace
from benchmarks import photo


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("photos")
    assert not photo.prepare(made, made / "none")  # no photos to fit on
    return made


@pytest.mark.parametrize("faces", photo.GRIDS)
def test_its_photos_show_as_many_faces_as_they_say(faces: int, folder: Path) -> None:
    reading = facespace.analyze(photo.photo_of(folder, faces))
    assert (reading.width, reading.height) == (640, 480)
    assert len(reading.faces) == faces


def test_the_first_app_finds_and_judges(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photo, "FITTED", 120)
    assert photo.prepare(tmp_path, data)
    assert photo.first_app(tmp_path)(str(photo.photo_of(tmp_path, 1))) == 1


def test_sessions_read_at_once() -> None:
    paths: list[str] = []

    def faces(path: str) -> int:
        paths.append(path)
        return 1

    row = photo.at_once(faces, "a.jpg", 4)
    assert paths == ["a.jpg"] * 4 * photo.EACH
    assert row["per_s"] > 0 and row["p95_ms"] >= 0


def test_contenders_take_turns_and_are_compared(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photo, "GRIDS", {1: (1, 1)})
    with photo.Reader(photo.OURS, sys.executable, folder) as one:
        assert one.cold > 0
        row = photo.timed([one], folder, rounds=1)[1]
        assert row["ours_found"] == 1 and row["ours_ms"] > 0
        assert 40 < one.peak_mb() < 1000
