"""The parts of the page "Bring your own test": what is wanted, the run, and what came of it."""

from __future__ import annotations

import time
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any, BinaryIO, Literal

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.app.access import at_this_machine
from dashboard.views.evaluation.tables import FIRST, METRICS, interval, number, short
from dashboard.widgets import output
from dashboard.widgets.picture_input import plain
from facespace import limits
from facespace.artifacts.manifest import Manifest
from facespace.charts import curves as drawn
from facespace.charts import evaluation as charts
from facespace.charts import fairness
from facespace.datasets import scoring
from facespace.datasets.dataset import COLUMNS
from facespace.datasets.labelled_source import open_labelled
from facespace.datasets.scoring import LABELS, Outcome
from facespace.faces import model
from facespace.io import tables
from facespace.metrics.groups import LEAST_GROUP

#: A table to fill in.
TEMPLATE = (
    f"{','.join(COLUMNS)}\n"
    "photos/one.jpg,female,34,,anna,\n"
    "photos/two.jpg,female,35,,anna,\n"
    "photos/three.jpg,male,,,,\n"
)

#: Wrong readings shown at once; the download has all.
SHOWN = 200

_MB = 2**20


def wanted() -> None:
    """What to bring, before anything is asked for."""
    left, right = st.columns(2)
    left.markdown(
        "**Two folders**\n\n```\nfemale/  one.jpg  two.jpg …\nmale/    three.jpg …\n```\n\n"
        "One person a photo, near its middle. The label is what a person looking at the photo "
        "would say."
    )
    right.markdown(
        f"**Or a table, {LABELS}**, beside the photos: the columns `file` and `gender`; if known "
        "`age`, `race`, `person` (whose photos belong together) and `split` (rows of `test` alone "
        "are then tested)."
    )
    right.download_button(
        f"{LABELS} to fill in",
        TEMPLATE,
        LABELS,
        "text/csv",
        on_click="ignore",
        icon=":material/table:",
    )
    st.caption(
        f"At most {limits.MAX_ARCHIVE_BYTES / _MB:,.0f} MB, {limits.MAX_ARCHIVE_FILES:,} files, "
        f"{limits.MAX_BYTES / _MB:,.0f} MB a photo; of each class ten or more, better hundreds. "
        "Photos are read in memory one at a time and not kept; names and figures last as long "
        "as this visit."
    )


def source() -> tuple[Hashable, Path | BinaryIO, str] | None:
    """What the user brought: what tells it from others, the thing itself, its name."""
    upload = st.file_uploader(
        "A ZIP of labelled photos",
        "zip",
        key="zip",
        max_upload_size=limits.MAX_ARCHIVE_BYTES // _MB,
    )
    path = ""
    if at_this_machine():
        path = st.text_input(
            "Or the path of a folder or ZIP on this machine",
            key="path",
            placeholder="/photos",
            disabled=upload is not None,
        ).strip()
    if upload:
        return upload.file_id, upload, upload.name
    return (path, Path(path).expanduser(), path) if path else None


def tested(
    manifest: Manifest,
    place: DeltaGenerator,
    identity: Hashable,
    brought: Path | BinaryIO,
    name: str,
) -> Outcome:
    """The outcome of the test, kept for this visit; runs it, with progress, if there is none.

    Stops the page where the user stopped the run.

    Args:
        manifest: of the models.
        place: an ``st.empty`` for the progress.
        identity, brought, name: what ``source`` gave.

    Raises:
        FacespaceError: there is nothing to test on.
    """
    key = identity, _fingerprints(manifest)
    kept = st.session_state.get("own_photos")
    if kept and kept[0] == key:
        outcome: Outcome = kept[1]
        return outcome
    if st.session_state.get("own_photos_stopped") == key:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.info("Stopped; nothing was kept.", icon=":material/stop_circle:")
            st.button("Start again", icon=":material/replay:", on_click=_stopped, args=(None,))
        st.stop()
    with place.container():
        progress = _Progress()
        st.button("Stop", icon=":material/stop_circle:", on_click=_stopped, args=(key,))
    # A stop leaves this block by an exception of Streamlit's, at the next progress that is shown;
    # the temporary folder goes with it.
    with open_labelled(brought, name) as data:
        outcome = scoring.score(
            data, {name: model.load_model(name) for name in manifest.models}, progress
        )
    place.empty()
    st.session_state["own_photos"] = key, outcome, name
    return outcome


def kept(manifest: Manifest) -> Outcome | None:
    """The outcome of this visit's last test, said to be that; None where the models are others."""
    if "own_photos" not in st.session_state:
        return None
    key, outcome, name = st.session_state["own_photos"]
    if key[1] != _fingerprints(manifest):
        return None
    with st.container(horizontal=True, vertical_alignment="center"):
        st.info(f"Your test of this visit: {plain(name)}.", icon=":material/history:")
        st.button("Let it go", icon=":material/close:", on_click=_let_go)
    tested: Outcome = outcome
    return tested


