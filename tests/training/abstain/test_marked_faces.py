"""Detections held against marked faces."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from facespace.types import Box, Detection, FacespaceError
from training.abstain import marked_faces


def pictures(
    tmp_path: Path, rows: str, names: tuple[str, ...] = ("a.png",)
) -> list[marked_faces.Picture]:
    (tmp_path / "images").mkdir()
    for name in names:
        (tmp_path / "images" / name).touch()
    (tmp_path / "annotations.csv").write_text("file,x,y,w,h,ignore\n" + rows)
    return marked_faces.read(tmp_path)


def found(x: float, y: float, side: float, score: float) -> Detection:
    return Detection(Box(x, y, side, side), score)


def test_pictures_without_a_face_are_there_too(tmp_path: Path) -> None:
    first, second = pictures(tmp_path, "images/a.png,1,2,30,40,0\n", ("a.png", "b.png"))
    assert first.boxes.tolist() == [[1, 2, 30, 40]]
    assert first.counted.tolist() == [True]
    assert second.boxes.shape == (0, 4)
    assert first.even != second.even or isinstance(first.even, bool)


def test_files_that_are_no_pictures_are_passed_over(tmp_path: Path) -> None:
    names = ("a.JPG", "Thumbs.db", "b", ".DS_Store", "c.webp")
    read = pictures(tmp_path, "images/b,1,2,30,40,0\n", names)
    assert [picture.path.name for picture in read] == ["a.JPG", "b", "c.webp"]


def test_pictures_are_known_by_how_they_begin(tmp_path: Path, astronaut_file: bytes) -> None:
    pictures(tmp_path, "", ())
    for name in ("no_ending", "a.dat", "._a.png"):
        (tmp_path / "images" / name).write_bytes(astronaut_file)
    read = marked_faces.read(tmp_path)
    assert [picture.path.name for picture in read] == ["a.dat", "no_ending"]


def test_small_and_ignored_faces_do_not_count(tmp_path: Path) -> None:
    rows = "images/a.png,0,0,50,50,0\nimages/a.png,100,0,50,50,1\nimages/a.png,200,0,19,19,0\n"
    (picture,) = pictures(tmp_path, rows)
    assert picture.counted.tolist() == [True, False, False]
    detections = [
        found(0, 0, 50, 0.9),
        found(2, 2, 50, 0.95),  # the same face, better scored: takes it
        found(100, 0, 50, 0.8),  # ignored
        found(200, 0, 19, 0.7),  # too small
        found(300, 0, 60, 0.6),  # nothing there
    ]
    matched = marked_faces.match(detections, picture)
    assert matched.right.tolist() == [0, 1, -1, -1, 0]
    assert (matched.by >= 0).tolist() == [True, False, False]
    assert matched.by.tolist() == [1, -1, -1]


def test_overlap_must_be_large_enough(tmp_path: Path) -> None:
    (picture,) = pictures(tmp_path, "images/a.png,0,0,100,100,0\n")
    half = [Detection(Box(0, 0, 100, 45), 0.9)]
    assert marked_faces.match(half, picture, 0.5).right.tolist() == [0]
    assert marked_faces.match(half, picture, 0.4).right.tolist() == [1]


def test_average_precision() -> None:
    assert marked_faces.average_precision([0.9, 0.8, 0.7], [1, 1, 1], 3) == pytest.approx(1)
    assert marked_faces.average_precision([0.9, 0.8, 0.7], [1, 0, 1], 2) == pytest.approx(
        0.5 + 1 / 3
    )
    assert marked_faces.average_precision([0.9], [1], 4) == pytest.approx(0.25)
    assert marked_faces.average_precision([], [], 4) == 0
    assert np.isnan(marked_faces.average_precision([], [], 0))


def test_marks_that_cannot_be_read_get_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(FacespaceError, match=r"annotations\.csv"):
        marked_faces.read(tmp_path)


def test_marks_that_a_spreadsheet_saved(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "Zoë.jpg").touch()
    table = "File;X;Y;W;H;ignore\nimages\\ZOË.jpg;1;2;30;40;\n"
    (tmp_path / "annotations.csv").write_bytes(table.encode("utf-16"))
    (picture,) = marked_faces.read(tmp_path)
    assert picture.boxes.tolist() == [[1, 2, 30, 40]]
