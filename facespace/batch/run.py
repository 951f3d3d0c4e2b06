"""Many photos -> their readings, one after the other, by worker processes, and none read twice.

    >>> from facespace import folder, sources
    >>> for step in folder.read(sources.find(["holiday", "more.zip"])):
    ...     print(step.entry["source"], len(step.entry["faces"]))

A script that does so needs ``if __name__ == "__main__":`` around it, as workers begin by importing
what started them.
"""

from __future__ import annotations

import base64
import hashlib
import json
import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Protocol

import cv2

from facespace import limits
from facespace.artifacts.files import fingerprint
from facespace.artifacts.manifest import load_manifest
from facespace.batch import output_pictures
from facespace.batch.journal import NOTE, QUEUED, THUMBS, Entry, Known
from facespace.faces import detectors
from facespace.faces.analyze import Settings, analyze, failed_reading, rules_of
from facespace.io import images
from facespace.io.find_photos import Photo
from facespace.review.candidate import Candidate
from facespace.types import RGB, FacespaceError, Reading

#: Photos that a worker is given at once, and such chunks on their way for each worker: what
#: memory can hold and an interruption can cost.
CHUNK, AHEAD = 8, 3

#: Where faces kept for review come from.
PLACE = "folder"

#: After so many photos in a row of which each ended its worker, the photos are not to blame.
GIVE_UP = 3


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is kept of each photo beside its reading.

    ``annotated`` and ``crops`` are folders for pictures (see ``facespace.batch.output_pictures``),
    None for none. With ``thumbs`` an entry has a small JPEG file a face, in base64, under
    ``thumbs``. ``reviews`` is set where faces marked "?" are made ready for review.
    """

    annotated: Path | None = None
    crops: Path | None = None
    thumbs: bool = False
    reviews: bool = False


#: Takes the faces of a photo that are marked "?", and says whether they are kept for review.
Keep = Callable[[list[Candidate]], bool]


@dataclass(frozen=True, slots=True)
class Step:
    """One photo is done.

    ``entry`` is its reading as plain data, ``done`` of ``total`` photos are through, ``kept`` of
    them were known before, ``seconds`` have passed.
    """

    photo: Photo
    entry: Entry
    done: int
    total: int
    kept: int
    seconds: float

    @property
    def rate(self) -> float:
        """Photos read a second, those known before left out."""
        return (self.done - self.kept) / self.seconds if self.seconds else 0.0

    @property
    def left(self) -> float | None:
        """Seconds to go, if the others take as long; None where nothing was read yet."""
        return (self.total - self.done) / self.rate if self.rate else None


#: What a worker makes of a photo: the sha256 of its content, or "" where it could not be read; its
#: entry; and its faces for review, where wanted.
Read = tuple[str, Entry, list[Candidate]]


def made_by(settings: Settings) -> str:
    """A name for all that readings depend on beside the photos: detector, settings, artifacts.

    Raises:
        FacespaceError: there are no artifacts, or no such detector.
    """
    manifest = fingerprint(load_manifest().folder / "manifest.json")
    detector = detectors.working(settings.detector)[0].name
    text = json.dumps([asdict(settings), detector, manifest], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def read(
    photos: Sequence[Photo],
    settings: Settings | None = None,
    workers: int | None = None,
    known: Known | None = None,
    wanted: Wanted | None = None,
    stop: Callable[[], bool] = lambda: False,
    keep: Keep | None = None,
    start: Callable[[Settings, Wanted], Pool] | None = None,
) -> Iterator[Step]:
    """Read photos, in order. A photo that cannot be read has an ``error``, and the others go on.

    Args:
        photos: what to read.
        settings: the defaults where None.
        workers: processes, each with one thread; one a processor where None. 0 reads in this
            process, on the thread that asks.
        known: entries by content that were read before with the same settings; new ones are added,
            those of unreadable photos are not.
        wanted: pictures to be made; a photo of which one is missing is read again.
        stop: asked now and then; once it says so, photos that are being read are finished.
        keep: takes faces marked "?" to the review queue, before their photo counts as known; an
            entry of which they were kept says so under ``queued``, and a known photo of which
            they were not is read again.
        start: gives the workers, where they are not ``workers`` processes of this machine.

    Raises:
        FacespaceError: detector or model cannot be used, or worker processes do not live.
        OSError: a picture cannot be written.
    """
    settings, wanted = settings or Settings(), wanted or Wanted()
    wanted = replace(wanted, reviews=keep is not None)
    known = {} if known is None else known
    rules_of(settings)  # a fault of the installation is not the photos' own
    count = _processors() if workers is None else workers
    by_others = count > 0 or start is not None
    chunks = _chunks(photos, known, wanted, CHUNK if by_others else 1)
    began, kept = time.perf_counter(), 0
    results = (
        _by_workers(
            chunks, (start or partial(_Processes, count))(settings, wanted), known, stop, keep
        )
        if by_others
        else _by_this_process(chunks, settings, wanted, known, stop, keep)
    )
    for done, (photo, entry, new) in enumerate(results, 1):
        kept += not new
        seconds = time.perf_counter() - began
        yield Step(photo, entry | {"source": photo.name}, done, len(photos), kept, seconds)


def _processors() -> int:
    """How many this process may use."""
    usable = getattr(os, "sched_getaffinity", None)
    return len(usable(0)) if usable else os.cpu_count() or 1


#: Photos, each with its entry where it is known.
_Chunk = list[tuple[Photo, Entry | None]]


def _chunks(photos: Sequence[Photo], known: Known, wanted: Wanted, size: int) -> Iterator[_Chunk]:
    resumed = len(known) > 0  # else no photo need be opened here only to see that it is new
    for i in range(0, len(photos), size):
        chunk = photos[i : i + size]
        yield [(photo, _remembered(photo, known, wanted) if resumed else None) for photo in chunk]


def _remembered(photo: Photo, known: Known, wanted: Wanted) -> Entry | None:
    try:
        key = hashlib.sha256(photo.content()).hexdigest()
    except FacespaceError:
        return None
    entry = known.get(key)
    if entry is None or (wanted.thumbs and THUMBS not in entry):
        return None
    labels = [face["label"] for face in entry["faces"]]
    if wanted.reviews and "?" in labels and QUEUED not in entry:
        return None
    paths = []
    if wanted.annotated:
        paths.append(wanted.annotated / output_pictures.annotated_name(photo.name, key))
    if wanted.crops:
        paths += [
            wanted.crops / name for name in output_pictures.crop_names(photo.name, key, labels)
        ]
    return entry if all(path.is_file() for path in paths) else None


_Result = tuple[Photo, Entry, bool]


def _by_this_process(
    chunks: Iterator[_Chunk],
    settings: Settings,
    wanted: Wanted,
    known: Known,
    stop: Callable[[], bool],
    keep: Keep | None,
) -> Iterator[_Result]:
    for chunk in chunks:
        if stop():
            return
        todo = [photo for photo, entry in chunk if entry is None]
        yield from _merged(chunk, _read_some(todo, settings, wanted), known, keep)


def _by_workers(
    chunks: Iterator[_Chunk],
    pool: Pool,
    known: Known,
    stop: Callable[[], bool],
    keep: Keep | None,
) -> Iterator[_Result]:
    waiting: deque[tuple[_Chunk, Reads | None]] = deque()
    try:
        for chunk in chunks:
            if stop():
                break
            todo = [photo for photo, entry in chunk if entry is None]
            waiting.append((chunk, pool.submit(todo) if todo else None))
            while waiting and pool.full(len(waiting)):
                oldest, reads = waiting.popleft()
                yield from _merged(oldest, reads.results() if reads else [], known, keep)
        gap = False  # once a chunk was given up, later ones are remembered but not shown
        while waiting:
            chunk, reads = waiting.popleft()
            if stop() and reads is not None and reads.cancel():
                gap = True
                continue
            results = list(_merged(chunk, reads.results() if reads else [], known, keep))
            if not gap:
                yield from results
    finally:
        pool.close()


class Reads(Protocol):
    """Photos that are being read."""

    def cancel(self) -> bool:
        """Whether they could be told not to be read."""

    def results(self) -> list[Read]:
        """What came of them."""


class Pool(Protocol):
    """Workers of which one may die of a photo: then that is the photo's error."""

    def full(self, waiting: int) -> bool:
        """Whether, with so many chunks waiting, one's results should be taken before the next."""

    def submit(self, photos: list[Photo]) -> Reads:
        """Let photos be read."""

    def close(self) -> None:
        """End the workers, once each has finished what it is at, or leave them to others."""


