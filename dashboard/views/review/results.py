"""What comes of a review: statistics, what its order is worth, and the ZIP out and in."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.app import consent
from dashboard.app.page_artifacts import sentences
from dashboard.views.review.parts import DONE, NEXT, say
from dashboard.widgets import output, results
from facespace.charts import review as charts
from facespace.review import exchange
from facespace.review.item import Item
from facespace.review.order import agreement
from facespace.review.queue import Queue
from facespace.types import FacespaceError

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
        told: dict[str, float | None] = json.loads(ORDERS_FILE.read_text("utf-8"))
        curves = {words: _curve(told, name) for name, words in ORDERS.items()}
    except (OSError, ValueError):
        return  # the dashboard runs without the benchmarks
    *_, own = ORDERS.values()
    with st.expander("Why the faces come in this order", icon=":material/sort:"):
        st.markdown(_worth(told))
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


def _curve(told: dict[str, float | None], name: str) -> dict[int, float]:
    """Errors by the number of reviews."""
    start = f"error_{name}_"
    found = {int(key.removeprefix(start)): v for key, v in told.items() if key.startswith(start)}
    return {count: value for count, value in sorted(found.items()) if value is not None}


def _worth(told: dict[str, float | None]) -> str:
    final, own, share = (
        told.get(key) for key in ("error_random", "error_usefulness", "reviews_needed_over_random")
    )
    others, ours = _curve(told, "random"), _curve(told, "usefulness")
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
    told = agreement(items)
    row = told["all"]
    with output.cards(4, "agreement"):
        share = row["share"]
        st.metric("Agreed with the model", f"{share['value']:.0%}" if share else "–", border=True)
        st.metric("Female or male", row["decided"], border=True)
        st.metric("Not a face", row["no_face"], border=True)
        st.metric("Cannot tell", row["unknown"], border=True)
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
        reasons = told["by_reason"]
        st.plotly_chart(charts.by_reason(reasons), alt=_spoken(reasons))
    with right:
        st.subheader("By score")
        bins = {f"{row['from']:.0%} to {row['to']:.0%}": row for row in told["by_score"]}
        st.plotly_chart(charts.by_score(told["by_score"]), alt=_spoken(bins))
    st.download_button(
        "CSV",
        pd.DataFrame(
            {"of": name, **{k: row[k] for k in ("decided", "agreed", "no_face", "unknown")}}
            for name, row in {**reasons, **bins}.items()
        ).to_csv(index=False),
        "review-statistics.csv",
        "text/csv",
        on_click="ignore",
        icon=":material/table:",
    )


def _spoken(rows: dict[str, Any]) -> str:
    return "Agreed with the model: " + "; ".join(
        f"{words}: {row['agreed']} of {row['decided']}"
        for words, row in rows.items()
        if row["decided"]
    )


def files(queue: Queue | None, items: Sequence[Item]) -> None:
    """Export, import, and delete all."""
    decided = [item for item in items if item.decision is not None]
    st.subheader("Export")
    st.caption(
        "A ZIP with labels.csv as `python -m training` reads it, the pictures, and the crops. It "
        "shows people: keep it as you keep their photos."
    )
    with st.container(horizontal=True):
        for words, chosen, name in (
            ("Decided faces", decided, "review-decided.zip"),
            ("All faces", items, "review-all.zip"),
        ):
            st.download_button(
                f"{words} ({len(chosen):,})",
                partial(exchange.pack, queue, chosen) if queue else b"",
                name,
                "application/zip",
                on_click="ignore",
                disabled=not chosen,
                icon=":material/folder_zip:",
            )
    st.subheader("Import")
    _import(queue)
    st.subheader("Delete")
    sure = st.checkbox(
        f"Yes, delete {results.count(len(items), 'face')} with all decisions, for good",
        key="review_sure",
        disabled=not items,
    )
    st.button(
        "Delete all",
        key="delete all",
        icon=":material/delete_forever:",
        on_click=_delete_all,
        args=(queue,),
        disabled=not (items and sure),
    )


def _import(queue: Queue | None) -> None:
    upload = st.file_uploader("A ZIP that was exported here", "zip", key="review_zip")
    if upload is None:
        return
    if queue is None or not consent.given():
        st.info("Turn keeping on above: an import is kept.", icon=":material/toggle_off:")
        return
    if st.session_state.get("review_imported") != upload.file_id:
        with sentences(), st.spinner("Reading the ZIP …"):
            told = exchange.unpack(queue, upload.getvalue())
        st.session_state["review_imported"] = upload.file_id
        st.session_state["review_told"] = (
            f"{results.count(told.new, 'face')} put in, {told.known:,} were there already."
        )
        st.rerun()
    st.success(st.session_state["review_told"], icon=":material/check_circle:")


def _delete_all(queue: Queue) -> None:
    try:
        queue.delete_all()
    except FacespaceError as error:
        say(str(error))
    for name in (DONE, NEXT, "review_sure"):
        st.session_state.pop(name, None)
