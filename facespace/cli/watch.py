"""``facespace watch SOURCE``: a camera or a stream, for days: events, and people per minute."""

from __future__ import annotations

import argparse
import json
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from facespace.cli import arguments
from facespace.cli.terminal import asked_to_end, complain, show
from facespace.faces.wording import count, verdicts
from facespace.io import tables
from facespace.io.growing import growing
from facespace.made_by import in_a_line
from facespace.services.address import SOURCES, Address
from facespace.services.people import COLUMNS, Period
from facespace.services.watch import PER, Event, Seen, Watch
from facespace.types import FacespaceError

DESCRIPTION = (
    "Watches a camera or a stream for as long as you let it, and prints how many people of each "
    "verdict left in each minute. No picture is kept."
)
EXIT_CODES = (
    "Exit codes: 0 a film is over, 1 the source cannot be read, 2 wrong usage, 130 after Ctrl-C, "
    "143 where the system ended it. A source that is lost is connected again."
)

#: What whoever watches people owes them.
SIGN = (
    "tell the people before the camera that this is running: a sign to print is on the pages Home "
    "and Webcam, what the law asks for in docs/responsible_use.md"
)

#: What the files are that are appended to.
_KIND = "a file that watch wrote"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("source", metavar="SOURCE", help=SOURCES)
    parser.add_argument(
        "--events",
        type=Path,
        metavar="FILE",
        help="append a line of JSON to this file where a face enters, its verdict settles or it "
        "leaves, and where the source is lost and back",
    )
    parser.add_argument(
        "--counts",
        type=Path,
        metavar="FILE",
        help="append how many people of each verdict left in each period, as CSV; default: print",
    )
    parser.add_argument(
        "--count-per",
        type=arguments.positive,
        default=PER,
        metavar="SECONDS",
        help=f"how long a period is; default: {PER}. Everybody is counted once, as they leave",
    )
    arguments.add_settings(parser)


def run(options: argparse.Namespace) -> int:
    """Watch a source, and write what was asked for as it happens.

    Returns:
        The exit code: 0 if a film is over, 1 if the source cannot be read, 130 after Ctrl-C, 143
        where the system asked to end.

    Raises:
        FacespaceError: it was not tried, as an option is at fault.
    """
    address = Address.of(options.source)
    films = [Path(options.source)] if address.kind == "film" else []
    places = [options.events, options.counts]
    arguments.check_outputs(places, None, films, "is the film itself")
    watch = Watch(address, arguments.settings_of(options), options.count_per)
    with ExitStack() as stack:
        tell = stack.enter_context(_events(options.events))
        add = stack.enter_context(_counts(options.counts, in_a_line(watch.made_by)))
        complain(SIGN)
        code = stack.enter_context(asked_to_end(signal.SIGINT, signal.SIGTERM))
        try:
            for seen in watch.steps(code):
                for event in seen.events:
                    tell(event)
                    _say(event, seen)
                if seen.over:
                    show("")
                    add(seen.over)
                show(_line(seen))
        except FacespaceError as error:
            complain(str(error))
            return 1
        finally:
            show("")
        return code()


@contextmanager
def _events(path: Path | None) -> Iterator[Callable[[Event], None]]:
    if path is None:
        yield lambda _: None
        return
    with growing(path, lambda line: "event" in json.loads(line), _KIND) as file:
        yield lambda event: _put(file, tables.json_text(event) + "\n")


@contextmanager
def _counts(path: Path | None, made_by: str | None) -> Iterator[Callable[[Period], None]]:
    head = tables.table_csv(COLUMNS, [])

    def row(period: Period) -> str:
        return tables.table_csv(COLUMNS, [period.row(made_by)]).removeprefix(head)

    if path is None:
        print(head, end="", flush=True)
        yield lambda period: print(row(period), end="", flush=True)
        return
    with growing(path, lambda line: line == head, _KIND) as file:
        if not file.tell():
            _put(file, head)
        yield lambda period: _put(file, row(period))


def _put(file: IO[bytes], text: str) -> None:
    file.write(text.encode(errors="backslashreplace"))


def _say(event: Event, seen: Seen) -> None:
    """What somebody should know of the source; that faces come and go, the files have."""
    if event["event"] == "lost":
        wait = max(0.0, seen.state.again - time.monotonic())
        complain(f"connection lost, trying again in {wait:.0f} s: {event['why']}")
    if event["event"] == "back":
        complain(f"connected again after {event['seconds']:.0f} s")


def _line(seen: Seen) -> str:
    if seen.state.stage == "connecting":
        return "connecting ..."
    if seen.state.stage == "lost":
        wait = max(0.0, seen.state.again - time.monotonic())
        return f"connection lost, trying again in {wait:.0f} s: {seen.state.why}"
    left = verdicts(seen.now.people) or "nobody"
    since = seen.now.start.astimezone().strftime("%H:%M:%S")
    faces = count(len(seen.tracks), "face")
    return f"{faces} in view; left since {since}: {left}; {seen.looks:.0f} looks a second"
