"""Work in the background of a session: the page may be drawn anew, or left, while it goes on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any


class Background:
    """Work on a thread of its own, that can be stopped and ends by itself once nobody looks.

    Args:
        abandoned: seconds without anybody looking after which it is to end: its page was closed.
        work: what to do; asks ``ends`` now and then.
        arguments: of ``work``.
    """

    def __init__(self, abandoned: float, work: Callable[..., None], *arguments: Any) -> None:
        self._abandoned = abandoned
        self._stopped = threading.Event()
        self._looked = time.monotonic()
        self._thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._thread.start()

    @property
    def running(self) -> bool:
        """Whether it is still at work; asking says that somebody is looking."""
        self._looked = time.monotonic()
        return self._thread.is_alive()

    def stop(self) -> None:
        """Ask it to finish with what it has."""
        self._stopped.set()

    def ends(self) -> bool:
        """Whether the work is to end."""
        return self._stopped.is_set() or time.monotonic() - self._looked > self._abandoned
