"""Skin tone from pixels: the angle of colours that colour science gives, and its six classes."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from skimage.color import rgb2lab

from facespace import analyze
from facespace.faces import align
from facespace.metrics.groups import TONES, order_of
from facespace.types import RGB
from training.photos import skin_tone

#: Colours of skin, sRGB, from light to dark.
SKINS = ((246, 237, 228), (243, 231, 219), (224, 172, 138), (161, 102, 62), (96, 65, 52))


def crops(*colours: tuple[int, int, int]) -> np.ndarray:
    return np.stack([np.full(align.WIDE.shape, colour, np.uint8) for colour in colours])


def test_the_angle_is_that_of_lab() -> None:
    lab = rgb2lab(crops(*SKINS)[:, 0, 0] / 255.0)
    expected = np.degrees(np.arctan2(lab[:, 0] - 50, lab[:, 2]))
    np.testing.assert_allclose(skin_tone.angles(crops(*SKINS)), expected, atol=0.5)


def test_the_usual_six_classes() -> None:
    angles = np.array([60.0, 55.0, 41.0, 28.0, 10.0, -30.0, np.nan])
    assert skin_tone.named(angles).tolist() == [*TONES, ""]
    assert sorted(sorted(TONES), key=order_of) == list(TONES)


def test_a_grey_photo_has_no_tone() -> None:
    grey = crops((120, 120, 120), (200, 199, 200))
    assert skin_tone.named(skin_tone.angles(grey)).tolist() == ["", ""]


def test_coloured_light_moves_it(astronaut: RGB) -> None:
    """The weakness that is told beside it."""
    face = analyze(astronaut).faces[0].detection

    def angle(picture: RGB) -> float:
        return float(skin_tone.angles(align.crop(picture, [face], align.WIDE))[0])

    plain = angle(astronaut)
    assert 10 < plain < 60
    blue = np.clip(astronaut * np.array([0.8, 0.95, 1.15]), 0, 255).astype(np.uint8)
    dark = (astronaut * 0.5).astype(np.uint8)
    assert abs(angle(blue) - plain) > 10
    assert angle(dark) < plain - 20


def test_only_the_cheeks_count(astronaut: RGB, tmp_path: Path) -> None:
    crop = align.crop(astronaut, [analyze(astronaut).faces[0].detection], align.WIDE)
    changed = crop.copy()
    changed[:, : align.WIDE.side // 4] = 0
    changed[:, -align.WIDE.side // 4 :] = 255
    assert skin_tone.angles(changed) == pytest.approx(skin_tone.angles(crop))
    cheek = skin_tone.cheeks(crop[0])
    assert cheek.shape == (22, 9, 3)
    assert cv2.cvtColor(cheek, cv2.COLOR_RGB2HSV)[..., 0].mean() < 20  # the hue of skin
