"""What commands say on standard error, and Ctrl-C that keeps what was done."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress

#: The exit code of what Ctrl-C ended, by the custom of shells; of what the system asked to end.
INTERRUPTED, TERMINATED = 130, 143

#: What is said where Ctrl-C leaves nothing.
GIVEN_UP = "given up"


def show(line: str) -> None:
    """Put a line of progress in the place of the last one; nothing where no terminal is."""
    if sys.stderr and sys.stderr.isatty():
        print(f"\r{line}\x1b[K", end="", file=sys.stderr, flush=True)


def complain(words: str) -> None:
    """Say on standard error what somebody should know, in a line of its own."""
    with suppress(OSError):  # what cannot be said stops no work
        show("")
        if sys.stderr:
            print(f"facespace: {words}", file=sys.stderr)


def worded(error: OSError) -> str:
    """What cannot be read or written, and why; what is printed has no file name."""
    return f"{error.filename or 'what is printed'}: {error.strerror or error}"


@contextmanager
def interrupted() -> Iterator[Callable[[], bool]]:
    """Whether Ctrl-C was pressed: once to stop and keep what was read, twice to give up."""
    with asked_to_end(signal.SIGINT) as code:
        yield lambda: bool(code())


@contextmanager
def asked_to_end(*signals: signal.Signals) -> Iterator[Callable[[], int]]:
    """The exit code that one of these signals asks for, 0 before it came; a second one gives up."""
    codes = {signal.SIGINT: INTERRUPTED, signal.SIGTERM: TERMINATED}
    came: list[int] = []

    def come(number: int, _: object) -> None:
        if came:
            raise KeyboardInterrupt
        came.append(codes[signal.Signals(number)])

    with ExitStack() as stack:
        for each in signals:
            stack.enter_context(_on(each, come))
        yield lambda: came[0] if came else 0


def loading() -> AbstractContextManager[None]:
    """Let Ctrl-C end the program: libraries interrupted while they load raise errors of their own.

    There is nothing yet that would have to be kept or cleaned up.
    """

    def end(*_: object) -> None:
        complain(GIVEN_UP)
        os._exit(INTERRUPTED)

    return _on(signal.SIGINT, end)


@contextmanager
def _on(number: signal.Signals, act: Callable[..., None]) -> Iterator[None]:
    """What a signal does meanwhile; on the main thread, which alone may say so."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(number, act)
    try:
        yield
    finally:
        signal.signal(number, before)
