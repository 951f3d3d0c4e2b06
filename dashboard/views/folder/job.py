"""Many photos read in the background: how that begins, how far it is, and how it goes on."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st

from dashboard.app import consent
from dashboard.app.background_job import BackgroundJob
from dashboard.app.consent import Consent
from dashboard.app.markdown import plain
from dashboard.app.page_artifacts import sentences
from dashboard.app.session import Remembered
from dashboard.widgets import job_progress, output
from facespace.batch import run
from facespace.batch.journal import Entry
from facespace.batch.read_photo import Outputs, settings_fingerprint
from facespace.batch.run import Step
from facespace.faces.analyze import Settings
from facespace.faces.wording import WORDS, count
from facespace.io.find_photos import Photo
from facespace.review.item import Candidate
from facespace.types import FacespaceError

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

    def work(self) -> None:
        # In this process: workers would each take the memory that a small server has.
        outputs, submit = Outputs(thumbs=True), self._keep if self.consent.given else None
        for step in run.read_photos(
            self.photos, self.settings, 0, self.known, outputs, self.ends, submit
        ):
            self.entries.append(step.entry)
            self.progress = step

    def _keep(self, candidates: list[Candidate]) -> bool:
        return self.keep(self.consent, candidates)


#: The visit's newest; and the entries read so far by the newest settings, with what names these.
JOB = Remembered[FolderJob]("folder")
KNOWN = Remembered[tuple[str, dict[str, Entry]]]("folder_known")


def offer(brought: Brought, settings: Settings) -> None:
    """A button that reads these photos, by these settings; none where that was begun already."""
    job = JOB.get()
    if job and (job.brought.identity, job.settings) == (brought.identity, settings):
        return
    words = f"Read {count(len(brought.photos), 'photo')}"
    if st.button(words, type="primary", icon=":material/play_arrow:", key="read"):
        with sentences():
            fingerprint = settings_fingerprint(settings)
            known = KNOWN.get()
            if known is None or known[0] != fingerprint:
                known = fingerprint, {}
            # Photos that are read again, under whatever name, are known by their content.
            KNOWN.put(known)
            JOB.put(FolderJob(brought, settings, known[1], consent.opened()))
        st.rerun()


def progress(job: FolderJob) -> None:
    """How far it is and a way to stop; runs the page anew at the end."""

    def counts() -> None:
        labels = Counter(face["label"] for entry in list(job.entries) for face in entry["faces"])
        st.caption(
            ", ".join(f"{labels[label]:,} {word}" for label, word in WORDS.items())
            + " so far. You may visit other pages meanwhile."
        )

    job_progress.follow(job, _bar, counts)


def _bar(step: Step) -> tuple[float, str]:
    words = f"{step.done:,} of {step.total:,} photos"
    if step.left is not None:
        words += f", {step.rate:.0f} a second, {step.left // 60:.0f}:{step.left % 60:02.0f} left"
    return step.done / step.total, f"{words}: {plain(step.photo.name)}"


def stopped(job: FolderJob) -> None:
    """Say that it was stopped, with a button that goes on."""
    if job.complete:
        return
    words = f"Stopped: {len(job.entries):,} of {len(job.photos):,} photos are read."
    output.notice(words, "pause_circle", "Go on", partial(go_on, job), "play_circle")


def go_on(job: FolderJob) -> None:
    """Go through the photos once more: those that were not read, or not kept for review."""
    try:
        JOB.put(FolderJob(job.brought, job.settings, job.known, consent.opened()))
    except FacespaceError as error:  # of the queue's file
        job.error = str(error)
