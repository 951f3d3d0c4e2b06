"""Who and what is in the photos -> ``dataset.json`` and ``mean_faces.npz``, without names or
pictures.

``dataset.json`` holds for each data set, over its usable photos unless said otherwise:

- ``title``, ``licence``, ``source``, ``photos``, ``persons`` (None where not known)
- ``learned``: its photos fitted on (``training``) and chosen on (``validation``), and its
  ``weight``, its share of all that are fitted on; None where it is only tested on
- ``left_out``: photos by the sentence that says why; ``problems``: sentences on rows of its table;
  ``not_tested``: photos that were left out of the test because they, or their person, were
  trained on
- ``split``, ``age``, ``race``: ``{value: {"female": n, "male": n}}``; ages in years are decades
- ``crossings``: ``{"age, race": {age: {race: n}}}`` where both are known
- ``sizes`` (``width``, ``height``, ``face``: shorter side of its box; pixels) and ``quality``
  (``brightness``, ``contrast``: ``evidence.light``; ``sharpness``, ``turn``: ``evidence``), each a
  histogram (``edges``, N + 1, ``counts`` and those labelled ``female``, N each), the percentiles
  ``min``, ``p5``, ``p25``, ``median``, ``p75``, ``p95``, ``max``, and ``by``: ``{attribute:
  {value: {"photos", "p5", "p25", "median", "p75", "p95"}}}``
- ``detection``: of all test photos, also those without a face, ``{way: {attribute: {value:
  {"photos": n, "found": n}}}}``; ways are ``material.WAYS`` and ``LABELLED``, attributes those of
  ``Sample.attributes`` and ``all``
- ``duplicates``: ``exact`` (equal files: ``photos`` left out, how many of them ``across`` training
  and test) and ``near`` (``near_duplicates.near``, and ``across``, ``with_training``: pairs of a
  training and a test photo, of this data set and of this and those trained on; None where there
  are no such pairs to look at); ``sets``: pairs of near duplicates of this and each other data set,
  before those that would spoil a test were left out of the training

``mean_faces.npz`` is described in ``facespace.artifacts.mean_faces``.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from joblib import Parallel, delayed
from tqdm import tqdm

from facespace.artifacts.manifest import load_manifest
from facespace.artifacts.mean_faces import FILE as MEAN_FACES
from facespace.faces import evidence
from facespace.io import images
from facespace.metrics.groups import LEAST_GROUP, order_of
from facespace.types import FacespaceError
from training.options import MeasureOptions
from training.photos import near_duplicates
from training.photos.crops import CHUNK, Cropped
from training.photos.material import Material, joined, load
from training.photos.near_duplicates import Hashed
from training.photos.sample import Sample
from training.report import artifact_files

#: Counts and distributions among the artifacts.
FILE = "dataset.json"

#: The way in which the faces of labelled photos are found: padded, at a low threshold.
LABELLED = "labelled"

#: In the order in which they are shown.
SPLITS = ("train", "test")

#: Sizes in pixels, fields of ``crops.ROW``.
SIZES = ("width", "height", "face")

#: Classes of a histogram below the 99th percentile, and at most in all: the tail goes on in
#: classes of the same width, so that a few odd photos do not blur all others.
BINS, MOST_BINS = 30, 150

_MARKS = {"min": 0, "p5": 5, "p25": 25, "median": 50, "p75": 75, "p95": 95, "max": 100}
_BOX = ("p5", "p25", "median", "p75", "p95")

Array = npt.NDArray[Any]

log = logging.getLogger(__name__)


def describe(options: MeasureOptions) -> None:
    """Measure the photos again, and put the result into artifacts that are there.

    All but ``dataset.json``, ``means.npz`` and what the manifest says of these stays as it is, and
    so do data sets that are not given.

    Raises:
        FacespaceError: there are no artifacts, they were made from other data, or the photos
            cannot be used.
    """
    out = options.out
    manifest = load_manifest(out)
    material = load(options.data, options.test, options.limit, options.crops, options.jobs)
    trained_on = manifest.model().data["title"]
    if material.trained_on.title != trained_on:
        raise FacespaceError(
            f"The models in {out} were trained on {trained_on}, not on {material.trained_on.title}."
        )
    before = manifest.json(FILE)["datasets"] if FILE in manifest.files else {}
    artifact_files.add(out, contents(material, options.jobs, before))
    log.info(f"wrote {out / FILE} and {out / MEAN_FACES}")


def contents(
    material: Material, jobs: int = -1, before: Mapping[str, Any] | None = None
) -> dict[str, bytes]:
    """``dataset.json`` and ``mean_faces.npz``, by their names.

    Args:
        material: the photos.
        jobs: worker processes; -1 for one a processor.
        before: data sets described earlier, which stay unless they are among these.
    """
    used = [material.usable[name] for name in material.learned]
    training = joined([sample.part(_side(sample, "train")) for sample in used])
    seen = {key: _look(sample, jobs) for key, sample in material.usable.items()}
    described = {key: _described(key, material, seen) for key in material.datasets}
    return {
        FILE: artifact_files.encoded({"datasets": {**(before or {}), **described}}),
        MEAN_FACES: artifact_files.packed(mean_faces(training)),
    }


def mean_faces(training: Sample) -> dict[str, Array]:
    """The arrays of ``mean_faces.npz``.

    A mean of a few faces would be a picture of them: values that fewer than
    ``classification.LEAST_GROUP`` faces have are left out.
    """
    arrays: dict[str, Array] = {}
    for attribute, values in training.attributes.items():
        for value in _values(values):
            rows = values == value
            if rows.sum() >= LEAST_GROUP:
                mean = training.crops[rows].mean(axis=0, dtype=np.float64)
                arrays[f"{attribute}/{value}"] = mean.astype(np.float32)
                arrays[f"faces/{attribute}/{value}"] = np.asarray(rows.sum(), np.int64)
    return arrays


@dataclass(frozen=True, slots=True)
class _Seen:
    """What opening N photos gave: ``evidence.light``, float64 (N, 2), and their hashes."""

    light: Array
    hashed: Hashed


def _look(sample: Sample, jobs: int) -> _Seen:
    """Open every photo once."""
    paths = [photo.path for photo in sample.photos]
    chunks = [paths[i : i + CHUNK] for i in range(0, len(paths), CHUNK)]
    work = Parallel(n_jobs=jobs, return_as="generator")(delayed(_look_at)(c) for c in chunks)
    light, hashes = [], []
    with tqdm(total=len(paths), desc="looking", unit="photo") as bar:
        for some_light, some_hashes in work:
            light.append(some_light)
            hashes.append(some_hashes)
            bar.update(len(some_light))
    crops = near_duplicates.fingerprints(sample.crops)
    return _Seen(np.concatenate(light), Hashed(np.concatenate(hashes), crops))


def _look_at(paths: Sequence[Path]) -> tuple[Array, Array]:
    cv2.setNumThreads(1)  # the processes share the processors already
    photos = (images.load(path) for path in paths)
    light, hashes = zip(
        *((evidence.light(rgb), near_duplicates.fingerprint(rgb)) for rgb in photos), strict=True
    )
    return np.array(light), np.array(hashes)


def _described(name: str, material: Material, seen: Mapping[str, _Seen]) -> dict[str, Any]:
    dataset, sample = material.datasets[name], material.usable[name]
    tested = _side(sample, "test").sum() if name in material.learned else len(sample.photos)
    attributes = sample.attributes
    return {
        "title": dataset.title,
        "licence": dataset.licence,
        "source": dataset.source,
        "photos": len(sample.photos),
        "persons": len({photo.person for photo in sample.photos} - {""}) or None,
        "learned": material.weights.get(name),
        "left_out": dict(material.left_out[name]),
        "problems": list(dataset.problems),
        "not_tested": int(tested) - len(material.tests[name].photos),
        "split": _by_label(sample, _splits(sample), SPLITS.index),
        "age": _by_label(sample, attributes["age"], order_of),
        "race": _by_label(sample, attributes["race"], order_of),
        "crossings": _crossings(attributes),
        **_measured(sample, seen[name].light),
        "detection": detection(
            material.whole[name], {LABELLED: _labelled(material, name), **material.found[name]}
        ),
        "duplicates": _duplicates(name, material, seen),
    }


def detection(whole: Sample, ways: Mapping[str, Cropped]) -> dict[str, Any]:
    """How many photos there are, and in how many a face was found.

    Args:
        whole: N test photos, also those without a face.
        ways: what each way of looking gave for these N.
    """
    columns = {"all": np.full(len(whole.photos), "all"), **whole.attributes}
    return {
        way: {
            attribute: {
                value: {
                    "photos": int((values == value).sum()),
                    "found": int((cropped.found & (values == value)).sum()),
                }
                for value in _values(values)
            }
            for attribute, values in columns.items()
        }
        for way, cropped in ways.items()
    }


def distribution(values: Array, attributes: Mapping[str, Array]) -> dict[str, Any]:
    """A histogram, percentiles, and percentiles by group.

    Args:
        values: numbers (N,).
        attributes: the groups of each, str (N,), among them ``sex``.
    """
    values = np.asarray(values, np.float64)
    counts, edges = np.histogram(values, _classes(values))
    female, _ = np.histogram(values[attributes["sex"] == "female"], edges)
    marks = np.percentile(values, list(_MARKS.values()))
    return {
        "edges": _short(edges),
        "counts": counts.tolist(),
        "female": female.tolist(),
        **dict(zip(_MARKS, _short(marks), strict=True)),
        "by": {
            attribute: {value: _box(values[groups == value]) for value in _values(groups)}
            for attribute, groups in attributes.items()
        },
    }


def _classes(values: Array) -> int:
    spread = float(np.percentile(values, 99) - values.min())
    if not spread:  # nearly all are the same
        return BINS if np.ptp(values) else 1
    return min(MOST_BINS, int(np.ceil(BINS * np.ptp(values) / spread)))


def _measured(sample: Sample, light: Array) -> dict[str, Any]:
    """``sizes`` and ``quality``."""
    rows = sample.rows
    brightness, contrast = light.T
    quality = {
        "brightness": brightness,
        "contrast": contrast,
        "sharpness": evidence.sharpness(sample.crops),
        "turn": np.array([evidence.yaw(points) for points in rows["landmarks"].astype(float)]),
    }
    attributes = sample.attributes
    return {
        "sizes": {name: distribution(rows[name], attributes) for name in SIZES},
        "quality": {name: distribution(values, attributes) for name, values in quality.items()},
    }


def _duplicates(name: str, material: Material, seen: Mapping[str, _Seen]) -> dict[str, Any]:
    sample, again = material.usable[name], material.again[name]
    splits = _splits(sample)
    sides = dict(zip(sample.rows["content"].tolist(), splits.tolist(), strict=True))
    twice = zip(again.rows["content"].tolist(), _splits(again).tolist(), strict=True)
    near = near_duplicates.near(seen[name].hashed)
    one, other = near.pairs.T
    across = {
        "exact": sum(sides[content] != split for content, split in twice),
        "near": int((splits[one] != splits[other]).sum()),
    }
    with_training = None
    if name not in material.learned:
        with_training = near_duplicates.between(seen[name].hashed, _learned(material, seen))
    has_both = set(SPLITS) <= set(splits.tolist())
    return {
        "exact": {"photos": len(again.photos), "across": across["exact"] if has_both else None},
        "near": {
            **near.to_dict(),
            "across": across["near"] if has_both else None,
            "with_training": with_training,
        },
        "sets": material.across[name],
    }


def _learned(material: Material, seen: Mapping[str, _Seen]) -> Hashed:
    """The hashes of the photos that were trained on."""
    rows = {name: _side(material.usable[name], "train") for name in material.learned}
    return Hashed(
        np.concatenate([seen[name].hashed.photos[mask] for name, mask in rows.items()]),
        np.concatenate([seen[name].hashed.crops[mask] for name, mask in rows.items()]),
    )


def _labelled(material: Material, name: str) -> Cropped:
    whole = material.whole[name]
    return Cropped(whole.crops, whole.rows)


def _by_label(
    sample: Sample, values: Array, key: Callable[[str], Any]
) -> dict[str, dict[str, int]]:
    """Counts by value and label, in the order of ``key``."""
    counts = Counter(zip(values.tolist(), sample.labels.tolist(), strict=True))
    known = sorted({value for value, _ in counts} - {""}, key=key)
    return {v: {label: counts[v, label] for label in ("female", "male")} for v in known}


def _crossings(attributes: Mapping[str, Array]) -> dict[str, dict[str, dict[str, int]]]:
    ages, races = attributes["age"], attributes["race"]
    counts = Counter(zip(ages.tolist(), races.tolist(), strict=True))
    if not _values(ages) or not _values(races):
        return {}
    return {"age, race": {a: {r: counts[a, r] for r in _values(races)} for a in _values(ages)}}


def _splits(sample: Sample) -> Array:
    return np.array([photo.split for photo in sample.photos])


def _side(sample: Sample, split: str) -> npt.NDArray[np.bool_]:
    return np.asarray(_splits(sample) == split)


def _values(values: Array) -> list[str]:
    """The values that occur, without "" (not known), ages by number, all else by the alphabet."""
    return sorted(set(values.tolist()) - {""}, key=order_of)


def _box(values: Array) -> dict[str, Any]:
    marks = _short(np.percentile(values, [_MARKS[name] for name in _BOX]))
    return {"photos": len(values), **dict(zip(_BOX, marks, strict=True))}


def _short(values: Array) -> list[float]:
    """Five digits of every number."""
    return [float(f"{value:.5g}") for value in values]
