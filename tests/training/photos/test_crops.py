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

WAYS = (Way(), Way(serving=True), Way("haar"), Way(change="lower"), Way(change="upper"))


def golden_crops(astronaut: RGB, folder: Path) -> np.ndarray:
    """The astronaut, and her face cut out as tightly as data sets do.

    A row a way, uint8 (ways * 112, 352, 3): the grey crops of both, and their wide ones.
    """
    photos = []
    for name, rgb in (("whole", astronaut), ("chip", astronaut[50:190, 160:290])):
        Image.fromarray(rgb).save(folder / f"{name}.png")
        photos.append(Photo(folder / f"{name}.png", "female"))
    lines = []
    for way in WAYS:
        made = crops.crop_all(photos, folder / "cache", 1, way)
        grey = np.pad(np.concatenate(list(made.crops), axis=1), ((0, 48), (0, 0)))
        wide = np.concatenate(list(made.wide), axis=1)
        lines.append(np.concatenate([np.repeat(grey[..., None], 3, axis=2), wide], axis=1))
    return np.concatenate(lines)


def test_a_crop_that_changes_takes_a_new_version(astronaut: RGB, tmp_path: Path) -> None:
    """Processors and OpenCV's builds differ by less than a grey level; a changed crop by more."""
    golden = np.asarray(Image.open(GOLDEN)).astype(int)
    made = golden_crops(astronaut, tmp_path).astype(int)
    assert made.shape == golden.shape
    apart = np.abs(made - golden).reshape(len(WAYS), 112, 352, 3).mean(axis=(1, 3))
    assert max(part.mean() for part in np.split(apart, (64, 128, 240), axis=1)) < 0.5
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
        return len(crop_cache.load(tmp_path / "cache").rows)

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


def chunk(
    folder: Path, name: str, rng: np.random.Generator, *, old: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """A worker's file with three photos; returns their grey and wide crops.

    An ``old`` one is of a version that cut no wide ones.
    """
    rows = np.zeros(3, crop_cache.ROW)
    rows["key"] = [f"{name}{i}".encode() for i in range(3)]
    made = rng.integers(0, 256, (3, 64, 64), np.uint8)
    wide = rng.integers(0, 256, (3, 112, 112, 3), np.uint8)
    arrays = {"rows": rows, "crops": made} | ({} if old else {"wide": wide})
    with (folder / f"{name}.npz").open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)
    return made, wide


def test_chunks_are_taken_into_one_file(tmp_path: Path, rng: np.random.Generator) -> None:
    assert [len(part) for part in crop_cache.load(tmp_path)] == [0, 0, 0]
    chunks = [chunk(tmp_path, "a", rng)]
    kept = crop_cache.load(tmp_path)
    assert isinstance(kept.crops, np.memmap) and isinstance(kept.wide.arrays[0], np.memmap)
    holds(kept, chunks)
    chunks.append(chunk(tmp_path, "b", rng))
    kept = crop_cache.load(tmp_path)
    holds(kept, chunks)
    assert kept.rows["key"].tolist() == [b"a0", b"a1", b"a2", b"b0", b"b1", b"b2"]
    assert (tmp_path / crop_cache.CROPS).stat().st_size == 6 * 4096
    assert (tmp_path / crop_cache.WIDE).stat().st_size == 6 * 37632
    assert not list(tmp_path.glob("*.npz"))


def test_what_an_interruption_left_is_cut_off(tmp_path: Path, rng: np.random.Generator) -> None:
    chunks = [chunk(tmp_path, "a", rng)]
    crop_cache.load(tmp_path)
    for name in (crop_cache.CROPS, crop_cache.WIDE):
        with (tmp_path / name).open("ab") as file:
            file.write(b"x" * 50000)  # crops without their rows
    with (tmp_path / crop_cache.ROWS).open("ab") as file:
        file.write(b"half a row")
    kept = crop_cache.load(tmp_path)
    assert len(kept.rows) == len(kept.crops) == len(kept.wide) == 3
    chunks.append(chunk(tmp_path, "b", rng))
    kept = crop_cache.load(tmp_path)
    holds(kept, chunks)
    assert kept.rows["key"][-1] == b"b2"


def holds(kept: crop_cache.Kept, chunks: list[tuple[np.ndarray, np.ndarray]]) -> None:
    grey, wide = (np.concatenate(column) for column in zip(*chunks, strict=True))
    np.testing.assert_array_equal(kept.crops, grey)
    np.testing.assert_array_equal(kept.wide[:], wide)


def test_a_cache_of_a_version_without_wide_crops_goes_on(
    tmp_path: Path, rng: np.random.Generator
) -> None:
    """Its rows are of another version, so that none of its holes is asked for."""
    np.zeros(2, crop_cache.ROW).tofile(tmp_path / crop_cache.ROWS)
    np.zeros((2, 64, 64), np.uint8).tofile(tmp_path / crop_cache.CROPS)
    chunk(tmp_path, "a", rng, old=True)
    assert [len(part) for part in crop_cache.load(tmp_path)] == [2, 2, 2]
    _, wide = chunk(tmp_path, "b", rng)
    np.testing.assert_array_equal(crop_cache.load(tmp_path).wide[2:], wide)
