"""What a review tells: how often it agrees with the model, and what its order is worth."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.widgets import output
from facespace.charts import review as charts
from facespace.review.item import Item
from facespace.review.order import agreement

#: What ``benchmarks/review.py`` measured, and its orders in words; the last is the page's.
ORDERS_FILE = Path(__file__).parents[3] / "benchmarks" / "review.json"
ORDERS = {
    "random": "at random",
    "closest": "closest to the boundary first",
    "usefulness": "this page’s order",
}


def order() -> None:
    """Why the faces come in the order they do, with what it was measured to be worth."""
    try:
        figures: dict[str, float | None] = json.loads(ORDERS_FILE.read_text("utf-8"))
        curves = {words: _curve(figures, name) for name, words in ORDERS.items()}
    except (OSError, ValueError):
        return  # the dashboard runs without the benchmarks
    *_, own = ORDERS.values()
    with st.expander("Why the faces come in this order", icon=":material/sort:"):
        st.markdown(_worth(figures))
        output.draw(
            charts.orders(curves, own),
            "Errors on the test set, before any review and after the last: "
            + "; ".join(
                f"{words} {min(curve.items())[1]:.1%} and {max(curve.items())[1]:.1%}"
                for words, curve in curves.items()
            ),
        )
        frame = pd.DataFrame(curves).rename_axis("reviews").reset_index()
        output.download("CSV", frame, "review-orders.csv")


def _curve(figures: dict[str, float | None], name: str) -> dict[int, float]:
    """Errors by the number of reviews."""
    start = f"error_{name}_"
    errors = {int(k.removeprefix(start)): v for k, v in figures.items() if k.startswith(start)}
    return {count: value for count, value in sorted(errors.items()) if value is not None}


def _worth(figures: dict[str, float | None]) -> str:
    final, own, share = (
        figures.get(key)
        for key in ("error_random", "error_usefulness", "reviews_needed_over_random")
    )
    others, ours = _curve(figures, "random"), _curve(figures, "usefulness")
    most = max(others)
    late = max((count for count in others if ours[count] >= others[count]), default=0)
    words = (
        "Closest to the model’s boundary first, and of those the one least like the last ones. In "
        f"a simulation on FairFace, whose labels answered for the reviewer, {most:,} reviews at "
        f"random left {final:.1%} errors on its test split, as many in this order {own:.1%}. "
    )
    if share is None:
        return words + "It did not pay there."
    words += f"It came to the random order’s last error after **{share:.0%}** of the reviews. "
    if not late:
        return words
    return words + (
        f"Only after {late:,} reviews does it stay ahead: a model that knows little does not know "
        "its boundary either."
    )


def statistics(items: Sequence[Item]) -> None:
    """How often reviewers decided as the model would have answered."""
    agreed = agreement(items)
    row = agreed["all"]
    with output.cards(4, "agreement"):
        share = row["share"]
        output.metric("Agreed with the model", f"{share.value:.0%}" if share else "–")
        output.metric("Female or male", row["decided"])
        output.metric("Not a face", row["no_face"])
        output.metric("Cannot tell", row["unknown"])
    if not share:
        st.info("Decide some faces first.", icon=":material/analytics:")
        return
    st.caption(
        "Agreed: the reviewer said what the model leans to, though it answered “?”. Whiskers are "
        "95 % intervals. These faces were chosen for being doubtful: this is not the model’s "
        "accuracy."
    )
    left, right = st.columns(2)
    with left:
        st.subheader("By reason")
        reasons = agreed["by_reason"]
        output.draw(charts.by_reason(reasons), _spoken(reasons))
    with right:
        st.subheader("By score")
        bins = {f"{row['from']:.0%} to {row['to']:.0%}": row for row in agreed["by_score"]}
        output.draw(charts.by_score(agreed["by_score"]), _spoken(bins))
    counts = ("decided", "agreed", "no_face", "unknown")
    frame = pd.DataFrame(
        {"of": name, **{count: row[count] for count in counts}}
        for name, row in {**reasons, **bins}.items()
    )
    output.download("CSV", frame, "review-statistics.csv")


def _spoken(rows: dict[str, Any]) -> str:
    return "Agreed with the model: " + "; ".join(
        f"{words}: {row['agreed']} of {row['decided']}"
        for words, row in rows.items()
        if row["decided"]
    )