class _Processes:
    """Worker processes of this machine."""

    def __init__(self, workers: int, settings: Settings, wanted: Wanted) -> None:
        self._workers, self._how = workers, (settings, wanted)
        self._pool = _executor(workers)

    def full(self, waiting: int) -> bool:
        return waiting > self._workers * AHEAD

    def submit(self, photos: list[Photo]) -> Reads:
        try:
            future = self._pool.submit(_read_some, photos, *self._how)
        except BrokenProcessPool:
            self.close()
            self._pool = _executor(self._workers)
            future = self._pool.submit(_read_some, photos, *self._how)
        return _Reads(future, photos, self._how)

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)


@dataclass(frozen=True, slots=True)
class _Reads:
    """Read once more, one at a time, if meanwhile a worker died."""

    future: Future[list[Read]]
    photos: list[Photo]
    how: tuple[Settings, Wanted]

    def cancel(self) -> bool:
        return self.future.cancel()

    def results(self) -> list[Read]:
        try:
            return self.future.result()
        except BrokenProcessPool:
            return self._carefully()

    def _carefully(self) -> list[Read]:
        results: list[Read] = []
        deaths, pool = 0, _executor(1)
        for photo in self.photos:
            try:
                results += pool.submit(_read_some, [photo], *self.how).result()
                deaths = 0
            except BrokenProcessPool as error:
                deaths += 1
                if deaths == GIVE_UP:
                    raise FacespaceError(DYING) from error
                results.append(deadly(photo, self.how[0]))
                pool.shutdown()
                pool = _executor(1)
        pool.shutdown()
        return results


