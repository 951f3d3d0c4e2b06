"""Full profiles whose label is what a model reads, without doubt, from the front of the person."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from facespace.datasets.dataset import Photo
from facespace.types import Bools, FacespaceError
from training.abstain.marked_faces import Picture
from training.photos.crops import Way, crop_all
from training.photos.sample import Sample
from training.report.measure import Judge, probability

#: The poses that marks name.
FRONTAL, PROFILE = "frontal", "profile"


def views(sets: Mapping[str, Sequence[Picture]]) -> dict[str, list[Photo]]:
    """The pictures of one marked face in each pose; their labels are not known yet, and "".

    A person is whom the column ``person`` names, else the file's name up to the first underscore.

    Raises:
        FacespaceError: there is none of a pose.
    """
    found: dict[str, list[Photo]] = {FRONTAL: [], PROFILE: []}
    for name, pictures in sets.items():
        for picture in pictures:
            if len(picture.attributes) != 1:
                continue
            mark = picture.attributes[0]
            if (pose := mark.get("pose", "")) in found:
                person = mark.get("person") or picture.path.stem.split("_")[0]
                found[pose].append(Photo(picture.path, "", person=f"{name}/{person}"))
    if not all(found.values()):
        raise FacespaceError("No set of pictures marks frontal faces and profiles (column pose).")
    return found


def labelled(judge: Judge, views: Mapping[str, Sequence[Photo]], cache: Path, jobs: int) -> Sample:
    """The side views of all persons whose front views are read alike, each with certainty.

    Args:
        judge: who reads; its own certainty counts, not the rules.
        views: as ``views`` gives them.
        cache: where crops are kept.
        jobs: worker processes; -1 for one a processor.

    Returns:
        Crops as the dashboard would cut them; also views in which no face is found.
    """
    front = crop_all(views[FRONTAL], cache, jobs, Way(serving=True)).faced
    female = probability(judge.runner, front.eaten(judge.template))
    sure = judge.point.answered(female).tolist()
    read = ["female" if p >= judge.threshold else "male" for p in female.tolist()]
    labels: dict[str, set[str]] = {}
    for photo, label, certain in zip(front.photos, read, sure, strict=True):
        labels.setdefault(photo.person, set()).add(label if certain else "?")
    known = {person: "".join(found) for person, found in labels.items() if len(found) == 1}
    sides = [
        replace(photo, label=label)
        for photo in views[PROFILE]
        if (label := known.get(photo.person, "?")) != "?"
    ]
    return crop_all(sides, cache, jobs, Way(serving=True))


def even(sample: Sample) -> Bools:
    """Which photos rules may be fitted on, bool (N,): those of persons of even numbers.

    A person without a number counts by the CRC-32 of the name.
    """
    names = [photo.person.rpartition("/")[2] for photo in sample.photos]
    numbers = [int(name) if name.isdecimal() else zlib.crc32(name.encode()) for name in names]
    return np.array([number % 2 == 0 for number in numbers], bool)
