"""Photos to fit on, to choose on and to test on: no person is on two sides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from sklearn.model_selection import GroupShuffleSplit, StratifiedGroupKFold

from facespace.datasets.dataset import Photo
from facespace.types import Array, FacespaceError
from training.photos.sample import Sample

#: The validation, drawn from the training photos, is one in so many.
VALIDATION_PART = 10

#: Share of the photos (or of the persons) held back for the test where the data set has no split.
TEST_SHARE = 0.2

#: Fewer photos than this of a class teach, and measure, nothing.
LEAST, LEAST_TEST = 20, 5


def train_or_test(photos: Sequence[Photo], seed: int = 0) -> list[Photo]:
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
    shuffled = GroupShuffleSplit(1, test_size=TEST_SHARE, random_state=seed)
    test = set(next(shuffled.split(groups, groups=groups))[1].tolist())
    return [replace(p, split="test" if i in test else "train") for i, p in enumerate(photos)]


def held_out(training: Sample, origin: Array, where: str) -> tuple[Array, Array]:
    """Where the photos to fit on are, and those of the validation, that nothing is fitted on.

    Args:
        training: N photos.
        origin: the data set of each, (N,).
        where: what to call all of them.

    Raises:
        FacespaceError: they show too few persons, or there are no two classes to choose on.
    """
    persons = len(set(training.persons.tolist()))
    if persons < LEAST:
        raise FacespaceError(
            f"The training photos of {where} show {persons} persons; at least {LEAST} are needed."
        )
    labels, strata = training.labels, _strata(training, origin)
    folds = StratifiedGroupKFold(VALIDATION_PART, shuffle=True, random_state=0)
    parts = list(folds.split(strata, strata, training.persons))
    parts = [part for part in parts if len(set(labels[part[1]].tolist())) > 1] or parts
    # Persons of many photos make parts of many sizes. The first stays unless another is nearer to
    # a tenth by more than one photo, as parts differ by chance where all persons are different.
    distances = [abs(VALIDATION_PART * len(held) - len(labels)) for _, held in parts]
    nearest = int(np.argmin(distances))
    nearer = distances[0] - distances[nearest] > VALIDATION_PART
    rest, held = parts[nearest if nearer else 0]
    demand_both_classes(labels[held], f"the photos of {where} drawn for validation", 1)
    return rest, held


def _strata(training: Sample, origin: Array) -> Array:
    """Which photos must be held out in proportion, (N,): by label, group and data set.

    Where there are too few of a kind, by label alone.
    """
    strata = np.array([f"{photo.label} {photo.race}" for photo in training.photos])
    if len(set(origin.tolist())) > 1:
        strata = np.char.add(np.char.add(strata, " "), origin)
    _, which, sizes = np.unique(strata, return_inverse=True, return_counts=True)
    return np.where(sizes[which] < VALIDATION_PART, training.labels, strata)


def demand_both_classes(labels: Array, where: str, least: int = LEAST) -> None:
    """Raise FacespaceError where there are fewer than ``least`` of a label."""
    for label in ("female", "male"):
        count = int((labels == label).sum())
        if count < least:
            raise FacespaceError(
                f"Of {where} only {count} labelled {label} show a face that was found; "
                f"at least {least} are needed."
            )
