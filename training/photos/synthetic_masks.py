"""Masks, scarves and other covers drawn over labelled photos: what a cover looks like, and costs.

Nobody labelled covered faces in FairFace, so they are made: a shape in the face's own frame,
filled with cloth or with a piece of another photo, lit as the face is. What is drawn is random, and
meant to be more various than what people wear.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np
import numpy.typing as npt

from facespace.faces import align
from facespace.faces.align import in_picture
from facespace.types import RGB, FivePoints

Floats = npt.NDArray[np.float64]
Points = Sequence[tuple[float, float]]


def draw(rgb: RGB, landmarks: FivePoints, other: RGB, rng: np.random.Generator) -> RGB:
    """Cover a part of one face.

    Args:
        rgb: uint8 (H, W, 3); left as it is.
        landmarks: of the face, in pixels of ``rgb``.
        other: another photo, uint8 (H', W', 3); some covers are pieces of it.
        rng: draws kind, shape and filling.

    Returns:
        uint8 (H, W, 3), a new picture.
    """
    return cover(rgb, landmarks, str(rng.choice(list(_KINDS), p=_SHARES)), rng, other)


def cover(
    rgb: RGB, landmarks: FivePoints, kind: str, rng: np.random.Generator, other: RGB | None = None
) -> RGB:
    """Cover a part of one face with a ``mask``, ``scarf``, ``visor``, or over any ``half`` of it.

    Args:
        rgb: uint8 (H, W, 3); left as it is.
        landmarks: of the face, in pixels of ``rgb``.
        kind: which of these.
        rng: draws shape and filling.
        other: another photo, of which some covers are pieces; all are of cloth where None.

    Returns:
        uint8 (H, W, 3), a new picture.
    """
    shape, foreign = _KINDS[kind]
    top, right, down = align.axes(landmarks)
    middles = (np.array(landmarks[:2]).mean(axis=0) + np.array(landmarks[3:]).mean(axis=0)) / 2
    aside = (np.array(landmarks[2]) - middles) @ right / max(float(right @ right), 1e-9)
    outline = _rounded(in_picture(landmarks, shape(rng, float(aside))))
    mask = np.zeros(rgb.shape[:2], np.float32)
    cv2.fillPoly(
        mask, [np.rint(outline * 16).astype(np.int32)], (1.0,), lineType=cv2.LINE_AA, shift=4
    )
    if other is not None and rng.random() < foreign:
        filling = cv2.resize(other, rgb.shape[1::-1]).astype(np.float32)
    else:
        filling = _cloth(rgb, mask, top, down, rng)
    soft = max(0.5, float(np.hypot(*down)) * rng.uniform(0.003, 0.015))
    share = cv2.GaussianBlur(mask, (0, 0), soft)[..., None]
    return np.asarray(np.clip(rgb * (1 - share) + filling * share, 0, 255), np.uint8)


def _mask(rng: np.random.Generator, aside: float) -> Points:
    """A mask over nose, mouth and chin, moved with the nose of a face turned aside."""
    u, shift = rng.uniform, 0.35 * aside
    bridge, width, chin, bottom = u(0.38, 0.56), u(0.36, 0.5), u(0.92, 1.12), u(0.22, 0.36)
    side = bridge + u(-0.02, 0.12)
    cheek = (side + chin) / 2 + u(-0.05, 0.1)
    half = [(0.13, bridge + 0.03), (width, side), (0.95 * width, cheek), (bottom, chin)]
    return [
        (1.3 * shift, bridge - 0.03),
        *((x + shift, y) for x, y in half),
        (shift, chin + 0.04),
        *((shift - x, y) for x, y in reversed(half)),
    ]


def _scarf(rng: np.random.Generator, aside: float) -> Points:
    """Everything below an uneven line at the nose."""
    line = rng.uniform(0.42, 0.6)
    edge = [(x, line + rng.uniform(-0.06, 0.06)) for x in (-0.7, -0.3, 0.0, 0.3, 0.7)]
    return [*edge, (0.7, 1.4), (-0.7, 1.4)]


def _visor(rng: np.random.Generator, aside: float) -> Points:
    """A costume mask: forehead, eyes and the bridge of the nose."""
    u = rng.uniform
    top, bottom = u(-0.1, 0.16), u(0.46, 0.6)
    return [
        *((x, top + u(-0.05, 0.05)) for x in (-0.6, 0.0, 0.6)),
        (0.6, bottom + u(-0.05, 0.05)),
        (0.12, bottom),
        (0.0, bottom - u(0.0, 0.08)),
        (-0.12, bottom),
        (-0.6, bottom + u(-0.05, 0.05)),
    ]


def _half(rng: np.random.Generator, aside: float) -> Points:
    """One half of the face, from whichever side."""
    angle, reach = rng.uniform(0, 2 * np.pi), rng.uniform(-0.08, 0.1)
    out = np.array([np.cos(angle), np.sin(angle)])
    along, middle = np.array([-out[1], out[0]]), np.array([0.0, 0.55])
    edge = [
        middle + out * (reach + rng.uniform(-0.06, 0.06)) + along * 0.9 * s
        for s in np.linspace(-1, 1, 6)
    ]
    corners = [middle + 1.2 * out + 0.9 * along, middle + 1.2 * out - 0.9 * along]
    return [(float(x), float(y)) for x, y in (*edge, *corners)]


Shape = Callable[[np.random.Generator, float], Points]

#: Shapes with the share of them that is a piece of another photo, and how often each is drawn.
_KINDS: dict[str, tuple[Shape, float]] = {
    "mask": (_mask, 0.0),
    "scarf": (_scarf, 0.6),
    "visor": (_visor, 0.25),
    "half": (_half, 0.6),
}
_SHARES = (0.6, 0.15, 0.1, 0.15)


def _rounded(points: Floats) -> Floats:
    """A polygon with its corners cut thrice (Chaikin 1974)."""
    for _ in range(3):
        following = np.roll(points, -1, axis=0)
        pairs = [0.75 * points + 0.25 * following, 0.25 * points + 0.75 * following]
        points = np.stack(pairs, axis=1).reshape(-1, 2)
    return points


def _cloth(
    rgb: RGB,
    mask: npt.NDArray[np.float32],
    top: Floats,
    down: Floats,
    rng: np.random.Generator,
) -> npt.NDArray[np.float32]:
    """A plain or patterned filling, float32 (H, W, 3), curved, folded and lit like the face."""
    u, (height, width) = rng.uniform, rgb.shape[:2]
    length = max(1.0, float(np.hypot(*down)))
    cloth = np.tile(np.asarray(_colour(rng), np.float32), (height, width, 1))
    if rng.random() < 0.3:
        cells = int(rng.integers(4, 14))
        pattern = rng.uniform(-60, 60, (cells, cells, 3)).astype(np.float32)
        way = int(rng.choice([cv2.INTER_NEAREST, cv2.INTER_CUBIC]))
        cloth += cv2.resize(pattern, (width, height), interpolation=way)
    y, x = np.mgrid[:height, :width].astype(np.float32)
    (across_x, across_y) = np.array([down[1], -down[0]]) / length**2
    across = (x - top[0]) * across_x + (y - top[1]) * across_y
    along = ((x - top[0]) * down[0] + (y - top[1]) * down[1]) / length**2
    light = 1 - u(0, 0.9) * across**2 + u(-0.5, 0.5) * across
    if rng.random() < 0.6:
        folds = along * 2 * np.pi * u(6, 14) + u(0, 6) + u(-2, 2) * across
        light *= 1 + u(0.01, 0.1) * np.sin(folds)
    if rng.random() < 0.7:
        grey = cv2.GaussianBlur(
            rgb.mean(axis=2).astype(np.float32), (0, 0), max(1.0, length * u(0.06, 0.2))
        )
        mean = float(grey[mask > 0].mean()) if (mask > 0).any() else 1.0
        light *= (grey / max(mean, 1.0)) ** u(0.2, 0.8)
    grain = rng.normal(0, u(0, 8), cloth.shape)
    return np.asarray(np.clip(cloth * light[..., None] + grain, 0, 255), np.float32)


def _colour(rng: np.random.Generator) -> Floats:
    """White, surgical blue, black, or any."""
    u, kind = rng.uniform, rng.random()
    if kind < 0.45:
        return u(190, 245) + np.array([u(-25, 0), u(-10, 5), u(-5, 10)])
    if kind < 0.65:
        return np.array([u(80, 150), u(140, 190), u(180, 230)])
    if kind < 0.85:
        return np.full(3, u(10, 70))
    return np.asarray(u(0, 255, 3))
