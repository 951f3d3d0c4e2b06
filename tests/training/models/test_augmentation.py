"""Crops are disturbed as life does, and stay crops."""

from __future__ import annotations

import cv2
import numpy as np

from facespace.faces import align
from facespace.types import RGB, Detection
from training.models.augmentation import augmented


def test_disturbed_crops_stay_crops(
    astronaut: RGB, astronaut_face: Detection, rng: np.random.Generator
) -> None:
    (crop,) = align.crop(astronaut, [astronaut_face], align.WIDE)
    other = np.ascontiguousarray(crop[::-1])
    for calm, side in ((True, 112), (False, 112), (False, 72)):
        made = np.stack([augmented(crop, other, rng, calm, side) for _ in range(200)])
        assert made.dtype == np.uint8 and made.shape == (200, side, side, 3)
        assert len({picture.tobytes() for picture in made}) > 50
        # The face stays where it is: on average the crop looks like itself.
        mean = cv2.resize(made.mean(axis=0), (112, 112))
        own = (crop + crop[:, ::-1].astype(float)) / 2
        assert np.corrcoef(mean.ravel(), own.ravel())[0, 1] > 0.8
    assert (crop == align.crop(astronaut, [astronaut_face], align.WIDE)[0]).all()
