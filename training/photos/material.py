"""Folders of labelled photos -> crops to fit on, to choose on and to test on, never the same."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from facespace.batch.executors import Workers
from facespace.datasets.dataset import Dataset, Photo, read_dataset
from facespace.datasets.labelled_faces import NO_FACE
from facespace.faces import detectors
from facespace.types import Array, FacespaceError
from training.photos import workers
from training.photos.crops import COVERS, Cropped, Way, crop_all
from training.photos.sample import Sample, joined
from training.photos.shared_photos import take_out
from training.photos.split import LEAST_TEST, demand_both_classes, held_out, train_or_test

#: Other ways to find the faces of the test photos, by the names that the report gives them.
WAYS = {name: Way(name, serving=True) for name in detectors.NAMES} | {
    name: Way(cover=name) for name in COVERS
}


log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Material:
    """All photos of one training.

    ``datasets`` are the data sets by name, those that are trained on first, ``usable`` their
    photos with a crop, and ``left_out`` counts the others by the sentence that says why;
    ``repeated`` are those of them that are there twice. ``tests`` are the test photos; ``whole``
    are the same with those in which no face was found, and ``by_way`` what ``WAYS`` gave for these.
    ``learned`` counts, for each data set that is trained on, its photos to fit on, ``training``,
    and of the ``validation``; ``shared_pairs`` the near duplicates with other data sets.
    """

    fitting: Sample
    validation: Sample
    tests: dict[str, Sample]
    whole: dict[str, Sample]
    by_way: dict[str, dict[str, Cropped]]
    datasets: dict[str, Dataset]
    usable: dict[str, Sample]
    left_out: dict[str, dict[str, int]]
    repeated: dict[str, Sample]
    learned: dict[str, dict[str, int]]
    shared_pairs: dict[str, dict[str, int]]

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
    jobs: int | Workers,
) -> Material:
    """Read, crop and split.

    Photos that are in several data sets are not trained on where that would spoil a test: see
    ``shared_photos.compare``.

    Args:
        data: labelled photos, one folder or several; the own test split of each, or a fifth of it,
            is kept for the test, and a tenth of the rest, of every data set, sex and group in
            proportion, for the validation.
        tests: further data sets, for testing alone.
        limit: at most so many photos of each data set.
        cache: where crops are kept.
        jobs: who opens photos, see ``workers.opened``; to a cluster they are sent.

    Raises:
        FacespaceError: there are too few photos of a class, or two sets of one name.
    """
    with workers.opened(jobs) as crew:
        return _loaded(data, tests, limit, cache, crew)


def _loaded(
    data: Path | Sequence[Path],
    tests: Sequence[Path],
    limit: int | None,
    cache: Path,
    crew: Workers,
) -> Material:
    folders = [data] if isinstance(data, Path) else list(data)
    where = " and ".join(map(str, folders))
    datasets: dict[str, Dataset] = {}
    samples: dict[str, Sample] = {}
    repeated: dict[str, Sample] = {}
    left_out: dict[str, dict[str, int]] = {}
    for folder in (*folders, *tests):
        dataset = read_dataset(folder, limit)
        name = dataset.name
        if name in datasets:
            raise FacespaceError(f"Two data sets are called {name!r}. Rename the folder {folder}.")
        photos = train_or_test(dataset.photos) if len(datasets) < len(folders) else dataset.photos
        samples[name], repeated[name], left_out[name] = _cropped(dataset, photos, cache, crew)
        datasets[name] = dataset
    learned = list(datasets)[: len(folders)]
    here = crew if crew.share_disk else -1  # the photos need not travel once more
    shared_pairs = take_out(samples, learned, left_out, cache, here)
    parts = [samples[name].part(samples[name].splits != "test").faced for name in learned]
    training = joined(parts)
    demand_both_classes(training.labels, f"the training photos of {where}")
    origin = np.repeat(learned, [len(part.photos) for part in parts])
    whole = {
        name: sample.part(sample.splits == "test")
        if name in learned
        else _unseen(sample, training, datasets[name].folder)
        for name, sample in samples.items()
    }
    for name, sample in whole.items():
        demand_both_classes(sample.faced.labels, f"the test photos of {name}", LEAST_TEST)
    rest, held = held_out(training, origin, where)
    return Material(
        fitting=training.part(rest),
        validation=training.part(held),
        tests={name: sample.faced for name, sample in whole.items()},
        whole=whole,
        by_way={
            name: {key: crop_all(sample.photos, cache, crew, way) for key, way in WAYS.items()}
            for name, sample in whole.items()
        },
        datasets=datasets,
        usable={name: sample.faced for name, sample in samples.items()},
        left_out=left_out,
        repeated=repeated,
        learned={
            name: {
                "training": int((origin[rest] == name).sum()),
                "validation": int((origin[held] == name).sum()),
            }
            for name in learned
        },
        shared_pairs=shared_pairs,
    )


def _cropped(
    dataset: Dataset, photos: list[Photo], cache: Path, crew: Workers
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
    cropped = crop_all(photos, cache, crew)
    errors = cropped.rows["error"].copy()
    _, first = np.unique(cropped.rows["content"], return_index=True)
    repeated = cropped.found
    repeated[first] = False
    errors[repeated] = "The same photo is there twice."
    _list_left_out(dataset, photos, errors, cache)
    whole = Sample(photos, cropped.crops, cropped.rows)
    sample = whole.part((errors == "") | (errors == NO_FACE))
    demand_both_classes(sample.faced.labels, f"the photos of {dataset.folder}", LEAST_TEST)
    return sample, whole.part(repeated), dict(Counter(errors[errors != ""].tolist()))


def _unseen(sample: Sample, training: Sample, folder: Path) -> Sample:
    """The photos of another data set whose photo or person is not in the training photos too.

    Persons who are numbers are not compared: the same number is somebody else in another data set.
    """
    known = np.isin(sample.rows["content"], training.rows["content"])
    known |= np.isin(sample.persons, training.persons) & ~np.char.isdigit(sample.persons)
    if known.any():
        log.info(
            f"{folder}: {known.sum()} photos, or persons, were trained on; not tested on those"
        )
    return sample.part(~known)


def _list_left_out(dataset: Dataset, photos: list[Photo], errors: Array, cache: Path) -> None:
    left_out = [f"{p.path}\t{e}" for p, e in zip(photos, errors, strict=True) if e]
    if left_out:
        path = cache / f"left-out-{dataset.name}.txt"
        path.write_text("\n".join(left_out) + "\n", "utf-8", "backslashreplace")
        counts = f"{len(left_out)} of {len(photos)}"
        log.info(f"{dataset.name}: {counts} photos are left out, see {path}")
