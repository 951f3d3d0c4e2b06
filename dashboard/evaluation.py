"""The parts of the Evaluation page: each draws one question's answer from the report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from dashboard import evaluation_tables as tables
from dashboard.evaluation_tables import METRICS, View, number, short
from facespace import artifacts, detectors
from facespace.charts import evaluation as charts
from facespace.evaluate import LEAST_GROUP

COVERS = {"": "without", "lower": "lower half", "upper": "upper half"}


def models(view: View) -> None:
    """All models on the test set, and what each costs."""
    _table(
        tables.models(view),
        "All models with their metrics, size and time",
        {
            "Model": st.column_config.TextColumn(pinned=True),
            "File, MB": st.column_config.NumberColumn(format="%.1f"),
            "A face, ms": st.column_config.NumberColumn(
                format="%.2f", help="In batches of 32 crops, on the machine that trained it"
            ),
        }
        | {METRICS[metric][0]: _helped(metric) for metric in tables.FIRST},
    )
    drawn = {metric: METRICS[metric][0] for metric in ("balanced_accuracy", "auc")}
    tests = {short(name): entry["tests"][view.test] for name, entry in view.reports.items()}
    _draw(
        charts.intervals(tests, drawn),
        "; ".join(
            f"{title}: "
            + ", ".join(
                f"{words} {number(metric, test[metric]['value'])} "
                f"({tables.interval(metric, test[metric])})"
                for metric, words in drawn.items()
            )
            for title, test in tests.items()
        ),
    )


def metrics(view: View) -> None:
    """The metrics that come first, with their intervals, a table of all, and how to keep them."""
    with st.container(horizontal=True):
        for metric in tables.FIRST:
            title, words = METRICS[metric]
            cell = view.figures[metric]
            st.metric(
                title,
                number(metric, cell["value"]),
                tables.interval(metric, cell),
                help=words,
                border=True,
                delta_color="off",
                delta_arrow="off",
            )
    chosen = view.info.chosen
    st.caption(
        f"{view.figures['photos']:,} photos; below each figure its 95 % interval (bootstrap, by "
        f"person where persons are known). “?” below a certainty of {view.info.certainty:.0%} or "
        f"a face of {view.info.smallest_face:.0f} pixels, chosen on {chosen['on']}: "
        f"{chosen['how']}."
    )
    with st.expander("All metrics"):
        _table(tables.metrics(view.figures), "All metrics with 95 % intervals")
    with st.container(horizontal=True):
        _download("All metrics (CSV)", tables.all_metrics(view.reports), "facespace-metrics.csv")
        _card()


def ranking(view: View) -> None:
    """ROC and confusion."""
    left, right = st.columns(2)
    with left:
        st.subheader("ROC")
        _draw(
            charts.roc(_curves(view, "roc"), short(view.name), _operating_points(view)),
            "ROC curves; areas: "
            + ", ".join(
                f"{short(name)} {number('auc', entry['tests'][view.test]['auc']['value'])}"
                for name, entry in view.reports.items()
            ),
        )
    with right:
        st.subheader("Confusion, without “?”")
        matrix = view.entry["confusion"][view.test]
        _draw(
            charts.confusion(matrix),
            f"Labelled female: {matrix[0][0]} read as female, {matrix[0][1]} as male. "
            f"Labelled male: {matrix[1][0]} read as female, {matrix[1][1]} as male.",
        )
    st.caption("Diamonds mark where each model is set; hollow ones are the other models’.")


def certainty(view: View) -> None:
    """Risk and coverage, and whether the probabilities mean what they say."""
    left, right = st.columns(2)
    with left:
        st.subheader("Answer fewer, be wrong less")
        points = {
            short(name): {
                metric: entry["tests"][view.test][metric]["value"]
                for metric in ("coverage", "risk")
            }
            for name, entry in view.reports.items()
        }
        _draw(
            charts.risk_coverage(_curves(view, "risk_coverage"), short(view.name), points),
            "Wrong answers over faces answered. As they are set: "
            + "; ".join(
                f"{title} answers {number('coverage', point['coverage'])}, of which "
                f"{number('risk', point['risk'])} wrong"
                for title, point in points.items()
            ),
        )
        st.caption(
            "The most certain faces are answered first. A diamond marks where a model is set; "
            "hollow ones are the other models’."
        )
    with right:
        st.subheader("Is 90 % right nine times in ten?")
        bins = view.entry["reliability"][view.test]
        _draw(
            charts.reliability(bins),
            "Probability given, and share labelled female: "
            + ", ".join(
                f"{given:.0%} {seen:.0%}"
                for given, seen in zip(bins["predicted"], bins["observed"], strict=True)
            ),
        )
        st.caption(
            f"Bins of about {bins['faces'][0]:,} faces each. Above the line the model says "
            "“female” less often than it should, below it more often."
        )


def groups(view: View) -> None:
    """Whom the model serves how well."""
    attributes = view.entry["groups"][view.test]
    if not attributes:
        st.info("This test set does not say who is in its photos.", icon=":material/group:")
        return
    left, right = st.columns(2)
    attribute = left.selectbox(
        "Groups by",
        list(attributes),
        format_func=lambda key: key.replace(", ", " and "),
        key="groups",
        bind="query-params",
        persist_state="session",
    )
    metric = right.selectbox(
        "Show",
        tables.OF_GROUPS,
        format_func=lambda key: METRICS[key][0],
        key="group_metric",
        bind="query-params",
        persist_state="session",
    )
    table = attributes[attribute]["by_group"]
    title, overall = METRICS[metric][0], view.figures[metric]["value"]
    if any(row[metric]["value"] is not None for row in table.values()):
        _draw(
            charts.groups(table, metric, title, LEAST_GROUP, overall),
            f"{title}: "
            + "; ".join(
                f"{group} {number(metric, row[metric]['value'])} of {row['faces']} faces"
                for group, row in table.items()
            ),
        )
    else:
        st.info("None of these faces is answered.", icon=":material/help:")
    st.write(tables.gap(metric, attributes[attribute]))
    st.caption(
        f"In brackets the number of faces; groups of fewer than {LEAST_GROUP} are faint and have "
        "no part in the gap. Ages and groups are as the data set labels them."
    )
    with st.expander("The same as a table"):
        _table(tables.groups(table), f"{title} and more by {attribute}")
    _download(
        "All groups (CSV)",
        tables.all_groups(attributes),
        f"facespace-{view.name}-{view.test}-groups.csv",
    )


def end_to_end(view: View) -> None:
    """Photo in, verdict out: what the detector costs, and what a mask does."""
    ways = view.entry["end_to_end"][view.test]
    covers = view.entry["covered"][view.test]
    left, right = st.columns(2)
    with left:
        st.subheader("Through each detector")
        _shares({detectors.TITLES.get(way, way): result for way, result in ways.items()})
    with right:
        st.subheader("With a mask drawn over the face")
        plain = {"": ways[detectors.DEFAULT]} if detectors.DEFAULT in ways else {}
        _shares({COVERS.get(cover, cover): row for cover, row in {**plain, **covers}.items()})
    for cover, result in covers.items():
        if "accuracy_found" in result:
            st.write(
                f"**A mask over the {COVERS.get(cover, cover)}.** Of the faces still found, "
                f"{result['accuracy_found']:.1%} read as labelled with no “?”; the same faces "
                f"without it: {result['accuracy_found_plain']:.1%}."
            )
    rule = ways.get("haar", {})
    if "auc_found" in rule:
        st.write(
            f"**What landmarks are worth.** Haar gives boxes alone. Cropped by a rule from those, "
            f"the faces it finds reach an AUC of {rule['auc_found']:.3f}; by YuNet’s landmarks "
            f"the same faces reach {rule['auc_found_plain']:.3f}."
        )


def making(view: View) -> None:
    """The search, the curves, and other classifiers in the SVM's place."""
    _search(view)
    left, right = st.columns(2)
    with left:
        st.subheader("More photos")
        _lines(view, "learning_curve", "photos", "photos fitted on", logarithmic=True)
    with right:
        st.subheader("More components")
        _lines(view, "component_curve", "components", "components", logarithmic=True)
    st.subheader("Smaller faces")
    _lines(view, "face_size", "face", "pixels of a face", limit=view.info.smallest_face)
    st.caption(
        f"All three on the photos kept for such choices. {short(view.name)} marks faces under "
        f"{view.info.smallest_face:.0f} pixels “?” (dotted line)."
    )
    st.subheader("Other classifiers on the same components")
    comparison = view.entry["comparison"]
    _draw(
        charts.classifiers(comparison, "RBF SVM"),
        "; ".join(
            f"{row['name']}: {row['balanced_accuracy']:.1%} ± {row['balanced_accuracy_sd']:.1%}"
            for row in comparison
        ),
    )
    st.caption("Mean and standard deviation over the folds of the search, without mirror images.")
    _table(
        tables.classifiers(comparison),
        "Classifiers with balanced accuracy, AUC, time and size",
        {
            "Classifier": st.column_config.TextColumn(pinned=True),
            "Fit, s": st.column_config.NumberColumn(format="%.3f"),
            "A face, µs": st.column_config.NumberColumn(format="%.1f"),
            "ONNX, MB": st.column_config.NumberColumn(format="%.3f"),
        },
    )


