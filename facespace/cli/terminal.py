"""What commands say on standard error, and Ctrl-C that keeps what was done."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress

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
    pressed = threading.Event()

    def press(*_: object) -> None:
        if pressed.is_set():
            raise KeyboardInterrupt
        pressed.set()

    with _on_ctrl_c(press):
        yield pressed.is_set


def loading() -> AbstractContextManager[None]:
    """Let Ctrl-C end the program: libraries interrupted while they load raise errors of their own.

    There is nothing yet that would have to be kept or cleaned up.
    """

    def end(*_: object) -> None:
        complain(GIVEN_UP)
        os._exit(INTERRUPTED)

    return _on_ctrl_c(end)


@contextmanager
def _on_ctrl_c(act: Callable[..., None]) -> Iterator[None]:
    """What Ctrl-C does meanwhile; on the main thread, which alone may say so."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, act)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
