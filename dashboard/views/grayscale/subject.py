"""The picture of the lessons, and how they show and give out what they make of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from dashboard.app.markdown import plain
from dashboard.app.page_artifacts import sentences
from dashboard.app.session import Remembered
from dashboard.widgets import example, output, scaled
from dashboard.widgets.picture_input import Picture
from facespace import gate
from facespace.explain import grayscale as grey
from facespace.explain.grayscale import Grey
from facespace.io import encode, images
from facespace.types import RGB

#: Longer side of the picture that the lessons work on; the crop is cut from the picture in full.
SIDE = 512

#: Where the lens begins in the example: the astronaut's right eye.
EYE = (202, 105)

CHANNELS = ("Red", "Green", "Blue")


@dataclass(frozen=True, slots=True)
class Subject:
    """The picture of the lessons: as it was brought, and shrunk to ``SIDE``.

    ``width`` and ``height`` are of the picture as it was brought; ``start`` is where the lens
    begins, in pixels of ``rgb``.
    """

    picture: Picture
    rgb: RGB
    width: int
    height: int
    start: tuple[int, int]

    @property
    def grey(self) -> Grey:
        """BT.601 luma, uint8 (H, W)."""
        return grey.luma(self.rgb)


_SUBJECT = Remembered[Subject]("grayscale_subject")


def opened(picture: Picture) -> Subject:
    """Open a picture, once for as long as it stays the same; stops the page with a sentence."""
    last = _SUBJECT.get()
    if last and last.picture.identity == picture.identity:
        return last
    with sentences(), gate.enter():
        seen = images.load_reduced(picture.content, SIDE)
        rgb = scaled.fitted(seen.rgb, SIDE)
    height, width = rgb.shape[:2]
    start = EYE if picture.identity == example.NAME else (width // 2, height // 2)
    subject = Subject(picture, rgb, seen.width, seen.height, start)
    _SUBJECT.put(subject)
    return subject


def about(subject: Subject) -> None:
    """Name, size, and the count of numbers that the program has of it."""
    height, width = subject.rgb.shape[:2]
    words = f"{plain(subject.picture.name)} · {subject.width:,} × {subject.height:,} pixels"
    if (width, height) != (subject.width, subject.height):
        words += f", here {width} × {height}"
    st.caption(f"{words} · {width * height * 3:,} numbers: red, green and blue of every pixel.")


def crisp(picture: Grey | RGB) -> Grey | RGB:
    """A small picture with every pixel repeated, so that browsers need not blur it."""
    factor = max(1, SIDE // max(picture.shape[:2]))
    return picture.repeat(factor, 0).repeat(factor, 1)


def draw(figure: go.Figure, words: str, **more: Any) -> None:
    """A chart without a toolbar, and what it shows in words."""
    output.draw(figure, words, config={"displayModeBar": False}, **more)


def download_png(subject: Subject, picture: Grey, label: str, ending: str) -> None:
    name = f"{PurePath(subject.picture.name).stem}-{ending}.png"
    output.download(label, encode.to_png(picture), name)
