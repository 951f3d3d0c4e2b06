"""Photos that are nearly the same: saved again, resized, coloured, or taken a moment later."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from facespace.io.perceptual_hash import Hashes, difference_hash, differing_pairs
from facespace.types import Array, Crops

#: Rows and columns of the grid whose neighbours a hash compares: 256 bits.
GRID = 16

#: Photos are near duplicates if at most so many bits of their hashes differ, or at most
#: ``DOUBTFUL`` and at most ``CROP`` bits of their crops' hashes. Of 1,021 photos of four data sets,
#: saved again as JPEG of quality 60, or at 3/4 or 3/2 of their size, 99 % stay within ``SURE``;
#: none of 2.4 million pairs of LFW and none of 7,260 studio portraits of London is that close.
#: All pairs of FairFace up to 28 bits are, looked at, the same photo; in London, where all sit in
#: one pose and light, there are others from 20 bits on, and none where the crops agree too.
SURE, DOUBTFUL, CROP = 16, 24, 40

#: Rows compared at once, what bounds the memory.
_BLOCK = 500


@dataclass(frozen=True, slots=True)
class Hashed:
    """The hashes of N photos and of their crops, uint64 (N, 4) each."""

    photos: Hashes
    crops: Hashes

    def part(self, chosen: Array) -> Hashed:
        """Those at some positions, or where a mask is True."""
        return Hashed(self.photos[chosen], self.crops[chosen])


@dataclass(frozen=True, slots=True)
class Near:
    """The near duplicates among N photos.

    ``pairs`` are their positions, int (P, 2), the smaller first; ``nearest`` the number of bits
    by which each photo's hash differs from the one most like it, int (N,).
    """

    pairs: npt.NDArray[np.int64]
    nearest: npt.NDArray[np.int64]

    def to_dict(self) -> dict[str, Any]:
        """``bits``, the cutoffs, counts of ``pairs`` and ``photos``, a histogram of ``nearest``.

        ``nearest`` counts photos by the number of differing bits, from 0 on.
        """
        return {
            "bits": GRID * GRID,
            "cut": SURE,
            "doubtful": DOUBTFUL,
            "crop": CROP,
            "pairs": len(self.pairs),
            "photos": len(np.unique(self.pairs)),
            "nearest": np.bincount(self.nearest).tolist(),
        }


def crop_hashes(crops: Crops) -> Hashes:
    """The hashes of crops, uint8 (N, side, side); uint64 (N, 4)."""
    return np.array([difference_hash(crop, GRID) for crop in crops])


def near(hashed: Hashed) -> Near:
    """Compare every photo with every other one, at least two."""
    photos = hashed.photos
    nearest = np.full(len(photos), GRID * GRID)
    pairs = [np.empty((0, 2), np.int64)]
    for start in range(0, len(photos), _BLOCK):
        differing = differing_pairs(photos[start : start + _BLOCK], photos[start:])
        rows = np.arange(len(differing))
        differing[rows, rows] = GRID * GRID  # a photo is not its own duplicate
        ahead, behind = nearest[start : start + len(differing)], nearest[start:]
        np.minimum(ahead, differing.min(axis=1), out=ahead)
        np.minimum(behind, differing.min(axis=0), out=behind)
        here = _same(differing, hashed.crops[start : start + _BLOCK], hashed.crops[start:])
        pairs.append(here[here[:, 0] < here[:, 1]] + start)
    return Near(np.concatenate(pairs), nearest)


def between(hashed: Hashed, others: Hashed) -> int:
    """How many pairs of near duplicates there are with one photo here and the other there."""
    return len(matches(hashed, others))


def matches(hashed: Hashed, others: Hashed) -> npt.NDArray[np.int64]:
    """The near duplicates with one photo here and the other there: their positions, int (P, 2)."""
    pairs = [np.empty((0, 2), np.int64)]
    for start in range(0, len(hashed.photos), _BLOCK):
        part = slice(start, start + _BLOCK)
        differing = differing_pairs(hashed.photos[part], others.photos)
        here = _same(differing, hashed.crops[part], others.crops)
        pairs.append(here + np.array([start, 0]))
    return np.concatenate(pairs)


def _same(differing: npt.NDArray[np.uint16], crops: Hashes, others: Hashes) -> Array:
    """Where photos that differ in so many bits are near duplicates, int (P, 2)."""
    pairs = np.argwhere(differing <= DOUBTFUL)
    one, other = pairs.T
    agree = np.bitwise_count(crops[one] ^ others[other]).sum(axis=1) <= CROP
    return np.asarray(pairs[agree | (differing[one, other] <= SURE)])
