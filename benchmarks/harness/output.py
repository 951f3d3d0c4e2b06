"""Figures: the options of every benchmark, and how they are printed and written."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np


def parser(words: str | None, data: bool = True) -> argparse.ArgumentParser:
    """A script's options, described by the first line of its docstring: ``--json``, ``--data``."""
    options = argparse.ArgumentParser(description=(words or "").splitlines()[0])
    options.add_argument("--json", type=Path, metavar="FILE", help="the figures, as a flat object")
    if data:
        options.add_argument("--data", type=Path, required=True, metavar="FOLDER")
    return options


def table(rows: Mapping[Any, Mapping[str, Any]], title: str) -> None:
    """Print rows of the same figures under the names of these."""
    import pandas as pd

    frame = pd.DataFrame.from_dict({str(name): row for name, row in rows.items()}, "index")
    print(f"\n{title}\n{frame.to_string(float_format='{:,.3f}'.format)}", flush=True)


def joined(rows: Mapping[Any, Mapping[str, Any]], pattern: str) -> dict[str, Any]:
    """Rows of figures as one object, with names like "{row}_{figure}"."""
    return {
        pattern.format(row=name, figure=figure): value
        for name, row in rows.items()
        for figure, value in row.items()
    }


def publish(figures: Mapping[str, Any], file: Path | None) -> None:
    """Print figures, one a line, and write them."""
    width = max(map(len, figures))
    for name, value in figures.items():
        print(f"{name:{width}}  {f'{value:.3f}' if isinstance(value, float) else value}")
    write(figures, file)


def beside_ours(times: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """Of all contenders, one called "ours": medians, ``NAME_ms``, and ``NAME_over_ours``."""
    medians = {name: float(np.median(values)) for name, values in times.items()}
    ratios = {f"{n}_over_ours": ms / medians["ours"] for n, ms in medians.items() if n != "ours"}
    return {f"{name}_ms": ms for name, ms in medians.items()} | ratios


def write(figures: Mapping[str, Any], file: Path | None) -> None:
    """Write figures, nested or not, as one flat object, NaN as null; nothing without a file."""
    from facespace.io.typed_json import plain

    if file:
        file.write_text(json.dumps(plain(flat(figures)), indent=1) + "\n", "utf-8")


def flat(figures: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested figures as one object, their names joined by points."""
    result: dict[str, Any] = {}
    for key, value in figures.items():
        nested = isinstance(value, Mapping)
        result |= flat(value, f"{prefix}{key}.") if nested else {f"{prefix}{key}": value}
    return result


def rounded(data: Any, digits: int) -> Any:
    """Figures, nested or not, with so many digits after the point; integers stay."""
    if isinstance(data, Mapping):
        return {key: rounded(value, digits) for key, value in data.items()}
    return round(data, digits) if isinstance(data, float) else data
