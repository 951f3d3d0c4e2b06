"""How often the model is right, on photos it never saw."""

import streamlit as st

from dashboard.artifacts import page_artifacts, sentences
from facespace import charts

st.title("Evaluation")
st.write("How often is it right, and on whose photos? None of these were seen in training.")
manifest = page_artifacts()
info = manifest.model()
with sentences():
    report = manifest.json("report.json")["models"][info.name]
tests = report["tests"]

name = st.selectbox(
    "Test set",
    list(tests),
    format_func=lambda key: f"{tests[key]['title']} ({tests[key]['kind']})",
    key="test",
    bind="query-params",
)
test = tests[name]
METRICS = {
    "balanced_accuracy": ("Balanced accuracy", "Mean of the shares read as labelled of either sex"),
    "auc": ("AUC", "Chance that a face labelled female scores above one labelled male"),
    "coverage": ("Answered", "Share of the faces that are certain enough for an answer"),
    "risk": ("Wrong answers", "Share of the answered faces not read as labelled"),
    "brier": ("Brier score", "Mean squared error of the probability; 0 is best"),
}
with st.container(horizontal=True):
    for key, (title, words) in METRICS.items():
        value = test[key]
        if value["value"] is not None:
            number = "{:.3f}" if key in ("auc", "brier") else "{:.1%}"
            span = " to ".join(number.format(value[end]) for end in ("low", "high"))
            st.metric(
                title,
                number.format(value["value"]),
                span,
                help=words,
                border=True,
                delta_color="off",
                delta_arrow="off",
            )
st.caption(
    f"{test['photos']:,} photos; below each figure its 95 % interval (bootstrap, by person where "
    f"persons are known). "
    f"“?” below a certainty of {info.certainty:.0%} or a face of {info.smallest_face:.0f} pixels, "
    f"chosen on {info.chosen['on']}: {info.chosen['how']}."
)

left, right = st.columns(2)
with left:
    st.subheader("ROC")
    area = test["auc"]
    st.plotly_chart(
        charts.roc(report["roc"][name], area, info.threshold),
        alt=f"ROC curve, area {area['value']:.3f}",
    )
with right:
    st.subheader("Confusion, without “?”")
    matrix = report["confusion"][name]
    st.plotly_chart(
        charts.confusion(matrix),
        alt=f"Labelled female: {matrix[0][0]} read as female, {matrix[0][1]} as male. "
        f"Labelled male: {matrix[1][0]} read as female, {matrix[1][1]} as male.",
    )

st.subheader("The search")
search = report["search"]
best = search["best"]
st.write(
    f"{len(search['table'])} combinations, {search['folds']} folds of {search['photos']:,} "
    f"training photos. Best: C = {best['C']:g}, gamma = {best['gamma']:g}, "
    f"{best['components']:.0f} components."
)
st.plotly_chart(
    charts.search(search["table"], best),
    alt="Cross-validated AUC by C, gamma and components; the best is "
    f"{max(row['auc'] for row in search['table']):.3f}",
)

left, right = st.columns(2)
with left:
    st.subheader("How small may a face be?")
    sizes = report["face_size"]
    st.plotly_chart(
        charts.line([r["face"] for r in sizes], [r["auc"] for r in sizes], "face, pixels", "AUC"),
        alt="AUC on the validation photos by the size of the face",
    )
with right:
    st.subheader("What landmarks are worth")
    rule = report["box_rule"][name]
    st.write(f"Haar finds {rule['found']:,} of these {rule['photos']:,} faces, and boxes alone.")
    if rule["auc_box_rule"] is not None:
        st.write(
            f"Cropped by a rule from such boxes, they reach an AUC of "
            f"**{rule['auc_box_rule']:.3f}**; by YuNet’s landmarks the same faces reach "
            f"**{rule['auc_landmarks']:.3f}**."
        )