def _search(view: View) -> None:
    search, counts, parity = (view.entry[key] for key in ("search", "counts", "parity"))
    table, best = search["table"], search["best"]
    st.subheader("The search")
    st.write(
        f"{len(table)} combinations, {search['folds']} folds of {search['photos']:,} training "
        f"photos. Best: C = {best['C']:g}, gamma = {best['gamma']:g}, {best['components']:.0f} "
        f"components. Fitted with those on {counts['training']:,} photos, the SVM has "
        f"{view.entry['support_vectors']:,} support vectors. The probabilities of the file and of "
        f"scikit-learn agree within {parity['probability']:.0e} on {parity['crops']:,} faces."
    )
    kept = sorted({row["components"] for row in table})
    for column, components in zip(st.columns(len(kept)), kept, strict=True):
        rows = [row for row in table if row["components"] == components]
        with column:
            st.markdown(f"**{components:.0f} components: AUC**")
            _draw(
                charts.search(table, components, best),
                "; ".join(f"C {r['C']:g}, gamma {r['gamma']:g}: {r['auc']:.3f}" for r in rows),
            )


def _lines(
    view: View,
    curve: str,
    axis: str,
    words: str,
    logarithmic: bool = False,
    limit: float | None = None,
) -> None:
    """AUC of all models over one column of a curve of the report."""
    points = {}
    for name, entry in view.reports.items():
        rows = sorted(entry[curve], key=lambda row: float(row[axis]))
        points[short(name)] = [row[axis] for row in rows], [row["auc"] for row in rows]
    xs, ys = points[short(view.name)]
    _draw(
        charts.lines(points, short(view.name), words, "AUC", logarithmic, limit),
        f"AUC of {short(view.name)} by {words}: "
        + ", ".join(f"{x:,.0f}: {y:.3f}" for x, y in zip(xs, ys, strict=True)),
    )


