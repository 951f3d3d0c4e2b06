"""Models tested on labelled photos in the background."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from dashboard.app.background_job import BackgroundJob
from dashboard.app.session import Remembered
from dashboard.views.own_photos.choose import Brought
from facespace.artifacts.manifest import Manifest
from facespace.datasets import scoring
from facespace.datasets.dataset import open_labelled
from facespace.datasets.scoring import Outcome
from facespace.faces import model

#: Seconds without anybody looking after which a test is given up.
ABANDONED = 600.0

#: Tests run at once, whoever's they are; others wait.
AT_ONCE = threading.BoundedSemaphore(1)

#: The first photos load what the others find loaded, and say nothing of the time that is left.
_FIRST = 5


@dataclass(frozen=True, slots=True)
class Step:
    """How many photos are read, or models measured: ``kind`` is "photo" or "model".

    ``left`` are the seconds until all photos are read; None where that cannot be told.
    """

    kind: str
    done: int
    total: int
    left: float | None


class _Stopped(Exception):
    """The user wants no outcome any more."""


class OwnPhotosJob(BackgroundJob[Step]):
    """All models, tested on a thread of its own. Nothing of it is kept where it is stopped.

    ``outcome`` is there once it is done. ``models`` are the sha256 of those that were tested.

    Args:
        brought: what to test on; let go of at the end.
        manifest: of the models.
    """

    READS = "The photos"

    def __init__(self, brought: Brought, manifest: Manifest) -> None:
        self.identity, self.models = brought.identity, fingerprints(manifest)
        self.outcome: Outcome | None = None
        self._brought: Brought | None = brought
        self._names = tuple(manifest.models)
        super().__init__(brought.name, AT_ONCE, ABANDONED)

    def let_go(self) -> None:
        self._brought = None

    def work(self) -> None:
        brought = self._brought
        assert brought is not None
        self._began = time.monotonic()
        try:
            with open_labelled(brought.source, brought.name) as data:
                models = {name: model.load_model(name) for name in self._names}
                self.outcome = scoring.score(data, models, self._step)
        except _Stopped:
            pass

    def _step(self, kind: str, done: int, total: int) -> None:
        if self.ends():
            raise _Stopped
        left = None
        if done >= _FIRST:
            left = (time.monotonic() - self._began) / done * (total - done)
        self.progress = Step(kind, done, total, left)


def fingerprints(manifest: Manifest) -> tuple[str, ...]:
    """What tells these models from others."""
    return tuple(info.file.sha256 for info in manifest.models.values())


#: The visit's newest.
JOB = Remembered[OwnPhotosJob]("own_photos")
