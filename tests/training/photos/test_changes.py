"""Photos are spoilt as the rules are told: covered, blurred, small, cut by the edge."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from facespace.datasets.dataset import Photo
from facespace.faces import detectors, evidence
from facespace.types import RGB, Box, Detection
from training.photos import changes
from training.photos.changes import BLURS, CHANGES, SIDES, WORDS
from training.photos.crops import Way, crop_all


def changed(name: str, rgb: RGB, face: Detection, seed: int = 0) -> RGB:
    return CHANGES[name](rgb, face, np.random.default_rng(seed))


def halves(before: RGB, after: RGB, box: Box) -> tuple[float, float]:
    """How much of the upper and of the lower half of a box is another."""
    x, y, width, height = (round(value) for value in box)
    other = np.abs(after.astype(int) - before).max(axis=2)[y : y + height, x : x + width] > 8
    return float(other[: height // 2].mean()), float(other[height // 2 :].mean())


@pytest.mark.parametrize("name", ["lower", "masked"])
def test_the_lower_half_is_hidden(name: str, astronaut: RGB, astronaut_face: Detection) -> None:
    for seed in range(5):
        after = changed(name, astronaut, astronaut_face, seed)
        upper, lower = halves(astronaut, after, astronaut_face.box)
        assert upper < 0.3 < 0.45 < lower


@pytest.mark.parametrize("name", ["upper", "visored"])
def test_the_upper_half_is_hidden(name: str, astronaut: RGB, astronaut_face: Detection) -> None:
    for seed in range(5):
        after = changed(name, astronaut, astronaut_face, seed)
        upper, lower = halves(astronaut, after, astronaut_face.box)
        assert lower < 0.3 < 0.45 < upper


def test_every_change_has_words_and_leaves_the_picture_alone(
    astronaut: RGB, astronaut_face: Detection
) -> None:
    assert set(WORDS) == set(CHANGES)
    before = astronaut.copy()
    for name in CHANGES:
        after = changed(name, astronaut, astronaut_face)
        assert after.dtype == np.uint8
        assert after.shape != before.shape or (after != before).any()
        np.testing.assert_array_equal(after, changed(name, astronaut, astronaut_face))
    np.testing.assert_array_equal(astronaut, before)


@pytest.mark.parametrize(("name", "side"), SIDES.items())
def test_a_picture_is_shrunk_until_the_face_is_small(
    name: str, side: float, astronaut: RGB, astronaut_face: Detection
) -> None:
    after = changed(name, astronaut, astronaut_face)
    assert after.shape[0] / 512 == pytest.approx(side / astronaut_face.box.side, abs=0.01)
    small = Detection(Box(0, 0, 10, 10), 1.0)
    assert changed(name, astronaut, small) is astronaut


def test_the_edge_cuts_off_a_part_of_the_face(astronaut: RGB, astronaut_face: Detection) -> None:
    left, top, width, height = astronaut_face.box
    ends = set()
    for seed in range(20):
        rows, columns = changed("cut off", astronaut, astronaut_face, seed).shape[:2]
        # What a strip of this size would take of the face at each side.
        parts = {
            "left": (512 - columns - left) / width,
            "right": (left + width - columns) / width,
            "top": (512 - rows - top) / height,
            "bottom": (top + height - rows) / height,
        }
        meant = [side for side, part in parts.items() if 0.14 < part < 0.36]
        assert len(meant) == 1
        ends.add(meant[0])
    assert ends == {"left", "right", "top", "bottom"}


def test_a_spoilt_photo_is_found_again_as_the_dashboard_would(
    astronaut: RGB, astronaut_face: Detection, tmp_path: Path
) -> None:
    Image.fromarray(astronaut).save(tmp_path / "face.png")
    photos = [Photo(tmp_path / "face.png", "female")]

    def cropped(name: str) -> tuple[float, float]:
        sample = crop_all(photos, tmp_path / "cache", 1, Way(serving=True, change=name))
        assert sample.found.all()
        return float(sample.rows["face"][0]), float(evidence.sharpness(sample.crops)[0])

    side, sharp = cropped("")
    assert side == pytest.approx(astronaut_face.box.side)
    for name, small in SIDES.items():
        assert cropped(name)[0] == pytest.approx(small, rel=0.2)
    blurs = [cropped(name)[1] for name in BLURS]
    assert sharp > blurs[0] > blurs[1]
    way = Way(serving=True, change="masked")
    one, other = (crop_all(photos, tmp_path / name, 1, way) for name in ("one", "other"))
    np.testing.assert_array_equal(one.crops, other.crops)
    read = detectors.get().detect(changed("masked", astronaut, astronaut_face))
    assert len(read) == 1


def test_kept_crops_keep_their_words() -> None:
    """The words are part of each crop's key: others would cut every photo anew."""
    assert f"{Way()}" == "Way(detector='yunet', serving=False, cover='')"
    assert f"{Way(change='lower')}" == "Way(detector='yunet', serving=False, cover='lower')"
    assert set(changes.FOR_TEST) == {"lower", "upper"}
