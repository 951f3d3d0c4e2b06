"""One exported file on every test set: what the report says of a model."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from onnxruntime import InferenceSession
from sklearn.metrics import roc_auc_score

from facespace.artifacts.chance import Chance
from facespace.artifacts.manifest import Manifest, load_manifest
from facespace.artifacts.report import Tested
from facespace.artifacts.verdicts import Judged
from facespace.faces import align, detectors, evidence, model
from facespace.faces.decide import NO_EVIDENCE, NO_FINDS, Rules, decide, rejected
from facespace.io.typed_json import plain
from facespace.metrics import age_errors, classification, served
from facespace.metrics.classification import EndToEnd
from facespace.metrics.groups import Grouping
from facespace.metrics.operating_point import OperatingPoint
from facespace.types import Array, Bools, Box, Crops, Detection, Floats, Score, Template
from training.photos import skin_tone
from training.photos.changes import FOR_TEST
from training.photos.mapped import Mapped
from training.photos.material import WAYS, Material
from training.photos.sample import Sample

#: Batches whose time a face is measured, and how often.
TIMED, TIMES = (1, 32), 20

#: What the report says of each test set beside its metrics, as ``classification.Figures`` has it.
BY_TEST = ("roc", "risk_coverage", "reliability", "confusion", "groups")

#: What it says of the verdicts on each, photo in.
BY_VERDICT = ("end_to_end", "covered", "served")

#: Crops that are read at once.
READ = 1024

#: A crop, uint8, changed on the way to the model.
Change = Callable[[Array], Array]


def scores(
    run: Callable[[Crops], model.Given],
    crops: Crops | Mapped,
    change: Change | None = None,
) -> model.Given:
    """What ``model.run`` gives for crops, of which only ``READ`` at a time are in memory.

    Args:
        run: of the model.
        crops: uint8 (N, ...), as the model eats them.
        change: what is done to each of them before.
    """
    parts = []
    for i in range(0, max(1, len(crops)), READ):
        part = crops[i : i + READ]
        if change is not None and len(part):
            part = np.stack([np.asarray(change(crop), np.uint8) for crop in part])
        parts.append(run(part))
    ages = [part.age for part in parts if part.age is not None]
    return model.Given(
        np.concatenate([part.probability for part in parts]),
        np.concatenate([part.coordinates for part in parts]),
        np.concatenate([part.distance for part in parts]),
        np.concatenate(ages) if ages else None,
    )


def probability(
    runner: InferenceSession, crops: Crops | Mapped, change: Change | None = None
) -> Floats:
    """What a ``model.session`` says of crops: the probability of female, float32 (N,)."""
    return np.asarray(scores(partial(model.run, runner), crops, change).probability[:, 0])


def milliseconds(runner: InferenceSession, crops: Crops) -> dict[str, float]:
    """The median time a face, in milliseconds, in batches of ``TIMED`` faces."""
    result = {}
    for size in TIMED:
        batch = np.resize(crops[:size], (size, *crops.shape[1:]))
        times = []
        for _ in range(TIMES):
            start = time.perf_counter()
            model.run(runner, batch)
            times.append((time.perf_counter() - start) * 1000 / size)
        result[str(size)] = float(np.median(times))
    return result


class Verdicts(NamedTuple):
    """What users get for N photos.

    ``found``, bool (N,): where there is a face, to the detector and to the second opinion.
    ``female``, float32 (N,): its probability, 0 where there is no face. ``answered``, bool (N,):
    where the verdict is not "?"; ``child``, bool (N,): where the face looks like a child's.
    ``chance``, float64 (N,): of an answer to be wrong, NaN where there is no face.
    """

    found: Bools
    female: Floats
    answered: Bools
    child: Bools
    chance: npt.NDArray[np.float64]


class Answers(NamedTuple):
    """What a model says of a test set.

    ``probability``, float32 (M,): of female, of the faces of the plain test. ``judged``: what users
    get for each of the N photos, with the default detector.
    """

    probability: Array
    judged: Judged


@dataclass(frozen=True, slots=True)
class Judge:
    """A model, and what its verdicts depend on beside the photo.

    ``runner`` is the file's ``model.session``; ``threshold``, ``certainty``, ``chance``,
    ``most_wrong`` and ``child`` are as ``ModelInfo`` has them, ``template`` says which crops it
    eats, and ``where`` are the artifacts whose second opinion and finds count; None where there
    are none yet.
    """

    runner: InferenceSession
    threshold: float
    certainty: float
    chance: Chance
    most_wrong: float
    child: float | None
    template: Template
    where: Path | None

    @classmethod
    def of(cls, manifest: Manifest, name: str) -> Judge:
        """The judge that users get from artifacts."""
        info = manifest.models[name]
        return cls(
            runner=model.session(manifest.path(info.file)),
            threshold=info.threshold,
            certainty=info.certainty,
            chance=info.chance,
            most_wrong=info.most_wrong,
            child=info.child,
            template=info.template,
            where=manifest.folder,
        )

    @property
    def point(self) -> OperatingPoint:
        """Threshold and certainty."""
        return OperatingPoint(self.threshold, self.certainty)

    def scored(self, faced: Sample) -> list[Score]:
        """What the model says of photos that have a crop."""
        given = scores(partial(model.run, self.runner), faced.eaten(self.template))
        ages = [None] * len(faced.photos) if given.age is None else given.age.tolist()
        columns = given.probability[:, 0].tolist(), given.distance.tolist(), given.coordinates
        return list(map(Score, *columns, ages))

    def verdicts(self, cropped: Sample, detector: str) -> Verdicts:
        """What users get for N photos whose faces a detector found."""
        found, female = cropped.found, np.zeros(len(cropped.photos), np.float32)
        answered, child = np.zeros((2, len(female)), bool)
        chance = np.full(len(female), np.nan)
        part = cropped.faced
        detections = detections_of(part, detector)
        finds = NO_FINDS if self.where is None else load_manifest(self.where).finds
        rules = Rules.of(self, finds=finds, detector=detector)
        evidences = (
            [NO_EVIDENCE] * len(detections)
            if self.where is None
            else evidence.gather(detections, part.crops, self.where)
        )
        columns = zip(np.flatnonzero(found), detections, self.scored(part), evidences, strict=True)
        for i, detection, score, about in columns:
            if rejected(detection, about, rules):
                found[i] = False
                continue
            verdict = decide(detection, score, rules, about)
            female[i] = score.probability_female
            answered[i], child[i] = verdict.label != "?", "child" in verdict.reasons
            chance[i] = verdict.chance_wrong
        return Verdicts(found, female, answered, child, chance)


def detections_of(faced: Sample, detector: str) -> list[Detection]:
    """What a detector found in photos that have a crop; only the size of each box is known."""
    return [_detection(row, detector) for row in faced.rows]


def _detection(row: Any, detector: str) -> Detection:
    landmarks = align.five(row["landmarks"]) if detector in detectors.WITH_LANDMARKS else None
    side = float(row["face"])
    return Detection(Box(0, 0, side, side), float(row["score"]), landmarks)


def retested(
    manifest: Manifest, name: str, material: Material
) -> tuple[dict[str, Any], dict[str, Answers]]:
    """``tested`` for a model that is there."""
    return tested(Judge.of(manifest, name), material)


def tested(judge: Judge, material: Material) -> tuple[dict[str, Any], dict[str, Answers]]:
    """Test an exported file on every set, and the whole way from photo to verdict.

    Args:
        judge: the model with its rules.
        material: the test sets.

    Returns:
        the part of the report's entry that the test sets fill, and what the model says of each.
    """
    entry: dict[str, Any] = {kind: {} for kind in ("tests", *BY_TEST, *BY_VERDICT, "ages")}
    answers = {}
    for name, sample in material.tests.items():
        given = scores(partial(model.run, judge.runner), sample.eaten(judge.template))
        female = np.asarray(given.probability[:, 0])
        figures = classification.everything(
            sample.female, female, judge.point, sample.attributes, sample.persons
        )
        same = "same data set" if name in material.learned else "other data set"
        title = material.datasets[name].title
        entry["tests"][name] = Tested(same, title, len(sample.photos), figures.metrics)
        for kind in BY_TEST:
            entry[kind][name] = getattr(figures, kind)
        if given.age is not None:
            labels = np.array([photo.age for photo in sample.photos])
            entry["ages"][name] = age_errors.by_group(given.age, labels)
        for kind in BY_VERDICT:
            entry[kind][name] = {}
        for way, cropped in material.by_way[name].items():
            whole, detector = material.whole[name], WAYS[way].detector
            verdicts = judge.verdicts(cropped, detector)
            part = entry["covered" if way in FOR_TEST else "end_to_end"][name]
            part[way] = end_to_end(judge, verdicts, whole)
            if way == detectors.DEFAULT:
                right = judge.point.right(whole.female, verdicts.female)
                entry["served"][name] = _served(verdicts, right, whole)
                told = verdicts.chance, verdicts.found & ~right, verdicts.child
                answers[name] = Answers(female, Judged(whole.persons, *told))
    return plain(entry), answers


def end_to_end(judge: Judge, verdicts: Verdicts, whole: Sample) -> EndToEnd:
    """Photo in, verdict out by every rule, where the faces were found in some way.

    Beside the shares, and only over the faces found: accuracy and AUC by the landmarks of this
    way, and (``_plain``) of the same faces by those of the plain test.

    Args:
        judge: the model.
        verdicts: its own, on N photos found in that way.
        whole: these photos, as the plain test crops them.
    """
    point, (found, female, answered, *_) = judge.point, verdicts
    shares = classification.end_to_end(whole.female, found, female, answered, point, whole.persons)
    both = found & whole.found
    labels = whole.female[both]
    if len(set(labels.tolist())) < 2:
        return shares
    of_plain_test = probability(judge.runner, whole.part(both).eaten(judge.template))
    return replace(
        shares,
        auc_found=float(roc_auc_score(labels, female[both])),
        accuracy_found=float(point.right(labels, female[both]).mean()),
        auc_found_plain=float(roc_auc_score(labels, of_plain_test)),
        accuracy_found_plain=float(point.right(labels, of_plain_test).mean()),
    )


def _served(verdicts: Verdicts, right: Bools, whole: Sample) -> dict[str, Grouping]:
    """What users get for each group, those of skin tone as measured among them."""
    attributes = {**whole.attributes, skin_tone.ATTRIBUTE: skin_tone.tones(whole)}
    told = verdicts.found, right, verdicts.answered, verdicts.child
    return served.by_group(whole.female, *told, attributes, whole.persons)
