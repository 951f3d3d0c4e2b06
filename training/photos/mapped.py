"""Crops that stay in their files: a whole data set of large ones does not fit into memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from facespace.types import Array, Crops


@dataclass(frozen=True, slots=True)
class Mapped:
    """N crops, read when they are asked for: ``mapped[chosen]`` is uint8 (n, side, side, 3).

    Crop i is ``arrays[of[i]][places[i]]``; the arrays are mapped from files, or small. Sent to
    another process, those of files go as the names of these. ``chosen`` is what NumPy takes for
    the first axis; one position gives one crop.
    """

    arrays: tuple[Crops, ...]
    of: npt.NDArray[np.int64]
    places: npt.NDArray[np.int64]

    @classmethod
    def of_all(cls, array: Crops) -> Mapped:
        """All crops of one array."""
        return cls((array,), np.zeros(len(array), np.int64), np.arange(len(array)))

    def __len__(self) -> int:
        return len(self.places)

    @property
    def shape(self) -> tuple[int, ...]:
        """(N, side, side, 3)."""
        return len(self), *self.arrays[0].shape[1:]

    def part(self, chosen: Any) -> Mapped:
        """Those at some positions, or where a mask is True; none is read."""
        return Mapped(self.arrays, self.of[chosen], self.places[chosen])

    def __getitem__(self, chosen: Any) -> Crops:
        of, places = self.of[chosen], self.places[chosen]
        if np.ndim(of) == 0:
            return np.array(self.arrays[of][places])
        crops = np.empty((len(of), *self.shape[1:]), np.uint8)
        for i, array in enumerate(self.arrays):
            crops[of == i] = array[places[of == i]]
        return crops

    def __iter__(self) -> Iterator[Crops]:
        return (self[i] for i in range(len(self)))

    def __reduce__(self) -> tuple[Any, ...]:
        return _unpickled, ([_by_name(array) for array in self.arrays], self.of, self.places)


def joined(several: Sequence[Mapped]) -> Mapped:
    """Several as one, in order; none is read."""
    counts = np.cumsum([0, *(len(each.arrays) for each in several)])
    return Mapped(
        tuple(array for each in several for array in each.arrays),
        np.concatenate([each.of + start for each, start in zip(several, counts, strict=False)]),
        np.concatenate([each.places for each in several]),
    )


def _by_name(array: Crops) -> Any:
    """What is sent of an array: file, offset and shape where it is mapped from one."""
    if isinstance(array, np.memmap):
        return str(array.filename), array.offset, array.shape
    return array


def _unpickled(sent: Sequence[Any], of: Array, places: Array) -> Mapped:
    arrays = [
        np.memmap(each[0], np.uint8, "r", each[1], each[2]) if isinstance(each, tuple) else each
        for each in sent
    ]
    return Mapped(tuple(arrays), of, places)
