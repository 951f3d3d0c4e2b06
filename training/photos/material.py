"""Folders of labelled photos -> crops to fit on, to choose on and to test on, never the same."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from facespace.artifacts.report import Reviewed
from facespace.batch.executors import Workers
from facespace.datasets.dataset import Dataset, read_dataset
from facespace.datasets.labelled_faces import NO_FACE
from facespace.faces import detectors
from facespace.types import FacespaceError
from training.photos import split, workers
from training.photos.changes import FOR_TEST
from training.photos.crops import Way, crop_all
from training.photos.near_duplicates import take_out
from training.photos.sample import Sample, joined
from training.photos.split import (
    CHOICE,
    FIT,
    LEAST_TEST,
    SEARCH,
    TEST,
    demand_both_classes,
    train_or_test,
)

#: Other ways to find the faces of the test photos, by the names that the report gives them.
WAYS = {name: Way(name, serving=True) for name in detectors.NAMES} | {
    name: Way(change=name) for name in FOR_TEST
}

#: Why a photo with a crop is not trained on.
PERSON = "Its person is in the test."

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Material:
    """All photos of one training.

    ``datasets`` are the data sets by name, those that are trained on first, ``usable`` their
    photos with a crop, and ``left_out`` counts the others by the sentence that says why;
    ``repeated`` are those of them that are there twice. ``search`` and ``choice`` are the two
    halves of the validation, which nothing is fitted on: the one for searches and early stopping,
    the other for calibration, threshold and when the answer is "?". ``tests`` are the test photos;
    ``whole`` are the same with those in which no face was found, and ``by_way`` what ``WAYS`` gave
    for these.
    ``learned`` counts, for each data set that is trained on, its photos to fit on, ``training``,
    and of the ``validation``; ``shared_pairs`` the near duplicates with other data sets.
    ``taken_out`` are the photos that near duplicates kept out of the training, by data set.
    ``reviewed`` counts the faces that people decided on among those to fit on; None without any.
    """

    fitting: Sample
    search: Sample
    choice: Sample
    tests: dict[str, Sample]
    whole: dict[str, Sample]
    by_way: dict[str, dict[str, Sample]]
    datasets: dict[str, Dataset]
    usable: dict[str, Sample]
    left_out: dict[str, dict[str, int]]
    repeated: dict[str, Sample]
    learned: dict[str, dict[str, int]]
    shared_pairs: dict[str, dict[str, int]]
    taken_out: dict[str, Sample] = field(default_factory=dict)
    reviewed: Reviewed | None = None

    @property
    def validation(self) -> Sample:
        """Both halves."""
        return joined([self.search, self.choice])

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

        Every photo counts the same, so that this ``weight`` is what a data set counts; what is left
        to 1 is that of the reviewed faces.
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
    ways: bool = True,
    labels: Mapping[str, str] | None = None,
) -> Material:
    """Read, crop and split.

    Photos that are there in several data sets, or on several sides, are not trained on where that
    would spoil a test or the validation: see ``near_duplicates.compare``.

    Args:
        data: labelled photos, one folder or several; the own test split of each, or a fifth of it,
            is kept for the test, and a tenth of the rest for the validation, see ``split``. The
            order of the photos is that of the folders and in each that of its table, or of its
            names, sorted.
        tests: further data sets, for testing alone.
        limit: at most so many photos of each data set.
        cache: where crops are kept.
        jobs: who opens photos, see ``workers.opened``; to a cluster they are sent.
        ways: whether the faces of the test photos are looked for in all of ``WAYS``, which only a
            test needs; ``by_way`` is empty otherwise.
        labels: what values of a table's column gender stand for, as in {"0": "male"}.

    Raises:
        FacespaceError: there are too few photos of a class, or two sets of one name.
    """
    folders = [data] if isinstance(data, Path) else list(data)
    where = " and ".join(map(str, folders))
    datasets: dict[str, Dataset] = {}
    samples: dict[str, Sample] = {}
    repeated: dict[str, Sample] = {}
    left_out: dict[str, dict[str, int]] = {}
    with workers.opened(jobs) as crew:
        for folder in (*folders, *tests):
            dataset = read_dataset(folder, limit, labels=labels)
            name = dataset.name
            if name in datasets:
                raise FacespaceError(
                    f"Two data sets are called {name!r}. Rename the folder {folder}."
                )
            train = len(datasets) < len(folders)
            samples[name], repeated[name], left_out[name] = _cropped(dataset, train, cache, crew)
            datasets[name] = dataset
        learned = list(datasets)[: len(folders)]
        sides = {
            name: split.sides(sample) if name in learned else np.full(len(sample.photos), TEST)
            for name, sample in samples.items()
        }
        here = crew if crew.share_disk else -1  # the photos need not travel once more
        shared_pairs, taken_out = take_out(samples, sides, left_out, cache, here)
        faced = {name: samples[name].found & (sides[name] < TEST) for name in learned}
        training = joined([samples[name].part(faced[name]) for name in learned])
        demand_both_classes(training.labels, f"the training photos of {where}")
        split.demand_persons(training, where)
        side = np.concatenate([sides[name][faced[name]] for name in learned])
        fitting, search, choice = (training.part(side == each) for each in (FIT, SEARCH, CHOICE))
        for half in (search, choice):
            demand_both_classes(half.labels, f"the photos of {where} drawn for validation", 1)
        whole = {
            name: sample.part(sample.splits == "test")
            if name in learned
            else _unseen(sample, training, datasets[name].folder)
            for name, sample in samples.items()
        }
        for name, sample in whole.items():
            demand_both_classes(sample.faced.labels, f"the test photos of {name}", LEAST_TEST)
        return Material(
            fitting=fitting,
            search=search,
            choice=choice,
            tests={name: sample.faced for name, sample in whole.items()},
            whole=whole,
            by_way={
                name: {key: crop_all(sample.photos, cache, crew, way) for key, way in WAYS.items()}
                for name, sample in whole.items()
                if ways
            },
            datasets=datasets,
            usable={name: sample.faced for name, sample in samples.items()},
            left_out=left_out,
            repeated=repeated,
            learned={
                name: {
                    "training": int((sides[name][faced[name]] == FIT).sum()),
                    "validation": int((sides[name][faced[name]] > FIT).sum()),
                }
                for name in learned
            },
            shared_pairs=shared_pairs,
            taken_out=taken_out,
        )


def _cropped(
    dataset: Dataset, train: bool, cache: Path, crew: Workers
) -> tuple[Sample, Sample, dict[str, int]]:
    """Crop a data set; leave out, and count, what cannot be read and what is there twice.

    Photos in which no face was found are counted too, and stay. A data set to train on is split
    into training and test.

    Returns:
        the photos that stay, those that are there twice, and how many were left out why.
    """
    for problem in dataset.problems:
        log.info(f"{dataset.name}: {problem}")
    whole = crop_all(dataset.photos, cache, crew)
    splits = whole.splits
    if train:
        splits = train_or_test(whole.photos, whole.rows["content"].astype(str))
        photos = [replace(p, split=s) for p, s in zip(whole.photos, splits.tolist(), strict=True)]
        whole = replace(whole, photos=photos)
    # The test comes first, so that of equal photos the one in the test stays.
    whole = whole.part(np.argsort(splits != "test", kind="stable"))
    errors = whole.rows["error"].copy()
    if train:
        errors[whole.found & (whole.splits == "")] = PERSON
    _, first = np.unique(whole.rows["content"], return_index=True)
    repeated = errors == ""
    repeated[first] = False
    errors[repeated] = "The same photo is there twice."
    left_out = [f"{p.path}\t{e}" for p, e in zip(whole.photos, errors, strict=True) if e]
    if left_out:
        path = cache / f"left-out-{dataset.name}.txt"
        path.write_text("\n".join(left_out) + "\n", "utf-8", "backslashreplace")
        counts = f"{len(left_out)} of {len(whole.photos)}"
        log.info(f"{dataset.name}: {counts} photos are left out, see {path}")
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
