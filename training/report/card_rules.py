"""What the model card says of "?": how it was learned, what it holds, and what each group gets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from facespace.artifacts.manifest import ModelInfo
from facespace.artifacts.report import ModelReport
from facespace.metrics.groups import LEAST_GROUP, Group, Grouping
from training.report.markdown import count, interval, table

#: Attributes by which it is told what people get, and what they are called.
ATTRIBUTES = {"sex": "sex", "race": "group", "skin_tone": "skin tone", "age": "age"}

#: What is told of each group, and what it is called.
SERVED = {
    "missed": "no face found",
    "recall_female": "recall, female",
    "recall_male": "recall, male",
    "unsure": "“?”",
    "child": "looks like a child’s",
    "risk": "wrong answers",
}


def how(info: ModelInfo) -> str:
    """How the chance of being wrong was learned, on what, and how much of it is answered."""
    facts = _rules(info)
    if not facts:
        return "When the answer is “?” was not learned yet: `python -m training rules`."
    child = f" A face that looks younger than {info.child:.1f} is “?”." if info.child else ""
    return (
        f"An answer is given where its chance of being wrong is at most {info.most_wrong:.1%}. "
        f"That chance is {facts['how']}. On: {facts['on']}.{child}"
    )


def conditions(info: ModelInfo) -> str:
    """What the answers come to in each condition that the rules were fitted on."""
    rows = [
        [
            name,
            count(held["faces"]),
            _percent(held["answered"]),
            _percent(held["wrong"]),
            _percent(held["high"]),
        ]
        for name, held in _rules(info).get("conditions", {}).items()
    ]
    if not rows:
        return "Not measured: `python -m training rules`."
    return table(["photos", "faces", "answered", "wrong of these", "at most (95 %)"], rows)


def profiles(entry: ModelReport) -> str:
    """What users get for full profiles of people that nothing was fitted on."""
    if entry.profiles is None:
        return "Full profiles were not measured: `python -m training rules`."
    metrics = entry.profiles.metrics
    return (
        f"Of {entry.profiles.photos} full profiles of people that nothing was fitted on, labelled "
        f"as the default model reads them, without doubt, from the front: answered "
        f"{interval(metrics['coverage'])}, wrong of these {interval(metrics['risk'])}, no face "
        f"found {interval(metrics['missed'])}."
    )


def served(entry: ModelReport) -> str:
    """What people get by sex, group, skin tone and age, a table a test set."""
    return (
        "\n\n".join(
            f"{entry.tests[test].title}:\n\n{_served(attributes)}"
            for test, attributes in entry.served.items()
        )
        or "Not measured."
    )


def _served(attributes: Mapping[str, Grouping]) -> str:
    """A table of the groups that are large enough, and how many are not."""
    groups = [
        (words, value, group)
        for name, words in ATTRIBUTES.items()
        if name in attributes
        for value, group in attributes[name].by_group.items()
    ]
    large = [row for row in groups if row[2].faces >= LEAST_GROUP]
    rows = [[words, value, count(group.faces), *_cells(group)] for words, value, group in large]
    told = table(["by", "", "photos", *SERVED.values()], rows)
    if not (small := len(groups) - len(large)):
        return told
    photos = sum(row[2].faces for row in groups) - sum(row[2].faces for row in large)
    return (
        f"{told}\n\nLeft out are groups of fewer than {LEAST_GROUP} photos: {small}, with {photos} "
        "photos."
    )


def _cells(group: Group) -> list[str]:
    return [
        interval(group.metrics[metric]) if group.count(metric) >= LEAST_GROUP else "–"
        for metric in SERVED
    ]


def ages(entry: ModelReport) -> str:
    """How far ages by looks are off, by age, where the model gives any."""
    rows = [
        [
            entry.tests[test].title,
            group,
            count(error.faces),
            f"{error.error:.1f}",
            _percent(error.within),
        ]
        for test, groups in entry.ages.items()
        for group, error in groups.items()
    ]
    if not rows:
        return "This model gives no age."
    return table(["test set", "age", "faces", "years off on average", "in the right group"], rows)


def _rules(info: ModelInfo) -> dict[str, Any]:
    return dict(info.chosen.get("rules", {}))


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.1%}"
