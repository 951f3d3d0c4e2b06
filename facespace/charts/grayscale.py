"""Figures of what a picture is to a program: its numbers, their histogram, maps and errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from facespace.charts.style import NEUTRAL, PERCENT, SYMBOLS, laid_out
from facespace.charts.traces import about_zero, bar_below, bars, grid, line, marks, square
from facespace.io import encode
from facespace.palette import DARK, FEMALE, MALE, UNSURE

#: Black to the full channel, as a heat map's colour scale.
SCALES = {
    "Grey": [[0, "#000000"], [1, "#ffffff"]],
    "Red": [[0, "#000000"], [1, "#ff0000"]],
    "Green": [[0, "#000000"], [1, "#00ff00"]],
    "Blue": [[0, "#000000"], [1, "#0000ff"]],
}

#: The level of each scale from which black words stand out more than white ones (WCAG's contrast).
_BLACK_FROM = {"Grey": 118, "Red": 237, "Green": 138, "Blue": 256}

#: Points a side that can be clicked on; more would make a phone slow.
CLICKS = 64

_NONE = dict.fromkeys("lrtb", 0)
_TICKS = (0, 64, 128, 192, 255)
_LINES = ((MALE, "solid"), (FEMALE, "dash"), (UNSURE, "dot"), ("#2a9d6f", "dashdot"))


def place(
    shown: npt.NDArray[np.uint8],
    levels: npt.NDArray[np.uint8],
    frame: tuple[int, int, int, int],
) -> go.Figure:
    """A picture to click on, and the frame of the lens.

    Pixels are hard to hit, so a grid of unseen points lies over them, at most ``CLICKS`` a side;
    the one nearest to the click is chosen.

    Args:
        shown: uint8 (H, W) or (H, W, 3).
        levels: uint8 (H, W), told on hover.
        frame: left, top, right, bottom in pixels, the last two not included.
    """
    height, width = levels.shape
    step = -(-max(height, width) // CLICKS)
    rows, columns = (
        a.ravel() for a in np.mgrid[step // 2 : height : step, step // 2 : width : step]
    )
    figure = go.Figure(go.Image(source=encode.to_address(shown), hoverinfo="skip"))
    hover, unseen = "column %{x}, row %{y}<br>level %{customdata}", {"opacity": 0}
    look = {**unseen, "size": 8, "color": NEUTRAL}
    points = marks(columns, rows, hover, look, customdata=levels[rows, columns])
    points.update(selected={"marker": unseen}, unselected={"marker": unseen}, showlegend=False)
    figure.add_trace(points)
    left, top, right, bottom = (edge - 0.5 for edge in frame)
    # A dark line on a wide light one is seen on every picture.
    for colour, thick in (("white", 5), (FEMALE, 2.5)):
        corners = {"x0": left, "y0": top, "x1": right, "y1": bottom}
        figure.add_shape(type="rect", **corners, line={"color": colour, "width": thick})
    figure.update_xaxes(visible=False, range=[-0.5, width - 0.5], constrain="domain")
    figure.update_yaxes(visible=False, range=[height - 0.5, -0.5], constrain="domain")
    look = {"margin": _NONE, "dragmode": False, "clickmode": "event+select"}
    return figure.update_layout(height=400, **look)


def numbers(
    levels: npt.NDArray[np.uint8], left: int = 0, top: int = 0, scale: str = "Grey"
) -> go.Figure:
    """Pixels as squares with their numbers written in.

    Args:
        levels: uint8 (rows, columns), a small part of a picture.
        left, top: where in the picture it begins, in pixels.
        scale: what white stands for, a key of ``SCALES``.
    """
    rows, columns = levels.shape
    figure = go.Figure()
    black = levels >= _BLACK_FROM[scale]
    # Plotly's own choice of the words' colour is hard to read on middle grey.
    for colour, which in (("black", black), ("white", ~black)):
        drawn = grid(
            np.where(which, levels, np.nan),
            np.arange(left, left + columns),
            np.arange(top, top + rows),
            "column %{x}, row %{y}<br>level %{z}",
            SCALES[scale],
            **{"zmin": 0, "zmax": 255, "texttemplate": "%{z}", "textfont": {"color": colour}},
            **{"xgap": 1, "ygap": 1, "hoverongaps": False},
        )
        figure.add_trace(drawn)
    ticks = {"ticks": "", "tickfont": {"size": 11}, "tick0": 0}
    ticks |= {"dtick": -(-max(rows, columns) // 6), "constrain": "domain"}
    ticks |= {"showgrid": False, "zeroline": False}
    figure.update_xaxes(**ticks, side="top", title="column", title_standoff=4)
    figure.update_yaxes(**ticks, autorange="reversed", title="row", title_standoff=6)
    figure.update_yaxes(scaleanchor="x")
    return figure.update_layout(height=400, margin=_NONE)


def difference(
    one: npt.NDArray[np.uint8], other: npt.NDArray[np.uint8], words: str, mark: tuple[int, int]
) -> go.Figure:
    """One grey picture less another, pixel by pixel, on one diverging scale about zero.

    Colours are full where one pixel in 200 goes beyond, so that few do not make the rest pale.

    Args:
        one, other: uint8 (H, W).
        words: what is subtracted from what, told on hover.
        mark: x and y of a pixel to be ringed.
    """
    apart = one.astype(np.int16) - other
    most = max(1, int(np.quantile(np.abs(apart), 0.995)))
    ends = [f"−{most} and less", "0", f"{most} and more"]
    bar = bar_below([-most, 0, most], ends, title="levels", thickness=12, y=-0.02, len=0.7)
    hover = f"column %{{x}}, row %{{y}}<br>{words}: %{{z:+d}}<extra></extra>"
    figure = go.Figure(about_zero(apart, most, hover, bar))
    ring = {"symbol": "circle-open", "size": 18, "color": DARK, "line": {"width": 2.5}}
    hover = "column %{x}, row %{y}: the formulas differ most here"
    figure.add_trace(marks([mark[0]], [mark[1]], hover, ring, showlegend=False))
    height, width = apart.shape
    square(figure, 460).update_xaxes(range=[-0.5, width - 0.5])
    return figure.update_yaxes(autorange=None, range=[height - 0.5, -0.5])


def levels(counts: Sequence[int] | npt.NDArray[Any]) -> go.Figure:
    """Pixels by grey level (256 ``counts``), and the share of pixels up to each level.

    A level that towers over the rest, such as the black of a night sky, is cut, and says so.
    """
    counts = np.asarray(counts)
    top, room = int(counts.max()), 2 * float(np.quantile(counts, 0.98))
    cut = top > 2 * room > 0
    every, shares = np.arange(len(counts)), np.cumsum(counts) / counts.sum()
    look = {"color": NEUTRAL, "line": {"width": 0}}
    pixels = bars(every, counts, "level %{x}: %{y:,} pixels", look, "pixels")
    hover, name = "up to level %{x}: %{y:.1%}<extra></extra>", "up to this level, of all"
    curve = line(every, shares, FEMALE, hover, name, shape="hv", yaxis="y2")
    figure = go.Figure([pixels, curve])
    if cut:
        level = int(counts.argmax())
        figure.add_annotation(
            **{"x": level, "y": room, "ax": 12 if level < 128 else -12, "ay": 0},
            xanchor="left" if level < 128 else "right",
            text=f"level {level}: {top:,} pixels, cut",
            showarrow=True,
            arrowhead=0,
        )
    right = {"overlaying": "y", "side": "right", "range": [0, 1.02], "showgrid": False}
    axes = {
        "xaxis": {"range": [-1, 256], "tickvals": _TICKS},
        "yaxis": {"range": [0, 1.02 * (room if cut else top)]},
        "yaxis2": {**right, **PERCENT, "tickvals": [0, 0.25, 0.5, 0.75, 1]},
    }
    return laid_out(figure, "grey level", "", 300, bargap=0, **axes)


def map_lightness(lumas: Mapping[str, npt.ArrayLike]) -> go.Figure:
    """How light the colour is that each map has for a level: by map's name, 256 lumas."""
    figure = go.Figure()
    for (name, luma), (colour, dash) in zip(lumas.items(), _LINES, strict=False):
        hover = f"{name}: level %{{x}}, luma of its colour %{{y}}<extra></extra>"
        figure.add_trace(line(np.arange(256), np.asarray(luma), colour, hover, name, dash=dash))
    figure.update_xaxes(range=[0, 255], tickvals=_TICKS)
    figure.update_yaxes(range=[0, 260], tickvals=_TICKS)
    return laid_out(figure, "grey level", "luma of its colour", height=320)


def resizing(sides: Sequence[int], errors: Mapping[str, Sequence[float]], chosen: int) -> go.Figure:
    """The error of each way to enlarge, over the pixels that were left; ``chosen`` is marked.

    Args:
        sides: pixels of the longer side.
        errors: by way, the root mean square in grey levels at each of ``sides``.
        chosen: the side that the page shows.
    """
    figure = go.Figure()
    looks = zip(errors.items(), _LINES, SYMBOLS, strict=False)
    for (name, values), (colour, dash), symbol in looks:
        hover = f"{name} from %{{x}} pixels: %{{y:.1f}} levels<extra></extra>"
        look = {"dash": dash, "marker": {"symbol": symbol, "size": 8}}
        figure.add_trace(line(list(sides), list(values), colour, hover, name, 2, **look))
    figure.add_vline(x=chosen, line={"color": NEUTRAL, "width": 1, "dash": "dot"})
    axes = {"xaxis": {"type": "log", "tickvals": list(sides)}, "yaxis": {"rangemode": "tozero"}}
    return laid_out(figure, "longer side when small, pixels", "error, grey levels", 340, **axes)
