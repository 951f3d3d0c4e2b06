"""Hashes are stored: the same picture must give the same bits in every version."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from facespace.io.perceptual_hash import (
    difference_hash,
    differing,
    differing_pairs,
    from_hex,
    perceptual_hash,
    to_hex,
)
from facespace.types import RGB


def small(grey: cv2.typing.MatLike) -> npt.NDArray[np.uint8]:
    return np.asarray(cv2.resize(grey, (64, 64)), np.uint8)


def test_bits_that_are_stored_stay(astronaut: RGB) -> None:
    crop = small(cv2.cvtColor(astronaut, cv2.COLOR_RGB2GRAY))
    assert perceptual_hash(crop) == -4426391554944540728
    assert difference_hash(astronaut).tolist() == [
        *(8571571608891881209, 16618797337407844980),
        *(2021342493808813794, 967479974339217049),
    ]
    assert to_hex(difference_hash(astronaut)) == (
        "f9f6d2d2f656f47674f266d220d4a1e6e266e0e049400d1c9906cb25e92d6d0d"
    )
    np.testing.assert_array_equal(
        from_hex(to_hex(difference_hash(astronaut))), difference_hash(astronaut)
    )


def test_few_bits_differ_where_a_picture_is_nearly_the_same(astronaut: RGB) -> None:
    grey = cv2.cvtColor(astronaut, cv2.COLOR_RGB2GRAY)
    crop, other = small(grey), small(grey[::-1])
    lighter = np.clip(crop * 0.8 + 30, 0, 255).astype(np.uint8)
    codes = np.array([perceptual_hash(one) for one in (crop, lighter, other)])
    apart = differing(codes, perceptual_hash(crop))
    assert apart[0] == 0 and apart[1] <= 6 < apart[2]
    hashes = np.stack([difference_hash(one) for one in (crop, lighter, other)])
    pairs = differing_pairs(hashes, hashes[:2])
    assert pairs.shape == (3, 2)
    assert pairs[0, 0] == pairs[1, 1] == 0 and pairs[0, 1] == pairs[1, 0] <= 16 < pairs[2, 0]
