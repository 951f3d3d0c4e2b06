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


@pytest.mark.parametrize("name", photo.PHOTOS)
def test_its_photos_show_as_many_faces_as_they_say(name: str, folder: Path) -> None:
    reading = facespace.analyze(photo.photo_of(folder, name))
    assert reading.width and reading.height
    megapixels = photo.SINGLE.get(name, 12 if name in photo.CROWDS else 0.3)
    assert reading.width * reading.height == pytest.approx(megapixels * 1e6, rel=0.03)
    (faces, *_) = {**photo.SMALL, **photo.CROWDS}.get(name, (1,))
    assert faces <= len(reading.faces) <= 1.05 * faces


def test_the_first_app_finds_and_judges(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photo, "FITTED", 120)
    assert photo.prepare(tmp_path, data)
    assert photo.first_app(tmp_path)(str(photo.photo_of(tmp_path, "1"))) == 1


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
    monkeypatch.setattr(photo, "PHOTOS", ("1", "12mp"))
    with (
        photo.Reader(photo.OURS, sys.executable, folder) as one,
        photo.Reader(photo.DECODER, sys.executable, folder) as floor,
    ):
        assert one.cold > 0
        rows = photo.timed([one, floor], folder, rounds=1)
        for row in rows.values():
            assert row["ours_found"] == 1 and row["decoder_found"] == 0
            ratio = row["ours_ms"] / row["decoder_ms"]
            assert row["ours_over_decoder"] == pytest.approx(ratio)
        assert 40 < one.peak_mb() < 1000
        (each, *_) = one.read(folder, batch=2, times=1)["milliseconds"]
        assert each > 0
