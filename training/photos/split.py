"""Photos to fit on, to choose on and to test on, drawn by hashes: one photo more moves no other.

Every photo has a place between 0 and 1, a hash of its person where it is known, else of its file,
and is drawn where that lies below a share. So no person is on two sides.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from facespace.datasets.dataset import Photo
from facespace.types import Array, Bools, FacespaceError, Floats
from training.photos.sample import Sample

#: Share of the photos held back for the test where the data set has no split, of the training
#: photos that are the validation, and of the validation that is its half B.
TEST_SHARE, VALIDATION_SHARE, CHOICE_SHARE = 0.2, 0.1, 0.5

#: Where fewer photos of a class than this would be drawn, its lowest hashes are: a share that hangs
#: on chance would be too small, or too large. Then one photo more can move another.
FEW = 200

#: What a photo is for. Half A of the validation, ``SEARCH``, is for searches and early stopping,
#: half B, ``CHOICE``, for what is chosen once a model is fitted. Of near duplicates on two sides
#: the one on the earlier side is left out.
FIT, SEARCH, CHOICE, TEST = range(4)

#: Fewer photos than this of a class teach, and measure, nothing.
LEAST, LEAST_TEST = 20, 5


def train_or_test(photos: Sequence[Photo], contents: Sequence[str] | Array) -> Array:
    """The split of every photo, "train" or "test", or "" where its person is on the other side.

    A declared split stands. Photos without one are drawn, ``TEST_SHARE`` of them for the test; so
    are all photos where none is declared to be tested on.

    Args:
        photos: N of one data set.
        contents: a hash of the file of each.

    Raises:
        FacespaceError: there is only one person, and no test is declared.
    """
    splits = np.array([photo.split for photo in photos], "U5")
    missing = splits == "" if "test" in splits else np.ones(len(splits), bool)
    if missing.any():
        keys = np.array(_keys(photos, contents))[missing]
        if missing.all() and len(set(keys.tolist())) < 2:
            raise FacespaceError("All photos show one person; a test needs others.")
        labels = np.array([photo.label for photo in photos])[missing]
        test = drawn(places(keys, "test"), labels, TEST_SHARE)
        splits[missing] = np.where(test, "test", "train")
    persons = np.array([photo.person for photo in photos])
    tested = np.isin(persons, persons[splits == "test"]) & (persons != "")
    return np.where(tested & (splits == "train"), "", splits)


def sides(sample: Sample) -> Array:
    """The side of every photo of a data set, one of ``FIT`` to ``TEST``, int (N,).

    Those without a crop, which nothing is drawn from, are ``FIT`` unless they are tested on.
    """
    result = np.where(sample.splits == "test", TEST, FIT)
    keys = np.array(_keys(sample.photos, sample.rows["content"].astype(str)))
    training = np.flatnonzero((result == FIT) & sample.found)
    # Two persons of a class at least, so that each half has one.
    labels = sample.labels
    held = drawn(places(keys[training], "validation"), labels[training], VALIDATION_SHARE, 2)
    validation = training[held]
    choice = drawn(places(keys[validation], "choice"), labels[validation], CHOICE_SHARE)
    result[validation] = np.where(choice, CHOICE, SEARCH)
    return result


def places(keys: Sequence[str] | Array, salt: str) -> Floats:
    """Where hashes of some texts lie between 0 and 1, (N,); another salt, another draw."""
    digests = [hashlib.sha256(f"{salt} {key}".encode("utf-8", "replace")).digest() for key in keys]
    return np.array([int.from_bytes(digest[:6], "big") / 2**48 for digest in digests])


def drawn(places: Floats, labels: Array, share: float, least: int = 1) -> Bools:
    """Which photos are drawn, bool (N,).

    Args:
        places: of each, ``places``, equal for the same person.
        labels: "female" or "male", (N,).
        share: those below it are drawn; of a class of which that is under ``FEW`` the lowest.
        least: persons of a class that are drawn in any case, where only the lowest are.
    """
    chosen = np.zeros(len(places), bool)
    for label in np.unique(labels):
        own = places[labels == label]
        below = own[own < share]
        chosen |= np.isin(places, below if len(below) >= FEW else _lowest(own, share, least))
    return chosen


def _lowest(places: Floats, share: float, least: int) -> Floats:
    """The lowest places, of at least so many persons, that are about a share of all photos.

    A person with so many photos that the share would be passed is passed over.
    """
    persons, counts = np.unique(places, return_counts=True)
    most, total, chosen = round(share * len(places)), 0, list[float]()
    for i in np.lexsort((persons, counts > most / least)):
        if len(chosen) < least or total + counts[i] <= most:
            chosen.append(persons[i])
            total += counts[i]
    return np.array(chosen)


def _keys(photos: Sequence[Photo], contents: Sequence[str] | Array) -> list[str]:
    """What a photo is drawn by; a file that cannot be read has only a name."""
    pairs = zip(photos, contents, strict=True)
    return [photo.person or str(content) or photo.path.name for photo, content in pairs]


def demand_persons(training: Sample, where: str) -> None:
    """Raise FacespaceError where the photos to train on show fewer than ``LEAST`` persons."""
    persons = len(set(training.persons.tolist()))
    if persons < LEAST:
        raise FacespaceError(
            f"The training photos of {where} show {persons} persons; at least {LEAST} are needed."
        )


def demand_both_classes(labels: Array, where: str, least: int = LEAST) -> None:
    """Raise FacespaceError where there are fewer than ``least`` of a label."""
    for label in ("female", "male"):
        count = int((labels == label).sum())
        if count < least:
            raise FacespaceError(
                f"Of {where} only {count} labelled {label} show a face that was found; "
                f"at least {least} are needed."
            )
