"""Many photos read in the background, and what was read kept when that is stopped."""

from __future__ import annotations

import threading
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from dashboard.app.background_job import BackgroundJob
from dashboard.app.consent import Consent
from dashboard.app.session import Remembered
from facespace.batch import run
from facespace.batch.journal import Entry
from facespace.batch.read_photo import Outputs
from facespace.batch.run import Step
from facespace.faces.analyze import Settings
from facespace.io.find_photos import Photo
from facespace.review.candidate import Candidate

#: Seconds without anybody looking after which reading is given up. Whoever visits another page
#: meanwhile finds it further on, or can go on where it stopped.
ABANDONED = 600.0

#: Folders read at once, whoever's they are; others wait.
AT_ONCE = threading.BoundedSemaphore(1)


@dataclass(frozen=True)
class Brought:
    """Photos that a user brought, what to call them, and what tells them from others."""

    name: str
    photos: Sequence[Photo]
    identity: Hashable


class FolderJob(BackgroundJob[Step]):
    """Photos on a thread of its own.

    ``entries`` are the readings so far as plain data, with thumbnails, in the order of the photos.
    Nothing of it is on disk but what the review queue keeps: faces marked "?" go into it, where
    their user lets them be kept when it begins, until they take that back. Only the thread reads
    the photos while it runs: they may be in one ZIP.

    Args:
        brought: what to read.
        settings: by which.
        known: entries by content, read before by the same settings; new ones are added.
        consent: of the user.
    """

    READS = "The photos"

    def __init__(
        self, brought: Brought, settings: Settings, known: dict[str, Entry], consent: Consent
    ) -> None:
        self.brought, self.settings, self.known, self.consent = brought, settings, known, consent
        self.photos = brought.photos
        self.entries: list[Entry] = []
        super().__init__(brought.name, AT_ONCE, ABANDONED)

    @property
    def complete(self) -> bool:
        """Whether all photos were read."""
        return len(self.entries) == len(self.photos)

    def resumed(self, consent: Consent) -> FolderJob:
        """A new one that goes on where this one stopped, or keeps what it did not."""
        return FolderJob(self.brought, self.settings, self.known, consent)

    def work(self) -> None:
        # In this process: workers would each take the memory that a small server has.
        outputs, submit = Outputs(thumbs=True), self._keep if self.consent.given else None
        for step in run.read_photos(
            self.photos, self.settings, 0, self.known, outputs, self.ends, submit
        ):
            self.entries.append(step.entry)
            self.progress = step

    def _keep(self, candidates: list[Candidate]) -> bool:
        return self.consent.submit(candidates) is not None


#: The visit's newest; and the entries read so far by the newest settings, with what names these.
JOB = Remembered[FolderJob]("folder")
KNOWN = Remembered[tuple[str, dict[str, Entry]]]("folder_known")