def _executor(workers: int) -> ProcessPoolExecutor:
    # Forked processes would share the locks of this one's threads.
    return ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), _begin)


def deadly(photo: Photo, settings: Settings) -> Read:
    """What comes of a photo that ends who reads it."""
    return "", failed_reading(photo.name, settings, FacespaceError(DEADLY)).to_dict(), []


DEADLY = "Reading the picture ended the process that read it, perhaps for want of memory."
DYING = (
    "The worker processes end unexpectedly, perhaps for want of memory. What was read is kept: "
    "run the same again, with fewer workers."
)


def _merged(
    chunk: _Chunk, results: list[Read], known: Known, keep: Keep | None
) -> Iterator[_Result]:
    """The photos of a chunk with their entries, and whether these are new; new ones are kept."""
    for key, entry, candidates in results:
        if keep and candidates and keep(candidates):
            entry[QUEUED] = True
        if key:
            known[key] = entry
    new = iter(results)
    for photo, kept in chunk:
        yield (photo, next(new)[1], True) if kept is None else (photo, kept, False)


def _begin() -> None:
    """Make ready a worker: one thread, and Ctrl-C is its parent's matter."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    one_thread()
    threading.Thread(target=_end_with_parent, daemon=True).start()


def one_thread() -> None:
    """Let this process find and judge faces on one thread: others work beside it."""
    limits.THREADS = 1
    cv2.setNumThreads(1)


def _end_with_parent() -> None:
    # Whoever is killed cannot tell its workers; they would wait for photos for ever.
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


#: Where a picture that was made of a photo goes: its path and its file.
_Write = Callable[[Path, bytes], None]

#: What was read of a photo, and the pictures made of it, still to be written.
Made = tuple[Read, list[tuple[Path, bytes]]]


def _read_some(photos: list[Photo], settings: Settings, wanted: Wanted) -> list[Read]:
    return [_read_one(photo, settings, wanted) for photo in photos]


def read_elsewhere(photos: list[Photo], settings: Settings, wanted: Wanted) -> list[Made]:
    """Read photos, and write nothing, on a machine where ``wanted`` names no folder."""
    made = []
    for photo in photos:
        files: list[tuple[Path, bytes]] = []
        read = _read_one(photo, settings, wanted, lambda *file, to=files: to.append(file))
        made.append((read, files))
    return made


def _read_one(
    photo: Photo, settings: Settings, wanted: Wanted, write: _Write = output_pictures.write
) -> Read:
    try:
        content = photo.content()
        rgb = images.load(content)
        reading = analyze(rgb, settings, photo.name)
    except FacespaceError as error:
        return "", failed_reading(photo.name, settings, error).to_dict(), []
    except Exception as error:  # one picture does not end the run of all others
        unforeseen = FacespaceError(f"The picture could not be read: {type(error).__name__}.")
        return "", failed_reading(photo.name, settings, unforeseen).to_dict(), []
    key = hashlib.sha256(content).hexdigest()
    entry = reading.to_dict()
    if reading.note:
        entry[NOTE] = reading.note
    if wanted.annotated:
        path = wanted.annotated / output_pictures.annotated_name(photo.name, key)
        write(path, output_pictures.annotated(rgb, reading.faces))
    if wanted.crops:
        for name, file in output_pictures.crops(rgb, photo.name, key, reading.faces):
            write(wanted.crops / name, file)
    if wanted.thumbs:
        boxes = [face.detection.box for face in reading.faces[: output_pictures.THUMBS]]
        entry[THUMBS] = [
            base64.b64encode(output_pictures.thumb(rgb, box)).decode() for box in boxes
        ]
    return key, entry, _unsure(rgb, reading) if wanted.reviews else []


def _unsure(rgb: RGB, reading: Reading) -> list[Candidate]:
    info = load_manifest().model(reading.model)
    return [
        Candidate.of(rgb, face, info, reading.source, PLACE)
        for face in reading.faces
        if face.verdict.label == "?"
    ]
