"""Many photos read in the background, and what was read kept when that is stopped."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from dashboard.app.background_job import Background
from facespace.batch import run
from facespace.batch.journal import Entry
from facespace.batch.run import Step, Wanted
from facespace.faces.analyze import Settings
from facespace.io.find_photos import Photo
from facespace.review.candidate import Candidate
from facespace.review.queue import Queue
from facespace.types import FacespaceError

#: Seconds without anybody looking after which reading is given up. Whoever visits another page
#: meanwhile finds it further on, or can go on where it stopped.
ABANDONED = 600.0

#: Folders read at once, whoever's they are; others wait.
AT_ONCE = threading.BoundedSemaphore(1)


class Job(Background):
    """Photos on a thread of its own. Other threads read its fields and call ``stop``.

    ``entries`` are the readings so far as plain data, with thumbnails, in the order of
    ``photos``; ``step`` is the newest; ``error`` is a sentence where it failed. Nothing of it is
    on disk but what ``queue`` keeps there: faces marked "?" go into it, as long as it is not set
    to None. Only the thread reads ``photos`` while it runs: they may be in one ZIP.

    Args:
        name: what to call the photos.
        photos: what to read.
        settings: by which.
        known: entries by content, read before by the same settings; new ones are added.
        queue: for faces marked "?"; None where the user does not keep them.
    """

    def __init__(
        self,
        name: str,
        photos: Sequence[Photo],
        settings: Settings,
        known: dict[str, Entry],
        queue: Queue | None = None,
    ) -> None:
        self.name, self.photos, self.settings, self.known = name, photos, settings, known
        self.queue = queue
        self.entries: list[Entry] = []
        self.step: Step | None = None
        self.error = ""
        super().__init__(ABANDONED, self._run)

    @property
    def complete(self) -> bool:
        """Whether all photos were read."""
        return len(self.entries) == len(self.photos)

    def resumed(self, queue: Queue | None) -> Job:
        """A new one that goes on where this one stopped, or keeps what it did not."""
        return Job(self.name, self.photos, self.settings, self.known, queue)

    def _run(self) -> None:
        while not AT_ONCE.acquire(timeout=0.2):
            if self.ends():
                return
        try:
            # In this process: workers would each take the memory that a small server has.
            wanted, keep = Wanted(thumbs=True), self._keep if self.queue else None
            for step in run.read(
                self.photos, self.settings, 0, self.known, wanted, self.ends, keep
            ):
                self.entries.append(step.entry)
                self.step = step
        except FacespaceError as error:
            self.error = str(error)
        finally:
            AT_ONCE.release()

    def _keep(self, candidates: list[Candidate]) -> bool:
        queue = self.queue  # another thread may take it away
        if queue is not None:
            queue.add_all(candidates)
        return queue is not None
