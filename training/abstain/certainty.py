"""When a model by itself says "?": its threshold, the certainty it must have, the smallest face."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from onnxruntime import InferenceSession
from sklearn.metrics import roc_auc_score

from facespace.faces import align
from facespace.metrics import classification, thresholds
from facespace.metrics.operating_point import OperatingPoint
from facespace.types import Array, Crops
from training.photos.sample import Sample
from training.report.measure import probability

#: Share of wrong answers among the answered faces of the validation that is put up with.
RISK = 0.04

#: Sides in pixels to which validation crops are shrunk, to see how small a face may be.
SHRUNK_TO = (8, 10, 12, 16, 20, 24, 32, 48)

#: How much AUC the smallest face that is answered may cost.
AUC_LOSS = 0.01

#: How all of it is chosen, in words.
HOW = (
    "probabilities by Platt's sigmoid; the threshold at which both sexes are wrong equally "
    f"often; the most faces answered with at most {RISK:.0%} of the answers wrong; the smallest "
    f"face whose AUC is within {AUC_LOSS} of a full crop's"
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was chosen on the validation.

    ``smallest_face`` is the least shorter side of a face's box, in pixels, for an answer;
    ``sizes`` the AUC that faces of several sides reach. ``female`` are the probabilities, (N,),
    and ``metrics`` what they amount to at this ``point``.
    """

    point: OperatingPoint
    smallest_face: float
    sizes: list[dict[str, float]]
    female: Array
    metrics: dict[str, Any]


def choose(trial: InferenceSession, validation: Sample) -> Chosen:
    """Choose for a ``model.session`` on faces that nothing was fitted on."""
    female = probability(trial, validation.crops)
    threshold = thresholds.equal_error_threshold(validation.female, female)
    certainty = thresholds.least_certainty(validation.female, female, threshold, RISK)
    # Rounded as the manifest will have them; upwards, so that the risk stays within its bound.
    point = OperatingPoint(round(threshold, 4), float(np.ceil(certainty * 1e4) / 1e4))
    smallest, sizes = _smallest_face(trial, validation)
    metrics = classification.metrics(validation.female, female, point)
    return Chosen(point, smallest, sizes, female, metrics)


def _smallest_face(
    trial: InferenceSession, validation: Sample
) -> tuple[float, list[dict[str, float]]]:
    """The smallest face, in pixels, that is read nearly as well as a full crop.

    Crops are shrunk to fewer pixels and enlarged again. A face's box is somewhat larger than
    its crop; the median ratio turns the one into the other.

    Returns:
        The side of the box in pixels, and a table of sides and what AUC they reach.
    """
    eyes = validation.rows["landmarks"][:, :2].mean(axis=1)
    mouth = validation.rows["landmarks"][:, 3:].mean(axis=1)
    template = align.TEMPLATE
    extent = np.hypot(*(mouth - eyes).T) / (template.mouth - template.eyes)
    ratio = float(np.median(validation.rows["face"] / extent))

    def auc(crops: Crops) -> float:
        return float(roc_auc_score(validation.female, probability(trial, crops)))

    table = [
        {"face": side * ratio, "auc": auc(np.stack([_shrunk(c, side) for c in validation.crops]))}
        for side in SHRUNK_TO
    ]
    table.append({"face": template.side * ratio, "auc": auc(validation.crops)})
    enough = [row["face"] for row in table if row["auc"] >= table[-1]["auc"] - AUC_LOSS]
    return round(min(enough), 1), table


def _shrunk(crop: Array, side: int) -> Array:
    small = cv2.resize(crop, (side, side), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, crop.shape[::-1], interpolation=cv2.INTER_CUBIC))
