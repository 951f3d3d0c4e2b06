"""Faces of known label, found as the dashboard finds them: as they are, and as life spoils them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from facespace.artifacts.manifest import load_manifest
from facespace.faces import detectors, doubts, evidence
from facespace.faces.decide import Rules, rejected
from facespace.types import Array, Bools, Detection, Evidence
from training.abstain import profiles
from training.abstain.promise import PLAIN
from training.photos import changes
from training.photos.crops import Way, crop_all
from training.photos.sample import Sample, joined
from training.report.measure import Judge, detections_of

#: The conditions by their names, and what is done to the photos in each.
CONDITIONS = {PLAIN: ""} | {
    changes.WORDS[change]: change for change in changes.CHANGES if change not in changes.FOR_TEST
}

#: The condition of pictures marked as profiles.
PROFILES = "full profiles"


@dataclass(frozen=True, slots=True)
class Observations:
    """N faces, each in the ``condition`` of its photo, keys of ``CONDITIONS`` or ``PROFILES``.

    The spoilt copies of a photo, and all photos of a person, have the same of ``groups``.
    """

    sample: Sample
    conditions: Array
    groups: Array
    detections: list[Detection]
    evidences: list[Evidence]

    @property
    def plain(self) -> Bools:
        """Which are of photos as they are, bool (N,)."""
        return np.asarray(self.conditions == PLAIN)

    @property
    def weights(self) -> Array:
        """What each face counts, (N,): photos as they are as much as all others together."""
        plain = int(self.plain.sum())
        spoilt = len(self.plain) - plain
        return np.where(self.plain, max(spoilt, 1) / max(plain, 1), 1.0)

    def measures(self, judge: Judge) -> tuple[Bools, dict[str, Array]]:
        """Whether the model is wrong about each face, and what the chance of that hangs on.

        Returns:
            bool (N,), and the measures of ``doubts.about``, float64 (N,), NaN where not taken.
        """
        scores = judge.scored(self.sample)
        columns = zip(self.detections, scores, self.evidences, strict=True)
        faces = [doubts.about(*column, judge.threshold) for column in columns]
        measures = {
            name: np.array([face[name] for face in faces], np.float64)  # None becomes NaN
            for name in (faces[0] if faces else ())
        }
        female = np.array([score.probability_female for score in scores])
        return ~judge.point.right(self.sample.female, female), measures


def observed(choice: Sample, sides: Sample, where: Path, cache: Path, jobs: int) -> Observations:
    """Find the faces of labelled photos in every condition; those missed or thrown out are none.

    Args:
        choice: photos that nothing was fitted on.
        sides: side views, as ``profiles.labelled`` gives them.
        where: the artifacts whose second opinion and finds count.
        cache: where crops are kept, so that a photo is spoilt once.
        jobs: worker processes; -1 for one a processor.
    """
    samples = {
        condition: crop_all(choice.photos, cache, jobs, Way(serving=True, change=change)).faced
        for condition, change in CONDITIONS.items()
    }
    samples[PROFILES] = sides.part(profiles.even(sides)).faced
    sample = joined(list(samples.values()))
    conditions = np.repeat(list(samples), [len(part.photos) for part in samples.values()])
    detections = detections_of(sample, detectors.DEFAULT)
    evidences = evidence.gather(detections, sample.crops, where)
    manifest = load_manifest(where)
    rules = Rules.of(manifest.model(), finds=manifest.finds, detector=detectors.DEFAULT)
    pairs = zip(detections, evidences, strict=True)
    kept = np.flatnonzero([not rejected(*pair, rules) for pair in pairs])
    return Observations(
        sample.part(kept),
        conditions[kept],
        sample.persons[kept],
        [detections[i] for i in kept],
        [evidences[i] for i in kept],
    )
