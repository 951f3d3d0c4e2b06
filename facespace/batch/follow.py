"""Photos that arrive in folders, each once it is complete."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from types import SimpleNamespace
from typing import NamedTuple

from facespace import installation
from facespace.io import find_photos
from facespace.io.find_photos import Photo

#: A file that has not changed for so many seconds is complete: nobody writes on it any more.
SETTLED = 1.0

#: Milliseconds between two looks at what is not complete yet; and seconds between two looks at all,
#: as not every change is told: of linked folders, and of some drives in a network.
LOOK, AGAIN = 250, 30.0

#: Size in bytes, and the time of the last change in nanoseconds.
_State = tuple[int, int]


class Batch(NamedTuple):
    """Photos that are complete, and names of files that are no pictures; each once.

    A folder that cannot be read is a photo with a ``problem``.
    """

    photos: list[Photo]
    others: list[str]


class Arrivals:
    """What is in some folders and in the folders in them, and what arrives there.

    A file that is written again arrives again. Folders and hidden files count as in
    ``find_photos.find``.

    Args:
        folders: their names.
        known: names of photos that were read before.
    """

    def __init__(self, folders: Sequence[str], known: set[str]) -> None:
        self._folders, self._known = list(folders), known
        self._read: dict[str, _State] = {}
        self._waiting: dict[str, tuple[_State, float]] = {}
        self._others: set[str] = set()
        self._problems: dict[str, str] = {}

    def batches(self, stop: Callable[[], bool]) -> Iterator[Batch]:
        """What there is at first, and then what arrives, until ``stop`` says so.

        Raises:
            FacespaceError: the package that watches folders is not installed.
        """
        try:
            from watchfiles import watch
        except ImportError as error:
            raise installation.not_installed("--follow", "watchfiles", "follow") from error
        events = watch(
            *self._folders,
            watch_filter=None,
            rust_timeout=LOOK,
            yield_on_timeout=True,
            stop_event=SimpleNamespace(is_set=stop),
            raise_interrupt=False,
            ignore_permission_denied=True,
        )
        due = 0.0
        for changes in events:
            now = time.monotonic()
            if changes or self._waiting or now >= due:
                due = now + AGAIN
                batch = self._complete(now)
                if batch.photos or batch.others:
                    yield batch

    def _complete(self, now: float) -> Batch:
        complete, others = [], list[str]()
        for photo in find_photos.find(self._folders, passed_over=others):
            state = _state(photo)
            if state is None:
                if photo.problem not in ("", find_photos.EMPTY, self._problems.get(photo.name)):
                    self._problems[photo.name] = photo.problem
                    complete.append(photo)
            elif photo.name in self._known:
                self._known.discard(photo.name)
                self._read[photo.name] = state
            elif self._read.get(photo.name) != state:
                before, since = self._waiting.get(photo.name, (None, now))
                if before != state:
                    self._waiting[photo.name] = state, now
                elif now - since >= SETTLED:
                    del self._waiting[photo.name]
                    self._read[photo.name] = state
                    complete.append(photo)
        new = [name for name in others if name not in self._others]
        self._others.update(new)
        return Batch(complete, new)


def _state(photo: Photo) -> _State | None:
    """Of a file; None where there is none (any more)."""
    if not isinstance(photo.origin, os.PathLike):
        return None
    try:
        status = os.stat(photo.origin)
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns
