"""The groups of the report -> tables and words for Fairness. Nothing here draws."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from dashboard.views.evaluation.tables import METRICS, interval, number
from facespace.metrics.fairness import Equalised
from facespace.metrics.groups import LEAST_GROUP, largest_gap

OF_GROUPS = ("accuracy", "coverage", "risk")

#: What the gap of a criterion of ``facespace.metrics.fairness`` lies between.
GAPS = {
    "sexes": "between female and male in one group",
    "female": "between two groups of female faces",
    "male": "between two groups of male faces",
}


def groups(table: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """One attribute's groups, a row each: faces, and the metrics with their intervals."""
    rows = []
    for group, row in table.items():
        shown = {"Group": group, "Faces": row["faces"]}
        for metric in OF_GROUPS:
            title = METRICS[metric][0]
            shown[title] = number(metric, row[metric]["value"])
            shown[f"{title}, 95 %"] = interval(metric, row[metric])
        rows.append(shown)
    return pd.DataFrame(rows)


def all_groups(tables: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """The groups of every attribute, unrounded, a row each."""
    return pd.DataFrame(
        {"attribute": attribute, "group": group, "faces": row["faces"]}
        | {
            metric + ("" if end == "value" else f"_{end}"): row[metric][end]
            for metric in OF_GROUPS
            for end in ("value", "low", "high")
        }
        for attribute, content in tables.items()
        for group, row in content["by_group"].items()
    )


def gap(metric: str, content: Mapping[str, Any]) -> str:
    """An attribute's gap in accuracy or answered share, in a sentence; "" where it has no part.

    Args:
        metric: of ``OF_GROUPS``.
        content: the attribute's ``by_group`` and ``gap``.
    """
    if metric not in ("accuracy", "coverage"):
        return ""
    if metric not in content["gap"]:
        return f"Fewer than two of these groups have {LEAST_GROUP} faces: no gap is given."
    found, table = content["gap"][metric], content["by_group"]
    most, least = (
        f"{found[end].replace('_', ' ')} ({number(metric, table[found[end]][metric]['value'])})"
        for end in ("highest", "lowest")
    )
    verb = "read as labelled most often" if metric == "accuracy" else "answered most often"
    return (
        f"The gap is **{found['difference'] * 100:.1f} points**: {most} is {verb}, {least} "
        "least often."
    )


def spoken(attribute: str) -> str:
    """An attribute, or a crossing of two, as people say it."""
    return attribute.replace("race", "group").replace(", ", " and ")


def largest_gaps(attributes: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The largest gap in accuracy and in the answered share, between groups and between crossings.

    Args:
        attributes: by attribute its ``by_group`` and ``gap``.
    """
    sentences = []
    for metric, words in (
        ("accuracy", "in accuracy"),
        ("coverage", "in how many are answered"),
    ):
        for crossing in (False, True):
            kind = {key: v for key, v in attributes.items() if (", " in key) is crossing}
            if (found := largest_gap(kind, metric)) is None:
                continue
            attribute, gap = found
            table = kind[attribute]["by_group"]
            ends = [_group(gap[end], table[gap[end]], metric) for end in ("lowest", "highest")]
            sentences.append(
                f"The largest gap {words} {'between crossings of two' if crossing else ''} is by "
                f"{spoken(attribute)}, **{gap['difference'] * 100:.1f} points**: from {ends[0]} to "
                f"{ends[1]}.".replace("  ", " ")
            )
    return sentences


def _group(name: str, row: Mapping[str, Any], metric: str) -> str:
    cell, faces = row[metric], row["faces"]
    ends = interval(metric, cell)
    if cell["low"] == cell["high"]:  # no bootstrap sees what never happened: the rule of three
        ends = f"at least {1 - 3 / faces:.1%}" if cell["value"] else f"at most {3 / faces:.1%}"
    return f"{name.replace('_', ' ')} ({number(metric, cell['value'])}; {ends}; {faces:,} faces)"


def equalised(found: Equalised) -> pd.DataFrame:
    """Each group's threshold, and what it does on the other half of the persons, a row each."""
    rows = []
    for name, row in found.groups.items():
        cut = f"{found.thresholds[name]:.3f}" if name in found.own else "the one"
        shown = {"Group": name.replace("_", " "), "Faces": row["faces"], "Threshold": cut}
        for metric, title in (
            ("error", "Error"),
            ("recall_female", "Recall, female"),
            ("recall_male", "Recall, male"),
        ):
            for when, words in (("before", "the one"), ("after", "its own")):
                shown[f"{title}, {words}"] = number(metric, row[when][metric])
        rows.append(shown)
    return pd.DataFrame(rows)


def cost(found: Equalised, criterion: str) -> str:
    """What thresholds for groups do to the criterion's gap and to the error, in a sentence."""
    gap, error = found.measured["gap_change"], found.measured["error_cost"]
    before, after = (found.measured[f"gap_{when}"]["value"] for when in ("before", "after"))
    wrong = [found.measured[f"error_{when}"]["value"] for when in ("before", "after")]
    return (
        f"On the persons not used for choosing, the largest gap {GAPS[criterion]} "
        f"goes from {before:.1%} to **{after:.1%}** ({_change(gap)}), the error "
        f"from {wrong[0]:.1%} to **{wrong[1]:.1%}** ({_change(error)})."
    )


def _change(cell: Mapping[str, float]) -> str:
    """``−1.2 points, 95 % −3.9 to +6.2: within chance``."""
    value, low, high = (_signed(100 * cell[end]) for end in ("value", "low", "high"))
    chance = ": may be chance" if cell["low"] <= 0 <= cell["high"] else ""
    return f"{value} points, 95 % from {low} to {high}{chance}"


def _signed(points: float) -> str:
    return f"{points:+.1f}".replace("-", "−")