def _fingerprints(manifest: Manifest) -> tuple[str, ...]:
    return tuple(info.file.sha256 for info in manifest.models.values())


def _let_go() -> None:
    st.session_state.pop("own_photos", None)


def again() -> None:
    """A button that forgets the outcome, for a folder that has changed."""
    st.button(
        "Test again",
        icon=":material/replay:",
        on_click=_let_go,
    )


def _stopped(key: Hashable) -> None:
    st.session_state["own_photos_stopped"] = key


class _Progress:
    """A bar with what is done and the time that is left."""

    def __init__(self) -> None:
        self._bar = st.progress(0.0, "Opening …")
        self._start = time.monotonic()

    def __call__(self, kind: str, done: int, total: int) -> None:
        if kind == "model":
            self._bar.progress(1.0, f"Measuring: model {min(done + 1, total)} of {total}")
            return
        words = f"Photo {min(done + 1, total):,} of {total:,}"
        if done >= 5:  # the first ones load what the others find loaded
            left = (time.monotonic() - self._start) / done * (total - done)
            words += f", {left // 60:.0f}:{left % 60:02.0f} min left"
        self._bar.progress(done / total, words)


def left_out(outcome: Outcome) -> None:
    """The photos that were left out, and why."""
    rows = outcome.left_out
    if not rows:
        return
    with st.expander(f"{len(rows):,} photos left out", icon=":material/visibility_off:"):
        frame = pd.DataFrame({"File": row["file"], "Why": row["error"]} for row in rows)
        output.table(frame, "Photos that were left out, and why", height=_height(frame))


def summary(figures: Mapping[str, Any]) -> str:
    """What was tested on, in a sentence."""
    about = figures["data"]
    return (
        f"**{plain(about['title'])}**: {about['photos']:,} photos, {about['faces']:,} faces "
        f"measured, {about['female']:,} labelled female and {about['male']:,} male."
    )


def models(figures: Mapping[str, Any]) -> None:
    """All models beside each other."""
    results = {short(name): entry["metrics"] for name, entry in figures["models"].items()}
    output.table(
        pd.DataFrame(
            {"Metric": title}
            | {
                name: f"{number(metric, cells[metric]['value'])} "
                f"({interval(metric, cells[metric])})"
                for name, cells in results.items()
            }
            for metric, (title, _) in METRICS.items()
            if all(metric in cells for cells in results.values())
        ),
        "All metrics of all models with 95 % intervals",
        {"Metric": st.column_config.TextColumn(pinned=True)},
    )
    st.caption("In brackets 95 % intervals (bootstrap, by person where persons are known).")
    drawn = {metric: METRICS[metric][0] for metric in ("balanced_accuracy", "auc")}
    output.draw(
        charts.intervals(results, drawn),
        "; ".join(
            f"{name}: "
            + ", ".join(
                f"{words} {number(metric, cells[metric]['value'])}"
                for metric, words in drawn.items()
            )
            for name, cells in results.items()
        ),
    )


def headline(entry: Mapping[str, Any]) -> None:
    """The metrics of one model that come first."""
    shown = ("accuracy", *FIRST)
    with output.cards(len(shown), "headline"):
        for metric in shown:
            title, words = METRICS[metric]
            cell = entry["metrics"][metric]
            st.metric(
                title,
                number(metric, cell["value"]),
                interval(metric, cell),
                help=words,
                border=True,
                delta_color="off",
                delta_arrow="off",
            )
    st.caption(
        f"Reads as female from a probability of {entry['threshold']:.2f} on, “?” below a "
        f"certainty of {entry['certainty']:.0%}: the model’s own cuts, none chosen on these photos."
    )


