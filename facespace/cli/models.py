"""``facespace models``: what is installed, and whether it is what it says it is."""

from __future__ import annotations

import argparse
import json

from facespace.faces.installed import COLUMNS, rows
from facespace.io import tables

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
