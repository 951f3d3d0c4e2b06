"""Crops disturbed as life does: turned, shifted, lit from a side, blurred, shrunk, cut, covered."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from facespace.types import Array

Pixels = npt.NDArray[np.uint8]


def augmented(
    crop: Pixels, other: Pixels, rng: np.random.Generator, calm: bool, side: int
) -> Pixels:
    """A crop, uint8 (S, S, 3), disturbed as photos are, of another side.

    Args:
        crop: of ``align.WIDE``.
        other: another one, of which a piece may cover this.
        rng: draws all.
        calm: only mirrored, one in two a little turned and shifted, and one in five covered.
        side: of what is returned, uint8 (side, side, 3).
    """
    picture = _moved(crop, rng, calm, side)
    if not calm and rng.random() < 0.15:
        _cut(picture, rng)
    if rng.random() < (0.2 if calm else 0.35):
        _cover(picture, other, rng)
    if calm:
        return picture
    picture = _blurred(picture, rng)
    picture = _lit(picture, rng)
    if rng.random() < 0.15:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(15, 70))]
        picture = np.asarray(cv2.imdecode(cv2.imencode(".jpg", picture, quality)[1], 1), np.uint8)
    return picture


def _moved(crop: Pixels, rng: np.random.Generator, calm: bool, side: int) -> Pixels:
    """Mirrored one in two, and turned, enlarged and shifted; black beyond the crop."""
    mirrored, moved = rng.random() < 0.5, rng.random() < (0.5 if calm else 0.85)
    if not moved and side == len(crop):
        return np.ascontiguousarray(crop[:, ::-1]) if mirrored else crop.copy()
    strength = (0.6 if calm else 1.0) * moved
    size = side / len(crop) * float(np.exp(rng.normal(0, 0.08 * strength)))
    angle = np.deg2rad(rng.normal(0, 7 * strength))
    shift = rng.normal(0, side / 40 * strength, 2)
    turn = size * np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    if mirrored:
        turn[:, 0] *= -1
    inside, outside = len(crop) / 2 - 0.5, side / 2 - 0.5
    matrix = np.column_stack([turn, outside + shift - turn @ (inside, inside)])
    return np.asarray(cv2.warpAffine(crop, matrix, (side, side), flags=cv2.INTER_LINEAR), np.uint8)


def _cut(picture: Pixels, rng: np.random.Generator) -> None:
    """Make it end sooner on one side or two, as a picture cut close to the face does."""
    side = len(picture)
    for edge in rng.permutation(4)[: int(rng.integers(1, 3))]:
        depth = int(rng.uniform(0.03, 0.22) * side)
        strip = (picture[:depth], picture[side - depth :])[edge % 2]
        if edge > 1:
            strip = (picture[:, :depth], picture[:, side - depth :])[edge % 2]
        strip[:] = 0


def _cover(picture: Pixels, other: Pixels, rng: np.random.Generator) -> None:
    """Draw a mask, or paint over the lower or the upper part, or a rectangle anywhere.

    What is painted is one colour with a grain, or a piece of the other crop.
    """
    side = len(picture)
    hidden = np.zeros((side, side), np.uint8)
    kind = rng.random()
    if kind < 0.3:
        cv2.fillPoly(hidden, [np.rint(_mask(rng) * side).astype(np.int32)], 1)
    else:
        top, bottom, left, right = 0, side, 0, side
        if kind < 0.5:
            top = int(rng.uniform(0.5, 0.68) * side)
        elif kind < 0.7:
            bottom = int(rng.uniform(0.3, 0.55) * side)
        else:
            height, width = (rng.uniform(0.12, 0.4, 2) * side).astype(int)
            top, left = int(rng.integers(side - height)), int(rng.integers(side - width))
            bottom, right = top + height, left + width
        hidden[top:bottom, left:right] = 1
    places = hidden > 0
    if rng.random() < 0.4:
        filling = cv2.resize(other, (side, side))
        picture[places] = np.roll(filling, rng.integers(side, size=2), (0, 1))[places]
    else:
        grain = rng.normal(0, rng.uniform(1, 20), (int(places.sum()), 1))
        picture[places] = np.clip(rng.uniform(0, 255, 3) + grain, 0, 255)


def _mask(rng: np.random.Generator) -> Array:
    """The outline of a mask over nose, mouth and chin, (6, 2), in sides of the crop."""
    top, chin = rng.uniform(0.48, 0.6), rng.uniform(0.8, 0.92)
    width, bottom = rng.uniform(0.2, 0.32), rng.uniform(0.1, 0.2)
    half = [(0.5, top - 0.03), (0.5 + width, top + 0.02), (0.5 + width * 0.9, (top + chin) / 2)]
    lower = [(0.5 + bottom, chin), (0.5 - bottom, chin)]
    return np.array([*half, *lower, *((1 - x, y) for x, y in reversed(half[1:]))])


def _blurred(picture: Pixels, rng: np.random.Generator) -> Pixels:
    """Far from the camera one in four, out of focus one in ten, and grainy one in seven."""
    side = len(picture)
    if rng.random() < 0.25:
        small = int(rng.uniform(0.11, 0.5) * side)
        picture = cv2.resize(picture, (small, small), interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
        picture = cv2.resize(picture, (side, side), interpolation=cv2.INTER_LINEAR)  # type: ignore[assignment]
    elif rng.random() < 0.13:
        picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.005, 0.02) * side)  # type: ignore[assignment]
    if rng.random() < 0.15:
        grain = rng.standard_normal(picture.shape, np.float32) * rng.uniform(4, 20)
        picture = np.clip(picture + grain, 0, 255).astype(np.uint8)
    return picture


def _lit(picture: Pixels, rng: np.random.Generator) -> Pixels:
    """Without colour one in seven; another contrast, light and colour; lit from a side."""
    if rng.random() < 0.15:
        picture = np.repeat(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2)
    if rng.random() < 0.6:
        contrast, brightness = np.exp(rng.normal(0, 0.25)), rng.normal(0, 15)
        gains = contrast * np.exp(rng.normal(0, 0.08, 3))
        values = (np.arange(256.0)[:, None] - 128) * gains + 128 + brightness
        picture = cv2.LUT(picture, np.clip(values, 0, 255).astype(np.uint8)[None])  # type: ignore[assignment]
    if rng.random() < 0.2:
        ramp = np.linspace(-1, 1, len(picture), dtype=np.float32)
        across, down = rng.uniform(-0.5, 0.5, 2).astype(np.float32)
        light = 1 + across * ramp[None, :] + down * ramp[:, None]
        picture = np.clip(picture * light[..., None], 0, 255).astype(np.uint8)
    return picture
