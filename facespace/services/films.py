"""Films on their way: one is read, some wait, and results are kept for a while."""

from __future__ import annotations

import secrets
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from facespace import limits
from facespace.faces.analyze import Settings
from facespace.faces.anonymise import Way
from facespace.services.errors import Busy, Unknown
from facespace.services.guard import log
from facespace.types import FacespaceError
from facespace.video.annotated_film import annotate_film
from facespace.video.anonymous_film import anonymise_film
from facespace.video.film import Film, Progress
from facespace.video.read_film import read_film

#: Where films are asked for.
ADDRESS = "/v1/film"

#: Seconds after which to ask again where too many films wait.
AGAIN = 30


class FilmJob:
    """One film: ``source`` is where its file goes, ``out`` where it is written, where it is.

    Nobody can guess its ``id``. ``state`` is "waiting", "working", "done" or "failed"; ``film`` is
    there once it is done, as plain data, and ``error``, a sentence, where it failed.
    """

    def __init__(
        self, settings: Settings, every: int | None, annotated: bool, way: Way | None
    ) -> None:
        self.id = secrets.token_urlsafe(16)
        self.state: Literal["waiting", "working", "done", "failed"] = "waiting"
        self.progress: Progress | None = None
        self.film: dict[str, Any] | None = None
        self.error: str | None = None
        self.ended: float | None = None
        self._settings, self._every, self._annotated, self._way = settings, every, annotated, way
        self._given_up = threading.Event()
        self._folder = tempfile.TemporaryDirectory(prefix="facespace-", ignore_cleanup_errors=True)
        self.source, self.out = (Path(self._folder.name, n) for n in ("film", "written.mp4"))

    def work(self, name: str) -> None:
        """Read the film, called ``name`` in its result, and let its file go."""
        try:
            if not self._given_up.is_set():
                self.state = "working"
                self._read(name)
        except FacespaceError as error:
            self.error = str(error)
        except Exception as error:  # or nobody would know, and the next film would still be read
            log(error)
            self.error = f"The film could not be read: {type(error).__name__}."
        finally:
            with suppress(OSError):
                self.source.unlink(missing_ok=True)
            self.ended = time.monotonic()
            self.state = "done" if self.film else "failed"
            if self._given_up.is_set():
                self._folder.cleanup()

    def _read(self, name: str) -> None:
        if self._way:
            steps = anonymise_film(
                self.source, self.out, self._way, self._settings, self._every, name=name
            )
        elif self._annotated:
            steps = annotate_film(self.source, self.out, self._settings, self._every, name=name)
        else:
            steps = read_film(self.source, self._settings, self._every, name=name)
        with closing(steps):  # type: ignore[type-var]
            for step in steps:
                if self._given_up.is_set():
                    return
                if isinstance(step, Film):
                    self.film = step.to_dict()
                else:
                    self.progress = replace(step, preview=None)

    @property
    def has_written(self) -> bool:
        """Whether there is the film with boxes, or with hidden faces."""
        return bool(self._annotated or self._way) and self.state == "done"

    def give_up(self) -> None:
        """Read no further, and keep nothing of it."""
        self._given_up.set()
        if self.state != "working":  # the thread that works lets go of the files it has open
            self._folder.cleanup()

    def to_dict(self) -> dict[str, Any]:
        """The job as plain data for JSON."""
        now = self.progress
        names = ("stage", "done", "total", "rate", "tracks", "left")
        return {
            "id": self.id,
            "state": self.state,
            "progress": now and {name: getattr(now, name) for name in names},
            "film": self.film,
            "error": self.error,
            "written": f"{ADDRESS}/{self.id}/written.mp4" if self.has_written else None,
        }


class FilmJobs:
    """All films of a service, read one after the other; for the thread of the event loop.

    At most ``limits.MAX_FILMS`` come, wait or are read. Of those that are done the newest
    ``limits.MAX_RESULTS`` are kept, for ``limits.RESULT_SECONDS``.
    """

    def __init__(self) -> None:
        self._jobs: dict[str, FilmJob] = {}
        self._worker = ThreadPoolExecutor(1)

    def __getitem__(self, name: str) -> FilmJob:
        """The job of that id.

        Raises:
            Unknown: there is none (any more).
        """
        self.forget_old()
        if name not in self._jobs:
            raise Unknown("There is no such film, or not any more.")
        return self._jobs[name]

    @contextmanager
    def place(
        self, settings: Settings, every: int | None, annotated: bool, way: Way | None
    ) -> Iterator[FilmJob]:
        """A job whose file is brought in the ``with`` block, which ends with ``start``.

        Raises:
            Busy: there are too many.
        """
        self.forget_old()
        if sum(job.ended is None for job in self._jobs.values()) >= limits.MAX_FILMS:
            raise Busy("Too many films are waiting.", AGAIN)
        job = FilmJob(settings, every, annotated, way)
        self._jobs[job.id] = job
        try:
            yield job
        except BaseException:
            self.remove(job.id)
            raise

    def start(self, job: FilmJob, name: str) -> None:
        """Read it, once those before it are read."""
        self._worker.submit(job.work, name)

    def remove(self, name: str) -> None:
        """Give up a job, however far it is, and forget it."""
        if job := self._jobs.pop(name, None):
            job.give_up()

    def forget_old(self) -> None:
        """Remove results that have been kept for long, and the oldest where there are too many."""
        ended = sorted((job.ended, job.id) for job in self._jobs.values() if job.ended is not None)
        now, spare = time.monotonic(), len(ended) - limits.MAX_RESULTS
        for number, (when, name) in enumerate(ended):
            if number < spare or now - when > limits.RESULT_SECONDS:
                self.remove(name)

    def end(self) -> None:
        """Give up all jobs and remove their files; waits for the one that is being read."""
        for name in list(self._jobs):
            self.remove(name)
        self._worker.shutdown(cancel_futures=True)
