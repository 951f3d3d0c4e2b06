"""How a model was made."""

from __future__ import annotations

import streamlit as st

from dashboard.views.evaluation import tables
from dashboard.views.evaluation.tables import View, short
from dashboard.widgets import output
from facespace.charts import model_selection as charts

#: What the classifier is called in the comparison, and what it stands on, by the report's name.
MACHINES = {"svc": "RBF SVM", "nystroem": "Nystroem SVM"}
STANDS_ON = {"svc": "support vectors", "nystroem": "landmarks"}


def _kind(view: View) -> str:
    """The classifier; artifacts from before there was a choice do not name it."""
    return view.entry.classifier


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
    _lines(view, "face_size", "face", "pixels of a face", limit=view.info.smallest_face)
    st.caption(
        f"All three on the photos kept for such choices. {short(view.name)} marks faces under "
        f"{view.info.smallest_face:.0f} pixels “?” (dotted line)."
    )
    st.subheader("Other classifiers on the same components")
    comparison = view.entry.comparison
    output.draw(
        charts.classifiers(comparison, MACHINES[_kind(view)]),
        "; ".join(
            f"{row.name}: {row.balanced_accuracy:.1%} ± {row.balanced_accuracy_sd:.1%}"
            for row in comparison
        ),
    )
    st.caption(
        "Mean and standard deviation over the folds of the search, without mirror images."
        + _seen_before(view)
    )
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
        f"{len(table)} combinations, {search.folds} folds of {search.photos:,} training "
        f"photos. Best: C = {best.C:g}, gamma = {best.gamma:g}, {best.components} "
        f"components. Fitted with those on {view.entry.counts.training:,} photos, the SVM has "
        f"{view.entry.support_vectors:,} {STANDS_ON[_kind(view)]}. The probabilities of "
        f"the file and of scikit-learn agree within {parity.probability:.0e} on "
        f"{parity.crops:,} faces." + _rounding(view)
    )
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


def _rounding(view: View) -> str:
    rounding = view.entry.rounding
    if rounding is None:
        return ""
    cost = f"{rounding.auc_lost:.4f}".replace("-0.0000", "0.0000")
    return f" It is stored in half precision, which costs {cost} of AUC on the validation."


def _lines(
    view: View,
    curve: str,
    axis: str,
    words: str,
    logarithmic: bool = False,
    limit: float | None = None,
) -> None:
    """AUC of all models over one column of a curve of the report."""
    points = {}
    for name, entry in view.reports.items():
        rows = sorted(getattr(entry, curve), key=lambda row: float(row[axis]))
        points[short(name)] = [row[axis] for row in rows], [row["auc"] for row in rows]
    xs, ys = points[short(view.name)]
    output.draw(
        charts.lines(points, short(view.name), words, "AUC", logarithmic, limit),
        f"AUC of {short(view.name)} by {words}: "
        + ", ".join(f"{x:,.0f}: {y:.3f}" for x, y in zip(xs, ys, strict=True)),
    )
