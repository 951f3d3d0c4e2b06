"""``facespace dashboard``: the pages in a browser, where what they need is installed."""

from __future__ import annotations

import argparse
import importlib.util
import runpy
import sys

from facespace import installation
from facespace.cli.doctor import SERVER

DESCRIPTION = "Starts the dashboard; Ctrl-C ends it."
EXIT_CODES = "Exit code 2: what it needs is not installed."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument(
        "options",
        nargs="*",
        metavar="-- OPTION",
        help="for Streamlit, after --, such as -- --server.port=8600",
    )


def run(options: argparse.Namespace) -> int:
    """Start the dashboard in the place of this program.

    Raises:
        FacespaceError: what it needs is not installed.
        SystemExit: it has ended.
    """
    if importlib.util.find_spec(SERVER) is None:
        raise installation.not_installed("The dashboard", SERVER, "dashboard")
    app = installation.ROOT / "streamlit_app.py"
    sys.argv = [SERVER, "run", str(app), *options.options]
    runpy.run_module(SERVER, run_name="__main__")
    return 0
