"""``python -m facespace video FILM``: the film with every face boxed out, and its tables."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

from facespace import limits
from facespace.cli import review_option
from facespace.cli.terminal import interrupted, show
from facespace.faces.analyze import Settings
from facespace.types import FacespaceError
from facespace.video import review_candidates
from facespace.video import tables as film_export
from facespace.video.annotated_film import annotate_film
from facespace.video.film import Film, Progress
from facespace.video.read_film import BETWEEN, read_film


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command, but for those that it shares with others."""
    minutes, megabytes = limits.MAX_FILM_SECONDS // 60, limits.MAX_FILM_BYTES // 2**20
    parser.add_argument(
        "film",
        type=Path,
        metavar="FILM",
        help=f"MP4, MOV, MKV, WebM, AVI and more; up to {megabytes} MB and {minutes} minutes",
    )
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="write the annotated film here, as MP4"
    )
    parser.add_argument(
        "--csv", type=Path, metavar="FILE", help="write one row a face a frame, as CSV"
    )
    parser.add_argument("--tracks-csv", type=Path, metavar="FILE", help="write one row a track")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write film and tracks as JSON")
    review_option.add_argument(parser)
    parser.add_argument(
        "--every",
        type=_positive,
        metavar="N",
        help=f"look for faces in one of N frames; default: every {BETWEEN:.2f} seconds",
    )


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Read a film, write what was asked for, and print its tracks.

    Returns:
        The exit code: 0 if all of it was read, 1 if not, 2 if it was not tried because of where
        something should be written.
    """
    tables: list[tuple[Path | None, Callable[[Film], str]]] = [
        (options.csv, film_export.frames_csv),
        (options.tracks_csv, film_export.tracks_csv),
        (options.json, film_export.to_json),
    ]
    places = [path for path in (options.out, *(path for path, _ in tables)) if path is not None]
    if len({os.path.realpath(path) for path in places}) < len(places):
        print("facespace: two results would be written to one file", file=sys.stderr)
        return 2
    for path in (*places, options.reviews):
        if path is not None and not path.absolute().parent.is_dir():
            print(f"facespace: there is no folder {path.parent}", file=sys.stderr)
            return 2
        if path is not None and os.path.realpath(path) == os.path.realpath(options.film):
            print(f"facespace: {path} is the film itself", file=sys.stderr)
            return 2
    try:
        keeper = review_option.opened(options.reviews)
    except FacespaceError as error:
        print(f"facespace: {error}", file=sys.stderr)
        return 2
    try:
        with keeper as keep:
            film = _read(options, settings)
            for path, made in tables:
                if path is not None:
                    path.write_text(made(film), "utf-8", "backslashreplace")
            if keep:
                keep(review_candidates.candidates(film, options.film))
    except FacespaceError as error:
        print(f"facespace: {options.film}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nfacespace: given up", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"facespace: {error.filename}: {error.strerror}", file=sys.stderr)
        return 1
    print(film_export.to_table(film))
    if film.stopped:
        print(f"facespace: stopped after {film.seconds:.1f} seconds of film", file=sys.stderr)
    if film.problem:
        print(f"facespace: {options.film}: {film.problem}", file=sys.stderr)
    return int(film.stopped or bool(film.problem))


def _read(options: argparse.Namespace, settings: Settings) -> Film:
    with interrupted() as stop:
        if options.out is None:
            steps = read_film(options.film, settings, options.every, stop)
        else:
            steps = annotate_film(options.film, options.out, settings, options.every, stop)
        for step in steps:
            if isinstance(step, Film):
                film = step
            else:
                show(_line(step))
    show("")
    return film


def _line(step: Progress) -> str:
    of = f" of {step.total:,}" if step.total else ""
    left = f", {step.left:.0f} s left" if step.left is not None else ""
    return f"{step.stage} {step.done:,}{of} frames, {step.rate:.0f} a second{left}"


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number
