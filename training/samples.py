"""A folder of labelled photos -> crops to fit on, to choose on and to test on, never the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import GroupShuffleSplit, StratifiedGroupKFold

from facespace import detectors, evaluate
from facespace.datasets import Dataset, Photo, read
from facespace.labelled import NO_FACE
from facespace.types import Crops, FacespaceError
from training.crops import COVERS, Cropped, Way, crop_all

if TYPE_CHECKING:
    from facespace.cluster import Cluster

#: The validation, drawn from the training photos, is one in so many.
VALIDATION_PART = 10

#: Share of the photos (or of the persons) held back for the test where the data set has no split.
TEST_SHARE = 0.2

#: Fewer photos than this of a class teach, and measure, nothing.
LEAST, LEAST_TEST = 20, 5

#: Other ways to find the faces of the test photos, by the names that the report gives them.
WAYS = {name: Way(name, serving=True) for name in detectors.NAMES} | {
    name: Way(cover=name) for name in COVERS
}

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Sample:
    """Photos with their crops, uint8 (N, side, side), and their rows of ``crops.ROW``."""

    photos: list[Photo]
    crops: Crops
    rows: Array

    @property
    def labels(self) -> Array:
        """ "female" or "male", (N,)."""
        return np.array([photo.label for photo in self.photos])

    @property
    def female(self) -> npt.NDArray[np.bool_]:
        """bool (N,)."""
        return np.asarray(self.labels == "female")

    @property
    def persons(self) -> Array:
        """(N,), equal for photos of the same person; all different where persons are unknown."""
        return np.array([photo.person or str(photo.path) for photo in self.photos])

    @property
    def attributes(self) -> dict[str, Array]:
        """Age (years as decades), race and sex, each str (N,), "" where not known."""
        return {
            "age": np.array([evaluate.age_group(photo.age) for photo in self.photos]),
            "race": np.array([photo.race for photo in self.photos]),
            "sex": self.labels,
        }

    @property
    def faced(self) -> Sample:
        """Those photos that have a crop."""
        return self.part(self.rows["error"] == "")

    def part(self, chosen: Array) -> Sample:
        """The photos at some positions, or where a mask is True."""
        places = np.arange(len(self.photos))[chosen]
        return Sample([self.photos[i] for i in places], self.crops[places], self.rows[places])


@dataclass(frozen=True, slots=True)
class Material:
    """All photos of one training.

    ``datasets`` are the data sets by name, the one that is trained on first, ``usable`` their
    photos with a crop, and ``left_out`` counts the others by the sentence that says why; ``again``
    are those of them that are there twice. ``tests`` are the test photos; ``whole`` are the same
    with those in which no face was found, and ``found`` what ``WAYS`` gave for these.
    """

    fitting: Sample
    validation: Sample
    tests: dict[str, Sample]
    whole: dict[str, Sample]
    found: dict[str, dict[str, Cropped]]
    datasets: dict[str, Dataset]
    usable: dict[str, Sample]
    left_out: dict[str, dict[str, int]]
    again: dict[str, Sample]

    @property
    def trained_on(self) -> Dataset:
        """The data set that is trained on."""
        return next(iter(self.datasets.values()))


def load(
    data: Path, tests: Sequence[Path], limit: int | None, cache: Path, jobs: int | Cluster
) -> Material:
    """Read, crop and split.

    Args:
        data: labelled photos; its own test split, or a fifth of it, is kept for the test, and a
            tenth of the rest, of every sex and group in proportion, for the validation.
        tests: further data sets, for testing alone.
        limit: at most so many photos of each data set.
        cache: where crops are kept.
        jobs: worker processes, -1 for one a processor; or a cluster, to which photos are sent.

    Raises:
        FacespaceError: there are too few photos of a class, or two sets of one name.
    """
    dataset = read(data, limit)
    everything, twice, counted = _sample(dataset, split(dataset.photos), cache, jobs)
    testing = np.array([photo.split == "test" for photo in everything.photos])
    training = everything.part(~testing).faced
    _demand_both_classes(training.labels, f"the training photos of {data}")
    whole = {dataset.name: everything.part(testing)}
    datasets = {dataset.name: dataset}
    usable, left_out = {dataset.name: everything.faced}, {dataset.name: counted}
    again = {dataset.name: twice}
    for folder in tests:
        other = read(folder, limit)
        if other.name in whole:
            raise FacespaceError(
                f"Two data sets are called {other.name!r}. Rename the folder {folder}."
            )
        sample, twice, counted = _sample(other, other.photos, cache, jobs)
        left_out[other.name], again[other.name] = counted, twice
        datasets[other.name], usable[other.name] = other, sample.faced
        whole[other.name] = _unseen(sample, training, folder)
    for name, sample in whole.items():
        _demand_both_classes(sample.faced.labels, f"the test photos of {name}", LEAST_TEST)
    fitting, validation = _held_out(training, data)
    found = {
        name: {key: crop_all(sample.photos, cache, jobs, way) for key, way in WAYS.items()}
        for name, sample in whole.items()
    }
    samples = {name: sample.faced for name, sample in whole.items()}
    return Material(fitting, validation, samples, whole, found, datasets, usable, left_out, again)


def split(photos: Sequence[Photo], seed: int = 0) -> list[Photo]:
    """Give every photo a split, ``train`` or ``test``, so that no person is in both.

    A data set's own split is kept if it has both sides; a training photo of a person who is also
    in the test is then left out. Otherwise ``TEST_SHARE`` of the persons (of the photos, where
    persons are not known) become the test, drawn with ``seed``.

    Raises:
        FacespaceError: there is only one person.
    """
    if {"train", "test"} <= {photo.split for photo in photos}:
        tested = {photo.person for photo in photos if photo.split == "test"} - {""}
        return [p for p in photos if p.split == "test" or (p.split and p.person not in tested)]
    groups = [photo.person or str(photo.path) for photo in photos]
    if len(set(groups)) < 2:
        raise FacespaceError("All photos show one person; a test needs others.")
    drawn = GroupShuffleSplit(1, test_size=TEST_SHARE, random_state=seed)
    test = set(next(drawn.split(groups, groups=groups))[1].tolist())
    return [replace(p, split="test" if i in test else "train") for i, p in enumerate(photos)]


def _held_out(training: Sample, data: Path) -> tuple[Sample, Sample]:
    """The photos to fit on, and those that nothing is fitted on."""
    persons = len(set(training.persons.tolist()))
    if persons < LEAST:
        raise FacespaceError(
            f"The training photos of {data} show {persons} persons; at least {LEAST} are needed."
        )
    folds = StratifiedGroupKFold(VALIDATION_PART, shuffle=True, random_state=0)
    strata = np.array([f"{photo.label} {photo.race}" for photo in training.photos])
    rest, held = next(folds.split(strata, strata, training.persons))
    validation = training.part(held)
    _demand_both_classes(validation.labels, f"the photos of {data} drawn for validation", 1)
    return training.part(rest), validation


def _sample(
    dataset: Dataset, photos: list[Photo], cache: Path, jobs: int | Cluster
) -> tuple[Sample, Sample, dict[str, int]]:
    """Crop a data set; leave out, and count, what cannot be read and what is there twice.

    Photos in which no face was found are counted too, and stay.

    Returns:
        the photos that stay, those that are there twice, and how many were left out why.
    """
    for problem in dataset.problems:
        print(f"{dataset.name}: {problem}")
    # The test comes first, so that of equal photos the one in the test stays.
    photos = sorted(photos, key=lambda photo: photo.split != "test")
    cropped = crop_all(photos, cache, jobs)
    errors = cropped.rows["error"].copy()
    _, first = np.unique(cropped.rows["content"], return_index=True)
    again = cropped.found
    again[first] = False
    errors[again] = "The same photo is there twice."
    _list_left_out(dataset, photos, errors, cache)
    whole = Sample(photos, cropped.crops, cropped.rows)
    kept = whole.part((errors == "") | (errors == NO_FACE))
    _demand_both_classes(kept.faced.labels, f"the photos of {dataset.folder}", LEAST_TEST)
    return kept, whole.part(again), dict(Counter(errors[errors != ""].tolist()))


def _unseen(sample: Sample, training: Sample, folder: Path) -> Sample:
    """The photos of another data set whose photo or person is not in the training photos too."""
    again = np.isin(sample.rows["content"], training.rows["content"])
    again |= np.isin(sample.persons, training.persons)
    if again.any():
        print(f"{folder}: {again.sum()} photos, or persons, were trained on; not tested on those")
    return sample.part(~again)


def _list_left_out(dataset: Dataset, photos: list[Photo], errors: Array, cache: Path) -> None:
    left_out = [f"{p.path}\t{e}" for p, e in zip(photos, errors, strict=True) if e]
    if left_out:
        path = cache / f"left-out-{dataset.name}.txt"
        path.write_text("\n".join(left_out) + "\n", "utf-8")
        print(f"{dataset.name}: {len(left_out)} of {len(photos)} photos are left out, see {path}")


def _demand_both_classes(labels: Array, where: str, least: int = LEAST) -> None:
    for label in ("female", "male"):
        found = int((labels == label).sum())
        if found < least:
            raise FacespaceError(
                f"Of {where} only {found} labelled {label} show a face that was found; "
                f"at least {least} are needed."
            )
