"""Photos that are nearly the same: saved again, resized, coloured, or taken a moment later.

They never change side: the copy that would be trained on is left out. Those in more than one data
set are not trained on twice.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from facespace.batch.executors import Workers
from facespace.io.atomic import atomic_write
from facespace.io.perceptual_hash import GRID, Hashes, difference_hash, differing_pairs
from facespace.types import RGB, Array, Bools, Crops
from training.photos import split
from training.photos.sample import Sample
from training.photos.workers import each_photo

#: Photos are near duplicates if at most so many bits of their hashes differ, or at most
#: ``DOUBTFUL`` and at most ``CROP`` bits of their crops' hashes. Of 1,021 photos of four data sets,
#: saved again as JPEG of quality 60, or at 3/4 or 3/2 of their size, 99 % stay within ``SURE``;
#: none of 2.4 million pairs of LFW and none of 7,260 studio portraits of London is that close.
#: All pairs of FairFace up to 28 bits are, looked at, the same photo; in London, where all sit in
#: one pose and light, there are others from 20 bits on, and none where the crops agree too.
SURE, DOUBTFUL, CROP = 16, 24, 40

#: Rows compared at once, what bounds the memory.
_BLOCK = 500


@dataclass(frozen=True, slots=True)
class Hashed:
    """The hashes of N photos and of their crops, uint64 (N, 4) each."""

    photos: Hashes
    crops: Hashes

    def part(self, chosen: Array) -> Hashed:
        """Those at some positions, or where a mask is True."""
        return Hashed(self.photos[chosen], self.crops[chosen])


@dataclass(frozen=True, slots=True)
class Near:
    """The near duplicates among N photos.

    ``pairs`` are their positions, int (P, 2), the smaller first; ``nearest`` the number of bits
    by which each photo's hash differs from the one most like it, int (N,).
    """

    pairs: npt.NDArray[np.int64]
    nearest: npt.NDArray[np.int64]

    def to_dict(self) -> dict[str, Any]:
        """``bits``, the cutoffs, counts of ``pairs`` and ``photos``, a histogram of ``nearest``.

        ``nearest`` counts photos by the number of differing bits, from 0 on.
        """
        return {
            "bits": GRID * GRID,
            "cut": SURE,
            "doubtful": DOUBTFUL,
            "crop": CROP,
            "pairs": len(self.pairs),
            "photos": len(np.unique(self.pairs)),
            "nearest": np.bincount(self.nearest).tolist(),
        }


def crop_hashes(crops: Crops) -> Hashes:
    """The hashes of crops, uint8 (N, side, side); uint64 (N, 4)."""
    return np.array([difference_hash(crop, GRID) for crop in crops])


def near(hashed: Hashed) -> Near:
    """Compare every photo with every other one, at least two."""
    photos = hashed.photos
    nearest = np.full(len(photos), GRID * GRID)
    pairs = [np.empty((0, 2), np.int64)]
    for start in range(0, len(photos), _BLOCK):
        differing = differing_pairs(photos[start : start + _BLOCK], photos[start:])
        rows = np.arange(len(differing))
        differing[rows, rows] = GRID * GRID  # a photo is not its own duplicate
        ahead, behind = nearest[start : start + len(differing)], nearest[start:]
        np.minimum(ahead, differing.min(axis=1), out=ahead)
        np.minimum(behind, differing.min(axis=0), out=behind)
        here = _same(differing, hashed.crops[start : start + _BLOCK], hashed.crops[start:])
        pairs.append(here[here[:, 0] < here[:, 1]] + start)
    return Near(np.concatenate(pairs), nearest)


def between(hashed: Hashed, others: Hashed) -> int:
    """How many pairs of near duplicates there are with one photo here and the other there."""
    return len(matches(hashed, others))


def matches(hashed: Hashed, others: Hashed) -> npt.NDArray[np.int64]:
    """The near duplicates with one photo here and the other there: their positions, int (P, 2)."""
    pairs = [np.empty((0, 2), np.int64)]
    for start in range(0, len(hashed.photos), _BLOCK):
        part = slice(start, start + _BLOCK)
        differing = differing_pairs(hashed.photos[part], others.photos)
        here = _same(differing, hashed.crops[part], others.crops)
        pairs.append(here + np.array([start, 0]))
    return np.concatenate(pairs)


def _same(differing: npt.NDArray[np.uint16], crops: Hashes, others: Hashes) -> Array:
    """Where photos that differ in so many bits are near duplicates, int (P, 2)."""
    pairs = np.argwhere(differing <= DOUBTFUL)
    one, other = pairs.T
    agree = np.bitwise_count(crops[one] ^ others[other]).sum(axis=1) <= CROP
    return np.asarray(pairs[agree | (differing[one, other] <= SURE)])


#: Why a photo is left out.
TESTED = "A test photo is nearly the same."
HELD = "A photo of the validation, or of its other half, is nearly the same."
LEARNED = "A training photo of another data set is nearly the same."
PERSON = "Its person is in the test, or in the validation, of another data set."
REASONS = (TESTED, HELD, LEARNED, PERSON)

#: Hashes by content, in a folder of the cache of their own.
FILE = Path("hashes") / f"{GRID * GRID}.npz"


log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Shared:
    """What data sets share, by their names.

    ``reasons`` say of each photo why it is to be left out, str (N,), "" where it stays; ``pairs``
    counts the near duplicates of every data set and every other.
    """

    reasons: dict[str, Array]
    pairs: dict[str, dict[str, int]]


def compare(
    samples: Mapping[str, Sample], sides: Mapping[str, Array], cache: Path, jobs: int | Workers
) -> Shared:
    """Compare every photo with those of all other data sets, and of other sides of its own.

    Of two photos on two sides that are nearly the same, or show the same person, the one on the
    earlier side is to be left out; of two photos of two data sets on the same side of the training,
    that of the later data set is. Persons who are numbers are not compared: the same number is
    somebody else in another data set.

    Args:
        samples: photos by the name of their data set, all of them readable.
        sides: of ``split``, int (N,) each.
        cache: where hashes are kept, so that a photo is opened once.
        jobs: who opens photos, see ``workers.opened``.
    """
    reasons = {name: np.full(len(s.photos), "", "U80") for name, s in samples.items()}
    pairs: dict[str, dict[str, int]] = {name: {} for name in samples}
    hashes = {name: hashed(sample, cache, jobs) for name, sample in samples.items()}
    for name, own in sides.items():
        if (own < split.TEST).any():
            held = np.flatnonzero(own > split.FIT)
            here, there = matches(hashes[name].part(held), hashes[name]).T
            _leave_out(reasons[name], there, own[there], own[held[here]])
    for one, other in combinations(samples, 2):
        here, there = matches(hashes[one], hashes[other]).T
        pairs[one][other] = pairs[other][one] = len(here)
        ahead, behind = sides[one][here], sides[other][there]
        reasons[other][there[(ahead == behind) & (ahead < split.TEST)]] = LEARNED
        _leave_out(reasons[one], here, ahead, behind)
        _leave_out(reasons[other], there, behind, ahead)
        if all((sides[name] < split.TEST).any() for name in (one, other)):
            for name, elsewhere in ((one, other), (other, one)):
                shared = _persons_ahead(samples, sides, name, elsewhere)
                reasons[name][shared & (reasons[name] == "")] = PERSON
    return Shared(reasons, pairs)


def _leave_out(reasons: Array, photos: Array, own: Array, others: Array) -> None:
    """Say of photos, at these positions, that such on later sides are nearly the same."""
    reasons[photos[(own < others) & (others < split.TEST)]] = HELD
    reasons[photos[(own < others) & (others == split.TEST)]] = TESTED


def _persons_ahead(
    samples: Mapping[str, Sample], sides: Mapping[str, Array], name: str, elsewhere: str
) -> Bools:
    """Which photos of a data set show somebody who is on a later side elsewhere, bool (N,)."""
    persons, others = samples[name].persons, samples[elsewhere].persons
    ahead = np.zeros(len(persons), bool)
    for side in (split.SEARCH, split.CHOICE, split.TEST):
        ahead |= np.isin(persons, others[sides[elsewhere] == side]) & (sides[name] < side)
    return np.asarray(ahead & ~np.char.isdigit(persons))


def take_out(
    samples: dict[str, Sample],
    sides: dict[str, Array],
    left_out: dict[str, dict[str, int]],
    cache: Path,
    jobs: int | Workers,
) -> tuple[dict[str, dict[str, int]], dict[str, Sample]]:
    """Take out of the training what ``compare`` says, count it, and log how much it is.

    Args:
        samples: all photos by data set; those taken out are gone afterwards.
        sides: of each photo, of ``split``; those of photos taken out are gone too.
        left_out: photos by why they were left out, by data set; is added to.
        cache: where hashes are kept.
        jobs: who opens photos, see ``workers.opened``.

    Returns:
        how many pairs of near duplicates each data set has with each other one, and the photos
        taken out of each.
    """
    gone: dict[str, Sample] = {}
    faced = {name: sample.faced for name, sample in samples.items()}
    shared = compare(faced, {n: sides[n][s.found] for n, s in samples.items()}, cache, jobs)
    for name, reasons in shared.reasons.items():
        out = reasons != ""
        if out.any():
            sample = samples[name]
            stays = np.ones(len(sample.photos), bool)
            stays[np.flatnonzero(sample.found)[out]] = False
            gone[name] = sample.part(~stays)
            samples[name], sides[name] = sample.part(stays), sides[name][stays]
            left_out[name] |= (counted := Counter(reasons[out].tolist()))
            for why, number in counted.items():
                log.info(f"{name}: {number} training photos are left out. {why}")
    return shared.pairs, gone


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
    return Hashed(photos, crop_hashes(sample.crops))


def _read(path: Path) -> tuple[Array, Hashes]:
    if not path.is_file():
        return np.empty(0, "S32"), np.empty((0, GRID * GRID // 64), np.uint64)
    with np.load(path, allow_pickle=False) as arrays:
        return arrays["contents"], arrays["hashes"]


def _hash(rgb: RGB) -> Hashes:
    return difference_hash(rgb, GRID)
