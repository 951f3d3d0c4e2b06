"""Photos that are in more than one data set: found by perceptual hash, and not trained on twice."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np

from facespace.batch.executors import Workers
from facespace.io.atomic import atomic_write
from facespace.io.perceptual_hash import Hashes, difference_hash
from facespace.types import RGB, Array, Bools
from training.photos import near_duplicates
from training.photos.near_duplicates import GRID, Hashed
from training.photos.sample import Sample
from training.photos.workers import each_photo

#: Why a photo is not trained on.
TESTED = "A test photo of another data set is nearly the same."
LEARNED = "A training photo of another data set is nearly the same."
PERSON = "Its person is in the test of another data set."
REASONS = (TESTED, LEARNED, PERSON)

#: Hashes by content, in a folder of the cache of their own.
FILE = Path("hashes") / f"{GRID * GRID}.npz"


log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Shared:
    """What data sets share, by their names.

    ``reasons`` say of each photo why it is not to be trained on, str (N,), "" where it may be;
    ``pairs`` counts the near duplicates of every data set and every other.
    """

    reasons: dict[str, Array]
    pairs: dict[str, dict[str, int]]


def compare(
    samples: Mapping[str, Sample], training: Mapping[str, Bools], cache: Path, jobs: int | Workers
) -> Shared:
    """Compare every photo with those of all other data sets.

    A training photo that is nearly the same as a test photo elsewhere, or whose person is in the
    test of another data set that is trained on, is not to be trained on; of two training photos
    that are nearly the same, the one of the earlier data set is. Persons who are numbers are not
    compared: the same number is somebody else in another data set.

    Args:
        samples: photos by the name of their data set, all of them readable.
        training: which of them would be trained on, (N,) each.
        cache: where hashes are kept, so that a photo is opened once.
        jobs: who opens photos, see ``workers.opened``.
    """
    reasons = {name: np.full(len(s.photos), "", "U80") for name, s in samples.items()}
    pairs: dict[str, dict[str, int]] = {name: {} for name in samples}
    if len(samples) < 2:
        return Shared(reasons, pairs)
    hashes = {name: hashed(sample, cache, jobs) for name, sample in samples.items()}
    for one, other in combinations(samples, 2):
        matches = near_duplicates.matches(hashes[one], hashes[other])
        pairs[one][other] = pairs[other][one] = len(matches)
        here, there = matches.T
        trained_here, trained_there = training[one][here], training[other][there]
        reasons[other][there[trained_here & trained_there]] = LEARNED
        reasons[one][here[trained_here & ~trained_there]] = TESTED
        reasons[other][there[trained_there & ~trained_here]] = TESTED
        if training[one].any() and training[other].any():
            for name, elsewhere in ((one, other), (other, one)):
                tested = samples[elsewhere].persons[~training[elsewhere]]
                persons = samples[name].persons
                shared = np.isin(persons, tested) & ~np.char.isdigit(persons)
                reasons[name][training[name] & shared & (reasons[name] == "")] = PERSON
    return Shared(reasons, pairs)


def take_out(
    samples: dict[str, Sample],
    learned: Sequence[str],
    left_out: dict[str, dict[str, int]],
    cache: Path,
    jobs: int | Workers,
) -> dict[str, dict[str, int]]:
    """Take out of the training what ``compare`` says, count it, and log how much it is.

    Args:
        samples: all photos by data set; those taken out are gone afterwards.
        learned: the data sets that are trained on.
        left_out: photos by why they were left out, by data set; is added to.
        cache: where hashes are kept.
        jobs: who opens photos, see ``workers.opened``.

    Returns:
        how many pairs of near duplicates each data set has with each other one.
    """
    faced = {name: sample.faced for name, sample in samples.items()}
    training = {
        name: (sample.splits != "test") & (name in learned) for name, sample in faced.items()
    }
    shared = compare(faced, training, cache, jobs)
    for name, reasons in shared.reasons.items():
        out = reasons != ""
        if out.any():
            sample = samples[name]
            places = np.flatnonzero(sample.rows["error"] == "")[out]
            samples[name] = sample.part(np.setdiff1d(np.arange(len(sample.photos)), places))
            left_out[name] |= (counted := Counter(reasons[out].tolist()))
            for why, number in counted.items():
                log.info(f"{name}: {number} training photos are left out. {why}")
    return shared.pairs


def hashed(sample: Sample, cache: Path, jobs: int | Workers) -> Hashed:
    """The hashes of photos and crops; photos are opened unless their content is known already."""
    path, contents = cache / FILE, sample.rows["content"]
    known, hashes = _read(path)
    new = ~np.isin(contents, known)
    todo = [sample.photos[i].path for i in np.flatnonzero(new)]
    hashes = np.array([*hashes, *each_photo(todo, _hash, jobs, "hashing")])
    known, first = np.unique(np.concatenate([known, contents[new]]), return_index=True)
    hashes = hashes[first]
    if todo:
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_write(path) as file:
            np.savez(file, contents=known, hashes=hashes)
    photos = hashes[np.searchsorted(known, contents)]
    return Hashed(photos, near_duplicates.crop_hashes(sample.crops))


def _read(path: Path) -> tuple[Array, Hashes]:
    if not path.is_file():
        return np.empty(0, "S32"), np.empty((0, GRID * GRID // 64), np.uint64)
    with np.load(path, allow_pickle=False) as arrays:
        return arrays["contents"], arrays["hashes"]


def _hash(rgb: RGB) -> Hashes:
    return difference_hash(rgb, GRID)
