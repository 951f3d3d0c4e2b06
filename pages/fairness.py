"""Whom each model serves how well."""

import streamlit as st

from dashboard import fairness
from dashboard.evaluation import choice

st.title("Fairness")
st.write("Whom does it serve worse? Look for intervals that lie apart, and at how many are behind.")
view = choice.choose()
choice.stop_untested(view)
fairness.groups(view)
