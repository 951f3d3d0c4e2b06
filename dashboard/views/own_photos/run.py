"""The test of the page "Bring your own test": how it begins, how far it is, how it ends."""

from __future__ import annotations

import streamlit as st

from dashboard.app.markdown import plain
from dashboard.views.own_photos.choose import Brought
from dashboard.views.own_photos.job import JOB, OwnPhotosJob, Step, fingerprints
from dashboard.widgets import job_progress, output
from facespace.artifacts.manifest import Manifest
from facespace.datasets.scoring import Outcome


def test(manifest: Manifest, brought: Brought | None) -> OwnPhotosJob | None:
    """The test of what was brought, begun where it is new; else this visit's last one.

    None where nothing was brought, and nothing tested by these models.
    """
    last = JOB.get()
    if last and last.models != fingerprints(manifest):
        last.stop()
        last = None
    if brought is None:
        return last if last and (last.running or last.outcome) else None
    if last and last.identity == brought.identity:
        return last
    if last:
        last.stop()
    JOB.put(new := OwnPhotosJob(brought, manifest))
    return new


def outcome(test: OwnPhotosJob, brought: Brought | None) -> Outcome:
    """What came of a test; stops the page where there is nothing, and says why."""
    if test.running:
        job_progress.follow(test, _bar, stop="Stop")
        st.stop()
    if test.error:
        st.warning(plain(test.error), icon=":material/build:")
        again()
        st.stop()
    if test.outcome is None:
        words = "Stopped; nothing was kept."
        output.notice(words, "stop_circle", "Start again", JOB.forget, "replay")
        st.stop()
    if brought is None:
        words = f"Your test of this visit: {plain(test.name)}."
        output.notice(words, "history", "Dismiss", JOB.forget, "close")
    return test.outcome


def _bar(step: Step) -> tuple[float, str]:
    if step.kind == "model":
        return 1.0, f"Measuring: model {min(step.done + 1, step.total)} of {step.total}"
    words = f"Photo {min(step.done + 1, step.total):,} of {step.total:,}"
    if step.left is not None:
        words += f", {step.left // 60:.0f}:{step.left % 60:02.0f} min left"
    return step.done / step.total, words


def again() -> None:
    """A button that forgets the outcome, for a folder that has changed."""
    st.button("Test again", icon=":material/replay:", on_click=JOB.forget)
