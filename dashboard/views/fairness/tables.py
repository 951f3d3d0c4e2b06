"""The groups of the report -> tables and words for Fairness. Nothing here draws."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from dashboard.views.evaluation.tables import METRICS, columns, interval, number, whole
from facespace.metrics.fairness import Equalised
from facespace.metrics.groups import LEAST_GROUP, Group, Grouping, largest_gap
from facespace.metrics.intervals import Interval

OF_GROUPS = ("accuracy", "coverage", "risk")

#: What users get of a group: what people call it, and what it says.
SERVED = {
    "missed": ("No face found", "Share of all photos in which no face was found"),
    "recall_female": (
        "Recall, female",
        "Share of the faces found and labelled female that are predicted so, without “?”",
    ),
    "recall_male": (
        "Recall, male",
        "Share of the faces found and labelled male that are predicted so, without “?”",
    ),
    "unsure": ("Marked “?”", "Share of the faces found that are left to a human"),
    "child": ("Looks like a child’s", "Share of the faces found that are “?” for that reason"),
    "risk": ("Wrong answers", "Share of the answered faces not predicted as labelled"),
}

#: Those of which more is better.
BETTER = ("recall_female", "recall_male", "coverage", "accuracy")

#: What the gap of a criterion of ``facespace.metrics.fairness`` lies between.
GAPS = {
    "sexes": "between female and male in one group",
    "female": "between two groups of female faces",
    "male": "between two groups of male faces",
}


def groups(table: Mapping[str, Group]) -> pd.DataFrame:
    """One attribute's groups, a row each: faces, and the metrics with their intervals."""
    return pd.DataFrame(
        {"Group": name, "Faces": group.faces} | columns(OF_GROUPS, group.metrics)
        for name, group in table.items()
    )


def served(grouping: Grouping) -> pd.DataFrame:
    """What users get by group, a row each; a dash for fewer than ``LEAST_GROUP`` faces."""
    return pd.DataFrame(
        {"Group": _said(name), "Photos": group.faces}
        | {
            title: whole(metric, group.metrics[metric])
            if group.count(metric) >= LEAST_GROUP
            else "–"
            for metric, (title, _) in SERVED.items()
        }
        for name, group in grouping.by_group.items()
    )


def worst_and_best(metric: str, grouping: Grouping) -> str:
    """Who is served worst and best by a metric of ``SERVED``, and how far apart, in sentences."""
    gap, table = grouping.gap[metric], grouping.by_group
    if not gap.difference:
        value = number(metric, table[gap.lowest].metrics[metric].value)
        return f"The same in all of these groups: {value}."
    worst, best = (gap.lowest, gap.highest) if metric in BETTER else (gap.highest, gap.lowest)
    ends = (f"{_said(name)} {whole(metric, table[name].metrics[metric])}" for name in (worst, best))
    low, high = (table[name].metrics[metric].value for name in (worst, best))
    ratio = (
        f"Worst is {low / high:.2f} times the best."
        if high
        else "With none at best there is no ratio."
    )
    return f"Worst: {next(ends)}. Best: {next(ends)}. {ratio}"


def left_out(grouping: Grouping) -> str:
    """How many groups are too small for a gap, in a sentence; "" where none is."""
    small = {k: group for k, group in grouping.by_group.items() if group.faces < LEAST_GROUP}
    if not small:
        return f"Every group has {LEAST_GROUP} photos or more."
    photos = sum(group.faces for group in small.values())
    return (
        f"{len(small)} of {len(grouping.by_group)} groups have fewer than {LEAST_GROUP} photos, "
        f"{photos:,} together: no gap counts them."
    )


def hovered(group: Group) -> str:
    """What a figure says of a group under the pointer."""
    cells = (f"{title} {whole(key, group.metrics[key])}" for key, (title, _) in SERVED.items())
    return "<br>".join((f"{group.faces:,} photos", *cells))


def _said(name: str) -> str:
    return name.replace("_", " ")


def all_groups(
    attributes: Mapping[str, Grouping], metrics: Iterable[str] = OF_GROUPS
) -> pd.DataFrame:
    """The groups of every attribute, unrounded, a row each."""
    metrics = list(metrics)
    ends = {"value": "", "low": "_low", "high": "_high"}
    return pd.DataFrame(
        {"attribute": attribute, "group": name, "faces": group.faces}
        | {
            f"{metric}{end}": getattr(group.metrics[metric], key)
            for metric in metrics
            for key, end in ends.items()
        }
        for attribute, grouping in attributes.items()
        for name, group in grouping.by_group.items()
    )


def listed(metric: str, table: Mapping[str, Group]) -> str:
    """A metric of each group, and of how many faces."""
    return f"{METRICS[metric][0]}: " + "; ".join(
        f"{name} {number(metric, group.metrics[metric].value)} of {group.faces} faces"
        for name, group in table.items()
    )


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
    return attribute.replace("race", "group").replace("_", " ").replace(", ", " and ")


def largest_gaps(attributes: Mapping[str, Grouping]) -> list[str]:
    """The largest gaps in accuracy and in the answered share, of groups and of crossings."""
    sentences = []
    for metric, words in (("accuracy", "accuracy"), ("coverage", "how many are answered")):
        for crossing in (False, True):
            kind = {key: v for key, v in attributes.items() if (", " in key) is crossing}
            if (widest := largest_gap(kind, metric)) is None:
                continue
            attribute, gap = widest
            table = kind[attribute].by_group
            low, high = (_group(name, table[name], metric) for name in (gap.lowest, gap.highest))
            between = " between crossings of two" if crossing else ""
            sentences.append(
                f"The largest gap in {words}{between} is by {spoken(attribute)}, "
                f"**{gap.difference * 100:.1f} points**: from {low} to {high}."
            )
    return sentences


def unseen(attributes: Mapping[str, Grouping]) -> str:
    """How many crossings are too small for a gap, and so may hide a larger one; "" for none."""
    crossings = [grouping for name, grouping in attributes.items() if ", " in name]
    cells = [group for crossing in crossings for group in crossing.by_group.values()]
    small = [group.faces for group in cells if group.faces < LEAST_GROUP]
    if not small:
        return ""
    return (
        f"Of {len(cells)} crossings {len(small)} have fewer than {LEAST_GROUP} faces, "
        f"{sum(small) / len(small):.0f} on average, and are left out: the gap between crossings "
        "can be smaller than one between whole groups for that alone."
    )


def _group(name: str, group: Group, metric: str) -> str:
    cell, faces = group.metrics[metric], group.faces
    ends = interval(metric, cell)
    return f"{name.replace('_', ' ')} ({number(metric, cell.value)}; {ends}; {faces:,} faces)"


def equalised(outcome: Equalised) -> pd.DataFrame:
    """Each group's threshold, and what it does on the other half of the persons, a row each."""
    rates = {"error": "Error", "recall_female": "Recall, female", "recall_male": "Recall, male"}
    return pd.DataFrame(
        {
            "Group": name.replace("_", " "),
            "Faces": group.faces,
            "Threshold": f"{outcome.thresholds[name]:.3f}" if name in outcome.own else "the one",
        }
        | {
            f"{title}, {which}": number(metric, figures[metric])
            for metric, title in rates.items()
            for which, figures in (("the one", group.before), ("its own", group.after))
        }
        for name, group in outcome.groups.items()
    )


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