def _curves(view: View, kind: str) -> dict[str, Any]:
    return {short(name): entry[kind][view.test] for name, entry in view.reports.items()}


def _operating_points(view: View) -> dict[str, dict[str, float]]:
    points = {}
    for name, entry in view.reports.items():
        female, male = entry["confusion"][view.test]
        points[short(name)] = {
            "tpr": female[0] / sum(female),
            "fpr": male[0] / sum(male),
            "threshold": view.manifest.models[name].threshold,
        }
    return points


def _shares(results: Mapping[str, Mapping[str, Any]]) -> None:
    _draw(
        charts.shares(results),
        "; ".join(
            f"{name}: "
            + ", ".join(
                f"{result[outcome]['value']:.1%} {words}"
                for outcome, (words, _, _) in charts.OUTCOMES.items()
            )
            for name, result in results.items()
        ),
    )
    photos = max((result["photos"] for result in results.values()), default=0)
    st.caption(
        f"{photos:,} photos. Balanced accuracy with no “?”, a missed face counted as wrong: "
        + ", ".join(
            f"{name} {number('balanced_accuracy', result['balanced_accuracy']['value'])}"
            for name, result in results.items()
        )
        + "."
    )


def _draw(figure: go.Figure, words: str) -> None:
    st.plotly_chart(figure, width="stretch", alt=words)


def _table(frame: pd.DataFrame, words: str, columns: dict[str, Any] | None = None) -> None:
    st.dataframe(
        frame,
        width="stretch",
        height="content",
        hide_index=True,
        placeholder="–",
        column_config=columns,
        alt=words,
    )


def _helped(metric: str) -> Any:
    return st.column_config.TextColumn(help=METRICS[metric][1], alignment="right")


def _download(label: str, frame: pd.DataFrame, name: str) -> None:
    st.download_button(
        label,
        frame.to_csv(index=False),
        name,
        "text/csv",
        on_click="ignore",
        icon=":material/table:",
    )


def _card() -> None:
    """The model card, to keep, where there is one."""
    path = artifacts.folder() / "MODEL_CARD.md"
    if path.is_file():
        st.download_button(
            "Model card",
            path.read_text("utf-8"),
            path.name,
            "text/markdown",
            on_click="ignore",
            icon=":material/description:",
        )
