"""``facespace photo FILE...``: photos, and one result a face."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable

from facespace.cli.options import add_settings, settings_of
from facespace.cli.terminal import complain
from facespace.faces.analyze import Settings, analyze, failed_reading
from facespace.io import tables
from facespace.types import FacespaceError, Reading

DESCRIPTION = "Reads photos and prints one result a face."
EXIT_CODES = "Exit codes: 0 all files were read, 1 some were not, 2 wrong usage."

_FORMATS: dict[str, Callable[[Iterable[Reading]], str]] = {
    "json": tables.to_json,
    "csv": tables.to_csv,
    "table": tables.to_table,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("files", nargs="+", metavar="FILE", help="JPEG, PNG, WebP, BMP or HEIC")
    parser.add_argument("--format", choices=_FORMATS, default="table", help="default: table")
    add_settings(parser)


def run(options: argparse.Namespace) -> int:
    """Read photos and print their faces; the exit code."""
    settings = settings_of(options)
    readings = [_read(name, settings) for name in options.files]
    print(_FORMATS[options.format](readings).rstrip("\n"))
    return int(any(reading.error for reading in readings))


def _read(name: str, settings: Settings) -> Reading:
    try:
        reading = analyze(name, settings)
    except FacespaceError as error:
        reading = failed_reading(name, settings, error)
    if remark := reading.error or reading.note:
        complain(f"{name}: {remark}")
    return reading
