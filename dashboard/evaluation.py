"""The parts of the Evaluation page: each draws one question's answer from the report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from facespace import artifacts, charts
from facespace.artifacts import Manifest

Report = Mapping[str, Any]

#: Metrics in the order of the table of all, what people call them, and what they say.
METRICS = {
    "balanced_accuracy": (
        "Balanced accuracy",
        "Mean of the shares read as labelled of either sex",
    ),
    "auc": ("AUC", "Chance that a face labelled female scores above one labelled male"),
    "coverage": ("Answered", "Share of the faces that are certain enough for an answer"),
    "risk": ("Wrong answers", "Share of the answered faces not read as labelled"),
    "ece": ("Calibration error", "Mean distance of the probability from what was observed (ECE)"),
    "brier": ("Brier score", "Mean squared error of the probability; 0 is best"),
    "accuracy": ("Accuracy", "Share of all faces read as labelled"),
    "recall_female": ("Female read as labelled", "Share of the faces labelled female"),
    "recall_male": ("Male read as labelled", "Share of the faces labelled male"),
    "average_precision": ("Average precision", "Area under the precision-recall curve of female"),
    "f1": ("F1", "Harmonic mean of precision and recall of female"),
    "kappa": ("Cohen’s kappa", "Agreement beyond chance"),
    "aurc": ("AURC", "Area under the risk-coverage curve; 0 is best"),
    "augrc": ("AUGRC", "Area under the generalised risk-coverage curve; 0 is best"),
}

#: Those on top of the page, and those that are not percentages.
FIRST = ("balanced_accuracy", "auc", "coverage", "risk", "ece", "brier")
DECIMAL = ("auc", "ece", "brier", "average_precision", "f1", "kappa", "aurc", "augrc")

COVERS = {"": "uncovered", "lower": "lower half covered", "upper": "upper half covered"}


def models(manifest: Manifest, reports: Report, test: str) -> None:
    """All models on one test set, and what each costs."""
    rows = {
        short(name): {
            **{METRICS[m][0]: reports[name]["tests"][test][m]["value"] for m in FIRST[:5]},
            "File, MB": info.file.bytes / 1e6,
            "A face, ms": reports[name]["milliseconds"]["32"],
        }
        for name, info in manifest.models.items()
    }
    percent = st.column_config.NumberColumn(format="percent")
    number = st.column_config.NumberColumn(format="%.3f")
    st.dataframe(
        pd.DataFrame.from_dict(rows, orient="index"),
        alt="All models with their metrics, size and time",
        column_config={METRICS[m][0]: number if m in DECIMAL else percent for m in FIRST[:5]}
        | {
            "": "Model",
            "File, MB": st.column_config.NumberColumn(format="%.1f"),
            "A face, ms": st.column_config.NumberColumn(
                format="%.2f", help="In batches of 32, on the machine that trained it"
            ),
        },
    )
    tests = {short(name): entry["tests"][test] for name, entry in reports.items()}
    drawn = {m: METRICS[m][0] for m in ("balanced_accuracy", "auc")}
    st.plotly_chart(
        charts.intervals(tests, drawn),
        alt="; ".join(
            f"{title}: balanced accuracy {row['balanced_accuracy']['value']:.1%}, "
            f"AUC {row['auc']['value']:.3f}"
            for title, row in tests.items()
        ),
    )


def metrics(test: Mapping[str, Any], name: str) -> None:
    """The metrics that come first, with their intervals, and a table of all."""
    with st.container(horizontal=True):
        for key in FIRST:
            title, words = METRICS[key]
            if test[key]["value"] is not None:
                st.metric(
                    title,
                    number(key, test[key]["value"]),
                    " to ".join(number(key, test[key][end]) for end in ("low", "high")),
                    help=words,
                    border=True,
                    delta_color="off",
                    delta_arrow="off",
                )
    with st.expander("All metrics"):
        frame = pd.DataFrame(
            [
                {"Metric": title, "Value": test[key]["value"]}
                | {end: test[key][end] for end in ("low", "high")}
                | {"What it says": words}
                for key, (title, words) in METRICS.items()
            ]
        )
        st.dataframe(
            frame,
            hide_index=True,
            alt="All metrics with 95 % intervals",
            column_config={
                "Value": st.column_config.NumberColumn(format="%.3f"),
                "low": st.column_config.NumberColumn("95 %: from", format="%.3f"),
                "high": st.column_config.NumberColumn("to", format="%.3f"),
            },
        )
        _download("All metrics (CSV)", frame, f"facespace-{name}.csv")


def number(metric: str, value: float) -> str:
    """A metric's value as people read it: ``91.2%`` or ``0.912``."""
    return f"{value:.3f}" if metric in DECIMAL else f"{value:.1%}"


