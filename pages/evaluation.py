"""How often each model is right, on photos it never saw, at which threshold, and what it costs."""

import streamlit as st

from dashboard.app.navigation import link
from dashboard.views.evaluation import choice, end_to_end, model_selection, overview, trial
from dashboard.views.evaluation.answer import answer
from dashboard.views.evaluation.tables import short
from dashboard.widgets import output

PARTS = {
    "ROC and confusion": trial.ranking,
    "When to say “?”": trial.certainty,
    "All test sets": overview.across,
    "End to end": end_to_end.end_to_end,
    "How it was made": model_selection.making,
}

st.title("Evaluation")
opening = st.container()
view = choice.choose()
if view.name in view.reports:
    with opening:
        answer(view)

st.header("Models: accuracy, size, speed")
overview.models(view)

st.header(f"{short(view.name)} alone on {view.title}")
choice.stop_untested(view)
overview.metrics(view)
output.tabs(PARTS, view)
link("fairness", "For whom it is right: Fairness")
