"""A camera in the network, or of this computer: watched while the page is open."""

from __future__ import annotations

import threading
from collections import deque
from datetime import datetime

import streamlit as st

from dashboard.app.background_job import BackgroundJob
from dashboard.app.markdown import plain
from dashboard.app.page_artifacts import sentences
from dashboard.app.session import Remembered
from dashboard.app.settings import leaning
from dashboard.views.webcam import live_view
from dashboard.widgets import duties, output, same, scaled
from facespace.charts import film as charts
from facespace.faces import annotate
from facespace.faces.analyze import Settings
from facespace.faces.wording import count, verdicts
from facespace.io import encode
from facespace.palette import VERDICTS
from facespace.services.address import Address
from facespace.services.people import Period
from facespace.services.watch import Seen, Watch
from facespace.types import RGB
from facespace.video.film import marks
from facespace.video.tracker import Tracked

#: Seconds without anybody looking after which a camera is left alone: its page was closed.
ABANDONED = 60.0

#: Cameras watched at once.
AT_ONCE = threading.BoundedSemaphore(2)

#: Minutes that are remembered for the chart, and seconds between two looks of the page.
MINUTES, EVERY = 60, 1.0

#: Pixels of the longer side of the picture on the page.
SHOWN = 960


class CameraJob(BackgroundJob[Seen]):
    """A camera that is watched until it is stopped; no picture of it is kept.

    ``picture`` is the newest that was looked at, uint8 (H, W, 3), with the tracks in it;
    ``periods`` are the minutes that are over.

    Args:
        address: where its pictures come from.
        settings: how they are analysed.
    """

    READS = "The camera"

    def __init__(self, address: Address, settings: Settings) -> None:
        self.address, self.settings = address, settings
        self.picture: tuple[RGB, tuple[Tracked, ...]] | None = None
        self.periods = deque[Period](maxlen=MINUTES)
        super().__init__(address.shown, AT_ONCE, ABANDONED)

    def work(self) -> None:
        for seen in Watch(self.address, self.settings).steps(self.ends):
            if seen.over:  # before the next one is seen, or its people would be in neither
                self.periods.append(seen.over)
            self.progress = seen
            if seen.picture is not None:
                self.picture = seen.picture, seen.tracks

    def let_go(self) -> None:
        self.picture = None


_JOB = Remembered[CameraJob]("watched")


def page(settings: Settings) -> None:
    """Which camera, or what it sees, with the people of each minute and the sign's words."""
    st.caption("Its pictures are read in the memory of this computer and kept nowhere.")
    job = _JOB.get()
    left, right = st.columns([3, 2], gap="medium")
    if job and job.running:
        with left:
            _follow(job, settings)
        with right:
            duties.words_of_the_sign()
            _same(job)
        return
    with left:
        _choose(settings, job)
        if job:
            _ended(job)
    with right:
        duties.words_of_the_sign()


def _choose(settings: Settings, last: CameraJob | None) -> None:
    with st.form("camera_form", clear_on_submit=True):
        text = st.text_input(
            "Address, number or name of the camera",
            # Another field each time: what stood in the last one, a password too, is forgotten.
            key=f"camera-{id(last)}",
            placeholder="rtsp://name:password@camera/stream",
            autocomplete="off",
            help="An address may be rtsp, rtsps, http or https. 0 is the first camera of this "
            "computer. Name and password are used to connect and shown nowhere.",
        )
        if not st.form_submit_button("Watch", icon=":material/videocam:"):
            return
    with sentences():
        _JOB.put(CameraJob(Address.of(text), settings))
    st.rerun()


def _follow(job: CameraJob, settings: Settings) -> None:
    """What is seen, once a second; runs the page anew at the end."""

    @st.fragment(run_every=EVERY)
    def look() -> None:
        if not job.running:
            st.rerun()
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{plain(job.name)}**")
            st.button("Stop", icon=":material/stop_circle:", on_click=job.stop)
        if job.settings != settings:
            st.caption("Other settings count once you stop, and watch again.")
        if seen := job.progress:
            _stage(seen)
            _now(job, seen)
        else:
            st.caption("Waiting for its turn …")

    look()


def _stage(seen: Seen) -> None:
    if seen.state.stage == "connecting":
        st.caption("Connecting …")
    elif seen.state.stage == "lost":
        words = f"Lost: {seen.state.why}. It is connected again once it answers."
        st.warning(plain(words), icon=":material/videocam_off:")


def _now(job: CameraJob, seen: Seen) -> None:
    if job.picture:
        rgb, tracks = job.picture
        shown = annotate.draw_marks(rgb, marks(tracks, leaning()))
        # Held by the page alone: the server would keep each for a while.
        st.image(
            encode.to_address(scaled.fitted(shown, SHOWN)),
            width="stretch",
            alt=f"What the camera sees, with {count(len(tracks), 'face')} boxed",
        )
    live_view.in_view(seen.tracks, "Looks per second", seen.looks)
    _people([*job.periods, seen.now])


def _people(periods: list[Period]) -> None:
    """The chart of people per minute."""
    starts = [_local(period.start) for period in periods]
    counts = {label: [period.people[label] for period in periods] for label in VERDICTS}
    total = {label: sum(values) for label, values in counts.items()}
    words = f"People per minute by verdict: {verdicts(total) or 'none so far'}"
    output.draw(charts.people(starts, counts), words, key="people")
    st.caption(
        f"Of the last {MINUTES} minutes. Everybody is counted once, in the minute in which they "
        "leave, with their last verdict; whoever comes back counts again."
    )


def _local(when: datetime) -> datetime:
    """As this computer's clock on the wall shows it, which alone is plotted."""
    return when.astimezone().replace(tzinfo=None)


def _ended(job: CameraJob) -> None:
    """Why it is no longer being watched, and whom it saw."""
    if job.error:
        st.warning(plain(job.error), icon=":material/videocam_off:")
    else:
        st.info(f"**{plain(job.name)}** is no longer being watched.", icon=":material/stop_circle:")
    if job.periods:
        _people(list(job.periods))


def _same(job: CameraJob) -> None:
    """How the same is done for days."""
    with st.expander("The same on the command line, for days", icon=":material/terminal:"):
        st.code(same.command("watch", [job.address.named], job.settings), "bash")
        if job.address.kind == "network" and job.address.named != job.address.target:
            st.caption("Put back what is not shown here: name, password, what stands behind “?”.")
