"""Photo in, verdict out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.app.navigation import link
from dashboard.app.page_artifacts import sentences
from dashboard.views.detection.measured import CONTENDERS, FILE, at
from dashboard.views.evaluation.tables import View, number
from dashboard.widgets import output
from facespace.charts import evaluation as charts
from facespace.faces import detectors
from facespace.metrics.classification import EndToEnd

#: Columns of the table of detectors: where the figure is, and what it is multiplied by. Of the
#: masked faces and the profiles only those: both sets have other faces too.
OF_DETECTORS = {
    "Crowds, precision": (("wider_val", "precision"), 100),
    "Crowds, found": (("wider_val", "recall"), 100),
    "Masked faces, found": (("masked_faces", "by", "mask", "with_mask", "recall"), 100),
    "Profiles, found": (("cfp_profile", "by", "pose", "profile", "recall"), 100),
    "False alarms in 100 pictures": (("negatives", "false_alarms_per_100"), 1),
}

COVERS = {"": "without", "lower": "lower half", "upper": "upper half"}


def end_to_end(view: View) -> None:
    """Photo in, verdict out: what the detector costs, and what a mask does."""
    ways, covers = view.entry.end_to_end[view.test], view.entry.covered[view.test]
    left, right = st.columns(2)
    with left:
        st.subheader("Through each detector")
        _shares({detectors.TITLES.get(way, way): result for way, result in ways.items()})
    with right:
        st.subheader("With a mask drawn over the face")
        plain = {"": ways[detectors.DEFAULT]} if detectors.DEFAULT in ways else {}
        _shares({COVERS.get(cover, cover): row for cover, row in {**plain, **covers}.items()})
    for cover, result in covers.items():
        if result.accuracy_found is not None:
            st.write(
                f"**A mask over the {COVERS.get(cover, cover)}.** Of the faces still found, "
                f"{result.accuracy_found:.1%} predicted as labelled with no “?”; the same faces "
                f"without it: {result.accuracy_found_plain:.1%}."
            )
    rule = ways.get("haar")
    if rule is not None and rule.auc_found is not None:
        st.write(
            f"**What landmarks are worth.** Haar gives boxes alone. Cropped by a rule from those, "
            f"the faces it finds reach an AUC of {rule.auc_found:.3f}; by YuNet’s landmarks "
            f"the same faces reach {rule.auc_found_plain:.3f}."
        )
    _detectors(view)


def _detectors(view: View) -> None:
    """What each detector finds, on pictures that are harder than these test sets."""
    if FILE not in view.manifest.files:
        return
    with sentences():
        figures = view.manifest.json(FILE)
    st.subheader("What each detector finds")
    formats = {
        words: "%.1f %%" if scale == 100 else "%.1f" for words, (_, scale) in OF_DETECTORS.items()
    }
    formats["640 × 480, ms"] = "%.0f"
    output.table(
        _listed(figures),
        "Each detector with precision, recall, false alarms and time",
        {words: st.column_config.NumberColumn(format=form) for words, form in formats.items()}
        | {"Detector": st.column_config.TextColumn(pinned=True)},
    )
    link("detectors", "By size, pose, blur and mask: Detectors")


def _listed(figures: Mapping[str, Any]) -> pd.DataFrame:
    """What ``detectors.json`` says, a row for each detector."""
    rows = []
    for name, title in CONTENDERS.items():
        entry = figures.get(name, {})
        cells = {
            words: None if (value := at(entry, *path)) is None else value * scale
            for words, (path, scale) in OF_DETECTORS.items()
        }
        if any(value is not None for value in cells.values()):
            rows.append({"Detector": title} | cells | {"640 × 480, ms": entry.get("milliseconds")})
    return pd.DataFrame(rows)


def _shares(results: Mapping[str, EndToEnd]) -> None:
    metrics = {name: result.metrics for name, result in results.items()}
    words = {
        name: {words: f"{cells[key].value:.1%}" for key, (words, _, _) in charts.OUTCOMES.items()}
        for name, cells in metrics.items()
    }
    output.draw(charts.shares(metrics), output.spoken(words))
    photos = max((result.photos for result in results.values()), default=0)
    accuracies = (
        f"{name} {number('balanced_accuracy', cells['balanced_accuracy'].value)}"
        for name, cells in metrics.items()
    )
    st.caption(
        f"{photos:,} photos. Balanced accuracy with no “?”, a missed face counted as wrong: "
        f"{', '.join(accuracies)}."
    )
