"""Who and what is in the photos -> ``dataset.json`` and ``means.npz``, without names or
pictures.

``dataset.json`` holds for each data set, over its usable photos unless said otherwise:

- ``title``, ``licence``, ``source``, ``photos``, ``persons`` (None where not known)
- ``learned``: its photos fitted on (``training``) and chosen on (``validation``), and its
  ``weight``, its share of all that are fitted on; None where it is only tested on
- ``drawn``: how its ``test`` was drawn, where it declares none, and its ``validation``, by hashes:
  ``dataset_description.BELOW`` or ``LOWEST``
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

``means.npz`` is described in ``facespace.artifacts.mean_faces``.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from facespace.artifacts.dataset_description import BELOW, LOWEST
from facespace.artifacts.manifest import load_manifest
from facespace.artifacts.mean_faces import FILE as MEAN_FACES
from facespace.faces import evidence
from facespace.io.atomic import check_folder
from facespace.io.perceptual_hash import GRID, Hashes, difference_hash
from facespace.metrics.groups import LEAST_GROUP, order_of
from facespace.types import RGB, Array, FacespaceError
from training.options import MeasureOptions
from training.photos import near_duplicates, split
from training.photos.material import Material, load
from training.photos.near_duplicates import Hashed
from training.photos.sample import SPLITS, Sample, joined
from training.photos.workers import each_photo
from training.report import artifact_files
from training.report.distribution import distribution, values_of

#: Counts and distributions among the artifacts.
FILE = "dataset.json"

#: The way in which the faces of labelled photos are found: padded, at a low threshold.
LABELLED = "labelled"

#: Sizes in pixels, fields of ``crops.ROW``.
SIZES = ("width", "height", "face")


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
    check_folder(out)
    manifest = load_manifest(out)
    given = options.data, options.test, options.limit, options.crops
    material = load(*given, options.jobs, labels=options.labels)
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
    """``dataset.json`` and ``means.npz``, by their names.

    Args:
        material: the photos.
        jobs: worker processes; -1 for one a processor.
        before: data sets described earlier, which stay unless they are among these.
    """
    used = [material.usable[name] for name in material.learned]
    training = joined([sample.part(sample.splits == "train") for sample in used])
    opened = {name: _opened(sample, jobs) for name, sample in material.usable.items()}
    hashes = {name: hashed for name, (_, hashed) in opened.items()}
    described = {
        name: _described(name, material, opened[name][0])
        | {"duplicates": duplicates(name, material, hashes)}
        for name in material.datasets
    }
    return {
        FILE: artifact_files.encoded({"datasets": {**(before or {}), **described}}),
        MEAN_FACES: artifact_files.packed(mean_faces(training)),
    }


def duplicates(name: str, material: Material, hashes: Mapping[str, Hashed]) -> dict[str, Any]:
    """What is there more than once, exactly or nearly.

    Args:
        name: of the data set.
        material: all of them.
        hashes: of the usable photos of each.
    """
    sample, repeated = material.usable[name], material.repeated[name]
    splits = sample.splits
    side_of = dict(zip(sample.rows["content"].tolist(), splits.tolist(), strict=True))
    sides = zip(repeated.rows["content"].tolist(), repeated.splits.tolist(), strict=True)
    near = near_duplicates.near(hashes[name])
    one, other = near.pairs.T
    exact_across = sum(side_of.get(content, side) != side for content, side in sides)
    near_across = int((splits[one] != splits[other]).sum())
    has_both = set(SPLITS) <= set(splits.tolist())
    with_training = sum(
        near_duplicates.between(
            hashes[name], hashes[trained].part(material.usable[trained].splits == "train")
        )
        for trained in material.learned
        if name not in material.learned
    )
    return {
        "exact": {
            "photos": len(repeated.photos),
            "across": exact_across if has_both else None,
        },
        "near": {
            **near.to_dict(),
            "across": near_across if has_both else None,
            "with_training": None if name in material.learned else with_training,
        },
        "sets": material.shared_pairs[name],
    }


def mean_faces(training: Sample) -> dict[str, Array]:
    """The arrays of ``means.npz``.

    A mean of a few faces would be a picture of them: values that fewer than
    ``groups.LEAST_GROUP`` faces have are left out.
    """
    arrays: dict[str, Array] = {}
    for attribute, values in training.attributes.items():
        for value in values_of(values):
            rows = values == value
            if rows.sum() >= LEAST_GROUP:
                mean = training.crops[rows].mean(axis=0, dtype=np.float64)
                arrays[f"{attribute}/{value}"] = mean.astype(np.float32)
                arrays[f"faces/{attribute}/{value}"] = np.asarray(rows.sum(), np.int64)
    return arrays


def _opened(sample: Sample, jobs: int) -> tuple[Array, Hashed]:
    """Open every photo once; gives ``evidence.light``, float64 (N, 2), and hashes."""
    paths = [photo.path for photo in sample.photos]
    light, hashes = zip(*each_photo(paths, _light_and_hash, jobs, "looking"), strict=True)
    crops = near_duplicates.crop_hashes(sample.crops)
    return np.array(light), Hashed(np.array(hashes), crops)


def _light_and_hash(rgb: RGB) -> tuple[tuple[float, float], Hashes]:
    return evidence.light(rgb), difference_hash(rgb, GRID)


def _described(name: str, material: Material, light: Array) -> dict[str, Any]:
    """What is said of a data set but its duplicates."""
    dataset, sample = material.datasets[name], material.usable[name]
    tested = (sample.splits == "test").sum() if name in material.learned else len(sample.photos)
    attributes = sample.attributes
    return {
        "title": dataset.title,
        "licence": dataset.licence,
        "source": dataset.source,
        "photos": len(sample.photos),
        "persons": len({photo.person for photo in sample.photos} - {""}) or None,
        "learned": material.weights.get(name),
        "drawn": _drawn(name, material),
        "left_out": dict(material.left_out[name]),
        "problems": list(dataset.problems),
        "not_tested": int(tested) - len(material.tests[name].photos),
        "split": _by_label(sample, sample.splits, SPLITS.index),
        "age": _by_label(sample, attributes["age"], order_of),
        "race": _by_label(sample, attributes["race"], order_of),
        "crossings": _crossings(attributes),
        **_measured(sample, light),
        "detection": detection(
            material.whole[name], {LABELLED: material.whole[name], **material.by_way[name]}
        ),
    }


def _drawn(name: str, material: Material) -> dict[str, str]:
    """How the test and the validation of a data set were drawn, as far as they were."""
    if name not in material.learned:
        return {}
    photos = material.usable[name].photos
    halves = [{p.path for p in half.photos} for half in (material.search, material.choice)]
    parts = {"validation": [[p.label for p in photos if p.path in half] for half in halves]}
    declared = {photo.split for photo in material.datasets[name].photos}
    if "" in declared or "test" not in declared:
        parts["test"] = [[p.label for p in photos if p.split == "test"]]
    few = {
        part: min(labels.count(label) for labels in some for label in ("female", "male"))
        for part, some in parts.items()
    }
    return {part: BELOW if count >= split.FEW else LOWEST for part, count in few.items()}


def detection(whole: Sample, ways: Mapping[str, Sample]) -> dict[str, Any]:
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
                for value in values_of(values)
            }
            for attribute, values in columns.items()
        }
        for way, cropped in ways.items()
    }


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
    if not values_of(ages) or not values_of(races):
        return {}
    return {"age, race": {a: {r: counts[a, r] for r in values_of(races)} for a in values_of(ages)}}
