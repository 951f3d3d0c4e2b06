"""The comparison with peers, on made answers and without the peer."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from benchmarks import peers
from benchmarks.harness.contenders import REQUIREMENTS
from facespace.datasets.dataset import Photo


def answer(*faces: peers.Face, milliseconds: float = 1.0, failed: str = "") -> dict[str, Any]:
    """What a worker says of a photo of 100 by 200 pixels."""
    return {
        "size": (100, 200),
        "faces": faces,
        "milliseconds": milliseconds,
        "failed": failed,
    }


def face(label: str, x: float = 80, doubt: float = 0.1) -> peers.Face:
    """A face of 40 by 40 pixels, in the middle unless told otherwise."""
    return x, 30, 40, 40, label, doubt


def photos(*labels: str) -> list[Photo]:
    return [Photo(Path(f"{i}.jpg"), label) for i, label in enumerate(labels)]


def test_the_face_nearest_the_middle_counts() -> None:
    faces = face("male", 0), face("female", doubt=0.2), face("male", 150)
    assert peers.middle(answer(*faces)) == ("female", 0.2)
    assert peers.middle(answer()) == (None, math.inf)


def test_as_many_answer_the_surest_first() -> None:
    answers = [answer(face("female", doubt=doubt / 10)) for doubt in range(8)] + [answer()] * 2
    row = peers.figures(photos(*["female"] * 6, *["male"] * 4), answers)
    assert row["wrong_at_60"] == 0
    assert row["wrong_at_70"] == pytest.approx(1 / 7)
    assert math.isnan(row["wrong_at_90"])


def test_figures_with_and_without_the_missed() -> None:
    answers = [
        answer(face("female"), milliseconds=3),
        answer(face("male"), milliseconds=5),
        answer(face("male"), milliseconds=100),
        answer(failed="ValueError: made", milliseconds=4),
    ]
    row = peers.figures(photos("female", "female", "male", "male"), answers)
    assert row["photos"] == 4
    assert (row["missed"], row["failed"]) == (0.25, 0.25)
    assert row["balanced_accuracy"] == 0.75
    assert row["balanced_accuracy_low"] <= 0.75 <= row["balanced_accuracy_high"]
    assert row["balanced_accuracy_missed_wrong"] == 0.5
    assert row["ms"] == 4.5


@pytest.mark.parametrize("second", [answer(face("male")), answer()])
def test_one_sex_alone_has_no_balanced_accuracy(second: dict[str, Any]) -> None:
    row = peers.figures(photos("female", "male"), [answer(), second])
    assert math.isnan(row["balanced_accuracy"])
    assert row["balanced_accuracy_missed_wrong"] == (0.5 if second["faces"] else 0)


def test_a_photo_is_padded_with_its_edge(tmp_path: Path, rng: np.random.Generator) -> None:
    picture = rng.integers(0, 256, (40, 20, 3), np.uint8)
    Image.fromarray(picture).save(tmp_path / "made.png")
    seen: list[np.ndarray] = []

    def read(rgb: np.ndarray) -> list[peers.Face]:
        seen.append(rgb)
        return [face("male")]

    given = peers.answered(read, tmp_path / "made.png", 0.25)
    assert given["size"] == (60, 30)
    assert given["faces"] == [face("male")]
    assert np.array_equal(seen[0][10:50, 5:25], picture)
    assert (seen[0][:10, 5:25] == picture[0]).all()


def test_what_is_no_picture_is_not_the_contenders_failure(tmp_path: Path) -> None:
    (tmp_path / "made.jpg").write_bytes(b"no picture")
    assert peers.answered(lambda rgb: [], tmp_path / "made.jpg", 0) == {"unreadable": True}


def test_a_contender_that_fails_has_found_nothing(tmp_path: Path) -> None:
    Image.new("RGB", (8, 8)).save(tmp_path / "made.png")

    def read(rgb: np.ndarray) -> list[peers.Face]:
        raise ValueError("made")

    given = peers.answered(read, tmp_path / "made.png", 0)
    assert (given["faces"], given["failed"]) == ([], "ValueError: made")


def test_the_test_split_is_drawn_where_there_is_one(tmp_path: Path) -> None:
    sides = ["train", "test"] * 10
    rows = [f"{i}.jpg,{'fm'[i // 2 % 2]},{side}" for i, side in enumerate(sides)]
    (tmp_path / "labels.csv").write_text("\n".join(["file,gender,split", *rows]), "utf-8")
    assert {photo.split for photo in peers.drawn(tmp_path, 100)} == {"test"}
    assert len(peers.drawn(tmp_path, 4)) == 4
    assert peers.drawn(tmp_path, 4) == peers.drawn(tmp_path, 4)


def test_without_the_peer_ours_is_measured_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["peers.py", "--data", tmp_path, "--peer", tmp_path / "none"]
    arguments += ["--json", tmp_path / "figures.json"]
    monkeypatch.setattr(sys, "argv", [str(argument) for argument in arguments])
    peers.main()
    assert REQUIREMENTS in capsys.readouterr().out
    measured = json.loads((tmp_path / "figures.json").read_text("utf-8"))
    assert measured
    assert all(key.endswith("_peak_mb") and value > 0 for key, value in measured.items())
