"""A large photo that is decoded only in part gives what it gives when it is decoded in full."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.harness import photos
from facespace.faces import detectors
from facespace.faces.analyze import analyze
from facespace.faces.detectors.base import iou
from facespace.io import images
from facespace.io.pixels import Pixels


@pytest.mark.parametrize("megapixels", [8, 12, 24])
def test_a_large_face_is_found_and_judged_alike(megapixels: float) -> None:
    content = photos.enlarged(megapixels, 0, grain=4)
    pixels = Pixels(content)
    seen, whole = analyze(pixels), analyze(images.load(content))
    assert seen.width and max(pixels.at_least(0).rgb.shape) < seen.width / 1.9
    assert (seen.width, seen.height) == (whole.width, whole.height)
    (one,), (other,) = seen.faces, whole.faces
    apart = np.abs(np.array(one.detection.box) - np.array(other.detection.box)).max()
    assert apart < 0.01 * other.detection.box.width
    assert one.verdict.label == other.verdict.label
    assert one.verdict.chance_wrong == pytest.approx(other.verdict.chance_wrong, abs=0.02)


def test_small_faces_are_looked_for_in_the_whole() -> None:
    content = photos.side_by_side(140, 14, 10, 4000, grain=4)
    pixels = Pixels(content)
    seen, whole = analyze(pixels), analyze(images.load(content))
    assert pixels.at_least(0).rgb.shape == (3000, 4000, 3)
    assert len(seen.faces) == len(whole.faces) >= 140
    for one, other in zip(seen.faces, whole.faces, strict=True):
        assert one.detection == other.detection and one.verdict == other.verdict


@pytest.mark.parametrize("name", detectors.NAMES)
def test_every_detector_gives_pixels_of_the_whole(name: str) -> None:
    content = photos.enlarged(12, 1, grain=4)
    detector = detectors.get(name)
    whole = np.array([found.box for found in detector.detect(images.load(content))])
    pixels = Pixels(content)
    found = detectors.search(detector, pixels)
    assert max(pixels.at_least(0).rgb.shape) < 2100
    assert len(found) and len(whole)
    best = max(iou(whole, np.array(one.box)).max() for one in found)
    assert best > 0.9
