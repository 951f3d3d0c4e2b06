"""``python -m training train``, and what adds to its artifacts or tests them."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pkgutil import resolve_name
from typing import Any

from facespace.cli.terminal import GIVEN_UP, INTERRUPTED, worded
from facespace.types import FacespaceError
from training.options import (
    EvaluateOptions,
    MeasureOptions,
    RulesOptions,
    TrainOptions,
    add_arguments,
)


@dataclass(frozen=True, slots=True)
class Command:
    """A command of ``python -m training``.

    ``run`` names the function that takes the options and may return an exit code. It is imported
    when the command is given and not before: the evaluation needs no scikit-learn.
    """

    help: str
    options: type[Any]
    run: str


COMMANDS = {
    "train": Command("photos in, artifacts out", TrainOptions, "training.train:train"),
    "describe": Command(
        "who and what is in the photos: measured again in artifacts that are there",
        MeasureOptions,
        "training.report.describe_data:describe",
    ),
    "rules": Command(
        'when to say "?": adds to artifacts that are there, and tests them by it',
        RulesOptions,
        "training.abstain.rules:choose",
    ),
    "space": Command(
        "where test faces lie in face space: adds to artifacts that are there",
        MeasureOptions,
        "training.report.face_space:measure",
    ),
    "retest": Command(
        "measure the models that are there once more",
        MeasureOptions,
        "training.report.kept_models:retest",
    ),
    "evaluate": Command(
        "labelled photos in, how well the models read them",
        EvaluateOptions,
        "training.evaluate:evaluate",
    ),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Returns:
        The exit code: 0 done, 1 the data or the export is at fault or nothing can be written, 130
        after Ctrl-C.
    """
    parser = argparse.ArgumentParser(prog="python -m training")
    commands = parser.add_subparsers(required=True, dest="command", metavar="COMMAND")
    for name, command in COMMANDS.items():
        # The dataclasses have the defaults.
        suppress = argparse.SUPPRESS
        add_arguments(
            commands.add_parser(name, help=command.help, argument_default=suppress), command.options
        )
    given = vars(parser.parse_args(arguments))
    command = COMMANDS[given.pop("command")]
    options = command.options(**given)
    if not options.data and not getattr(options, "download", None):
        parser.error("the following arguments are required: --data")
    try:
        with _progress_printed():
            return resolve_name(command.run)(options) or 0
    except FacespaceError as error:
        words = str(error)
    except OSError as error:
        words = worded(error)
    except KeyboardInterrupt:
        print(f"training: {GIVEN_UP}", file=sys.stderr)
        return INTERRUPTED
    print(f"training: {words}", file=sys.stderr)
    return 1


@contextmanager
def _progress_printed() -> Iterator[None]:
    """What training logs goes to the output."""
    logger, handler = logging.getLogger("training"), logging.StreamHandler(sys.stdout)
    handler.setFormatter(_Minutes())
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(handler)


class _Minutes(logging.Formatter):
    """What is being done, with the minutes since the start."""

    def format(self, record: logging.LogRecord) -> str:
        return f"[{record.relativeCreated / 60_000:5.1f} min] {record.getMessage()}"


if __name__ == "__main__":
    sys.exit(main())