def short(name: str) -> str:
    """A model's name where there is no room for its title."""
    return name.capitalize()


def ranking(manifest: Manifest, reports: Report, name: str, test: str) -> None:
    """ROC and confusion."""
    entry = reports[name]
    left, right = st.columns(2)
    with left:
        st.subheader("ROC")
        curves = {short(n): e["roc"][test] for n, e in reports.items()}
        st.plotly_chart(
            charts.roc(curves, short(name), manifest.models[name].threshold),
            alt="ROC curves; areas: "
            + ", ".join(
                f"{short(n)} {e['tests'][test]['auc']['value']:.3f}" for n, e in reports.items()
            ),
        )
    with right:
        st.subheader("Confusion, without “?”")
        matrix = entry["confusion"][test]
        st.plotly_chart(
            charts.confusion(matrix),
            alt=f"Labelled female: {matrix[0][0]} read as female, {matrix[0][1]} as male. "
            f"Labelled male: {matrix[1][0]} read as female, {matrix[1][1]} as male.",
        )


def certainty(manifest: Manifest, reports: Report, name: str, test: str) -> None:
    """Risk and coverage, and whether the probabilities mean what they say."""
    info, entry = manifest.models[name], reports[name]
    figures = entry["tests"][test]
    left, right = st.columns(2)
    with left:
        st.subheader("Answer fewer, be wrong less")
        point = {metric: figures[metric]["value"] for metric in ("coverage", "risk")}
        curves = {short(n): e["risk_coverage"][test] for n, e in reports.items()}
        st.plotly_chart(
            charts.risk_coverage(curves, short(name), point),
            alt=f"Risk over coverage; as it is set {point['coverage']:.1%} of the faces are "
            f"answered, area {figures['aurc']['value']:.3f}",
        )
    with right:
        st.subheader("Is 90 % right nine times in ten?")
        st.plotly_chart(
            charts.reliability(entry["reliability"][test]),
            alt=f"Share labelled female over the probability given; calibration error "
            f"{figures['ece']['value']:.3f}",
        )
    st.subheader("How small may a face be?")
    sizes = entry["face_size"]
    st.plotly_chart(
        charts.line([r["face"] for r in sizes], [r["auc"] for r in sizes], "face, pixels", "AUC"),
        alt="AUC on the validation photos by the size of the face",
    )
    st.caption(f"Faces under {info.smallest_face:.0f} pixels are marked “?”.")


def groups(entry: Mapping[str, Any], name: str, test: str) -> None:
    """Whom the model serves how well."""
    tables = entry["groups"][test]
    columns = st.columns(2)
    attribute = columns[0].selectbox(
        "Groups by",
        list(tables),
        format_func=lambda key: key.replace(", ", " and "),
        key="groups",
        bind="query-params",
    )
    metric = columns[1].selectbox(
        "Show",
        ["accuracy", "coverage", "risk"],
        format_func=lambda key: METRICS[key][0],
        key="group_metric",
        bind="query-params",
    )
    table, gap = tables[attribute]["by_group"], tables[attribute]["gap"]
    st.plotly_chart(
        charts.groups(table, metric, METRICS[metric][0], LEAST_GROUP),
        alt=f"{METRICS[metric][0]}: "
        + "; ".join(
            f"{group} {row[metric]['value']:.1%} of {row['faces']} faces"
            for group, row in table.items()
            if row[metric]["value"] is not None
        ),
    )
    if metric in gap:
        one = gap[metric]
        st.write(
            f"The gap is **{one['difference'] * 100:.1f} points**: {one['highest']} is served "
            f"best, {one['lowest']} worst."
        )
    st.caption(
        f"In brackets the number of faces; groups of fewer than {LEAST_GROUP} are faint and have "
        "no part in the gap. Ages and groups are as the data set labels them."
    )
    frame = pd.DataFrame(
        [
            {attribute: group, "faces": row["faces"]}
            | {
                f"{metric}{'' if end == 'value' else ' ' + end}": row[metric][end]
                for metric in ("accuracy", "coverage", "risk")
                for end in ("value", "low", "high")
            }
            for group, row in table.items()
        ]
    )
    _download("These groups (CSV)", frame, f"facespace-{name}-{test}-groups.csv")


