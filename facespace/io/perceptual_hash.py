"""Perceptual hashes: bits of which few differ where two pictures look nearly the same.

A crop is told from others by 64 bits; photos, of which far more are compared, by 256. The review
queue stores both.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint64]

#: Rows and columns of the grid whose neighbours the hash of a photo compares: 256 bits.
GRID = 16


def perceptual_hash(crop: npt.NDArray[np.uint8]) -> int:
    """64 bits of a grey crop, uint8 (side, side).

    Which of its 64 lowest frequencies are above their median, by the discrete cosine transform
    (Zauner, Implementation and Benchmarking of Perceptual Image Hash Functions, 2010).

    Returns:
        the bits as a signed number of 64 bits, as SQLite keeps it.
    """
    small = cv2.resize(crop, (32, 32), interpolation=cv2.INTER_AREA).astype(np.float32)
    lowest = cv2.dct(small)[:8, :8].ravel()
    bits = np.packbits(lowest > np.median(lowest[1:]))
    return int.from_bytes(bits.tobytes(), "big", signed=True)


def difference_hash(picture: npt.NDArray[np.uint8], grid: int = GRID) -> Hashes:
    """``grid`` * ``grid`` bits of a picture, uint8, RGB (H, W, 3) or grey (H, W).

    The picture is shrunk to ``grid`` rows of ``grid`` + 1 grey values; each bit says whether a
    value is larger than its left neighbour (Krawetz 2013, whose grid is 8).

    Returns:
        the bits as uint64, (grid * grid / 64,).
    """
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) if picture.ndim == 3 else picture
    small = cv2.resize(grey, (grid + 1, grid), interpolation=cv2.INTER_AREA)
    return np.packbits(small[:, 1:] > small[:, :-1]).view(np.uint64)


def to_hex(code: Hashes) -> str:
    """A ``difference_hash``, uint64 (K,), as 16 * K hexadecimal digits."""
    return code.tobytes().hex()


def from_hex(text: str) -> Hashes:
    """The ``difference_hash``, uint64 (K,), that ``to_hex`` wrote."""
    return np.frombuffer(bytes.fromhex(text), np.uint64)


def differing(codes: npt.NDArray[np.int64], code: int) -> npt.NDArray[np.uint8]:
    """In how many bits each of some ``perceptual_hash``, (N,), differs from one: uint8 (N,)."""
    return np.bitwise_count((codes ^ np.int64(code)).view(np.uint64))


def differing_pairs(hashes: Hashes, others: Hashes) -> npt.NDArray[np.uint16]:
    """In how many bits each of N ``difference_hash``, (N, K), differs from each of M: (N, M)."""
    count = np.zeros((len(hashes), len(others)), np.uint16)
    for one, other in zip(hashes.T, others.T, strict=True):
        count += np.bitwise_count(one[:, None] ^ other[None])
    return count
