"""What users get by group, photo in, verdict out: the gaps, and every group with both sexes."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from dashboard.app.choice import select
from dashboard.views.evaluation.tables import View, whole
from dashboard.views.fairness import tables
from dashboard.views.fairness.tables import SERVED
from dashboard.widgets import output
from facespace.charts import fairness as charts
from facespace.metrics.groups import LEAST_GROUP, Group, Grouping

#: Attributes in the order in which they are offered.
ATTRIBUTES = ("race", "skin_tone", "age", "sex")

#: What can be drawn of the groups, and the metrics behind it: those of female and male, or one.
SHOWN = {
    "recall": ("Predicted as labelled, without “?”", ("recall_female", "recall_male")),
    "false": ("Predicted otherwise, without “?”", ("recall_female", "recall_male")),
    "risk": ("Wrong answers", ("risk_female", "risk_male")),
    "missed": ("No face found", ("missed",)),
    "unsure": ("Marked “?”", ("unsure",)),
    "child": ("“?” as it looks like a child’s", ("child",)),
    "coverage": ("Answered", ("coverage",)),
}

_TONE = (
    "**Skin tone is measured, not labelled:** from the pixels of both cheeks, as the individual "
    "typology angle (Chardon, Cretois and Hourseau 1991), in its usual six classes, as Merler et "
    "al. 2019 used it. It says how light the skin came out in this photo: coloured light, make-up "
    "and the white balance move it by a class or more. Photos without colour, and those in which "
    "even a patient search finds no face, have none."
)


def served(view: View) -> None:
    """The gaps between the groups of an attribute, and a figure of one metric of all."""
    attributes = view.entry.served[view.test]
    left, right = st.columns(2)
    known = [name for name in ATTRIBUTES if name in attributes]
    known += [name for name in attributes if name not in known]
    attribute = select("People by", known, "served_by", tables.spoken, left)
    shown = select("Draw", SHOWN, "served_show", lambda key: SHOWN[key][0], right)
    grouping = attributes[attribute]
    if attribute == "skin_tone":
        st.caption(_TONE)
    _cards(grouping)
    _figure(grouping.by_group, shown)
    st.caption(
        f"{view.served.photos:,} photos of {view.title}, photo in, verdict out, with 95 % "
        f"intervals; in brackets the photos. {tables.left_out(grouping)}"
    )
    with st.expander("The same as a table"):
        output.table(tables.served(grouping), f"What users get by {tables.spoken(attribute)}")
    output.download(
        "What each group gets (CSV)",
        tables.all_groups(attributes, SERVED),
        f"facespace-{view.name}-{view.test}-served.csv",
    )


def _cards(grouping: Grouping) -> None:
    """The gap of each metric, and who is served worst and best."""
    gaps = {metric: words for metric, words in SERVED.items() if metric in grouping.gap}
    if not gaps:
        st.info(
            f"No two of these groups have {LEAST_GROUP} photos: no gap is given.",
            icon=":material/group:",
        )
        return
    with output.cards(len(gaps), "served"):
        for metric, (title, words) in gaps.items():
            with st.container(border=True, gap="xsmall", height="stretch"):
                gap = grouping.gap[metric].difference
                st.metric(title, f"{100 * gap:.1f} points", help=words)
                st.caption(tables.worst_and_best(metric, grouping))


def _figure(table: Mapping[str, Group], shown: str) -> None:
    title, metrics = SHOWN[shown]
    if len(metrics) == 1:
        figure = charts.groups(table, metrics[0], title, LEAST_GROUP, None, tables.hovered)
    else:
        figure = charts.sexes(table, metrics, title, LEAST_GROUP, complement=shown == "false")
    words = {
        name: {
            metric.rpartition("_")[2]: whole(metric, cell.complement if shown == "false" else cell)
            for metric in metrics
            for cell in [group.metrics[metric]]
        }
        for name, group in table.items()
    }
    output.draw(figure, f"{title}: {output.spoken(words)}")
