"""Whom each model serves how well, and what it would take to serve all alike."""

import streamlit as st

from dashboard.app.navigation import link
from dashboard.views.evaluation import choice
from dashboard.views.fairness import groups, served, thresholds

st.title("Fairness")
st.write("Whom does it serve worse? Look for intervals that lie apart, and at how many are behind.")
view = choice.choose()
choice.stop_untested(view)
if not view.entry.groups[view.test]:
    st.info(f"{view.title} does not say who is in its photos.", icon=":material/group:")
    st.stop()

if view.entry.served.get(view.test):
    st.header("What each group gets")
    served.served(view)

st.header("The largest gaps of the model alone")
groups.largest(view)

st.header("Every group, by the model alone")
groups.groups(view)

st.header("What equal rates would cost")
thresholds.thresholds(view)
link("evaluation", "All figures: Evaluation")
