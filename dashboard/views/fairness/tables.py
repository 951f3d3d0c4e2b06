"""The groups of the report -> tables and words for Fairness. Nothing here draws."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from dashboard.views.evaluation.tables import columns, interval, number, unrounded
from facespace.metrics.fairness import Equalised
from facespace.metrics.groups import LEAST_GROUP, Group, Grouping, largest_gap
from facespace.metrics.intervals import Interval

OF_GROUPS = ("accuracy", "coverage", "risk")

#: What the gap of a criterion of ``facespace.metrics.fairness`` lies between.
GAPS = {
    "sexes": "between female and male in one group",
    "female": "between two groups of female faces",
    "male": "between two groups of male faces",
}


def groups(table: Mapping[str, Group]) -> pd.DataFrame:
    """One attribute's groups, a row each: faces, and the metrics with their intervals."""
    rows = []
    for name, group in table.items():
        row: dict[str, Any] = {"Group": name, "Faces": group.faces}
        for metric in OF_GROUPS:
            row |= columns(metric, group.metrics)
        rows.append(row)
    return pd.DataFrame(rows)


def all_groups(attributes: Mapping[str, Grouping]) -> pd.DataFrame:
    """The groups of every attribute, unrounded, a row each."""
    rows = []
    for attribute, grouping in attributes.items():
        for name, group in grouping.by_group.items():
            row = {"attribute": attribute, "group": name, "faces": group.faces}
            for metric in OF_GROUPS:
                row |= unrounded(metric, group.metrics[metric])
            rows.append(row)
    return pd.DataFrame(rows)


def gap(metric: str, grouping: Grouping) -> str:
    """An attribute's gap in accuracy or answered share, in a sentence; "" where it has no part.

    Args:
        metric: of ``OF_GROUPS``.
        grouping: of the attribute.
    """
    if metric not in ("accuracy", "coverage"):
        return ""
    if metric not in grouping.gap:
        return f"Fewer than two of these groups have {LEAST_GROUP} faces: no gap is given."
    gap, table = grouping.gap[metric], grouping.by_group
    most, least = (
        f"{name.replace('_', ' ')} ({number(metric, table[name].metrics[metric].value)})"
        for name in (gap.highest, gap.lowest)
    )
    verb = "predicted as labelled most often" if metric == "accuracy" else "answered most often"
    return (
        f"The gap is **{gap.difference * 100:.1f} points**: {most} is {verb}, {least} least often."
    )


def spoken(attribute: str) -> str:
    """An attribute, or a crossing of two, as people say it."""
    return attribute.replace("race", "group").replace(", ", " and ")


def largest_gaps(attributes: Mapping[str, Grouping]) -> list[str]:
    """The largest gaps in accuracy and in the answered share, of groups and of crossings."""
    sentences = []
    for metric, words in (
        ("accuracy", "in accuracy"),
        ("coverage", "in how many are answered"),
    ):
        for crossing in (False, True):
            kind = {key: v for key, v in attributes.items() if (", " in key) is crossing}
            if (widest := largest_gap(kind, metric)) is None:
                continue
            attribute, gap = widest
            table = kind[attribute].by_group
            ends = [_group(name, table[name], metric) for name in (gap.lowest, gap.highest)]
            sentences.append(
                f"The largest gap {words} {'between crossings of two' if crossing else ''} is by "
                f"{spoken(attribute)}, **{gap.difference * 100:.1f} points**: from {ends[0]} to "
                f"{ends[1]}.".replace("  ", " ")
            )
    return sentences


def _group(name: str, group: Group, metric: str) -> str:
    cell, faces = group.metrics[metric], group.faces
    ends = interval(metric, cell)
    if cell.low == cell.high:  # no bootstrap sees what never happened: the rule of three
        ends = f"at least {1 - 3 / faces:.1%}" if cell.value else f"at most {3 / faces:.1%}"
    return f"{name.replace('_', ' ')} ({number(metric, cell.value)}; {ends}; {faces:,} faces)"


def equalised(outcome: Equalised) -> pd.DataFrame:
    """Each group's threshold, and what it does on the other half of the persons, a row each."""
    rows = []
    for name, group in outcome.groups.items():
        own = f"{outcome.thresholds[name]:.3f}" if name in outcome.own else "the one"
        row = {"Group": name.replace("_", " "), "Faces": group.faces, "Threshold": own}
        for metric, title in (
            ("error", "Error"),
            ("recall_female", "Recall, female"),
            ("recall_male", "Recall, male"),
        ):
            row[f"{title}, the one"] = number(metric, group.before[metric])
            row[f"{title}, its own"] = number(metric, group.after[metric])
        rows.append(row)
    return pd.DataFrame(rows)


def cost(outcome: Equalised, criterion: str) -> str:
    """What thresholds for groups do to the criterion's gap and to the error, in a sentence."""
    cells = outcome.measured
    return (
        f"On the persons not used for choosing, the largest gap {GAPS[criterion]} "
        f"goes from {cells['gap_before'].value:.1%} to **{cells['gap_after'].value:.1%}** "
        f"({_change(cells['gap_change'])}), the error from {cells['error_before'].value:.1%} to "
        f"**{cells['error_after'].value:.1%}** ({_change(cells['error_cost'])})."
    )


def _change(cell: Interval) -> str:
    """``−1.2 points, 95 % −3.9 to +6.2: within chance``."""
    value, low, high = (_signed(100 * figure) for figure in (cell.value, cell.low, cell.high))
    chance = ": may be chance" if cell.low <= 0 <= cell.high else ""
    return f"{value} points, 95 % from {low} to {high}{chance}"


def _signed(points: float) -> str:
    return f"{points:+.1f}".replace("-", "−")
