"""The parts of the page Photo: what stays for the visit, and which picture is shown."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from dashboard.app.session import Remembered
from dashboard.widgets import results, thumbnails
from dashboard.widgets.picture_input import Picture
from facespace import gate
from facespace.types import Reading

#: The number of the picture that is shown, from 0, and the thumbnails of the visit's pictures.
_SHOWN = Remembered[int]("shown")
_THUMBS = Remembered[dict[Hashable, str]]("thumbs")


def show_picture(number: int) -> None:
    """Show the picture of this number, from 0, from now on."""
    _SHOWN.put(number)


def show_reading(read: Sequence[tuple[Picture, Reading]], number: int) -> None:
    """Show the picture of a reading, of this number among all, from 0, if it could be read."""
    if read[number][1].error is None:
        show_picture(sum(reading.error is None for _, reading in read[:number]))


def one_of(read: Sequence[tuple[Picture, Reading]]) -> tuple[Picture, Reading]:
    """The picture to show; of several, a click on a thumbnail chooses."""
    shown = min(_SHOWN.get() or 0, len(read) - 1)
    if len(read) > 1:
        thumbs = _thumbs([picture for picture, _ in read])
        each = [
            (thumbs[picture.identity], picture.name, f"{number} · {results.brief(reading)}")
            for number, (picture, reading) in enumerate(read, 1)
        ]
        thumbnails.thumbnails(each, shown, show_picture, "show")
    return read[shown]


def _thumbs(pictures: Sequence[Picture]) -> dict[Hashable, str]:
    """A small JPEG of each picture, as an address, made once a visit."""
    known = _THUMBS.get() or {}
    thumbs = {
        picture.identity: known.get(picture.identity) or _thumb(picture) for picture in pictures
    }
    _THUMBS.put(thumbs)
    return thumbs


def _thumb(picture: Picture) -> str:
    with gate.enter():
        return thumbnails.address(picture.shown(thumbnails.SIDE))
