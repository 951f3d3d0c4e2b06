"""What the page opens with: of 1,000 faces, how many are answered, and how many of them wrong."""

from __future__ import annotations

from collections.abc import Mapping

import plotly.graph_objects as go
import streamlit as st

from dashboard.views.evaluation import tables
from dashboard.views.evaluation.tables import VERDICTS, View, number, short, thousand
from dashboard.views.evaluation.trial import Trial
from dashboard.widgets import output
from facespace.charts import curves as charts
from facespace.charts.curves import Point
from facespace.faces import detectors
from facespace.metrics.curves import AnswersByChance, answers_by_chance
from facespace.metrics.intervals import Interval
from facespace.metrics.thresholds import at_most_wrong

#: The largest chances of being wrong that can be tried, as in the app's settings.
ENDS = (0.01, 0.5)


@st.fragment
def answer(view: View) -> None:
    """What users get, photo in, verdict out, and a slider of how often an answer may be wrong."""
    sentence, trial = st.empty(), _trial(view)
    tried = view.info.most_wrong
    if view.name in view.judged:
        tried = trial.slider(
            "Answer while the chance of being wrong is at most",
            "Where it is larger a face is “?”. Tried on this page alone; the app has the same "
            "slider among its settings.",
        )
    metrics = _metrics(view, tried)
    sentence.markdown(_sentence(metrics))
    _cards(metrics)
    st.caption(
        f"{view.info.title.partition(':')[0]}, on {view.served.photos:,} photos of {view.title}: "
        f"photo in, verdict out, as the app reads it. {detectors.TITLES[detectors.DEFAULT]} finds "
        "the face, and every rule may leave it open. Below each figure its 95 % interval."
    )
    if view.name not in view.judged:
        return
    lines = {
        short(name): answers_by_chance(one.wrong, one.chance, one.child)
        for name, one in view.judged.items()
        if name in view.reports
    }
    trial.draw(*_curve(view, lines, metrics, tried))
    st.caption(
        "The further to the right, the more is answered. A click on the strong curve moves the "
        "slider; hollow diamonds are where the other models are set."
    )


def shown(metrics: Mapping[str, Interval]) -> None:
    """The answer in a sentence, and the figures behind it.

    Args:
        metrics: of ``classification.EndToEnd``.
    """
    st.markdown(_sentence(metrics))
    _cards(metrics)


def _sentence(metrics: Mapping[str, Interval]) -> str:
    return f"### {tables.answered_of_thousand(metrics)}"


def _trial(view: View) -> Trial:
    return Trial(f"{view.name}_try_most_wrong", view.info.most_wrong, 2, ENDS, percent=True)


def _metrics(view: View, most_wrong: float) -> Mapping[str, Interval]:
    """The shares of all photos at a chance; as the report has them at the model's own."""
    if most_wrong == view.info.most_wrong:
        return view.served.metrics
    one = view.judged[view.name]
    return at_most_wrong(one.wrong, one.chance, one.child, one.persons, most_wrong)


def _cards(metrics: Mapping[str, Interval]) -> None:
    """The three figures, of 1,000 faces each, with what is behind them."""
    left = metrics["coverage"].complement
    parts = f"“?” {number('unsure', metrics['unsure'].value)}, " + (
        f"no face found {number('missed', metrics['missed'].value)}"
    )
    risk = tables.whole("risk", metrics["risk"])
    cells = {
        "Answered": (metrics["coverage"], VERDICTS["coverage"][1]),
        "Of them wrong": (metrics["wrong"], f"{VERDICTS['risk'][1]}: {risk}"),
        "Left to a human": (left, f"Of all photos: {parts}"),
    }
    with output.cards(len(cells), "answer"):
        for title, (cell, words) in cells.items():
            ends = f"{thousand(cell.low):,} to {thousand(cell.high):,} of 1,000"
            output.metric(title, f"{thousand(cell.value):,}", ends, help=words)
    st.markdown(f"Wrong among the answers: **{risk}**. Left to a human: {parts}, of all photos.")


def _curve(
    view: View, lines: Mapping[str, AnswersByChance], metrics: Mapping[str, Interval], tried: float
) -> tuple[go.Figure, str]:
    """Wrong answers over answers, photo in, verdict out, with where the models stand."""
    points = {}
    for name, entry in view.reports.items():
        cells = (
            metrics if name == view.name else entry.end_to_end[view.test][detectors.DEFAULT].metrics
        )
        at = tried if name == view.name else view.manifest.models[name].most_wrong
        points[short(name)] = Point(cells["coverage"], cells["risk"], at)
    words = "; ".join(
        f"{title} answers {number('coverage', point.x.value)}, of which "
        f"{number('risk', point.y.value)} wrong"
        for title, point in points.items()
    )
    figure = charts.answers_by_chance(lines, short(view.name), points)
    return figure, f"Wrong answers over photos answered, photo in, verdict out. {words}"
