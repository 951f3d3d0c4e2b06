"""The command line: ``python -m facespace photo|folder|video|models|dashboard|doctor``."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Callable, Iterable, Sequence

from facespace import __version__
from facespace.cli import dashboard, doctor, video
from facespace.cli import folder as folder_command
from facespace.cli import models as models_command
from facespace.faces import detectors
from facespace.faces import model as models
from facespace.faces.analyze import Settings, analyze, failed_reading
from facespace.io import tables
from facespace.types import FacespaceError, Reading

_FORMATS: dict[str, Callable[[Iterable[Reading]], str]] = {
    "json": tables.to_json,
    "csv": tables.to_csv,
    "table": tables.to_table,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Returns:
        The exit code: 0 if every file was read, 1 if some file was not, 2 if none could be
        tried because an argument, the detector or the model is at fault.
    """
    options = _parser().parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):  # a file name may hold what a terminal cannot show
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if isinstance(sys.stdin, io.TextIOWrapper):  # and on standard input what is no text
        sys.stdin.reconfigure(errors="surrogateescape")
    if "detector" not in options:
        try:
            return int(options.run(options))
        except FacespaceError as error:
            print(f"facespace: {error}", file=sys.stderr)
            return 2
    settings = Settings(options.detector, options.model, small_faces=options.small_faces)
    try:
        _, sentence = detectors.working(settings.detector)
        models.load_model(settings.model)
    except FacespaceError as error:
        print(f"facespace: {error}", file=sys.stderr)
        return 2
    if sentence:
        print(f"facespace: {sentence}", file=sys.stderr)
    return int(options.run(options, settings))


def _photos(options: argparse.Namespace, settings: Settings) -> int:
    readings = [_read(name, settings) for name in options.files]
    print(_FORMATS[options.format](readings).rstrip("\n"))
    return int(any(reading.error for reading in readings))


def _read(name: str, settings: Settings) -> Reading:
    try:
        reading = analyze(name, settings)
    except FacespaceError as error:
        print(f"facespace: {name}: {error}", file=sys.stderr)
        return failed_reading(name, settings, error)
    if reading.note:
        print(f"facespace: {name}: {reading.note}", file=sys.stderr)
    return reading


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="facespace",
        description="Finds faces and says for each whether it reads as female, male, or '?'.",
    )
    parser.add_argument("--version", action="version", version=f"facespace {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    photo = commands.add_parser(
        "photo",
        help="read photos",
        description="Reads photos and prints one result a face.",
        epilog="Exit codes: 0 all files were read, 1 some were not, 2 wrong usage.",
    )
    photo.add_argument("files", nargs="+", metavar="FILE", help="JPEG, PNG, WebP, BMP or HEIC")
    photo.add_argument("--format", choices=_FORMATS, default="table", help="default: table")
    photo.set_defaults(run=_photos)
    folder = commands.add_parser(
        "folder",
        help="read many photos: folders, ZIPs, patterns",
        description="Reads any number of photos, by all processors, and prints or writes one "
        "result a face.",
        epilog="Exit codes: 0 all photos were read, 1 some were not or it was interrupted, 2 wrong "
        "usage. Ctrl-C stops and keeps what was read.",
    )
    folder_command.add_arguments(folder)
    folder.set_defaults(run=folder_command.run)
    film = commands.add_parser(
        "video",
        help="read a film",
        description="Reads a film, follows every face, and prints one result a face.",
        epilog="Exit codes: 0 all of it was read, 1 it was not, 2 wrong usage. "
        "Ctrl-C stops and keeps what was read.",
    )
    video.add_arguments(film)
    film.set_defaults(run=video.run)
    installed = commands.add_parser(
        "models",
        help="list what is installed",
        description="Lists models, data and detectors with their sha256, and checks the files.",
        epilog="Exit codes: 0 all files are there and unaltered, 1 one is not, 2 no artifacts.",
    )
    models_command.add_arguments(installed)
    installed.set_defaults(run=models_command.run)
    pages = commands.add_parser(
        "dashboard",
        help="open the pages in a browser",
        description="Starts the dashboard; Ctrl-C ends it.",
        epilog="Exit code 2: what it needs is not installed.",
    )
    dashboard.add_arguments(pages)
    pages.set_defaults(run=dashboard.run)
    checks = commands.add_parser("doctor", help="say what is missing or odd on this machine")
    checks.set_defaults(run=lambda _: doctor.main())
    for command in (photo, folder, film):
        _add_settings(command)
    return parser


def _add_settings(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--detector",
        default=detectors.DEFAULT,
        metavar="NAME",
        help=f"{', '.join(detectors.NAMES)}; default: {detectors.DEFAULT}",
    )
    parser.add_argument(
        "--small-faces",
        action="store_true",
        help="search large pictures in tiles too; takes longer",
    )
    parser.add_argument("--model", metavar="NAME", help="default: the default of the artifacts")
