"""Shrinking averages, quickly."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from facespace.io.resize import halved, shrunk
from facespace.types import RGB


@pytest.mark.parametrize("size", [(512, 512), (400, 300), (256, 256), (200, 201), (1, 1)])
def test_it_is_the_average_over_what_a_pixel_covers(astronaut: RGB, size: tuple[int, int]) -> None:
    small = shrunk(astronaut, size)
    assert small.shape == (size[1], size[0], 3) and small.dtype == np.uint8
    average = cv2.resize(astronaut, size, interpolation=cv2.INTER_AREA)
    assert cv2.absdiff(small, average).mean() < 2
    grey = astronaut[..., 1].copy()
    assert shrunk(grey, size).shape == (size[1], size[0])


def test_halving_stops_where_enough_is_left(astronaut: RGB) -> None:
    odd = np.ascontiguousarray(astronaut[:511, :509])
    for size, shape, times in (
        ((509, 511), (511, 509, 3), 1),
        ((255, 255), (511, 509, 3), 1),
        ((254, 255), (255, 254, 3), 2),
        ((60, 60), (63, 63, 3), 8),
        ((10, 400), (511, 509, 3), 1),
    ):
        small, rows = halved(odd, size)
        assert (small.shape, rows) == (shape, times)
