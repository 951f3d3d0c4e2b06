"""``python -m training evaluate --data DIR|ZIP``: the page "Bring your own test" for a terminal."""

from __future__ import annotations

import sys
from itertools import product
from pathlib import Path
from typing import Any

from tqdm import tqdm

from facespace.artifacts.manifest import load_manifest
from facespace.cli.arguments import check_outputs
from facespace.datasets import scoring
from facespace.datasets.dataset import open_labelled
from facespace.faces import model
from facespace.io.atomic import atomic_write
from facespace.io.tables import marked, table_text
from training.options import EvaluateOptions


def evaluate(options: EvaluateOptions) -> int:
    """Test, print, and write; returns the exit code: 0 done, 1 there is nothing to measure.

    Raises:
        FacespaceError: the data or the artifacts cannot be used, or a file cannot be written;
            so does it OSError, on a full disk.
    """
    check_outputs((options.json, options.csv), None, [options.data], "is the data itself")
    manifest = load_manifest(options.artifacts)
    names = dict.fromkeys(options.model or manifest.models)
    models = {name: model.load_model(name, manifest.folder) for name in names}
    with open_labelled(options.data, labels=options.labels) as data, _Bar() as bar:
        outcome = scoring.score(data, models, bar)
    _write(options.json, outcome.to_json())
    _write(options.csv, marked(outcome.to_csv()))
    for row in outcome.left_out:
        print(f"left out: {row['file']}: {row['error']}", file=sys.stderr)
    if outcome.figures is None:
        print(f"training: {outcome.problem}", file=sys.stderr)
        return 1
    print(table(outcome.figures))
    return 0


def table(figures: dict[str, Any]) -> str:
    """The figures of ``scoring.score`` for a terminal: a row a metric, a column a model."""
    about, models = figures["data"], figures["models"]
    first = next(iter(models.values()))
    rows = [
        {"": metric} | {name: _cell(entry["metrics"][metric]) for name, entry in models.items()}
        for metric in first["metrics"]
    ]
    for (i, label), (j, predicted) in product(enumerate(("female", "male")), repeat=2):
        counts = {name: f"{entry['confusion'][i][j]:,}" for name, entry in models.items()}
        rows.append({"": f"labelled {label}, predicted {predicted}", **counts})
    title = (
        f"{about['title']}: {about['photos']:,} photos, {about['faces']:,} faces, "
        f"{about['female']:,} labelled female, {about['male']:,} male; "
        "in brackets 95 % intervals"
    )
    return "\n".join([title, *figures["remarks"], "", table_text(["", *models], rows)])


def _cell(figure: dict[str, float | None]) -> str:
    value, low, high = (
        "–" if figure[key] is None else f"{figure[key]:.3f}" for key in ("value", "low", "high")
    )
    return f"{value} ({low} to {high})"


def _write(path: Path | None, text: str) -> None:
    if path:
        with atomic_write(path) as file:
            file.write(text.encode())


class _Bar:
    """A bar for each kind of thing that is done; none where nobody looks."""

    def __init__(self) -> None:
        self._bar: tqdm[Any] | None = None
        self._kind = ""

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def __call__(self, kind: str, done: int, total: int) -> None:
        if self._bar is None or kind != self._kind:
            self.__exit__()
            self._bar, self._kind = tqdm(total=total, unit=kind, disable=None), kind
        self._bar.update(done - self._bar.n)
