"""``MODEL_CARD.md``: the text of ``model_card.md.in``, filled with the numbers that the pages draw.

The sections are those of Mitchell et al., Model Cards for Model Reporting, 2019; the front matter
is what Hugging Face reads.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from math import isnan
from pathlib import Path
from string import Template

from facespace.artifacts.dataset_description import Described, load_described
from facespace.artifacts.manifest import Manifest, load_manifest
from facespace.artifacts.report import ModelReport, Tested, load_report
from facespace.io.atomic import atomic_write
from facespace.metrics.groups import Grouping
from facespace.metrics.intervals import Interval
from training.models import MODELS
from training.photos import shared_photos

FILE = "MODEL_CARD.md"

TEMPLATE = Path(__file__).with_name("model_card.md.in")

#: Test metrics of the table, and what people call them.
METRICS = {
    "balanced_accuracy": "Balanced accuracy",
    "auc": "AUC",
    "ece": "ECE",
    "coverage": "Answered",
    "risk": "Wrong answers",
}

#: Licences that Hugging Face has an identifier for.
LICENCES = (
    *("apache-2.0", "cc-by-4.0", "cc-by-nc-4.0", "cc-by-nc-nd-4.0", "cc-by-nc-sa-4.0"),
    *("cc-by-nd-4.0", "cc-by-sa-4.0", "cc0-1.0", "mit", "odbl", "odc-by", "pddl"),
)

Data = Mapping[str, Described]
Models = Mapping[str, ModelReport]


def write(out: Path) -> None:
    """Write the card beside the artifacts it describes; they must be complete."""
    manifest = load_manifest(out)
    text = card(manifest, load_report(manifest).models, load_described(manifest))
    with atomic_write(out / FILE) as file:
        file.write(text.encode())


def card(manifest: Manifest, report: Models, data: Data) -> str:
    """The card, Markdown behind a front matter of YAML.

    Args:
        manifest: of the artifacts.
        report: what was measured of its models.
        data: the data sets they were trained and tested on.
    """
    name, entry, info = manifest.default, report[manifest.default], manifest.model()
    sets, tests = _sets(entry), entry.tests
    licence = info.data["licence"].lower().replace(" ", "-")
    known = len(sets) == 1 and licence in LICENCES
    how = info.chosen["how"]
    return Template(TEMPLATE.read_text("utf-8")).substitute(
        license=licence if known else "other",
        datasets=", ".join(map(_quoted, sets)),
        default=name,
        results="\n".join(_front_matter(test, figures) for test, figures in tests.items()),
        models=_models(manifest, report),
        fitted_on=_fitted_on(entry, data),
        validation=_count(entry.counts.validation),
        other_counts=_other_counts(report, name),
        chosen_how=how[0].upper() + how[1:],
        test_sets="\n".join(
            f"- {figures.title} ({figures.kind}): {figures.photos:,} photos; "
            f"licence: {data[test].licence}."
            for test, figures in tests.items()
        ),
        results_by_model="\n\n".join(map(_results, report.values())),
        covered=_covered(entry),
        groups="\n\n".join(_groups(entry, name)),
        data="".join(f" --data {one}" for one in sets),
        tests="".join(f" --test {test}" for test in tests if test not in sets),
        chosen_models="".join(f" --model {one}" for one in _chosen(report)),
    )


def _front_matter(name: str, figures: Tested) -> str:
    """One test of the default model, as ``model-index`` has it."""
    metrics = "\n".join(
        f"          - {{type: {metric}, value: {figures.metrics[metric].value:.4f}}}"
        for metric in ("balanced_accuracy", "auc")
    )
    return f"""\
      - task: {{type: image-classification}}
        dataset: {{name: {_quoted(figures.title)}, type: {_quoted(name)}}}
        metrics:
{metrics}"""


def _quoted(text: str) -> str:
    """A string of YAML, whatever is in it; JSON is a part of it."""
    return json.dumps(text, ensure_ascii=False)


def _chosen(report: Models) -> list[str]:
    """What ``--model`` is given for the models that are there."""
    return ["all"] if set(report) == set(MODELS) else list(report)


def _other_counts(report: Models, default: str) -> str:
    """A sentence for each further model that was fitted on another number of photos."""
    counts = {name: entry.counts for name, entry in report.items()}
    return "".join(
        f" `{name}` was fitted on {count.training:,} photos, with {count.validation:,} held out."
        for name, count in counts.items()
        if count != counts[default]
    )


def _sets(entry: ModelReport) -> list[str]:
    """The names of the data sets that a model was trained on."""
    return list(entry.learned or [entry.trained_on])


def _fitted_on(entry: ModelReport, data: Data) -> str:
    """What was fitted on, in a sentence, and of several data sets how much each of them counts."""
    total = entry.counts.training
    sets = {name: data[name] for name in _sets(entry)}
    facts = [f"{s.title} ({s.source}; licence: {s.licence})" for s in sets.values()]
    if len(facts) == 1:
        return f"{total:,} photos of {facts[0]};"
    rows = []
    for (name, part), words in zip(entry.learned.items(), facts, strict=True):
        duplicates = data[name].duplicates
        pairs = sum(duplicates.sets.values()) if duplicates else 0
        left_out = sum(data[name].left_out.get(why, 0) for why in shared_photos.REASONS)
        counts, weight = (part.training, part.validation), f"{part.weight:.1%}"
        rows.append([words, *map(_count, counts), weight, _count(pairs), _count(left_out)])
    header = ["data set", "fitted on", "chosen on", "weight", "pairs shared", "left out for that"]
    return f"""\
{_table(header, rows)}

