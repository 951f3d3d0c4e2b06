"""What is fitted on, chosen on and tested on: odd names, small groups, many photos."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from facespace.datasets.dataset import Photo
from facespace.types import RGB
from tests.support.pictures import variant
from tests.support.training_sets import blank
from training.photos import crops
from training.photos.material import _unseen, load
from training.photos.sample import Sample


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names of files are Unicode")
def test_names_that_are_not_utf_8(
    tmp_path: Path, astronaut: RGB, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.photos.material.WAYS", {})
    rng = np.random.default_rng(0)
    for label in ("female", "male"):
        (tmp_path / label).mkdir()
        for i in range(30):
            Image.fromarray(variant(astronaut, rng, label == "male")).save(
                os.fsencode(tmp_path / label) + b"/Jos\xe9%d.png" % i, "PNG"
            )
        with open(os.fsencode(tmp_path / label) + b"/text\xe9.png", "w") as file:
            file.write("no picture")
    material = load(tmp_path, (), None, tmp_path / "cache", 1)
    (counts,) = material.left_out.values()
    assert sum(counts.values()) == 2
    (listed,) = (tmp_path / "cache").glob("left-out-*.txt")
    assert "text\\udce9.png" in listed.read_text("utf-8")
    assert len(crops.crop_all(material.fitting.photos, tmp_path / "cache", 1).crops)


def test_persons_of_the_same_number_are_tested_on() -> None:
    def persons(folder: str, names: Sequence[str]) -> Sample:
        made = blank([Photo(Path(folder, name + ".jpg"), "male", person=name) for name in names])
        made.rows["content"] = [f"{folder} {name}".encode() for name in names]
        return made

    training, test = persons("one", ["7", "Ann", "8"]), persons("other", ["Ann", "7", "Bob"])
    test.rows["content"][2] = training.rows["content"][2]
    unseen = _unseen(test, training, Path("other"))
    assert [photo.person for photo in unseen.photos] == ["7"]
