"""The command line: ``facespace COMMAND``, or ``python -m facespace COMMAND``."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module

import facespace
from facespace.cli.terminal import complain

#: What each command does. Its module beside this one has the words of its help, ``add_arguments``
#: and ``run``, which gives the exit code.
COMMANDS = {
    "photo": "read photos",
    "folder": "read many photos: folders, ZIPs, patterns",
    "video": "read a film",
    "models": "list what is installed",
    "dashboard": "open the pages in a browser",
    "doctor": "say what is missing or odd on this machine",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Returns:
        The exit code: 0 if every file was read, 1 if some file was not or the command was
        interrupted, 2 if none could be tried because an argument, the detector or the model is at
        fault.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    options = _parser(arguments).parse_args(arguments)
    _take_any_file_name()
    try:
        return int(options.run(options))
    except facespace.FacespaceError as error:
        complain(str(error))
        return 2
    except KeyboardInterrupt:
        complain("given up")
    except BrokenPipeError:  # whoever reads what is printed has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        complain(f"{error.filename}: {error.strerror}")
    return 1


def _parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="facespace",
        description="Finds faces and predicts for each female, male, or '?'.",
    )
    version = f"facespace {facespace.__version__}"
    parser.add_argument("--version", action="version", version=version)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, purpose in COMMANDS.items():
        if name not in arguments:
            commands.add_parser(name, help=purpose)
            continue
        # Only what is asked for is loaded: the doctor runs where packages are missing.
        command = import_module(f"facespace.cli.{name}")
        added = commands.add_parser(
            name, help=purpose, description=command.DESCRIPTION, epilog=command.EXIT_CODES
        )
        command.add_arguments(added)
        added.set_defaults(run=command.run)
    return parser


def _take_any_file_name() -> None:
    """A file name may hold what a terminal cannot show, and on standard input what is no text."""
    for stream, errors in (
        (sys.stdout, "backslashreplace"),
        (sys.stderr, "backslashreplace"),
        (sys.stdin, "surrogateescape"),
    ):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=errors)
