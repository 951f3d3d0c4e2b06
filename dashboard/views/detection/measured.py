"""What was measured of the detectors on marked pictures: a chart and a table by set."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.app.choice import one_of, select
from dashboard.widgets import output
from facespace.charts import evaluation as charts
from facespace.faces import detectors

#: What ``benchmarks/detectors.py`` measured, among the artifacts.
FILE = "detectors.json"

#: What was measured: all detectors, and YuNet with the scan over tiles; the first stands out.
CONTENDERS = {"yunet": "YuNet", "yunet_small_faces": "YuNet, small faces"} | detectors.TITLES

SETS = {
    "wider_val": "WIDER FACE crowds",
    "masked_faces": "Masked faces",
    "cfp_profile": "Profiles and frontal views (CFP)",
    "dlib_faces": "Dlib group photos",
    "negatives": "Pictures without a face",
}
METRICS = {"precision": "Precision", "recall": "Recall", "ap": "Average precision"}
ALARMS = "false_alarms_per_100"
ATTRIBUTES = {
    "size": "Height of the face, pixels",
    "mask": "Mask",
    "pose": "Pose",
    "blur": "Blur",
    "occlusion": "Covered",
}

#: The words of marks where they are others, and the order of all.
VALUES = {
    "without_mask": "without a mask",
    "mask_weared_incorrect": "mask worn wrongly",
    "with_mask": "with a mask",
} | {
    word: word
    for words in ("frontal profile", "typical atypical", "clear normal", "none partial heavy")
    for word in words.split()
}


def measured(figures: Mapping[str, Any]) -> None:
    """Precision, recall and average precision on a set, and recall by what makes faces hard."""
    names = [name for name in CONTENDERS if name in figures]
    sets = dict.fromkeys(k for n in names for k, v in figures[n].items() if isinstance(v, dict))
    chosen = select("Pictures", _in_order(SETS, sets), "pictures", lambda key: SETS.get(key, key))
    measurements = {name: figures[name][chosen] for name in names if chosen in figures[name]}
    empty = any(ALARMS in row for row in measurements.values())
    metrics = {ALARMS: "False alarms in 100 pictures"} if empty else METRICS
    shown = {
        CONTENDERS[name]: {words: row.get(metric) for metric, words in metrics.items()}
        for name, row in measurements.items()
    }
    _draw(shown, "" if not empty else "false alarms in 100 pictures", percent=not empty)
    rows = [
        {"Detector": CONTENDERS[name]}
        | {
            f"{words}{part}": text(metric, half.get(metric))
            for metric, words in metrics.items()
            for part, half in (("", row), (", unseen half", row.get("odd", {})))
        }
        | {"640 × 480, ms": figures[name].get("milliseconds")}
        for name, row in measurements.items()
    ]
    table(pd.DataFrame(rows), f"{SETS.get(chosen, chosen)}: all figures by detector")
    first = next(iter(measurements.values()))
    faces = f" with {first['faces']:,} faces" if first.get("faces") else ""
    st.caption(
        f"{first['pictures']:,} pictures{faces}. Settings were chosen on one half of the "
        "pictures; the unseen half is the other."
    )
    _by(measurements)
    output.download("All figures (JSON)", json.dumps(figures, indent=1, ensure_ascii=False), FILE)


def _by(measurements: Mapping[str, Mapping[str, Any]]) -> None:
    """Recall by what is marked of the faces of a set."""
    first = next(iter(measurements.values())).get("by", {})
    if not first:
        return
    known = [key for key in ATTRIBUTES if key in first]
    attribute = one_of("Faces found, by", known, "found_by", titles=ATTRIBUTES)
    values = _in_order(VALUES, first[attribute])
    labels = {v: f"{VALUES.get(v, v)} ({first[attribute][v]['faces']:,})" for v in values}
    shown = {
        CONTENDERS[name]: {
            label: at(row, "by", attribute, value, "recall") for value, label in labels.items()
        }
        for name, row in measurements.items()
    }
    _draw(shown, "found, of the faces marked")
    st.caption("In brackets the number of faces.")


def _draw(table: Mapping[str, Mapping[str, float | None]], axis: str, percent: bool = True) -> None:
    spoken = output.spoken(table, partial(text, "" if percent else ALARMS))
    output.draw(charts.detection(table, CONTENDERS[detectors.DEFAULT], axis, percent), spoken)


def _in_order(known: Iterable[str], given: Iterable[str]) -> list[str]:
    """What is given, in the order in which it is known; what is not known comes last."""
    given = list(given)
    return [key for key in known if key in given] + [key for key in given if key not in known]


def table(frame: pd.DataFrame, words: str) -> None:
    """Figures, a row a detector."""
    columns: dict[str, Any] = {
        column: st.column_config.TextColumn(alignment="right") for column in frame.columns[1:]
    }
    columns["Detector"] = st.column_config.TextColumn(pinned=True)
    columns["640 × 480, ms"] = st.column_config.NumberColumn(format="%.0f")
    output.table(frame, words, columns)


def at(data: Any, *path: str) -> Any:
    """What is at a path of nested objects; None where the path breaks off."""
    for key in path:
        data = data.get(key) if isinstance(data, Mapping) else None
    return data


def text(metric: str, value: float | None) -> str:
    """A figure as people read it: ``93.1%``, alarms as ``0.8``; a dash for None."""
    if value is None:
        return "–"
    return f"{value:.1f}" if metric == ALARMS else f"{value:.1%}"
