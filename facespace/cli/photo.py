"""``facespace photo FILE...``: photos, and one result a face."""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path

from facespace.batch.read_photo import Outputs, PhotoRead, pictures_of
from facespace.cli import arguments
from facespace.cli.terminal import complain
from facespace.faces.analyze import Settings, analyze, failed_reading
from facespace.io import tables
from facespace.io.atomic import check_folder
from facespace.io.find_photos import Photo, find, is_pattern
from facespace.io.formats import PICTURES, passed_over
from facespace.io.names import path, unquoted
from facespace.io.pixels import Pixels
from facespace.types import FacespaceError, Reading

DESCRIPTION = "Reads photos and prints one result a face."
EXIT_CODES = "Exit codes: 0 all files were read, 1 some were not, 2 wrong usage."

_FORMATS = {"json": tables.to_json, "csv": tables.to_csv, "table": tables.to_table}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument(
        "files", nargs="+", metavar="FILE", help=f"{PICTURES}; or a pattern in quotes"
    )
    parser.add_argument("--format", choices=_FORMATS, default="table", help="default: table")
    parser.add_argument(
        "--out", type=path, metavar="FOLDER", help="keep every photo with its faces boxed"
    )
    arguments.add_anonymise(parser, "the pictures of --out")
    arguments.add_settings(parser)


def run(options: argparse.Namespace) -> int:
    """Read photos and print their faces; the exit code."""
    if options.anonymise and not options.out:
        raise FacespaceError("--anonymise needs --out, the folder that the pictures go to")
    if options.out:
        check_folder(options.out)
    settings = arguments.settings_of(options)
    others: list[str] = []
    photos = [photo for name in options.files for photo in _named(name, others)]
    if remark := passed_over(others, len(photos)):
        complain(remark)
    outputs = Outputs(options.out, anonymise=options.anonymise)
    readings = [_read(photo, settings, outputs) for photo in photos]
    print(_FORMATS[options.format](readings).rstrip("\n"))
    return int(any(reading.error for reading in readings))


def _named(name: str, others: list[str]) -> list[Photo]:
    """The photos of a pattern, which not every shell expands, or the one of this name."""
    name = unquoted(name)
    if is_pattern(name):
        return find([name], passed_over=others)
    return [Photo(name, Path(name))]


def _read(photo: Photo, settings: Settings, outputs: Outputs) -> Reading:
    try:
        content = photo.content()
        pixels = Pixels(content)
        reading = analyze(pixels, settings, photo.name)
    except FacespaceError as error:
        reading = failed_reading(photo.name, settings, error)
    else:
        if outputs.annotated:
            key = hashlib.sha256(content).hexdigest()
            made = pictures_of(pixels, reading, key, outputs)
            PhotoRead(key, reading.to_dict(), pictures=made).write_pictures(outputs)
    if remark := reading.error or reading.note:
        complain(f"{photo.name}: {remark}")
    return reading
