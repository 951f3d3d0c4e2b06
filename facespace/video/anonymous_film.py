"""A film in, the same film with every face unrecognisable out.

Every frame is searched, as carefully as a photo is. A face that is lost in some frames stays
hidden there: the tracks of the first pass say where it is between two readings, and finds that are
too doubtful for a track are followed from frame to frame.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from facespace import gate, limits
from facespace.faces import anonymise, detectors
from facespace.faces.analyze import Settings
from facespace.faces.anonymise import Way
from facespace.faces.detectors.base import iou
from facespace.types import RGB, Box
from facespace.video.film import Film, Progress
from facespace.video.written_film import rewritten

#: A find is hidden for so many seconds before it and after it too, and on a straight line up to
#: another one within them whose box overlaps by ``SAME``; in ``MOST`` frames at most, as many as
#: are held in memory.
HELD, MOST = 0.25, 8

#: Least IoU of two finds in frames that are near to each other for them to be one face.
SAME = 0.1

A = TypeVar("A")
B = TypeVar("B")


def anonymise_film(
    source: Path,
    out: Path,
    way: Way = "blur",
    settings: Settings | None = None,
    every: int | None = None,
    stop: Callable[[], bool] = lambda: False,
    name: str | None = None,
) -> Iterator[Progress | Film]:
    """Read a film and write it with every face unrecognisable, doubtful finds too.

    It has the film's sound, in which voices can be recognised, and none of its metadata. What
    nothing finds stays visible.

    Args:
        source: the film.
        out: where to write, as MP4; nothing is left there if this fails.
        way: what is done with faces: "blur", "pixelate" or "fill".
        settings: by which the film is read; faces to hide are looked for more carefully, and by
            the default detector, for which it is measured what is missed.
        every: judge faces in one of so many frames; every ``BETWEEN`` seconds where None. Faces to
            hide are looked for in every frame.
        stop: asked now and then; once it says True, what was read so far is written.
        name: what the film is called in results; ``source`` where None.

    Yields:
        the progress, and the film at the end.

    Raises:
        FacespaceError: the film cannot be read, or is larger or longer than ``limits`` allow.
    """
    detector = detectors.working()[0]

    def search(shown: tuple[float, RGB]) -> Frame:
        when, rgb = shown
        with gate.enter():
            return Frame(when, rgb, anonymise.places(rgb, detector))

    def hide(frame: Frame) -> RGB:
        with gate.enter():
            return anonymise.concealed(frame.rgb, frame.boxes, way, detector)

    def hidden(film: Film, frames: Iterable[tuple[float, RGB]]) -> Iterator[RGB]:
        with ThreadPoolExecutor(limits.THREADS) as workers:
            yield from _ahead(workers, hide, held(_ahead(workers, search, frames), film))

    return rewritten(source, out, hidden, settings, every, stop, name)


@dataclass(slots=True)
class Frame:
    """A frame of a film, uint8 (H, W, 3), when it is shown, in seconds, and what to hide in it."""

    time: float
    rgb: RGB
    boxes: list[Box]


@dataclass(slots=True)
class _Followed:
    """A find, and the last frame that it was seen in: its number and its time, in seconds."""

    box: Box
    last: int
    time: float


def held(frames: Iterable[Frame], film: Film | None = None) -> Iterator[Frame]:
    """The same frames, with more boxes: where a face is that was not found in every frame.

    Args:
        frames: of a film in order, with what was found in each.
        film: whose tracks are hidden too.
    """
    waiting: deque[Frame] = deque()
    followed: list[_Followed] = []
    for number, frame in enumerate(frames):
        while waiting and (frame.time - waiting[0].time > HELD or len(waiting) == MOST + 1):
            yield waiting.popleft()
        oldest = frame.time - HELD, number - MOST
        followed = [old for old in followed if old.time >= oldest[0] and old.last >= oldest[1]]
        for find in frame.boxes:
            partner = _partner(find, [old for old in followed if old.last < number])
            if partner is None:
                for before in waiting:
                    before.boxes.append(find)
                followed.append(_Followed(find, number, frame.time))
                continue
            gap = number - partner.last
            for step in range(1, gap):
                waiting[-step].boxes.append(find.toward(partner.box, step / gap))
            partner.box, partner.last, partner.time = find, number, frame.time
        frame.boxes += [lost.box for lost in followed if lost.last < number]
        frame.boxes += [box for _, box in film.in_view(frame.time)] if film else []
        waiting.append(frame)
    yield from waiting


def _partner(find: Box, followed: list[_Followed]) -> _Followed | None:
    """What was followed and overlaps a find most; None where nothing does."""
    if not followed:
        return None
    overlaps = iou(np.array([old.box for old in followed]), np.array(find))
    best = int(overlaps.argmax())
    return followed[best] if overlaps[best] >= SAME else None


def _ahead(workers: ThreadPoolExecutor, work: Callable[[A], B], items: Iterable[A]) -> Iterator[B]:
    """What work makes of each item, in order; the next ones are begun already."""
    begun: deque[Future[B]] = deque()
    for item in items:
        begun.append(workers.submit(work, item))
        if len(begun) > limits.THREADS:
            yield begun.popleft().result()
    while begun:
        yield begun.popleft().result()
