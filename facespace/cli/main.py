"""The command line: ``facespace COMMAND``, or ``python -m facespace COMMAND``."""

from __future__ import annotations

import argparse
import io
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module

import facespace
from facespace.cli.terminal import GIVEN_UP, INTERRUPTED, TERMINATED, complain, loading, worded

#: What each command does. Its module beside this one has the words of its help, ``add_arguments``
#: and ``run``, which gives the exit code.
COMMANDS = {
    "photo": "read photos",
    "folder": "read many photos: folders, ZIPs, patterns",
    "video": "read a film",
    "serve": "read what is sent over HTTP",
    "watch": "watch a camera: who comes, who leaves, how many",
    "models": "list what is installed",
    "dashboard": "open the pages in a browser",
    "doctor": "say what is missing or odd on this machine",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Returns:
        The exit code: 0 if every file was read, 1 if some file was not, 2 if none could be tried
        because an argument, the detector or the model is at fault, 130 after Ctrl-C.
    """
    if arguments is None:  # a program of its own, which cleans up before it ends
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))
    try:
        return _run(sys.argv[1:] if arguments is None else arguments)
    except facespace.FacespaceError as error:
        complain(str(error))
        return 2
    except KeyboardInterrupt:
        complain(GIVEN_UP)
        return INTERRUPTED
    except BrokenPipeError:  # whoever reads what is printed has had enough
        pass
    except OSError as error:
        complain(worded(error))
    _print_no_more()
    return 1


def _run(arguments: Sequence[str]) -> int:
    if sys.stdout is None:  # closed by whoever started this
        sys.stdout = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
    with loading():
        options = _parser(arguments).parse_args(arguments)
    _take_any_file_name()
    code = int(options.run(options))
    sys.stdout.flush()
    return code


def _print_no_more() -> None:
    """What cannot be printed would be tried again at the end, with a traceback."""
    try:
        sys.stdout.flush()
    except OSError:
        with suppress(OSError):  # where it is no file
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


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
    """A file name may hold what a terminal cannot show."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
