"""Tests models that are there once more: on other photos, or by a changed detector or crop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from facespace.artifacts.manifest import load_manifest
from training.photos.material import load
from training.report import artifact_files, measure, model_card


def retest(
    data: Path | Sequence[Path],
    out: Path,
    tests: Sequence[Path] = (),
    limit: int | None = None,
    cache: Path = Path(".cache"),
    jobs: int = -1,
    say: Callable[[str], None] = print,
) -> None:
    """Measure every model of some artifacts anew, and replace what the report says of the tests.

    What was chosen and measured in training stays.

    Args:
        data: the labelled photos that the models were trained on; their test split is tested on.
        out: the artifacts.
        tests: further data sets.
        limit: at most so many photos of each data set.
        cache: where crops are kept between runs.
        jobs: worker processes; -1 for one a processor.
        say: told what is being done.

    Raises:
        FacespaceError: the data or the artifacts cannot be used.
    """
    manifest = load_manifest(out)
    written = manifest.json(artifact_files.REPORT)
    material = load(data, tests, limit, cache / "crops", jobs)
    probabilities = {}
    for name in manifest.models:
        say(f"testing {name}")
        measured, probabilities[name] = measure.again(manifest, name, material)
        written["models"][name] |= measured
    scores = artifact_files.packed(artifact_files.scores(material.tests, probabilities))
    artifact_files.add(
        out, {artifact_files.REPORT: artifact_files.encoded(written), artifact_files.SCORES: scores}
    )
    model_card.write(out)
    say(f"wrote {out}")
