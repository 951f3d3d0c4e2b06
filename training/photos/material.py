"""Folders of labelled photos -> crops to fit on, to choose on and to test on, never the same."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import GroupShuffleSplit, StratifiedGroupKFold

from facespace.datasets.dataset import Dataset, Photo, read_dataset
from facespace.datasets.labelled_faces import NO_FACE
from facespace.faces import detectors
from facespace.types import FacespaceError
from training.photos import shared_photos as across
from training.photos.crops import COVERS, Cropped, Way, crop_all
from training.photos.sample import Sample

if TYPE_CHECKING:
    from facespace.batch.cluster import Cluster

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

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Material:
    """All photos of one training.

    ``datasets`` are the data sets by name, those that are trained on first, ``usable`` their
    photos with a crop, and ``left_out`` counts the others by the sentence that says why; ``again``
    are those of them that are there twice. ``tests`` are the test photos; ``whole`` are the same
    with those in which no face was found, and ``found`` what ``WAYS`` gave for these.
    ``learned`` counts, for each data set that is trained on, its photos to fit on, ``training``,
    and of the ``validation``; ``across`` the pairs of near duplicates with other data sets.
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
    learned: dict[str, dict[str, int]]
    across: dict[str, dict[str, int]]

    @property
    def trained_on(self) -> Dataset:
        """The data set that is trained on; of several, one that joins their names and facts."""
        first, *others = (self.datasets[name] for name in self.learned)
        facts: dict[str, Any] = {
            key: " and ".join(dict.fromkeys(getattr(each, key) for each in (first, *others)))
            for key in ("name", "title", "licence", "source")
        }
        return replace(first, **facts)

    @property
    def weights(self) -> dict[str, dict[str, float]]:
        """``learned``, and of each data set its share of all photos that are fitted on.

        Every photo counts the same, so that this ``weight`` is what a data set counts.
        """
        total = len(self.fitting.photos)
        return {
            name: {**counts, "weight": counts["training"] / total}
            for name, counts in self.learned.items()
        }


def load(
    data: Path | Sequence[Path],
    tests: Sequence[Path],
    limit: int | None,
    cache: Path,
    jobs: int | Cluster,
) -> Material:
    """Read, crop and split.

    Photos that are in several data sets are not trained on where that would spoil a test: see
    ``all_test_sets.compare``.

    Args:
        data: labelled photos, one folder or several; the own test split of each, or a fifth of it,
            is kept for the test, and a tenth of the rest, of every data set, sex and group in
            proportion, for the validation.
        tests: further data sets, for testing alone.
        limit: at most so many photos of each data set.
        cache: where crops are kept.
        jobs: worker processes, -1 for one a processor; or a cluster, to which photos are sent.

    Raises:
        FacespaceError: there are too few photos of a class, or two sets of one name.
    """
    folders = [data] if isinstance(data, Path) else list(data)
    words = " and ".join(map(str, folders))
    datasets: dict[str, Dataset] = {}
    everything: dict[str, Sample] = {}
    again: dict[str, Sample] = {}
    left_out: dict[str, dict[str, int]] = {}
    for folder in (*folders, *tests):
        dataset = read_dataset(folder, limit)
        name = dataset.name
        if name in datasets:
            raise FacespaceError(f"Two data sets are called {name!r}. Rename the folder {folder}.")
        photos = split(dataset.photos) if len(datasets) < len(folders) else dataset.photos
        everything[name], again[name], left_out[name] = _sample(dataset, photos, cache, jobs)
        datasets[name] = dataset
    learned = list(datasets)[: len(folders)]
    here = jobs if isinstance(jobs, int) else -1  # the photos need not travel once more
    shared = across.take_out(everything, learned, left_out, cache, here)
    parts = {name: everything[name].part(across.trains(everything[name])).faced for name in learned}
    training = joined(list(parts.values()))
    _demand_both_classes(training.labels, f"the training photos of {words}")
    origin = np.repeat(learned, [len(part.photos) for part in parts.values()])
    whole = {
        name: sample.part(~across.trains(sample))
        if name in learned
        else _unseen(sample, training, datasets[name].folder)
        for name, sample in everything.items()
    }
    for name, sample in whole.items():
        _demand_both_classes(sample.faced.labels, f"the test photos of {name}", LEAST_TEST)
    rest, held = _held_out(training, origin, words)
    found = {
        name: {key: crop_all(sample.photos, cache, jobs, way) for key, way in WAYS.items()}
        for name, sample in whole.items()
    }
    return Material(
        fitting=training.part(rest),
        validation=training.part(held),
        tests={name: sample.faced for name, sample in whole.items()},
        whole=whole,
        found=found,
        datasets=datasets,
        usable={name: sample.faced for name, sample in everything.items()},
        left_out=left_out,
        again=again,
        learned={
            name: {
                "training": int((origin[rest] == name).sum()),
                "validation": int((origin[held] == name).sum()),
            }
            for name in learned
        },
        across=shared,
    )


