"""A film in, the same film with every face boxed out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np

from facespace.faces import annotate
from facespace.faces.analyze import Settings
from facespace.types import RGB
from facespace.video.film import Film, Progress, mark_of
from facespace.video.written_film import rewritten


def annotate_film(
    source: Path,
    out: Path,
    settings: Settings | None = None,
    every: int | None = None,
    stop: Callable[[], bool] = lambda: False,
    name: str | None = None,
    leaning: bool = False,
) -> Iterator[Progress | Film]:
    """Read a film and write it annotated: H.264 in MP4 as browsers play it, with its sound.

    A face carries from its first frame on the verdict that all of its frames gave, and boxes
    between two readings are interpolated.

    Args:
        source: the film.
        out: where to write; nothing is left there if this fails.
        settings: the defaults where None.
        every: look for faces in one of so many frames; every ``BETWEEN`` seconds where None.
        stop: asked now and then; once it says True, what was read so far is drawn and kept.
        name: what the film is called in results; ``source`` where None.
        leaning: whether a box with "?" says which class is likelier.

    Yields:
        the progress, and the film at the end.

    Raises:
        FacespaceError: the film cannot be read, or is larger or longer than ``limits`` allow.
    """

    def boxed(film: Film, frames: Iterable[tuple[float, RGB]]) -> Iterator[RGB]:
        widths = {t.number: [box.width for _, box in t.trail] for t in film.tracks}
        usual = {number: float(np.median(pixels)) for number, pixels in widths.items()}
        for when, rgb in frames:
            overlay = [
                mark_of(track, box, usual[track.number], leaning)
                for track, box in film.in_view(when)
            ]
            yield annotate.draw_marks(rgb, overlay)

    return rewritten(source, out, boxed, settings, every, stop, name)
