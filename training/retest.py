"""Tests models that are there once more: on other photos, or by a changed detector or crop."""

from __future__ import annotations

import logging

from facespace.artifacts.manifest import load_manifest
from training.options import MeasureOptions
from training.photos.material import load
from training.report import artifact_files, measure, model_card

log = logging.getLogger(__name__)


def retest(options: MeasureOptions) -> None:
    """Measure every model of some artifacts anew, and replace what the report says of the tests.

    What was chosen and measured in training stays. The photos are those that the models were
    trained on; their test split is tested on.

    Raises:
        FacespaceError: the data or the artifacts cannot be used.
    """
    out = options.out
    manifest = load_manifest(out)
    report = manifest.json(artifact_files.REPORT)
    material = load(options.data, options.test, options.limit, options.crops, options.jobs)
    probabilities = {}
    for name in manifest.models:
        log.info(f"testing {name}")
        entry, probabilities[name] = measure.retested(manifest, name, material)
        report["models"][name] |= entry
    scores = artifact_files.packed(artifact_files.scores(material.tests, probabilities))
    artifact_files.add(
        out, {artifact_files.REPORT: artifact_files.encoded(report), artifact_files.SCORES: scores}
    )
    model_card.write(out)
    log.info(f"wrote {out}")