Every photo counts the same, so that a data set's weight is its share. *Pairs shared* are photos \
that another data set, also one that is only tested on, has too, by perceptual hash; *left out for \
that* those that are not trained on, as it would have spoiled a test or counted a photo twice. \
Each data set is tested on apart.

Fitted on are {total:,} photos in all;"""


def _models(manifest: Manifest, report: Models) -> str:
    rows = [
        [
            f"`{name}`" + (" (default)" if name == manifest.default else ""),
            info.title,
            f"{info.file.bytes / 1e6:.1f} MB",
            _count(report[name].support_vectors),
            f"{report[name].milliseconds['32']:.2f} ms",
        ]
        for name, info in manifest.models.items()
    ]
    return _table(["model", "what it is", "file", "support vectors", "a face, 32 at once"], rows)


def _results(entry: ModelReport) -> str:
    rows = [
        [test.title, _count(test.photos), *(_interval(test.metrics[metric]) for metric in METRICS)]
        for test in entry.tests.values()
    ]
    table = _table(["test set", "photos", *METRICS.values()], rows)
    return f"### {entry.title}\n\n{table}"


def _covered(entry: ModelReport) -> str:
    words = {"lower": "a mask over the lower half", "upper": "a mask over the upper half"}
    rows = [
        [
            entry.tests[name].title,
            words[part],
            f"{result.accuracy_found_plain:.1%}",
            f"{result.accuracy_found:.1%}",
            *(f"{result.metrics[share].value:.1%}" for share in ("unsure", "wrong", "missed")),
        ]
        for name, results in entry.covered.items()
        for part, result in results.items()
        if result.accuracy_found is not None
    ]
    header = ["test set", "drawn", "accuracy without", "with", "“?”", "answered wrong", "missed"]
    return _table(header, rows)


def _groups(entry: ModelReport, name: str) -> Iterator[str]:
    for test, attributes in entry.groups.items():
        for attribute, groups in attributes.items():
            if ", " in attribute or len(groups.by_group) < 2:
                continue
            title = f"### `{name}` on {entry.tests[test].title}, by {attribute}"
            yield f"{title}\n\n{_group_table(attribute, groups)}"


def _group_table(attribute: str, groups: Grouping) -> str:
    rows = [
        [
            value,
            _count(row.faces),
            *(_interval(row.metrics[metric]) for metric in ("accuracy", "coverage", "risk")),
        ]
        for value, row in groups.by_group.items()
    ]
    table = _table([attribute, "faces", "Accuracy", "Answered", "Wrong answers"], rows)
    if not groups.gap:
        return table
    gap = groups.gap["accuracy"]
    return (
        f"{table}\n\nThe gap in accuracy is {gap.difference * 100:.1f} points, between "
        f"{gap.lowest} and {gap.highest}."
    )


def _count(number: int) -> str:
    return f"{number:,}"


def _interval(figure: Interval) -> str:
    if isnan(figure.value):
        return "–"
    ends = ("–" if isnan(end) else f"{end:.3f}" for end in (figure.low, figure.high))
    return f"{figure.value:.3f} ({' to '.join(ends)})"


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = (header, ["---"] * len(header), *rows)
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
