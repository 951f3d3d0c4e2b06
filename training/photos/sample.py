"""Photos with their crops: what is fitted on, chosen on or tested on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from facespace.datasets.dataset import Photo
from facespace.faces import align
from facespace.metrics import groups
from facespace.types import Array, Bools, Crops, FacespaceError, Template
from training.photos import mapped
from training.photos.mapped import Mapped

#: What a photo may be for, in the order in which it is shown.
SPLITS = ("train", "test")


@dataclass(frozen=True, slots=True)
class Sample:
    """Photos with their crops, and their rows of ``crop_cache.ROW``.

    ``crops`` are those of ``align.TEMPLATE``, grey, uint8 (N, 64, 64); ``wide`` those of
    ``align.WIDE``, in colour, uint8 (N, 112, 112, 3), read from the disk when they are asked for.
    Where ``rows["error"]`` is not empty the crops are all zero and not to be used.
    """

    photos: list[Photo]
    crops: Crops
    rows: Array
    wide: Mapped

    @property
    def labels(self) -> Array:
        """ "female" or "male", (N,)."""
        return np.array([photo.label for photo in self.photos])

    @property
    def female(self) -> Bools:
        """bool (N,)."""
        return np.asarray(self.labels == "female")

    @property
    def persons(self) -> Array:
        """(N,), equal for photos of the same person; all different where persons are unknown."""
        return np.array([photo.person or str(photo.path) for photo in self.photos])

    @property
    def splits(self) -> Array:
        """One of ``SPLITS``, or "" where the data set has none, (N,)."""
        return np.array([photo.split for photo in self.photos], str)

    @property
    def attributes(self) -> dict[str, Array]:
        """Age (years as decades), race and sex, each str (N,), "" where not known."""
        return {
            "age": np.array([groups.age_group(photo.age) for photo in self.photos]),
            "race": np.array([photo.race for photo in self.photos]),
            "sex": self.labels,
        }

    def eaten(self, template: Template) -> Crops | Mapped:
        """The crops that a model with this template eats.

        Raises:
            FacespaceError: photos are not cropped by it.
        """
        if template == align.TEMPLATE:
            return self.crops
        if template == align.WIDE:
            return self.wide
        raise FacespaceError(
            f"A model eats crops of {template}; the training cuts only {align.TEMPLATE} and "
            f"{align.WIDE}."
        )

    @property
    def found(self) -> Bools:
        """bool (N,): which photos have a crop."""
        return np.asarray(self.rows["error"] == "")

    @property
    def faced(self) -> Sample:
        """Those photos that have a crop."""
        return self.part(self.found)

    def part(self, chosen: Array) -> Sample:
        """The photos at some positions, or where a mask is True."""
        places = np.arange(len(self.photos))[chosen]
        return Sample(
            [self.photos[i] for i in places],
            self.crops[places],
            self.rows[places],
            self.wide.part(places),
        )


def joined(samples: Sequence[Sample]) -> Sample:
    """Several samples as one, in order."""
    if len(samples) == 1:
        return samples[0]
    return Sample(
        [photo for sample in samples for photo in sample.photos],
        np.concatenate([sample.crops for sample in samples]),
        np.concatenate([sample.rows for sample in samples]),
        mapped.joined([sample.wide for sample in samples]),
    )
