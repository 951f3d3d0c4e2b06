"""A film read in the background: how that begins, how far it is, and how it ends."""

from __future__ import annotations

import tempfile
import threading
from pathlib import Path

import streamlit as st

from dashboard.app import consent
from dashboard.app.background_job import BackgroundJob
from dashboard.app.consent import Consent
from dashboard.app.markdown import said_of
from dashboard.app.page_artifacts import sentences
from dashboard.app.session import Remembered
from dashboard.app.settings import leaning
from dashboard.widgets import job_progress
from facespace import limits
from facespace.faces.analyze import Settings
from facespace.faces.anonymise import Way
from facespace.review.item import Candidate
from facespace.types import RGB, FacespaceError
from facespace.video.annotated_film import annotate_film
from facespace.video.anonymous_film import anonymise_film
from facespace.video.film import Film, Progress
from facespace.video.read_film import candidates_of

#: Seconds without anybody looking after which a film is given up: its page was closed.
ABANDONED = 60.0

#: Films read at once, whoever's they are; others wait.
AT_ONCE = threading.BoundedSemaphore(1)


#: What is done, in words.
STAGES = {"reading": "Finding and following faces", "drawing": "Drawing the film"}


class FilmJob(BackgroundJob[Progress]):
    """One film on a thread of its own.

    ``preview`` is a frame of the film in the making, uint8 (H, W, 3). ``film`` and ``written`` (an
    MP4 file) are there once it is done, ``boxed`` is the share of its frames with a face in
    view. ``faces`` are ready for the review queue, by the numbers of their tracks; ``kept`` says
    whether those that stayed "?" are in it: they go there where their user lets them be kept at
    the beginning and at the end. Nothing else of it stays on disk.

    Args:
        name: the file's name.
        content: the file.
        settings: by which it is read.
        every: one frame in so many is looked at; None chooses.
        consent: of the user.
        leaning: whether boxes say which way "?" leans.
        way: how faces are made unrecognisable; they are boxed where None.
    """

    READS = "The film"

    def __init__(
        self,
        name: str,
        content: bytes,
        settings: Settings,
        every: int | None,
        consent: Consent,
        leaning: bool = False,
        way: Way | None = None,
    ) -> None:
        self.settings, self.every, self.leaning, self.way = settings, every, leaning, way
        self.consent, self.faces = consent, dict[int, Candidate]()
        self.preview: RGB | None = None
        self.film: Film | None = None
        self.written, self.boxed, self.kept = b"", 0.0, False
        self._content, self._keeps = content, consent.given
        super().__init__(name, AT_ONCE, ABANDONED)

    def let_go(self) -> None:
        self._content = b""

    def work(self) -> None:
        try:
            with tempfile.TemporaryDirectory(prefix="facespace-") as folder:
                source = Path(folder, "film")
                source.write_bytes(self._content)
                self._content = b""
                self._read(source, Path(folder, "written.mp4"))
        except OSError as error:
            raise FacespaceError(
                f"There is no room for the film on this computer: {error.strerror}."
            ) from error

    def _read(self, source: Path, out: Path) -> None:
        given = self.settings, self.every, self.ends, self.name
        if self.way:
            steps = anonymise_film(source, out, self.way, *given)
        else:
            steps = annotate_film(source, out, *given, self.leaning)
        for step in steps:
            if not isinstance(step, Film):
                self.progress = step
                self.preview = self.preview if step.preview is None else step.preview
                continue
            seen = sum(bool(step.in_view(when)) for when in step.times)
            self.boxed = seen / len(step.times)
            self.written, self.film = out.read_bytes(), step
            self.faces = candidates_of(step, source, step.tracks[: limits.MAX_REVIEWS])
            if self._keeps:
                unsure = [self.faces[t.number] for t in step.tracks if t.verdict.label == "?"]
                self.kept = self.keep(self.consent, unsure)


#: The visit's newest; from which second it plays by itself, and how often a button let it.
JOB = Remembered[FilmJob]("film")
FROM, PLAYS = Remembered[float]("film_from"), Remembered[int]("film_plays")


def start(
    name: str, content: bytes, settings: Settings, every: int | None, way: Way | None
) -> None:
    """Begin with a film; one that is still being read is stopped."""
    if job := JOB.get():
        job.stop()
    with sentences():
        JOB.put(FilmJob(name, content, settings, every, consent.opened(), leaning(), way))
    FROM.forget()


def progress(job: FilmJob) -> None:
    """How far it is, with a picture now and then; runs the page anew at the end."""

    def preview() -> None:
        if job.preview is not None:
            st.image(job.preview, width="stretch", alt="The film so far")

    job_progress.follow(job, _bar, preview)


def _bar(now: Progress) -> tuple[float, str]:
    share = min(1.0, now.done / now.total) if now.total else 0.0
    words = f"{STAGES[now.stage]}: {now.done:,} frames, {now.rate:.0f} a second"
    if now.left is not None:
        words += f", {now.left:.0f} s left"
    # Drawing is the second half.
    return share / 2 + (0.5 if now.stage == "drawing" else 0.0), words


def ended(job: FilmJob) -> None:
    """Say why there is no film, or that something with it failed."""
    if job.error:
        st.warning(said_of(job.name, job.error), icon=":material/warning:")
    elif job.film is None:
        st.info("Stopped before the film was read.", icon=":material/stop_circle:")
