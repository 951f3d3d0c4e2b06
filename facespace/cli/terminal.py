"""What commands say on standard error, and Ctrl-C that keeps what was done."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


def show(line: str) -> None:
    """Put a line of progress in the place of the last one; nothing where no terminal is."""
    if sys.stderr.isatty():
        print(f"\r{line}\x1b[K", end="", file=sys.stderr, flush=True)


def complain(words: str) -> None:
    """Say on standard error what somebody should know, in a line of its own."""
    show("")
    print(f"facespace: {words}", file=sys.stderr)


@contextmanager
def interrupted() -> Iterator[Callable[[], bool]]:
    """Whether Ctrl-C was pressed: once to stop and keep what was read, twice to give up."""
    pressed = threading.Event()

    def press(number: int, frame: FrameType | None) -> None:
        if pressed.is_set():
            raise KeyboardInterrupt
        pressed.set()

    if threading.current_thread() is not threading.main_thread():
        yield pressed.is_set
        return
    before = signal.signal(signal.SIGINT, press)
    try:
        yield pressed.is_set
    finally:
        signal.signal(signal.SIGINT, before)
