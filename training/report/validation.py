"""What models do on the two halves of their validation, before any test, and which is better."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from onnxruntime import InferenceSession

from facespace.artifacts.manifest import Manifest, load_manifest
from facespace.faces import model
from facespace.metrics import classification
from facespace.metrics.operating_point import OperatingPoint
from facespace.types import FacespaceError, Template
from training.photos.material import Material
from training.photos.sample import Sample
from training.photos.split import demand_both_classes
from training.report import fitted_on, measure

#: What an old and a new model are told by; the first decides.
COMPARED = ("auc", "balanced_accuracy")

log = logging.getLogger(__name__)


class Exported(NamedTuple):
    """A model's file, its facts of the manifest, and the template of the crops that it eats."""

    content: bytes
    facts: Mapping[str, Any]
    template: Template

    def figures(self, half: Sample) -> dict[str, float]:
        """The metrics on photos, as ``classification.metrics`` has them."""
        point = OperatingPoint(self.facts["threshold"], self.facts["certainty"])
        return _figures(model.session(self.content), point, half, self.template)


def measured(exported: Exported, material: Material) -> dict[str, dict[str, float]]:
    """The metrics on each half of the validation, by the half's name.

    Half A chose the settings and half B the calibration, the threshold and the certainty, so both
    are a little better than photos that chose nothing.
    """
    halves = {"A": material.search, "B": material.choice}
    return {name: exported.figures(half) for name, half in halves.items()}


def tell(name: str, halves: Mapping[str, Mapping[str, float]]) -> None:
    """Log what was measured of a model on each half, a line a half."""
    for half, metrics in halves.items():
        log.info(
            f"{name}, half {half} of the validation: AUC {metrics['auc']:.4f}, balanced accuracy "
            f"{metrics['balanced_accuracy']:.4f}; answered {metrics['coverage']:.1%}, wrong of "
            f"these {metrics['risk']:.1%}"
        )


def demand_no_worse(out: Path, new: Mapping[str, Exported], choice: Sample, anyway: bool) -> None:
    """Print old beside new, and refuse to replace a better model.

    Better is the one with the higher AUC on half B of the validation. No model was fitted on that,
    and nothing that was chosen on it changes an AUC. Photos of it that the old model was fitted on
    are left out. No test photo says which model stays.

    Args:
        out: where the old models are; nothing is demanded where there are none.
        new: the new ones by name.
        choice: half B of the new ones' validation.
        anyway: replace it all the same.

    Raises:
        FacespaceError: a new model is worse, or it is not known what the old one was fitted on,
            and not ``anyway``.
    """
    try:
        manifest = load_manifest(out)
    except FacespaceError:
        log.info(f"there are no models in {out} to compare with")
        return
    old = [name for name in new if name in manifest.models]
    try:
        worse = [name for name in old if _worse(name, manifest, new[name], choice)]
        problem = (
            f"The new model {' and '.join(worse)} is worse than the one in {out}, which stays."
            if worse
            else ""
        )
    except FacespaceError as error:
        problem = f"Old and new cannot be compared. {error}"
    if problem and not anyway:
        raise FacespaceError(f"{problem} Say --replace to replace it all the same.")
    if problem:
        log.info(problem)


def _worse(name: str, manifest: Manifest, exported: Exported, choice: Sample) -> bool:
    half = choice.part(fitted_on.not_fitted(choice, manifest, name))
    demand_both_classes(half.labels, f"the validation photos that are new to the old {name}", 1)
    info = manifest.models[name]
    point = OperatingPoint(info.threshold, info.certainty)
    session = model.session(manifest.path(info.file))
    before = _figures(session, point, half, info.template)
    now = exported.figures(half)
    changes = [
        f"{metric} {before[metric]:.4f} -> {now[metric]:.4f} ({now[metric] - before[metric]:+.4f})"
        for metric in COMPARED
    ]
    log.info(
        f"{name} on {len(half.photos)} of the {len(choice.photos)} photos of half B of the "
        f"validation: {', '.join(changes)}"
    )
    return now[COMPARED[0]] < before[COMPARED[0]]


def _figures(
    session: InferenceSession, point: OperatingPoint, half: Sample, template: Template
) -> dict[str, float]:
    probability = measure.probability(session, half.eaten(template))
    return classification.metrics(half.female, probability, point)
