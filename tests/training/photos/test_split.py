"""Splits that stay: declared ones stand, hashes draw the rest, and no person is on two sides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from facespace.datasets.dataset import Photo, read_dataset
from facespace.types import Array, FacespaceError
from tests.support.photo_folders import numbered
from tests.support.training_sets import blank
from training.photos import split
from training.photos.sample import Sample
from training.photos.split import CHOICE, FIT, SEARCH, TEST


def splits(some: list[Photo]) -> list[str]:
    """The split of photos whose file is all in its name."""
    return [*map(str, split.train_or_test(some, [str(photo.path) for photo in some]))]


def training(some: list[Photo]) -> Sample:
    """Photos with a face, whose files all differ."""
    sample = blank([replace(photo, split=photo.split or "train") for photo in some])
    sample.rows["content"] = [str(photo.path).encode() for photo in some]
    return sample


def test_the_data_set_s_own_split_is_kept() -> None:
    own = numbered(40, split=lambda i: "test" if i < 10 else "train")
    assert splits(own) == ["test"] * 10 + ["train"] * 30


def test_photos_without_a_split_are_drawn() -> None:
    """Those that have one keep it."""
    own = numbered(400, split=lambda i: ("test", "train", "", "")[i % 4])
    drawn = splits(own)
    assert drawn[0::4] == ["test"] * 100 and drawn[1::4] == ["train"] * 100
    assert drawn[2::4].count("test") == drawn[3::4].count("test") == 20


def test_without_a_declared_test_all_are_drawn() -> None:
    own = numbered(100, split=lambda i: "train")
    assert splits(own) == splits(numbered(100))
    assert splits(own).count("test") == 20


def test_a_person_in_the_test_is_not_trained_on() -> None:
    own = numbered(40, split=lambda i: "test" if i < 10 else "train", person=lambda i: f"p{i % 30}")
    drawn = splits(own)
    assert drawn == ["test"] * 10 + ["train"] * 20 + [""] * 10


def test_persons_are_kept_together() -> None:
    some = numbered(200, person=lambda i: f"p{i // 4 * 2 + i % 2}")
    drawn = splits(some)
    sides = {
        side: {p.person for p, s in zip(some, drawn, strict=True) if s == side}
        for side in ("train", "test")
    }
    assert not sides["train"] & sides["test"]
    assert len(sides["test"]) == 20
    assert len(sides["train"]) == 80


def test_one_person_cannot_be_split() -> None:
    with pytest.raises(FacespaceError, match="one person"):
        splits(numbered(10, person=lambda i: "ann"))


@pytest.mark.parametrize("person", [lambda i: "", lambda i: f"p{i // 4}"])
def test_one_photo_more_moves_no_other(person: Callable[[int], str]) -> None:
    """Neither between training and test nor to another side of the training."""
    some = numbered(5000, person=person)
    more = [*some, Photo(Path("new.jpg"), "male")]
    assert splits(more)[:-1] == splits(some)
    assert splits(some[::-1]) == splits(some)[::-1]
    before = split.sides(training(some))
    np.testing.assert_array_equal(split.sides(training(more))[:-1], before)
    np.testing.assert_array_equal(split.sides(training(some[::-1])), before[::-1])
    shares = np.bincount(before) / len(some)
    assert shares == pytest.approx([0.9, 0.05, 0.05], abs=0.03)


def test_another_name_moves_no_photo() -> None:
    """A file is drawn by what is in it."""
    some = numbered(300)
    contents = [str(photo.path) for photo in some]
    renamed = [replace(photo, path=Path("moved") / photo.path) for photo in some]
    drawn = split.train_or_test(some, contents)
    np.testing.assert_array_equal(split.train_or_test(renamed, contents), drawn)


@pytest.mark.parametrize("count", [20, 101, 1700])
def test_of_few_photos_the_lowest_hashes_are_drawn(count: int) -> None:
    """A fifth of each class, whatever chance would have drawn."""
    some = numbered(count)
    drawn = np.array(splits(some))
    labels = np.array([photo.label for photo in some])
    places = split.places([str(photo.path) for photo in some], "test")
    for label in ("female", "male"):
        own = labels == label
        tested = places[own & (drawn == "test")]
        assert len(tested) == round(own.sum() * split.TEST_SHARE)
        assert tested.max() < places[own & (drawn == "train")].min()


def test_of_many_photos_those_below_the_share_are_drawn() -> None:
    """Of each class by itself: few men do not change which women are tested on."""
    women = [Photo(Path(f"w{i}.jpg"), "female") for i in range(3000)]
    men = [Photo(Path(f"m{i}.jpg"), "male") for i in range(50)]
    places = split.places([str(photo.path) for photo in women], "test")
    drawn = np.array(splits(women + men))
    np.testing.assert_array_equal(drawn[:3000] == "test", places < split.TEST_SHARE)
    assert np.count_nonzero(drawn[3000:] == "test") == 10


def test_places_are_even_and_differ_by_salt() -> None:
    keys = [str(i) for i in range(4000)]
    one, other = split.places(keys, "test"), split.places(keys, "validation")
    assert np.histogram(one, 10, (0, 1))[0].min() > 330
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.05
    # Known for good: a place that changed would move photos to another side.
    assert split.places(["ann"], "test")[0] == pytest.approx(ANN, abs=1e-12)


#: The first 48 bits of the SHA-256 of "test ann", as a fraction.
ANN = int("0b630b5af94a", 16) / 16**12


def counted(sides: Array) -> dict[int, int]:
    return {side: int((sides == side).sum()) for side in (FIT, SEARCH, CHOICE, TEST)}


def test_both_halves_have_both_classes() -> None:
    some = numbered(80, split=lambda i: "test" if i >= 70 else "train")
    sides = split.sides(training(some))
    assert counted(sides) == {FIT: 62, SEARCH: 4, CHOICE: 4, TEST: 10}
    for side in (SEARCH, CHOICE):
        assert {some[i].label for i in np.flatnonzero(sides == side)} == {"female", "male"}


def test_photos_without_a_face_are_not_chosen_on() -> None:
    sample = training(numbered(80))
    sample.rows["error"][::3] = "No face was found."
    assert set(split.sides(sample)[::3].tolist()) == {FIT}


def test_a_tenth_is_chosen_on_where_persons_have_many_photos() -> None:
    """Two of them have thirty photos each, which are most of the data set."""
    counts = [30, 30, *[2] * 20]
    some = [
        Photo(Path(f"{person}-{i}.jpg"), ("female", "male")[person % 2], person=str(person))
        for person, count in enumerate(counts)
        for i in range(count)
    ]
    sides = split.sides(training(some))
    held = np.flatnonzero(sides > FIT)
    assert 8 <= len(held) <= 12
    for side in (SEARCH, CHOICE):
        assert {some[i].label for i in np.flatnonzero(sides == side)} == {"female", "male"}
    by_person = {person: set[int]() for person in range(len(counts))}
    for photo, side in zip(some, sides.tolist(), strict=True):
        by_person[int(photo.person)].add(side)
    assert {len(of_one) for of_one in by_person.values()} == {1}


def test_real_persons(data: Path) -> None:
    lfw = read_dataset(data / "lfw").photos
    drawn = splits(lfw)
    sides = {
        side: {p.person for p, s in zip(lfw, drawn, strict=True) if s == side}
        for side in ("train", "test")
    }
    assert not sides["train"] & sides["test"]
    assert drawn.count("test") == pytest.approx(len(lfw) / 5, rel=0.1)
