"""How a model was made."""

from __future__ import annotations

import streamlit as st

from dashboard.views.evaluation import tables
from dashboard.views.evaluation.tables import View, short
from dashboard.widgets import output
from facespace.artifacts.report import Classifier
from facespace.charts import model_selection as charts

#: What the classifier is called in the comparison, and what it stands on, by the report's name.
MACHINES = {"svc": "RBF SVM", "nystroem": "Nystroem SVM"}
STANDS_ON = {"svc": "support vectors", "nystroem": "landmarks"}


def making(view: View) -> None:
    """The search, the curves, and other classifiers in the SVM's place."""
    _search(view)
    left, right = st.columns(2)
    with left:
        st.subheader("More photos")
        _lines(view, "learning_curve", "photos", "photos fitted on", logarithmic=True)
    with right:
        st.subheader("More components")
        _lines(view, "component_curve", "components", "components", logarithmic=True)
    st.subheader("Smaller faces")
    _lines(view, "face_size", "face", "pixels of a face")
    st.caption(
        "All three on the photos kept for such choices. A small face is read wrongly more often: "
        "its size counts for the “?”."
    )
    st.subheader("Other classifiers on the same components")
    comparison = view.entry.comparison
    output.draw(
        charts.classifiers(comparison, MACHINES[view.entry.classifier]),
        "; ".join(
            f"{row.name}: {row.balanced_accuracy:.1%} ± {row.balanced_accuracy_sd:.1%}"
            for row in comparison
        ),
    )
    st.caption(
        "Mean and standard deviation over the folds of the search, without mirror images."
        + _seen_before(view)
    )
    if why := _not_taken(view):
        st.write(why)
    output.table(
        tables.classifiers(comparison),
        "Classifiers with balanced accuracy, AUC, time and size",
        {
            "Classifier": st.column_config.TextColumn(pinned=True),
            "Fit, s": st.column_config.NumberColumn(format="%.3f"),
            "A face, µs": st.column_config.NumberColumn(format="%.1f"),
            "ONNX, MB": st.column_config.NumberColumn(format="%.3f"),
        },
    )


def _search(view: View) -> None:
    search, parity = view.entry.search, view.entry.parity
    table, best = search.table, search.best
    st.subheader("The search")
    st.write(
        f"{len(table)} combinations, {search.folds} folds of {search.photos:,} of the photos to "
        f"fit on. Best: C = {best.C:g}, gamma = {best.gamma:g}, {best.components} "
        f"components. Fitted with those on {view.entry.fitted_on}, the SVM has "
        f"{view.entry.support_vectors:,} {STANDS_ON[view.entry.classifier]}. The probabilities of "
        f"the file and of scikit-learn agree within {parity.probability:.0e} on "
        f"{parity.crops:,} faces." + _rounding(view)
    )
    st.caption(_fitted_on(view))
    if caveat := _seen_before(view):
        st.caption(caveat.strip())
    sizes = sorted({each.components for each in table})
    for column, components in zip(st.columns(len(sizes)), sizes, strict=True):
        cells = [each for each in table if each.components == components]
        with column:
            st.markdown(f"**{components} components: AUC**")
            output.draw(
                charts.search(table, components, best),
                "; ".join(f"C {each.C:g}, gamma {each.gamma:g}: {each.auc:.3f}" for each in cells),
            )


def _seen_before(view: View) -> str:
    """Why the folds of a network look better than its tests; empty for the other models."""
    if view.name != "embedding":
        return ""
    return (
        " The network learned from these photos, all folds of them: the figures compare settings "
        "and classifiers with each other, and are higher than on faces it never saw."
    )


def _fitted_on(view: View) -> str:
    """How many photos each model was fitted on, and why these may differ, in sentences."""
    own, search = view.entry.counts, view.entry.search.photos
    words = (
        f"The search sees {search:,} of the {own.training:,} photos to fit on, drawn at random: "
        "as its time grows with their square. The model itself is fitted on all."
        if search < own.training
        else "The search sees all photos to fit on."
    )
    others = {name: entry.counts for name, entry in view.reports.items() if entry.counts != own}
    if not others:
        return f"{words} So is every other model here, on the same photos."
    told = ", ".join(f"{short(name)} on {counts.training:,}" for name, counts in others.items())
    return (
        f"{words} Other models were fitted at another time: {told}. Photos that are there twice, "
        "or on both sides of the split, are left out of each training, by the data sets it had."
    )


def _not_taken(view: View) -> str:
    """Why a classifier that scores better here was not taken, in sentences; "" where none does."""
    table, name = view.entry.comparison, MACHINES[view.entry.classifier]
    taken = next((row for row in table if row.name == name), None)
    if taken is None:
        return ""
    better = [row for row in table if row.balanced_accuracy > taken.balanced_accuracy]
    rule = (
        f"The {name} was not chosen by this table: by rule it stands in every model, so that all "
        "have one contract and differ in what they look at alone. Only its settings and the number "
        "of components were chosen, by the AUC of the search."
    )
    if not better:
        return f"{rule} None of the others is better here."
    told = ", ".join(
        f"{row.name} by {100 * (row.balanced_accuracy - taken.balanced_accuracy):.1f} points"
        + _cheaper(row, taken)
        for row in better
    )
    widest = max(row.balanced_accuracy - taken.balanced_accuracy for row in better)
    spread = 100 * taken.balanced_accuracy_sd
    within = "within" if 100 * widest <= spread else "more than"
    return (
        f"{rule} Better here: {told}; that is {within} the {spread:.1f} points by which its own "
        "figure spreads over the folds (one standard deviation)."
    )


def _cheaper(row: Classifier, taken: Classifier) -> str:
    times = taken.bytes / row.bytes if row.bytes else float("nan")
    return f", in a file {times:,.0f} times smaller" if times > 1.5 else ""


def _rounding(view: View) -> str:
    rounding = view.entry.rounding
    if rounding is None:
        return ""
    cost = f"{rounding.auc_lost:.4f}".replace("-0.0000", "0.0000")
    return f" It is stored in half precision, which costs {cost} of AUC on the validation."


def _lines(view: View, curve: str, axis: str, words: str, logarithmic: bool = False) -> None:
    """AUC of all models over one column of a curve of the report."""
    points = {}
    for name, entry in view.reports.items():
        rows = sorted(getattr(entry, curve), key=lambda row: float(row[axis]))
        points[short(name)] = [row[axis] for row in rows], [row["auc"] for row in rows]
    xs, ys = points[short(view.name)]
    output.draw(
        charts.lines(points, short(view.name), words, "AUC", logarithmic),
        f"AUC of {short(view.name)} by {words}: "
        + ", ".join(f"{x:,.0f}: {y:.3f}" for x, y in zip(xs, ys, strict=True)),
    )
