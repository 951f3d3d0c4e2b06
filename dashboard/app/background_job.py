"""Work in the background of a visit: the page may be drawn anew, or left, while it goes on."""

from __future__ import annotations

import logging
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import ClassVar, Generic, TypeVar

from dashboard.app.consent import Consent
from facespace.review.item import Candidate
from facespace.review.queue import Full
from facespace.types import FacespaceError

Progress = TypeVar("Progress")


class BackgroundJob(ABC, Generic[Progress]):
    """Work on a thread of its own, that can be stopped and ends by itself once nobody looks.

    Other threads read its fields: ``progress`` is the newest, None while the job waits for its
    turn; ``error`` is a sentence where it failed. What came of it is the subclass's to hold, whose
    ``__init__`` sets up all that ``work`` needs before it calls this one, which begins.

    Args:
        name: what to call the things it works on.
        at_once: lets so many of its kind work at once, whoever's they are; others wait.
        abandoned: seconds without anybody looking after which it is to end: its page was closed.
    """

    #: What it reads, as a sentence begins.
    READS: ClassVar[str]

    def __init__(self, name: str, at_once: threading.Semaphore, abandoned: float) -> None:
        self.name = name
        self.progress: Progress | None = None
        self.error = ""
        self._at_once, self._abandoned = at_once, abandoned
        self._stopped = threading.Event()
        self._looked = time.monotonic()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @abstractmethod
    def work(self) -> None:
        """What to do; asks ``ends`` now and then.

        Raises:
            FacespaceError: it failed, by no fault of this program.
        """

    def let_go(self) -> None:
        """Let go of what was held for the work alone: it is over, or will never begin."""

    def keep(self, consent: Consent, candidates: Iterable[Candidate]) -> bool:
        """Whether faces are in the review queue now; one that is full ends no work, and says so."""
        try:
            return consent.submit(candidates) is not None
        except Full as error:
            self.error = str(error)
            return False

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

    def _run(self) -> None:
        try:
            while not self._at_once.acquire(timeout=0.2):
                if self.ends():
                    return
            try:
                self.work()
            finally:
                self._at_once.release()
        except FacespaceError as error:
            self.error = str(error)
        except Exception:  # or the page would show nothing at all
            logging.getLogger(__name__).exception("%s could not be read", self.READS)
            self.error = f"{self.READS} could not be read; the server’s log says what went wrong."
        finally:
            self.let_go()