def joined(samples: Sequence[Sample]) -> Sample:
    """Several samples as one, in order."""
    if len(samples) == 1:
        return samples[0]
    return Sample(
        [photo for sample in samples for photo in sample.photos],
        np.concatenate([sample.crops for sample in samples]),
        np.concatenate([sample.rows for sample in samples]),
    )


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


def _held_out(training: Sample, origin: Array, words: str) -> tuple[Array, Array]:
    """Where the photos to fit on are, and those that nothing is fitted on.

    ``origin`` is the data set of each, (N,); ``words`` is what to call all of them.
    """
    persons = len(set(training.persons.tolist()))
    if persons < LEAST:
        raise FacespaceError(
            f"The training photos of {words} show {persons} persons; at least {LEAST} are needed."
        )
    folds = StratifiedGroupKFold(VALIDATION_PART, shuffle=True, random_state=0)
    strata = np.array([f"{photo.label} {photo.race}" for photo in training.photos])
    if len(set(origin.tolist())) > 1:
        strata = np.char.add(np.char.add(strata, " "), origin)
    _, which, sizes = np.unique(strata, return_inverse=True, return_counts=True)
    strata = np.where(sizes[which] < VALIDATION_PART, training.labels, strata)
    labels = training.labels
    drawn = list(folds.split(strata, strata, training.persons))
    drawn = [part for part in drawn if len(set(labels[part[1]].tolist())) > 1] or drawn
    # Persons of many photos make parts of many sizes. The first stays unless another is nearer to
    # a tenth by more than one photo, as parts differ by chance where all persons are different.
    distances = [abs(VALIDATION_PART * len(held) - len(labels)) for _, held in drawn]
    nearest = int(np.argmin(distances))
    nearer = distances[0] - distances[nearest] > VALIDATION_PART
    rest, held = drawn[nearest if nearer else 0]
    _demand_both_classes(labels[held], f"the photos of {words} drawn for validation", 1)
    return rest, held


def _sample(
    dataset: Dataset, photos: list[Photo], cache: Path, jobs: int | Cluster
) -> tuple[Sample, Sample, dict[str, int]]:
    """Crop a data set; leave out, and count, what cannot be read and what is there twice.

    Photos in which no face was found are counted too, and stay.

    Returns:
        the photos that stay, those that are there twice, and how many were left out why.
    """
    for problem in dataset.problems:
        log.info(f"{dataset.name}: {problem}")
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
    """The photos of another data set whose photo or person is not in the training photos too.

    Persons who are numbers are not compared: the same number is somebody else in another data set.
    """
    again = np.isin(sample.rows["content"], training.rows["content"])
    again |= np.isin(sample.persons, training.persons) & ~np.char.isdigit(sample.persons)
    if again.any():
        log.info(
            f"{folder}: {again.sum()} photos, or persons, were trained on; not tested on those"
        )
    return sample.part(~again)


def _list_left_out(dataset: Dataset, photos: list[Photo], errors: Array, cache: Path) -> None:
    left_out = [f"{p.path}\t{e}" for p, e in zip(photos, errors, strict=True) if e]
    if left_out:
        path = cache / f"left-out-{dataset.name}.txt"
        path.write_text("\n".join(left_out) + "\n", "utf-8", "backslashreplace")
        counts = f"{len(left_out)} of {len(photos)}"
        log.info(f"{dataset.name}: {counts} photos are left out, see {path}")


def _demand_both_classes(labels: Array, where: str, least: int = LEAST) -> None:
    for label in ("female", "male"):
        found = int((labels == label).sum())
        if found < least:
            raise FacespaceError(
                f"Of {where} only {found} labelled {label} show a face that was found; "
                f"at least {least} are needed."
            )
