"""The run of the page Folder: how it begins, how far it is, and how it goes on after a stop."""

from __future__ import annotations

from collections import Counter
from functools import partial

import streamlit as st

from dashboard.app import consent
from dashboard.app.page_artifacts import sentences
from dashboard.views.folder.job import JOB, KNOWN, Brought, FolderJob
from dashboard.widgets import job_progress, output, results
from dashboard.widgets.picture_input import plain
from facespace.batch.read_photo import settings_fingerprint
from facespace.faces.analyze import Settings
from facespace.types import FacespaceError


def offer(brought: Brought, settings: Settings) -> None:
    """A button that reads these photos, by these settings; none where that was begun already."""
    job = JOB.get()
    if job and (job.brought.identity, job.settings) == (brought.identity, settings):
        return
    words = f"Read {results.count(len(brought.photos), 'photo')}"
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
            ", ".join(f"{labels[label]:,} {word}" for label, word in results.WORDS.items())
            + " so far. You may visit other pages meanwhile."
        )

    job_progress.follow(job, lambda: _bar(job), counts)


def _bar(job: FolderJob) -> tuple[float, str]:
    step = job.progress
    assert step is not None
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
        JOB.put(job.resumed(consent.opened()))
    except FacespaceError as error:  # of the queue's file
        job.error = str(error)
