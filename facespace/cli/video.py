"""``facespace video FILM``: the film with every face boxed, or hidden, out, and its tables."""

from __future__ import annotations

import argparse
from pathlib import Path

from facespace import limits
from facespace.cli import arguments
from facespace.cli.terminal import INTERRUPTED, complain, interrupted, show
from facespace.faces.analyze import Settings
from facespace.io.atomic import atomic_write
from facespace.io.formats import FILMS
from facespace.io.names import path
from facespace.io.tables import marked
from facespace.types import FacespaceError
from facespace.video.annotated_film import annotate_film
from facespace.video.anonymous_film import anonymise_film
from facespace.video.film import Film, Progress, frames_csv, to_json, to_table, tracks_csv
from facespace.video.read_film import BETWEEN, candidates, read_film

DESCRIPTION = "Reads a film, follows every face, and prints one result a face."
EXIT_CODES = (
    "Exit codes: 0 all of it was read, 1 it was not, 2 wrong usage, 130 after Ctrl-C, which keeps "
    "what was read; a second one does not."
)

#: What is written of a film, by the option that names the file.
_TABLES = {"csv": frames_csv, "tracks_csv": tracks_csv, "json": to_json}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    minutes, megabytes = limits.MAX_FILM_SECONDS // 60, limits.MAX_FILM_BYTES // 2**20
    parser.add_argument(
        "film",
        type=path,
        metavar="FILM",
        help=f"{FILMS}; up to {megabytes} MB and {minutes} minutes",
    )
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="write the annotated film here, as MP4"
    )
    arguments.add_anonymise(parser, "the film of --out, which keeps its sound, voices too,")
    parser.add_argument(
        "--csv", type=Path, metavar="FILE", help="write one row a face a frame, as CSV"
    )
    parser.add_argument("--tracks-csv", type=Path, metavar="FILE", help="write one row a track")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write film and tracks as JSON")
    arguments.add_reviews(parser)
    parser.add_argument(
        "--every",
        type=arguments.positive,
        metavar="N",
        help=f"look for faces in one of N frames; default: every {BETWEEN:.2f} seconds",
    )
    arguments.add_settings(parser)


def run(options: argparse.Namespace) -> int:
    """Read a film, write what was asked for, and print its tracks.

    Returns:
        The exit code: 0 if all of it was read, 1 if not, 130 after Ctrl-C.

    Raises:
        FacespaceError: it was not tried, as an option is at fault.
    """
    if options.anonymise and not options.out:
        raise FacespaceError("--anonymise needs --out, the file that the film goes to")
    settings = arguments.settings_of(options)
    outputs = [options.out, *(getattr(options, option) for option in _TABLES)]
    arguments.check_outputs(outputs, options.reviews, [options.film], "is the film itself")
    queue = arguments.submissions(options.reviews)
    try:
        with queue as submit:
            film = _read(options, settings)
            _write_tables(options, film)
            if submit:
                submit(candidates(film, options.film))
    except FacespaceError as error:
        complain(f"{options.film}: {error}")
        return 1
    print(to_table(film))
    if film.stopped:
        complain(f"stopped after {film.seconds:.1f} seconds of film")
        return INTERRUPTED
    if film.problem:
        complain(f"{options.film}: {film.problem}")
    return int(bool(film.problem))


def _read(options: argparse.Namespace, settings: Settings) -> Film:
    with interrupted() as stop:
        if options.out is None:
            steps = read_film(options.film, settings, options.every, stop)
        elif options.anonymise:
            steps = anonymise_film(
                options.film, options.out, options.anonymise, settings, options.every, stop
            )
        else:
            steps = annotate_film(options.film, options.out, settings, options.every, stop)
        for step in steps:
            if isinstance(step, Film):
                film = step
            else:
                show(_line(step))
    show("")
    return film


def _write_tables(options: argparse.Namespace, film: Film) -> None:
    for option, table in _TABLES.items():
        if place := getattr(options, option):
            text = table(film) if option == "json" else marked(table(film))
            with atomic_write(place) as file:
                file.write(text.encode(errors="backslashreplace"))


def _line(step: Progress) -> str:
    of = f" of {step.total:,}" if step.total else ""
    left = f", {step.left:.0f} s left" if step.left is not None else ""
    return f"{step.stage} {step.done:,}{of} frames, {step.rate:.0f} a second{left}"
