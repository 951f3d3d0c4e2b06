"""A film read in the background: the page may be drawn anew, or left, while it goes on."""

from __future__ import annotations

import logging
import tempfile
import threading
from pathlib import Path

from dashboard.app.background_job import Background
from facespace.faces.analyze import Settings
from facespace.review.candidate import Candidate
from facespace.types import FacespaceError
from facespace.video import film, review_candidates
from facespace.video.film import Film, Progress

#: Seconds without anybody looking after which a film is given up: its page was closed.
ABANDONED = 60.0

#: Films read at once, whoever's they are; others wait.
AT_ONCE = threading.BoundedSemaphore(1)


class Job(Background):
    """One film on a thread of its own. Other threads read its fields and call ``stop``.

    ``progress`` is the newest; ``film`` and ``content`` (an MP4 file) are there once it is done,
    ``boxed`` is the share of its frames with a face in view. ``error`` is a sentence where it
    failed. ``candidates`` are the faces that stayed "?", where the user keeps them for review.
    Nothing of it stays on disk.
    """

    def __init__(
        self,
        name: str,
        content: bytes,
        settings: Settings,
        every: int | None,
        keeping: bool = False,
    ) -> None:
        self.name, self.settings, self.every, self.keeping = name, settings, every, keeping
        self.candidates: list[Candidate] = []
        self.progress: Progress | None = None
        self.film: Film | None = None
        self.content, self.boxed = b"", 0.0
        self.error = ""
        super().__init__(ABANDONED, self._run, content, settings, every)

    def _run(self, content: bytes, settings: Settings, every: int | None) -> None:
        with AT_ONCE, tempfile.TemporaryDirectory(prefix="facespace-") as folder:
            source, out = Path(folder, "film"), Path(folder, "annotated.mp4")
            try:
                source.write_bytes(content)
                for step in film.annotate_film(source, out, settings, every, self.ends, self.name):
                    if isinstance(step, Film):
                        if self.keeping:
                            self.candidates = review_candidates.candidates(step, source)
                        seen = sum(bool(step.in_view(when)) for when in step.times)
                        self.boxed = seen / len(step.times)
                        self.content, self.film = out.read_bytes(), step
                    else:
                        self.progress = step
            except FacespaceError as error:
                self.error = str(error)
            except OSError as error:
                self.error = f"There is no room for the film on this computer: {error.strerror}."
            except Exception:  # or the page would show nothing at all
                logging.getLogger(__name__).exception("A film could not be read")
                self.error = "The film could not be read, by a fault that the server’s log names."
