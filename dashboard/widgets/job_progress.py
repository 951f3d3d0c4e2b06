"""How far work in the background is, with a way to stop it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from dashboard.app.background_job import BackgroundJob

P = TypeVar("P")

#: What the bar says of a job that waits for others.
WAITING = 0.0, "Waiting for its turn …"


def follow(
    job: BackgroundJob[P],
    bar: Callable[[P], tuple[float, str]],
    below: Callable[[], None] = lambda: None,
    stop: str = "Stop, and keep what is read",
) -> None:
    """Follow a running job twice a second; runs the page anew at its end.

    Args:
        job: the job.
        bar: how much of it is done, 0 to 1, and the words on that, of its progress.
        below: draws what else there is to see of it.
        stop: the words on the button that stops it.
    """

    @st.fragment(run_every=0.5)
    def look() -> None:
        if not job.running:
            st.rerun()
        st.progress(*(WAITING if job.progress is None else bar(job.progress)))
        st.button(stop, icon=":material/stop_circle:", on_click=job.stop)
        below()

    look()
