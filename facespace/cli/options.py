"""Options that commands share, and what is seen to before any work begins."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable
from pathlib import Path

from facespace.cli.terminal import complain
from facespace.faces import detectors
from facespace.faces.analyze import Settings
from facespace.faces.model import load_model
from facespace.types import FacespaceError


def add_settings(parser: argparse.ArgumentParser) -> None:
    """Which detector and model read pictures, and whether small faces are looked for."""
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


def settings_of(options: argparse.Namespace) -> Settings:
    """What ``add_settings`` asked for; says so where another detector stands in.

    Raises:
        FacespaceError: the detector or the model cannot be used.
    """
    settings = Settings(options.detector, options.model, small_faces=options.small_faces)
    _, substitution = detectors.working(settings.detector)
    load_model(settings.model)
    if substitution:
        complain(substitution)
    return settings


def positive(text: str) -> int:
    """A whole number from 1, as the type of an argument."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def check_outputs(
    outputs: Iterable[Path | None], queue: Path | None, inputs: Iterable[Path], what: str
) -> None:
    """See that results can go where they are asked to go.

    Args:
        outputs: files that will be written; None for one that was not asked for.
        queue: of the reviews, in a folder that is made if need be.
        inputs: files that will be read, none of which may be overwritten.
        what: an input is, such as "is the film itself".

    Raises:
        FacespaceError: a folder is missing, or one file would be written twice, or is an input.
    """
    files = [path for path in outputs if path]
    for path in files:
        if not path.absolute().parent.is_dir():
            raise FacespaceError(f"there is no folder {path.parent}")
    files += [queue] if queue else []
    places = {os.path.realpath(path): path for path in files}
    if len(places) < len(files):
        raise FacespaceError("two results would be written to one file")
    for path in inputs:
        if output := places.get(os.path.realpath(path)):
            raise FacespaceError(f"{output} {what}")
