"""Many photos -> their readings, one after the other, by worker processes, and none read twice."""

from __future__ import annotations

import hashlib
import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from facespace.batch import executors
from facespace.batch.executors import CHUNK, DEADLY, Workers
from facespace.batch.journal import QUEUED, THUMBS, Entry, Known
from facespace.batch.read_photo import Outputs, PhotoRead, read_and_write, read_photo, unread
from facespace.faces.analyze import Settings, rules_of
from facespace.io import find_photos
from facespace.io.find_photos import Photo
from facespace.review.item import Candidate
from facespace.types import FacespaceError

#: Takes the faces of a photo that are marked "?", and says whether they are kept for review.
Submit = Callable[[list[Candidate]], bool]


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


def read_folder(
    *sources: str | Path,
    settings: Settings | None = None,
    workers: int | Workers | None = None,
    known: Known | None = None,
    outputs: Outputs | None = None,
) -> Iterator[Step]:
    """Read photos by worker processes, in order.

        >>> for step in read_folder("holiday", "more.zip"):
        ...     print(step.entry["source"], len(step.entry["faces"]))

    A script that does so needs ``if __name__ == "__main__":`` around it, as workers begin by
    importing what started them. A photo that cannot be read has an ``error``, a sentence, and the
    others go on; so does a photo that ends its worker. Whoever stops asking ends the workers.

    Args:
        sources: photos, folders with all that are in them, ZIPs, and patterns such as
            ``"**/*.jpg"`` (see ``facespace.io.find_photos.find``).
        settings: detector, model and thresholds; the defaults where None.
        workers: processes, each with one thread; one a processor where None. 0 reads in this
            process. Or the workers of a Dask cluster (``facespace.batch.dask_connection``).
        known: readings by the sha256 of a photo's content, made before with the same settings: a
            dictionary, or a ``facespace.batch.journal.Journal``, which a killed run cannot spoil.
            Photos in it are not read again; new readings are added.
        outputs: pictures to be made of each photo.

    Yields:
        A ``Step`` a photo; its ``entry`` is the result contract, ``Reading.to_dict()``.

    Raises:
        FacespaceError: detector or model cannot be used, or worker processes do not live.
        OSError: a picture cannot be written.
    """
    photos = find_photos.find([os.fspath(source) for source in sources])
    return read_photos(photos, settings, workers, known, outputs)


def read_photos(
    photos: Sequence[Photo],
    settings: Settings | None = None,
    workers: int | Workers | None = None,
    known: Known | None = None,
    outputs: Outputs | None = None,
    stop: Callable[[], bool] = lambda: False,
    submit: Submit | None = None,
) -> Iterator[Step]:
    """Read photos that were found; what ``read_folder`` does, and more.

    Args:
        photos: what to read.
        settings: see ``read_folder``; so are ``workers``.
        workers: of a cluster they stay connected.
        known: as there; those of unreadable photos are not added.
        outputs: as there; a photo of which a picture is missing is read again. ``reviews`` names
            the queue that ``submit`` takes faces to.
        stop: asked now and then; once it says so, photos that are being read are finished.
        submit: takes faces marked "?" to the review queue, before their photo counts as known; an
            entry of which they were kept names the queue under ``queued``, and a known photo of
            which they are not in this queue is read again.

    Raises:
        FacespaceError: as ``read_folder``; so does it OSError.
    """
    settings = settings or Settings()
    outputs = outputs or Outputs()
    outputs = replace(outputs, reviews=(outputs.reviews or QUEUED) if submit else "")
    known = {} if known is None else known
    rules_of(settings)  # a fault of the installation is not the photos' own
    began, done, kept = time.perf_counter(), 0, 0
    sent: deque[list[tuple[Photo, Entry | None]]] = deque()
    gap = False  # once a chunk was given up, later ones are remembered but not shown
    with executors.opened(workers) as readers:
        function = read_and_write if readers.share_disk else read_photo
        chunks = executors.chunked(photos, CHUNK if readers.slots else 1)
        unknown = _unknown(chunks, known, outputs, sent)
        for reads in readers.map(function, unknown, settings, outputs, stop=stop):
            chunk = sent.popleft()
            if reads is None:
                gap = True
                continue
            new = iter(
                [
                    _accepted(
                        read or unread(photo, settings, FacespaceError(DEADLY)),
                        known,
                        outputs,
                        submit,
                    )
                    for photo, read in zip((p for p, e in chunk if e is None), reads, strict=True)
                ]
            )
            if gap:
                continue
            for photo, old in chunk:
                entry = (next(new) if old is None else old) | {"source": photo.name}
                done, kept = done + 1, kept + (old is not None)
                yield Step(photo, entry, done, len(photos), kept, time.perf_counter() - began)


def _unknown(
    chunks: Iterable[Sequence[Photo]],
    known: Known,
    outputs: Outputs,
    sent: deque[list[tuple[Photo, Entry | None]]],
) -> Iterator[list[Photo]]:
    """The photos of each chunk that are to be read; ``sent`` grows by all with what is known."""
    resumed = len(known) > 0  # else no photo need be opened here only to see that it is new
    for photos in chunks:
        sent.append([(p, _remembered(p, known, outputs) if resumed else None) for p in photos])
        yield [photo for photo, entry in sent[-1] if entry is None]


def _remembered(photo: Photo, known: Known, outputs: Outputs) -> Entry | None:
    try:
        key = hashlib.sha256(photo.content()).hexdigest()
    except FacespaceError:
        return None
    entry = known.get(key)
    if entry is None or (outputs.thumbs and THUMBS not in entry):
        return None
    labels = [face["label"] for face in entry["faces"]]
    if outputs.reviews and "?" in labels and entry.get(QUEUED) != outputs.reviews:
        return None
    pictures = (
        kind.folder / file
        for kind in outputs.kinds()
        for file in kind.names(photo.name, key, labels)
    )
    return entry if all(picture.is_file() for picture in pictures) else None


def _accepted(read: PhotoRead, known: Known, outputs: Outputs, submit: Submit | None) -> Entry:
    """The entry of a photo, once all that is kept of it is kept."""
    read.write_pictures(outputs)
    if submit and read.candidates and submit(read.candidates):
        read.entry[QUEUED] = outputs.reviews
    if read.key:
        known[read.key] = read.entry
    return read.entry
