"""A tool to see what thresholds of their own would do for groups, and what they would cost."""

from __future__ import annotations

import streamlit as st

from dashboard.app.choice import select
from dashboard.views.evaluation.tables import View, number
from dashboard.views.fairness import tables
from dashboard.widgets import output
from facespace.charts import fairness as charts
from facespace.metrics import fairness, groups
from facespace.metrics.groups import LEAST_GROUP


@st.fragment
def thresholds(view: View) -> None:
    """One threshold for all against a threshold for each group, chosen so that a rate is equal."""
    st.write(
        "Would a threshold for each group be fairer? Here they are chosen on a random half of the "
        "persons and measured on the other half. **The product has one threshold for everybody, "
        "and never reads, guesses or stores a group.**"
    )
    scores = view.scores
    kinds = [] if scores is None else [key for key in scores.attributes if key != "sex"]
    if len(kinds) == 2:
        kinds.append(", ".join(kinds))
    if scores is None or not kinds:
        st.info(
            f"{view.title} says neither age nor group of its faces: there is nobody to choose a "
            "threshold for. Choose a test set that says more.",
            icon=":material/group_off:",
        )
        return
    left, right = st.columns(2)
    attribute = select("A threshold for each", kinds, "threshold_by", tables.spoken, left)
    equal = fairness.CRITERIA
    criterion = select("So that this is equal", equal, "criterion", equal.__getitem__, right)
    outcome = fairness.equalised(
        scores.female,
        scores.probability[view.name],
        groups.crossed(scores.attributes, attribute),
        scores.persons,
        view.info.threshold,
        criterion,
    )
    if len(outcome.own) < (1 if criterion == "sexes" else 2):
        st.info(
            f"A threshold of its own takes {fairness.LEAST_SIDE} faces of either sex in either "
            "half; too few of these groups have as many.",
            icon=":material/group_off:",
        )
        return
    _outcome(outcome, criterion)
    own = {name: outcome.groups[name] for name in outcome.own}
    rates = {
        name: {
            sex: f"{number(key, group.before[key])}, then {number(key, group.after[key])}"
            for sex, key in (("female", "recall_female"), ("male", "recall_male"))
        }
        for name, group in own.items()
    }
    words = "Read as labelled with one threshold, and with its own"
    output.draw(charts.thresholds(own), f"{words}: {output.spoken(rates)}")
    st.caption(
        "Hollow: with the one threshold; filled: with the group’s own. In brackets the faces "
        "measured."
    )
    frame = tables.equalised(outcome)
    with st.expander("Thresholds and errors of every group"):
        output.table(frame, "Thresholds and errors by group")
        if small := len(outcome.groups) - len(outcome.own):
            st.caption(
                f"{small} too small for a threshold of their own keep the one: fewer than "
                f"{fairness.LEAST_SIDE} faces of a sex in a half. Of fewer than {LEAST_GROUP} "
                "faces a figure is mostly chance."
            )
    output.download("Thresholds (CSV)", frame, f"facespace-{view.name}-{view.test}-thresholds.csv")


def _outcome(outcome: fairness.Equalised, criterion: str) -> None:
    st.markdown(tables.cost(outcome, criterion))
    with output.cards(4, criterion):
        for part, words in (("gap", "Gap"), ("error", "Error")):
            for when, title in (("before", "one threshold"), ("after", "own thresholds")):
                cell = outcome.measured[f"{part}_{when}"]
                ends = f"{number(part, cell.low)} to {number(part, cell.high)}"
                output.metric(f"{words}, {title}", number(part, cell.value), ends)
    st.caption(
        "On the very half that the thresholds were chosen on, the gap would seem to fall from "
        f"{outcome.optimistic['gap_before'].value:.1%} to "
        f"{outcome.optimistic['gap_after'].value:.1%}: that is how well it looks where nobody "
        "measures on other people. Equal opportunity: Hardt, Price and Srebro 2016."
    )