def ranking(figures: Mapping[str, Any], name: str) -> None:
    """ROC, confusion, risk and coverage, probabilities, calibration."""
    everything, entry = figures["models"], figures["models"][name]
    pairs = st.columns(2), st.columns(2)
    with pairs[0][0]:
        st.subheader("ROC")
        points = {}
        for key, other in everything.items():
            female, male = other["confusion"]
            rates = {"tpr": female[0] / sum(female), "fpr": male[0] / sum(male)}
            points[short(key)] = rates | {"threshold": other["threshold"]}
        output.draw(
            drawn.roc(_all(everything, "roc"), short(name), points),
            "ROC curves; areas: "
            + ", ".join(
                f"{short(key)} {number('auc', other['metrics']['auc']['value'])}"
                for key, other in everything.items()
            ),
        )
    with pairs[0][1]:
        st.subheader("Confusion, without “?”")
        matrix = entry["confusion"]
        output.draw(
            charts.confusion(matrix),
            f"Labelled female: {matrix[0][0]} read as female, {matrix[0][1]} as male. "
            f"Labelled male: {matrix[1][0]} read as female, {matrix[1][1]} as male.",
        )
    with pairs[1][0]:
        st.subheader("Answer fewer, be wrong less")
        points = {
            short(key): {m: other["metrics"][m]["value"] for m in ("coverage", "risk")}
            for key, other in everything.items()
        }
        output.draw(
            drawn.risk_coverage(_all(everything, "risk_coverage"), short(name), points),
            "Wrong answers over faces answered. As they are set: "
            + "; ".join(
                f"{title} answers {number('coverage', point['coverage'])}, of which "
                f"{number('risk', point['risk'])} wrong"
                for title, point in points.items()
            ),
        )
    with pairs[1][1]:
        st.subheader("Probabilities")
        scores, certainty = entry["scores"], entry["certainty"]
        counts = {label: scores[label] for label in ("female", "male")}
        output.draw(
            drawn.histogram(scores, entry["threshold"], (1 - certainty, certainty)),
            "Faces by probability of female, from 0 to 1 in equal steps. "
            + "; ".join(f"labelled {k}: {', '.join(map(str, v))}" for k, v in counts.items()),
        )
    st.caption("Diamonds mark where each model is set; hollow ones are the other models’.")


def calibration_and_groups(entry: Mapping[str, Any]) -> None:
    """Whether the probabilities mean what they say, and for whom the model is right."""
    left, right = st.columns(2)
    with left:
        st.subheader("Is 90 % right nine times in ten?")
        bins = entry["reliability"]
        output.draw(
            drawn.reliability(bins),
            "Probability given, and share labelled female: "
            + ", ".join(
                f"{given:.0%} {seen:.0%}"
                for given, seen in zip(bins["predicted"], bins["observed"], strict=True)
            ),
        )
        st.caption(f"Bins of about {bins['faces'][0]:,} faces each.")
    with right:
        st.subheader("For whom")
        attributes = list(entry["groups"])
        attribute = attributes[0]
        if len(attributes) > 1:
            attribute = st.selectbox(
                "Groups by",
                attributes,
                format_func=lambda key: key.replace(", ", " and "),
                key="own_groups",
            )
        table = entry["groups"][attribute]["by_group"]
        output.draw(
            fairness.groups(
                table,
                "accuracy",
                METRICS["accuracy"][0],
                LEAST_GROUP,
                entry["metrics"]["accuracy"]["value"],
            ),
            "Accuracy: "
            + "; ".join(
                f"{group} {number('accuracy', row['accuracy']['value'])} of {row['faces']} faces"
                for group, row in table.items()
            ),
        )
        st.caption(f"In brackets the number of faces; fewer than {LEAST_GROUP} say little.")


def errors(outcome: Outcome, name: str) -> None:
    """The photos that a model does not read as labelled, and all that can be kept."""
    st.subheader("Not read as labelled")
    rows = outcome.errors(name)
    frame = pd.DataFrame(rows, columns=["file", "label", "probability_female", "answered", "face"])
    if rows:
        output.table(
            frame.head(SHOWN),
            "Photos not read as labelled, the surest first",
            {
                "file": st.column_config.TextColumn("File", width="medium"),
                "label": "Label",
                "probability_female": st.column_config.ProgressColumn(
                    "Reads as female", format="percent", min_value=0, max_value=1
                ),
                "answered": st.column_config.CheckboxColumn("Answered", help="Not “?”"),
                "face": st.column_config.NumberColumn("Face, px", format="%.0f"),
            },
            _height(frame),
        )
        st.caption(
            f"{len(rows):,} of {outcome.figures['data']['faces']:,} faces, the furthest from the "
            "threshold first. Look at the label too: it may be the one that is wrong."
            if outcome.figures
            else ""
        )
    else:
        st.success("Every face reads as labelled.", icon=":material/check_circle:")
    errors = lambda: tables.table_csv(list(frame), frame.to_dict("records"))  # noqa: E731
    json = "application/json"
    output.buttons(
        "",
        (
            ("Errors (CSV)", errors, f"errors-{name}.csv", "text/csv", "table"),
            ("All photos (CSV)", outcome.to_csv, "own-test.csv", "text/csv", "table"),
            ("All figures (JSON)", outcome.to_json, "own-test.json", json, "data_object"),
        ),
    )


def _all(everything: Mapping[str, Any], kind: str) -> dict[str, Any]:
    return {short(key): entry[kind] for key, entry in everything.items()}


def _height(frame: pd.DataFrame) -> Literal["content", "auto"]:
    """Short tables are shown whole, long ones scroll."""
    return "content" if len(frame) <= 20 else "auto"
