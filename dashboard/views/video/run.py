"""The run of the page Video: how it begins, and how far it is."""

from __future__ import annotations

import streamlit as st

from dashboard.app import consent
from dashboard.app.page_artifacts import sentences
from dashboard.views.video.job import FROM, JOB, FilmJob
from dashboard.widgets import job_progress
from dashboard.widgets.picture_input import plain
from facespace.faces.analyze import Settings

STAGES = {"reading": "Finding and following faces", "drawing": "Drawing the film"}


def start(name: str, content: bytes, settings: Settings, every: int | None) -> None:
    """Begin with a film; one that is still being read is stopped."""
    if job := JOB.get():
        job.stop()
    with sentences():
        JOB.put(FilmJob(name, content, settings, every, consent.opened()))
    FROM.forget()


def progress(job: FilmJob) -> None:
    """How far it is, with a picture now and then; runs the page anew at the end."""

    def preview() -> None:
        if job.preview is not None:
            st.image(job.preview, width="stretch", alt="The film so far")

    job_progress.follow(job, lambda: _bar(job), preview)


def _bar(job: FilmJob) -> tuple[float, str]:
    now = job.progress
    assert now is not None
    share = min(1.0, now.done / now.total) if now.total else 0.0
    words = f"{STAGES[now.stage]}: {now.done:,} frames, {now.rate:.0f} a second"
    if now.left is not None:
        words += f", {now.left:.0f} s left"
    # Drawing is the second half.
    return share / 2 + (0.5 if now.stage == "drawing" else 0.0), words


def ended(job: FilmJob) -> None:
    """Say why there is no film, or that something with it failed."""
    if job.error:
        st.warning(f"**{plain(job.name)}**: {job.error}", icon=":material/warning:")
    elif job.film is None:
        st.info("Stopped before the film was read.", icon=":material/stop_circle:")