#: Groups of fewer faces say little; as in ``training/evaluate.py``.
LEAST_GROUP = 30


def end_to_end(entry: Mapping[str, Any], detectors: Mapping[str, str], test: str) -> None:
    """Photo in, verdict out: what the detector costs, and what a mask does."""
    left, right = st.columns(2)
    results = entry["end_to_end"][test]
    with left:
        st.subheader("Through each detector")
        _shares({detectors[name]: result for name, result in results.items()})
        st.caption(
            f"All {next(iter(results.values()))['photos']:,} photos, a missed face counted as "
            "missed."
        )
    with right:
        st.subheader("With a mask drawn over the face")
        covered = {"": results["yunet"], **entry["covered"][test]}
        _shares({COVERS[cover]: result for cover, result in covered.items()})
        for cover, result in entry["covered"][test].items():
            if "accuracy_found" in result:
                change = (result["accuracy_found_plain"] - result["accuracy_found"]) * 100
                st.write(
                    f"{COVERS[cover].capitalize()}, without “?”: {result['accuracy_found']:.1%} "
                    f"read as labelled, {change:.1f} points fewer."
                )
    rule = results["haar"]
    if "auc_found" in rule:
        st.write(
            f"**What landmarks are worth.** Haar gives boxes alone. Cropped by a rule from those, "
            f"the faces it finds reach an AUC of {rule['auc_found']:.3f}; by YuNet’s landmarks "
            f"the same faces reach {rule['auc_found_plain']:.3f}."
        )


def making(entry: Mapping[str, Any]) -> None:
    """The search, the curves, and other classifiers in the SVM's place."""
    search = entry["search"]
    best = search["best"]
    st.subheader("The search")
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
    curves = (
        (left, "More photos", "learning_curve", "photos", "photos the SVM was fitted on"),
        (right, "More components", "component_curve", "components", "components of the PCA"),
    )
    for column, title, key, axis, words in curves:
        with column:
            st.subheader(title)
            rows = entry[key]
            st.plotly_chart(
                charts.line(
                    [row[axis] for row in rows], [row["auc"] for row in rows], words, "AUC", True
                ),
                alt="AUC on the validation: "
                + ", ".join(f"{row[axis]:.0f}: {row['auc']:.3f}" for row in rows),
            )
    st.subheader("Other classifiers on the same components and folds")
    table = entry["comparison"]
    left, right = st.columns(2)
    with left:
        st.plotly_chart(
            charts.classifiers(table),
            alt="; ".join(f"{r['name']}: {r['balanced_accuracy']:.1%}" for r in table),
        )
    with right:
        frame = pd.DataFrame(table)[
            ["name", "balanced_accuracy", "auc", "fit_seconds", "bytes", "microseconds"]
        ]
        frame["bytes"] /= 1e6
        st.dataframe(
            frame,
            hide_index=True,
            alt="Classifiers with balanced accuracy, AUC, time and size",
            column_config={
                "name": "Classifier",
                "balanced_accuracy": st.column_config.NumberColumn(
                    "Balanced accuracy", format="percent"
                ),
                "auc": st.column_config.NumberColumn("AUC", format="%.3f"),
                "fit_seconds": st.column_config.NumberColumn("Fit, s", format="%.2f"),
                "bytes": st.column_config.NumberColumn("ONNX, MB", format="%.2f"),
                "microseconds": st.column_config.NumberColumn("A face, µs", format="%.1f"),
            },
        )


def card() -> None:
    """The model card, to read and to keep, where there is one."""
    path = artifacts.folder() / "MODEL_CARD.md"
    if path.is_file():
        text = path.read_text("utf-8")
        st.download_button(
            "Model card",
            text,
            path.name,
            "text/markdown",
            on_click="ignore",
            icon=":material/description:",
        )


def _shares(results: Mapping[str, Mapping[str, Any]]) -> None:
    outcomes = ("right", "unsure", "wrong", "missed")
    table = {
        name: {outcome: result[outcome]["value"] for outcome in outcomes}
        for name, result in results.items()
    }
    st.plotly_chart(
        charts.shares(table),
        alt="; ".join(
            f"{name}: " + ", ".join(f"{share:.0%} {outcome}" for outcome, share in row.items())
            for name, row in table.items()
        ),
    )


def _download(label: str, frame: pd.DataFrame, name: str) -> None:
    st.download_button(
        label,
        frame.to_csv(index=False),
        name,
        "text/csv",
        on_click="ignore",
        icon=":material/table:",
    )
