"""How often each model is right, on photos it never saw, for whom, and what it costs."""

import streamlit as st

from dashboard import evaluation
from dashboard.artifacts import page_artifacts, sentences
from dashboard.evaluation_tables import View, short

PARTS = {
    "ROC and confusion": evaluation.ranking,
    "When to say “?”": evaluation.certainty,
    "Groups": evaluation.groups,
    "End to end": evaluation.end_to_end,
    "How it was made": evaluation.making,
}

st.title("Evaluation")
st.write("How often is it right, and on whose photos? None of these were seen in training.")
manifest = page_artifacts()
with sentences():
    reports = manifest.json("report.json")["models"]
tests = {key: test for entry in reports.values() for key, test in entry["tests"].items()}

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
tested = {key: reports[key] for key in manifest.models if test in reports[key]["tests"]}
view = View(manifest, tested, name, test)

st.header("The models, and the price of each")
evaluation.models(view)

title = manifest.models[name].title
st.header(f"{short(name)} on {tests[test]['title']}")
if name not in tested:
    st.info(f"{title} was not tested on {tests[test]['title']}.", icon=":material/block:")
    st.stop()
evaluation.metrics(view)
# Only the part that is open is drawn; its name is in the address.
for tab, part in zip(st.tabs(list(PARTS), key="part", bind="query-params"), PARTS, strict=True):
    if tab.open:
        with tab:
            PARTS[part](view)
