"""Crops in one file that grows: nothing lost, nothing read that is not asked for."""

from __future__ import annotations

import os
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from facespace.datasets.dataset import Photo
from facespace.io import find_photos
from facespace.types import RGB
from training.photos import crop_cache, crops
from training.photos.crop_cache import Cropping
from training.photos.crops import Way, _crop_one

#: The crops of ``golden_photos`` in each of ``WAYS``: a row a way, made by the version in the name.
GOLDEN = Path(__file__).parent / "golden" / f"crops-{crops.VERSION}.png"

WAYS = (Way(), Way(serving=True), Way("haar"), Way(cover="lower"), Way(cover="upper"))


def golden_crops(astronaut: RGB, folder: Path) -> np.ndarray:
    """The astronaut, and her face cut out as tightly as data sets do: (ways * 64, 128)."""
    photos = []
    for name, rgb in (("whole", astronaut), ("chip", astronaut[50:190, 160:290])):
        Image.fromarray(rgb).save(folder / f"{name}.png")
        photos.append(Photo(folder / f"{name}.png", "female"))
    made = [crops.crop_all(photos, folder / "cache", 1, way).crops for way in WAYS]
    return np.concatenate([np.concatenate(list(row), axis=1) for row in made])


def test_a_crop_that_changes_takes_a_new_version(astronaut: RGB, tmp_path: Path) -> None:
    """Processors and OpenCV's builds differ by less than a grey level; a changed crop by more."""
    golden = np.asarray(Image.open(GOLDEN)).astype(int)
    made = golden_crops(astronaut, tmp_path).astype(int)
    assert made.shape == golden.shape
    apart = np.abs(made - golden).reshape(len(WAYS), 64, 2, 64).mean(axis=(1, 3))
    assert apart.max() < 0.5
    shifted = np.roll(made, 1, axis=1)  # a crop one pixel aside would be seen
    assert np.abs(shifted - golden).mean() > 2


@pytest.mark.parametrize("changed", ["version", "opencv"])
def test_crops_are_made_anew_for_another_version_alone(
    changed: str, astronaut: RGB, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Image.fromarray(astronaut).save(tmp_path / "face.png")
    photos = [Photo(tmp_path / "face.png", "female")]

    def cropped() -> int:
        crops.crop_all(photos, tmp_path / "cache", 1)
        return len(crop_cache.load(tmp_path / "cache")[0])

    assert [cropped(), cropped()] == [1, 1]
    if changed == "version":
        monkeypatch.setattr(crops, "VERSION", crops.VERSION + 1)
    else:
        monkeypatch.setattr(cv2, "__version__", "another")
    assert cropped() == 2


def deadly(photo: find_photos.Photo, way: Way) -> Cropping:
    """As ``crops._crop_one``, but for one photo."""
    if isinstance(photo.origin, Path) and photo.origin.stem == "deadly":
        os._exit(9)
    return _crop_one(photo, way)


def test_a_photo_that_ends_its_process_has_no_crop_and_is_tried_again(
    astronaut: RGB, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "deadly", "b"):
        Image.fromarray(astronaut).save(tmp_path / f"{name}.png")
    photos = [Photo(tmp_path / f"{name}.png", "female") for name in ("a", "deadly", "b")]
    monkeypatch.setattr(crops, "_crop_one", deadly)
    made = crops.crop_all(photos, tmp_path / "cache", 2)
    assert made.found.tolist() == [True, False, True]
    assert "ended the process" in made.rows["error"][1]
    monkeypatch.undo()
    assert crops.crop_all(photos, tmp_path / "cache", 1).found.all()


def chunk(folder: Path, name: str, rng: np.random.Generator) -> np.ndarray:
    """A worker's file with three crops; returns these."""
    rows = np.zeros(3, crop_cache.ROW)
    rows["key"] = [f"{name}{i}".encode() for i in range(3)]
    made = rng.integers(0, 256, (3, 64, 64), np.uint8)
    np.savez(folder / f"{name}.npz", rows=rows, crops=made)
    return made


def test_chunks_are_taken_into_one_file(tmp_path: Path, rng: np.random.Generator) -> None:
    assert [len(part) for part in crop_cache.load(tmp_path)] == [0, 0]
    first = chunk(tmp_path, "a", rng)
    rows, kept = crop_cache.load(tmp_path)
    assert isinstance(kept, np.memmap)
    np.testing.assert_array_equal(kept, first)
    second = chunk(tmp_path, "b", rng)
    rows, kept = crop_cache.load(tmp_path)
    np.testing.assert_array_equal(kept, np.concatenate([first, second]))
    assert rows["key"].tolist() == [b"a0", b"a1", b"a2", b"b0", b"b1", b"b2"]
    assert (tmp_path / crop_cache.CROPS).stat().st_size == 6 * 4096
    assert not list(tmp_path.glob("*.npz"))


def test_what_an_interruption_left_is_cut_off(tmp_path: Path, rng: np.random.Generator) -> None:
    first = chunk(tmp_path, "a", rng)
    crop_cache.load(tmp_path)
    with (tmp_path / crop_cache.CROPS).open("ab") as file:
        file.write(b"x" * 5000)  # crops without their rows
    with (tmp_path / crop_cache.ROWS).open("ab") as file:
        file.write(b"half a row")
    rows, kept = crop_cache.load(tmp_path)
    assert len(rows) == len(kept) == 3
    second = chunk(tmp_path, "b", rng)
    rows, kept = crop_cache.load(tmp_path)
    np.testing.assert_array_equal(kept, np.concatenate([first, second]))
    assert rows["key"][-1] == b"b2"
