"""How often each model is right, on photos it never saw, for whom, and what it costs."""

import streamlit as st

from dashboard import evaluation
from dashboard.artifacts import page_artifacts, sentences
from facespace import detectors

st.title("Evaluation")
st.write("How often is it right, and on whose photos? None of these were seen in training.")
manifest = page_artifacts()
with sentences():
    reports = manifest.json("report.json")["models"]
tests = reports[manifest.default]["tests"]

left, right = st.columns(2)
test = left.selectbox(
    "Test set",
    list(tests),
    format_func=lambda key: f"{tests[key]['title']} ({tests[key]['kind']})",
    key="test",
    bind="query-params",
)
name = right.selectbox(
    "Model",
    list(manifest.models),
    index=list(manifest.models).index(manifest.default),
    format_func=lambda key: manifest.models[key].title,
    key="model",
    bind="query-params",
    persist_state="session",
)
info, report = manifest.models[name], reports[name]

evaluation.metrics(report["tests"][test], f"{name}-{test}")
st.caption(
    f"{tests[test]['photos']:,} photos; below each figure its 95 % interval (bootstrap, by person "
    f"where persons are known). “?” below a certainty of {info.certainty:.0%} or a face of "
    f"{info.smallest_face:.0f} pixels, chosen on {info.chosen['on']}: {info.chosen['how']}."
)
evaluation.card()

st.subheader("The models, and the price of each")
evaluation.models(manifest, reports, test)

ranking, certainty, groups, end_to_end, making = st.tabs(
    ["ROC and confusion", "When to say “?”", "Groups", "Photo to verdict", "How it was made"]
)
with ranking:
    evaluation.ranking(manifest, reports, name, test)
with certainty:
    evaluation.certainty(manifest, reports, name, test)
with groups:
    evaluation.groups(report, name, test)
with end_to_end:
    evaluation.end_to_end(report, detectors.TITLES, test)
with making:
    evaluation.making(report)
