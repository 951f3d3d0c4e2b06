"""What is fitted on, chosen on and tested on: odd names, small groups, many photos."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.model_selection import StratifiedGroupKFold

from facespace.datasets.dataset import Photo
from facespace.types import RGB
from training.photos import crops, split
from training.photos.crop_cache import ROW
from training.photos.material import _unseen, load
from training.photos.sample import Sample


def sample(photos: Sequence[Photo]) -> Sample:
    """Photos with empty crops."""
    return Sample(
        list(photos), np.zeros((len(photos), 64, 64), np.uint8), np.zeros(len(photos), ROW)
    )


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names of files are Unicode")
def test_names_that_are_not_utf_8(
    tmp_path: Path, astronaut: RGB, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.photos.material.WAYS", {})
    rng = np.random.default_rng(0)
    for label in ("female", "male"):
        (tmp_path / label).mkdir()
        for i in range(30):
            noisy = astronaut[20:220, 120:330] + rng.normal(0, 6, (200, 210, 3))
            Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8)).save(
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


def test_groups_too_small_for_a_share_count_by_their_label() -> None:
    """Twelve races, of four photos of each label: no group could be in every part."""
    photos = [
        Photo(Path(f"{label}-{race}-{i}.jpg"), label, race=f"race {race}")
        for label in ("female", "male")
        for race in range(12)
        for i in range(4)
    ]
    rest, held = split.held_out(sample(photos), np.full(len(photos), "set"), "set")
    assert sorted([*rest, *held]) == list(range(96))
    assert 9 <= len(held) <= 10
    assert abs(np.mean([photos[i].label == "male" for i in held]) - 0.5) <= 0.1


def test_a_tenth_is_chosen_on_where_persons_have_many_photos() -> None:
    """Two of them have thirty photos each, which the first part would be made of."""
    counts = [30, 30, *[2] * 20]
    photos = [
        Photo(Path(f"{person}-{i}.jpg"), ("female", "male")[person % 2], person=str(person))
        for person, count in enumerate(counts)
        for i in range(count)
    ]
    rest, held = split.held_out(sample(photos), np.full(len(photos), "set"), "set")
    assert 4 <= len(held) <= 12
    assert {photos[i].label for i in held} == {"female", "male"}
    assert not {photos[i].person for i in held} & {photos[i].person for i in rest}


@pytest.mark.parametrize("count", [995, 1003, 1996])
def test_of_different_persons_the_first_tenth_is_chosen_on(count: int) -> None:
    """So that photos chosen on once are chosen on again."""
    rng = np.random.default_rng(count)
    photos = [
        Photo(Path(f"{i}.jpg"), ("female", "male")[rng.integers(2)], race=str(rng.integers(7)))
        for i in range(count)
    ]
    strata = [f"{photo.label} {photo.race}" for photo in photos]
    folds = StratifiedGroupKFold(10, shuffle=True, random_state=0)
    first = next(folds.split(strata, strata, sample(photos).persons))[1]
    _, held = split.held_out(sample(photos), np.full(count, "set"), "set")
    np.testing.assert_array_equal(held, first)


def test_persons_of_the_same_number_are_tested_on() -> None:
    def persons(folder: str, names: Sequence[str]) -> Sample:
        made = sample([Photo(Path(folder, name + ".jpg"), "male", person=name) for name in names])
        made.rows["content"] = [f"{folder} {name}".encode() for name in names]
        return made

    training, test = persons("one", ["7", "Ann", "8"]), persons("other", ["Ann", "7", "Bob"])
    test.rows["content"][2] = training.rows["content"][2]
    unseen = _unseen(test, training, Path("other"))
    assert [photo.person for photo in unseen.photos] == ["7"]
