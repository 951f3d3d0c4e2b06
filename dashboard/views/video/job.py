"""A film read in the background: the page may be drawn anew, or left, while it goes on."""

from __future__ import annotations

import tempfile
import threading
from pathlib import Path

from dashboard.app.background_job import BackgroundJob
from dashboard.app.consent import Consent
from dashboard.app.session import Remembered
from facespace.faces.analyze import Settings
from facespace.types import RGB, FacespaceError
from facespace.video import review_candidates
from facespace.video.annotated_film import annotate_film
from facespace.video.film import Film, Progress

#: Seconds without anybody looking after which a film is given up: its page was closed.
ABANDONED = 60.0

#: Films read at once, whoever's they are; others wait.
AT_ONCE = threading.BoundedSemaphore(1)


class FilmJob(BackgroundJob[Progress]):
    """One film on a thread of its own.

    ``preview`` is a frame of the film in the making, uint8 (H, W, 3). ``film`` and ``annotated``
    (an MP4 file) are there once it is done, ``boxed`` is the share of its frames with a face in
    view. ``kept`` says whether the faces that stayed "?" are in the
    review queue: they go there where their user lets them be kept at the beginning and at the end.
    Nothing else of it stays on disk.

    Args:
        name: the file's name.
        content: the file.
        settings: by which it is read.
        every: one frame in so many is looked at; None chooses.
        consent: of the user.
    """

    READS = "The film"

    def __init__(
        self, name: str, content: bytes, settings: Settings, every: int | None, consent: Consent
    ) -> None:
        self.settings, self.every, self.consent = settings, every, consent
        self.preview: RGB | None = None
        self.film: Film | None = None
        self.annotated, self.boxed, self.kept = b"", 0.0, False
        self._content, self._keeps = content, consent.given
        super().__init__(name, AT_ONCE, ABANDONED)

    def work(self) -> None:
        try:
            with tempfile.TemporaryDirectory(prefix="facespace-") as folder:
                source = Path(folder, "film")
                source.write_bytes(self._content)
                self._content = b""
                self._read(source, Path(folder, "annotated.mp4"))
        except OSError as error:
            raise FacespaceError(
                f"There is no room for the film on this computer: {error.strerror}."
            ) from error

    def _read(self, source: Path, out: Path) -> None:
        for step in annotate_film(source, out, self.settings, self.every, self.ends, self.name):
            if not isinstance(step, Film):
                self.progress = step
                self.preview = self.preview if step.preview is None else step.preview
                continue
            seen = sum(bool(step.in_view(when)) for when in step.times)
            self.boxed = seen / len(step.times)
            self.annotated, self.film = out.read_bytes(), step
            if self._keeps:
                candidates = review_candidates.candidates(step, source)
                self.kept = self.consent.submit(candidates) is not None


#: The visit's newest; from which second it plays by itself, and how often a button let it.
JOB = Remembered[FilmJob]("film")
FROM, PLAYS = Remembered[float]("film_from"), Remembered[int]("film_plays")
