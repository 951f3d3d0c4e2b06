"""``facespace models``: what is installed, and whether it is what it says it is."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from typing import Any

from facespace.artifacts.manifest import load_manifest
from facespace.faces import detectors
from facespace.faces.detectors import yunet
from facespace.io import tables
from facespace.types import FacespaceError

COLUMNS = ("kind", "name", "file", "bytes", "sha256", "state")

DESCRIPTION = "Lists models, data and detectors with their sha256, and checks the files."
EXIT_CODES = "Exit codes: 0 all files are there and unaltered, 1 one is not, 2 no artifacts."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("--format", choices=["table", "csv", "json"], default="table")


def run(options: argparse.Namespace) -> int:
    """Print a row a model, other file of the artifacts, and detector.

    Returns:
        The exit code: 0 if every file is there and unaltered, 1 if one is not.

    Raises:
        FacespaceError: there are no artifacts.
    """
    table = list(rows())
    if options.format == "json":
        print(json.dumps(table, indent=1))
    elif options.format == "csv":
        print(tables.table_csv(COLUMNS, table), end="")
    else:
        print(tables.table_text(COLUMNS, table))
    return int(any(row["state"] not in ("ok", "default") for row in table))


def rows() -> Iterator[dict[str, Any]]:
    """One row a file, of the columns ``COLUMNS``.

    ``state`` is ``ok``, ``default`` for what is taken where nothing else is chosen, or a sentence
    that says what is wrong. ``sha256`` is the one that the file must have.

    Raises:
        FacespaceError: there are no artifacts.
    """
    manifest = load_manifest()
    kinds = [("model", name) for name in manifest.models]
    kinds += [("data", name) for name in manifest.files]
    for (kind, name), file in zip(kinds, manifest.verify(), strict=True):
        fine = "default" if (kind, name) == ("model", manifest.default) else "ok"
        row = {"kind": kind, "name": name, "file": file.info.name, "bytes": file.info.bytes}
        yield row | {"sha256": file.info.sha256, "state": file.problem or fine}
    for name in detectors.NAMES:
        state = "default" if name == detectors.DEFAULT else "ok"
        try:
            detectors.get(name)
        except FacespaceError as error:
            state = str(error)
        row = dict.fromkeys(COLUMNS) | {"kind": "detector", "name": name, "state": state}
        if name == "yunet":  # the others are part of OpenCV
            row |= {"file": yunet.WEIGHTS, "sha256": yunet.SHA256}
            row["bytes"] = yunet.weights().stat().st_size if state == "default" else None
        yield row
