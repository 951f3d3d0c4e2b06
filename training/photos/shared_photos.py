"""Photos that are in more than one data set: found by perceptual hash, and not trained on twice."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from joblib import Parallel, delayed
from tqdm import tqdm

from facespace.io import images
from facespace.io.atomic import atomic_write
from training.photos import near_duplicates
from training.photos.crops import CHUNK
from training.photos.near_duplicates import GRID, Hashed, Hashes
from training.photos.sample import Sample

#: Why a photo is not trained on.
TESTED = "A test photo of another data set is nearly the same."
LEARNED = "A training photo of another data set is nearly the same."
PERSON = "Its person is in the test of another data set."
REASONS = (TESTED, LEARNED, PERSON)

#: Hashes by content, in a folder of the cache of their own.
FILE = Path("hashes") / f"{GRID * GRID}.npz"

Array = npt.NDArray[Any]
Bools = npt.NDArray[np.bool_]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Across:
    """What data sets share, by their names.

    ``reasons`` say of each photo why it is not to be trained on, str (N,), "" where it may be;
    ``pairs`` counts the near duplicates of every data set and every other.
    """

    reasons: dict[str, Array]
    pairs: dict[str, dict[str, int]]


def compare(
    samples: Mapping[str, Sample], training: Mapping[str, Bools], cache: Path, jobs: int
) -> Across:
    """Compare every photo with those of all other data sets.

    A training photo that is nearly the same as a test photo elsewhere, or whose person is in the
    test of another data set that is trained on, is not to be trained on; of two training photos
    that are nearly the same, the one of the earlier data set is. Persons who are numbers are not
    compared: the same number is somebody else in another data set.

    Args:
        samples: photos by the name of their data set, all of them readable.
        training: which of them would be trained on, (N,) each.
        cache: where hashes are kept, so that a photo is opened once.
        jobs: worker processes; -1 for one a processor.
    """
    reasons = {name: np.full(len(s.photos), "", "U80") for name, s in samples.items()}
    pairs: dict[str, dict[str, int]] = {name: {} for name in samples}
    if len(samples) < 2:
        return Across(reasons, pairs)
    hashes = {name: hashed(sample, cache, jobs) for name, sample in samples.items()}
    for one, other in combinations(samples, 2):
        found = near_duplicates.matches(hashes[one], hashes[other])
        pairs[one][other] = pairs[other][one] = len(found)
        here, there = found.T
        learned, also = training[one][here], training[other][there]
        reasons[other][there[learned & also]] = LEARNED
        reasons[one][here[learned & ~also]] = TESTED
        reasons[other][there[also & ~learned]] = TESTED
        if training[one].any() and training[other].any():
            for name, elsewhere in ((one, other), (other, one)):
                tested = samples[elsewhere].persons[~training[elsewhere]]
                persons = samples[name].persons
                again = np.isin(persons, tested) & ~np.char.isdigit(persons)
                reasons[name][training[name] & again & (reasons[name] == "")] = PERSON
    return Across(reasons, pairs)


def take_out(
    everything: dict[str, Sample],
    learned: Sequence[str],
    left_out: dict[str, dict[str, int]],
    cache: Path,
    jobs: int,
) -> dict[str, dict[str, int]]:
    """Take out of the training what ``compare`` says, count it, and log how much it is.

    Args:
        everything: all photos by data set; those taken out are gone afterwards.
        learned: the data sets that are trained on.
        left_out: photos by why they were left out, by data set; is added to.
        cache: where hashes are kept.
        jobs: worker processes; -1 for one a processor.

    Returns:
        how many pairs of near duplicates each data set has with each other one.
    """
    faced = {name: sample.faced for name, sample in everything.items()}
    training = {name: trains(sample) & (name in learned) for name, sample in faced.items()}
    shared = compare(faced, training, cache, jobs)
    for name, reasons in shared.reasons.items():
        gone = reasons != ""
        if gone.any():
            sample = everything[name]
            places = np.flatnonzero(sample.rows["error"] == "")[gone]
            everything[name] = sample.part(np.setdiff1d(np.arange(len(sample.photos)), places))
            left_out[name] |= (counted := Counter(reasons[gone].tolist()))
            for why, number in counted.items():
                log.info(f"{name}: {number} training photos are left out. {why}")
    return shared.pairs


def trains(sample: Sample) -> Bools:
    """Which photos of a data set that is trained on are not kept for the test, (N,)."""
    return np.array([photo.split != "test" for photo in sample.photos], bool)


def hashed(sample: Sample, cache: Path, jobs: int) -> Hashed:
    """The hashes of photos and crops; photos are opened unless their content is known already."""
    path, contents = cache / FILE, sample.rows["content"]
    known, hashes = _kept(path)
    new = ~np.isin(contents, known)
    todo = [sample.photos[i].path for i in np.flatnonzero(new)]
    chunks = [todo[i : i + CHUNK] for i in range(0, len(todo), CHUNK)]
    work = Parallel(n_jobs=jobs, return_as="generator")(delayed(_hash)(chunk) for chunk in chunks)
    found = [hashes]
    with tqdm(total=len(todo), desc="hashing", unit="photo", disable=not todo) as bar:
        for some in work:
            found.append(some)
            bar.update(len(some))
    known, first = np.unique(np.concatenate([known, contents[new]]), return_index=True)
    hashes = np.concatenate(found)[first]
    if todo:
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_write(path) as file:
            np.savez(file, contents=known, hashes=hashes)
    photos = hashes[np.searchsorted(known, contents)]
    return Hashed(photos, near_duplicates.fingerprints(sample.crops))


def _kept(path: Path) -> tuple[Array, Hashes]:
    if not path.is_file():
        return np.empty(0, "S32"), np.empty((0, GRID * GRID // 64), np.uint64)
    with np.load(path, allow_pickle=False) as arrays:
        return arrays["contents"], arrays["hashes"]


def _hash(paths: Sequence[Path]) -> Hashes:
    cv2.setNumThreads(1)  # the processes share the processors already
    return np.array([near_duplicates.fingerprint(images.load(path)) for path in paths])
