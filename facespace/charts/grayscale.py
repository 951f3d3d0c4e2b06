"""Figures of what a picture is to a program: its numbers, their histogram, maps and errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from facespace.charts.style import NEUTRAL, SYMBOLS, laid_out
from facespace.charts.traces import about_zero, bar_below, line, square
from facespace.io import encode
from facespace.palette import DARK, FEMALE, MALE, UNSURE

#: Black to the full channel, as a heat map's colour scale.
SCALES = {
    name: [[0, "#000000"], [1, full]]
    for name, full in (
        ("Grey", "#ffffff"),
        ("Red", "#ff0000"),
        ("Green", "#00ff00"),
        ("Blue", "#0000ff"),
    )
}

#: The level of each scale from which black words stand out more than white ones (WCAG's contrast).
_BLACK_FROM = {"Grey": 118, "Red": 237, "Green": 138, "Blue": 256}

#: Points a side that can be clicked on; more would make a phone slow.
CLICKS = 64

_NONE = {"l": 0, "r": 0, "t": 0, "b": 0}
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
    figure.add_scatter(
        x=columns,
        y=rows,
        customdata=levels[rows, columns],
        mode="markers",
        marker={"opacity": 0, "size": 8, "color": NEUTRAL},
        selected={"marker": {"opacity": 0}},
        unselected={"marker": {"opacity": 0}},
        hovertemplate="column %{x}, row %{y}<br>level %{customdata}<extra></extra>",
        showlegend=False,
    )
    left, top, right, bottom = (edge - 0.5 for edge in frame)
    # A dark line on a wide light one is seen on every picture.
    for colour, thick in (("white", 5), (FEMALE, 2.5)):
        figure.add_shape(
            type="rect",
            **{"x0": left, "y0": top, "x1": right, "y1": bottom},
            line={"color": colour, "width": thick},
        )
    figure.update_xaxes(visible=False, range=[-0.5, width - 0.5], constrain="domain")
    figure.update_yaxes(visible=False, range=[height - 0.5, -0.5], constrain="domain")
    figure.update_layout(height=400, margin=_NONE, dragmode=False, clickmode="event+select")
    return figure


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
        figure.add_heatmap(
            z=np.where(which, levels, np.nan),
            x=np.arange(left, left + columns),
            y=np.arange(top, top + rows),
            zmin=0,
            zmax=255,
            colorscale=SCALES[scale],
            showscale=False,
            texttemplate="%{z}",
            textfont={"color": colour},
            hovertemplate="column %{x}, row %{y}<br>level %{z}<extra></extra>",
            hoverongaps=False,
            xgap=1,
            ygap=1,
        )
    step = -(-max(rows, columns) // 6)
    ticks = {
        "ticks": "",
        "tickfont": {"size": 11},
        "tick0": 0,
        "dtick": step,
        "constrain": "domain",
        "showgrid": False,
        "zeroline": False,
    }
    figure.update_xaxes(**ticks, side="top", title="column", title_standoff=4)
    figure.update_yaxes(
        **ticks, autorange="reversed", scaleanchor="x", title="row", title_standoff=6
    )
    figure.update_layout(height=400, margin=_NONE)
    return figure


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
    marks = [f"−{most} and less", "0", f"{most} and more"]
    bar = bar_below([-most, 0, most], marks, title="levels", thickness=12, y=-0.02, len=0.7)
    hover = f"column %{{x}}, row %{{y}}<br>{words}: %{{z:+d}}<extra></extra>"
    figure = go.Figure(about_zero(apart, most, hover, bar))
    figure.add_scatter(
        x=[mark[0]],
        y=[mark[1]],
        mode="markers",
        marker={"symbol": "circle-open", "size": 18, "color": DARK, "line": {"width": 2.5}},
        showlegend=False,
        hovertemplate="column %{x}, row %{y}: the formulas differ most here<extra></extra>",
    )
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
    bars = go.Bar(
        x=every,
        y=counts,
        name="pixels",
        marker={"color": NEUTRAL, "line": {"width": 0}},
        hovertemplate="level %{x}: %{y:,} pixels<extra></extra>",
    )
    hover, name = "up to level %{x}: %{y:.1%}<extra></extra>", "up to this level, of all"
    curve = line(every, shares, FEMALE, hover, name, shape="hv", yaxis="y2")
    figure = go.Figure([bars, curve])
    if cut:
        level = int(counts.argmax())
        figure.add_annotation(
            **{"x": level, "y": room, "ax": 12 if level < 128 else -12, "ay": 0},
            xanchor="left" if level < 128 else "right",
            text=f"level {level}: {top:,} pixels, cut",
            showarrow=True,
            arrowhead=0,
        )
    figure.update_xaxes(range=[-1, 256], tickvals=_TICKS)
    laid_out(figure, "grey level", "", height=300, bargap=0)
    figure.update_layout(
        yaxis={"range": [0, 1.02 * (room if cut else top)]},
        yaxis2={
            "overlaying": "y",
            "side": "right",
            "range": [0, 1.02],
            "tickformat": ".0%",
            "tickvals": [0, 0.25, 0.5, 0.75, 1],
            "showgrid": False,
        },
    )
    return figure


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
    for (name, values), (colour, dash), symbol in zip(
        errors.items(), _LINES, SYMBOLS, strict=False
    ):
        hover = f"{name} from %{{x}} pixels: %{{y:.1f}} levels<extra></extra>"
        curve = line(list(sides), list(values), colour, hover, name, 2, dash=dash)
        marks = {"symbol": symbol, "size": 8}
        figure.add_trace(curve.update(mode="lines+markers", marker=marks))
    figure.add_vline(x=chosen, line={"color": NEUTRAL, "width": 1, "dash": "dot"})
    figure.update_xaxes(type="log", tickvals=list(sides))
    figure.update_yaxes(rangemode="tozero")
    return laid_out(figure, "longer side when small, pixels", "error, grey levels", height=340)
