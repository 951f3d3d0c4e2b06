"""What users get, photo in, verdict out, by the group of whoever is in the photo.

Failure to find a face is kept apart from what is read in the faces found, and the two wrong ways
are told apart, as ISO/IEC 19795-10 asks of differences between groups.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from facespace.metrics import intervals
from facespace.metrics.groups import Group, Grouping, gaps, order_of
from facespace.types import Array, Bools

#: Of all photos of a group; of the faces found, as if "?" were no choice; and of the answers.
METRICS = (
    *("missed", "coverage"),
    *("unsure", "child", "recall_female", "recall_male"),
    *("risk", "risk_female", "risk_male"),
)

#: What becomes of a photo.
_MISSED, _ANSWERED, _UNSURE, _CHILD = range(4)


def by_group(
    female: Bools,
    found: Bools,
    right: Bools,
    answered: Bools,
    child: Bools,
    attributes: Mapping[str, Array],
    persons: Array,
) -> dict[str, Grouping]:
    """The figures of each group, by attribute; photos whose group is not known have no part.

    ``missed`` and ``coverage`` are shares of all photos: no face found, answered. Of the faces
    found ``unsure`` is the share of "?" for any reason, ``child`` that of faces that look like a
    child's, and ``recall_female`` and ``recall_male`` the shares predicted as labelled with no "?".
    ``risk`` is the share of wrong answers, ``risk_female`` and ``risk_male`` of those on faces
    labelled so. All are NaN where they are about no face.

    Args:
        female: bool (N,), the labels of all photos.
        found: bool (N,), where a face was found.
        right: bool (N,), where an answer would be the label.
        answered: bool (N,), where the verdict is not "?".
        child: bool (N,), where it is "?" because the face looks like a child's.
        attributes: by name the groups, str (N,); "" where not known.
        persons: (N,), equal for photos of the same person.
    """
    became = np.select([~found, child, ~answered], [_MISSED, _CHILD, _UNSURE], _ANSWERED)
    kinds = (became * 2 + right) * 2 + female
    given = found & answered
    about = {
        **dict.fromkeys(("missed", "coverage"), np.ones_like(found)),
        **dict.fromkeys(("unsure", "child"), found),
        "recall_female": found & female,
        "recall_male": found & ~female,
        "risk": given,
        "risk_female": given & female,
        "risk_male": given & ~female,
    }
    result = {}
    for name, values in attributes.items():
        table = {}
        for value in sorted(set(values.tolist()) - {""}, key=order_of):
            rows = values == value
            parts = {metric: rows & part for metric, part in about.items()}
            behind = {key: max(1, intervals.people(persons[p])) for key, p in parts.items()}
            figures = intervals.of_counts(_shares, kinds[rows], 16, persons[rows], behind=behind)
            counts = {metric: int(part.sum()) for metric, part in parts.items()}
            table[value] = Group(int(rows.sum()), figures, counts)
        if table:
            result[name] = Grouping(table, gaps(table, METRICS))
    return result


def _shares(counts: Array) -> dict[str, Array]:
    """``METRICS``, each (...), of counts of the kinds of photos (..., 16)."""
    cells = counts.reshape(*counts.shape[:-1], 4, 2, 2)  # became, right, female
    photos, of_kind = counts.sum(axis=-1), cells.sum(axis=(-2, -1))
    found, given = cells[..., _ANSWERED:, :, :].sum(axis=-3), cells[..., _ANSWERED, :, :]
    faces = found.sum(axis=(-2, -1))
    with np.errstate(invalid="ignore", divide="ignore"):
        recall, risk = found[..., 1, :] / found.sum(axis=-2), given[..., 0, :] / given.sum(axis=-2)
        return {
            "missed": of_kind[..., _MISSED] / photos,
            "coverage": of_kind[..., _ANSWERED] / photos,
            "unsure": (of_kind[..., _UNSURE] + of_kind[..., _CHILD]) / faces,
            "child": of_kind[..., _CHILD] / faces,
            "recall_female": recall[..., 1],
            "recall_male": recall[..., 0],
            "risk": given[..., 0, :].sum(axis=-1) / of_kind[..., _ANSWERED],
            "risk_female": risk[..., 1],
            "risk_male": risk[..., 0],
        }
