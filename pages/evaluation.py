"""How often each model is right, on photos it never saw, at which threshold, and what it costs."""

import streamlit as st

from dashboard.views.evaluation import (
    all_test_sets,
    certainty,
    choice,
    end_to_end,
    model_selection,
    overview,
    threshold,
)
from dashboard.views.evaluation.tables import short
from dashboard.widgets import output

PARTS = {
    "ROC and confusion": threshold.ranking,
    "When to say “?”": certainty.certainty,
    "All test sets": all_test_sets.across,
    "End to end": end_to_end.end_to_end,
    "How it was made": model_selection.making,
}

st.title("Evaluation")
st.write("How often is it right, and on whose photos? None of these were seen in training.")
view = choice.choose()

st.header("The models, and the price of each")
overview.models(view)

st.header(f"{short(view.name)} on {view.title}")
choice.stop_untested(view)
overview.metrics(view)
output.tabs(PARTS, view)
st.page_link("pages/fairness.py", label="For whom it is right: Fairness", icon=":material/balance:")
