"""Reviewed faces make the next model, if it is no worse."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from facespace.datasets import labelled_faces
from facespace.faces import align, detectors
from facespace.io.perceptual_hash import perceptual_hash
from facespace.review.candidate import Candidate, crop_png
from facespace.review.exchange import NUMBERS, TEXTS, pack
from facespace.review.item import Item
from facespace.review.queue import Queue
from facespace.types import RGB
from tests.support.pictures import variant
from training import reviewed_faces
from training.__main__ import main
from training.photos.material import load


@pytest.fixture
def queue(astronaut: RGB, candidate: Candidate) -> Queue:
    """Ten faces like those of the training, rightly decided, and one that nobody could tell."""
    own, rng = Queue(), np.random.default_rng(7)
    for i in range(11):
        rgb = variant(astronaut, rng, bool(i % 2))
        padded, found = labelled_faces.face_of(rgb, detectors.DEFAULT)
        crop = align.crop(padded, [found])[0]
        own.add(replace(candidate, crop=crop[:, ::-1].copy()))  # mirrored: unlike the test’s
    items = own.items()
    for i, item in enumerate(items):
        last = i == len(items) - 1
        own.decide(item, "unknown" if last else ("female", "male")[i % 2])
    return own


def test_reviewed_faces_are_fitted_on_and_on_nothing_else(
    trained: tuple[Path, Path],
    photos: Path,
    queue: Queue,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    path = tmp_path / "reviews.zip"
    path.write_bytes(pack(queue, queue.items()))
    material = load(photos, (), None, trained[1] / "crops", 1)
    more = reviewed_faces.added(material, path, 3)
    assert more.tests is material.tests and more.validation is material.validation
    new = more.fitting.photos[len(material.fitting.photos) :]
    count = int(caplog.messages[-1].split()[0])
    assert len(new) == len(more.fitting.crops) - len(material.fitting.crops) == 3 * count > 0
    assert {p.label for p in new} <= {"female", "male"}
    # A face of the test is not fitted on, whoever reviewed it.
    tested = Queue()
    (test,) = material.tests.values()
    item = queue.items()[0]
    tested.insert([row_of(item, test.crops[0])])
    path.write_bytes(pack(tested, tested.items()))
    same = reviewed_faces.added(material, path, 1)
    assert len(same.fitting.photos) == len(material.fitting.photos)
    message = caplog.messages[-1]
    assert message.startswith("0 reviewed faces") and "1 look like test" in message


def row_of(item: Item, crop: npt.NDArray[np.uint8]) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(item, name) for name in (*TEXTS, *NUMBERS)}
    row |= {"reasons": "unsure", "decision": "female", "hash": perceptual_hash(crop)}
    return row | {"crop": crop_png(crop), "context": crop_png(crop)}


@pytest.mark.parametrize("better", [True, False])
def test_a_better_model_is_not_replaced_unless_told_to(
    better: bool,
    trained: tuple[Path, Path],
    photos: Path,
    queue: Queue,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out, path = tmp_path / "out", tmp_path / "reviews.zip"
    shutil.copytree(trained[0], out)
    before = files(out)
    path.write_bytes(pack(queue, queue.items()))
    if better:  # whatever is measured of the new model, the old one's is higher
        values = iter([0.1, 0.9, 0.1, 0.9])
        monkeypatch.setattr(reviewed_faces, "_auc", lambda entry: next(values))
    arguments = ["train", "--data", photos, "--out", out, "--cache", trained[1], "--jobs", "1"]
    arguments += ["--model", "gradients", "--reviews", path]
    code = main([str(a) for a in arguments])
    told = capsys.readouterr()
    assert "gradients on " in told.out and "auc " in told.out and " -> " in told.out
    if not better:
        assert code == 0
        return
    assert code == 1
    assert "is worse than the one in" in told.err and "--replace" in told.err
    assert files(out) == before
    assert main([str(a) for a in [*arguments, "--replace"]]) == 0
    assert json.loads((out / "manifest.json").read_text())["models"]["gradients"]


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}
