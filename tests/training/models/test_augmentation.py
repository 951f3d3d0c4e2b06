"""Crops are disturbed as life does, and stay crops."""

from __future__ import annotations

import numpy as np

from facespace.faces import align
from facespace.types import RGB, Detection
from training.models.augmentation import augmented


def test_disturbed_crops_stay_crops(
    astronaut: RGB, astronaut_face: Detection, rng: np.random.Generator
) -> None:
    (crop,) = align.crop(astronaut, [astronaut_face])
    for calm in (True, False):
        made = np.stack([augmented(crop, rng, calm) for _ in range(200)])
        assert made.dtype == np.uint8 and made.shape == (200, 64, 64)
        assert len({picture.tobytes() for picture in made}) > 50
        assert made.std(axis=(1, 2)).min() > 40  # equalised
