"""When a model by itself says "?": its threshold, and the certainty it must have."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import cv2
import numpy as np
from onnxruntime import InferenceSession
from sklearn.metrics import roc_auc_score

from facespace.faces import align
from facespace.metrics import classification, thresholds
from facespace.metrics.operating_point import OperatingPoint
from facespace.types import Array, Template
from training.photos.sample import Sample
from training.report.measure import Change, probability

#: Share of wrong answers among the answered faces of the validation that is put up with.
RISK = 0.04

#: Sides in pixels to which validation crops of ``align.TEMPLATE`` are shrunk, to see how small a
#: face may be; wider crops are to as much more.
SHRUNK_TO = (8, 10, 12, 16, 20, 24, 32, 48)

#: How all of it is chosen, in words.
HOW = (
    "probabilities by Platt's sigmoid; the threshold at which both sexes are wrong equally "
    f"often; by the model's own certainty the most faces with at most {RISK:.0%} of the answers "
    "wrong"
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was chosen on the validation.

    ``sizes`` is the AUC that faces of several sides reach. ``female`` are the probabilities, (N,),
    and ``metrics`` what they amount to at this ``point``.
    """

    point: OperatingPoint
    sizes: list[dict[str, float]]
    female: Array
    metrics: dict[str, Any]


def choose(trial: InferenceSession, choice: Sample, template: Template) -> Chosen:
    """Choose for a ``model.session``, which eats these crops, on faces nothing was fitted on."""
    female = probability(trial, choice.eaten(template))
    threshold = thresholds.equal_error_threshold(choice.female, female)
    certainty = thresholds.least_certainty(choice.female, female, threshold, RISK)
    # Rounded as the manifest will have them; upwards, so that the risk stays within its bound.
    point = OperatingPoint(round(threshold, 4), float(np.ceil(certainty * 1e4) / 1e4))
    metrics = classification.metrics(choice.female, female, point)
    return Chosen(point, _sizes(trial, choice, template), female, metrics)


def _sizes(trial: InferenceSession, choice: Sample, template: Template) -> list[dict[str, float]]:
    """Sides of a face's box, in pixels, and what AUC faces of that size reach.

    Crops are shrunk to fewer pixels and enlarged again. A face's box is larger or smaller than
    its crop; the median ratio turns the one into the other.
    """
    eyes = choice.rows["landmarks"][:, :2].mean(axis=1)
    mouth = choice.rows["landmarks"][:, 3:].mean(axis=1)
    extent = np.hypot(*(mouth - eyes).T) / (template.mouth - template.eyes)
    ratio = float(np.median(choice.rows["face"] / extent))

    def auc(change: Change | None = None) -> float:
        female = probability(trial, choice.eaten(template), change)
        return float(roc_auc_score(choice.female, female))

    # Of a wider crop the face fills a smaller part.
    wider = (align.TEMPLATE.mouth - align.TEMPLATE.eyes) / (template.mouth - template.eyes)
    sides = [round(side * wider) for side in SHRUNK_TO]
    table = [{"face": side * ratio, "auc": auc(partial(_shrunk, side=side))} for side in sides]
    table.append({"face": template.side * ratio, "auc": auc()})
    return table


def _shrunk(crop: Array, side: int) -> Array:
    small = cv2.resize(crop, (side, side), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, crop.shape[1::-1], interpolation=cv2.INTER_CUBIC))
