"""``MODEL_CARD.md``: the text of ``model_card.md.in``, filled with the numbers that the pages draw.

The sections are those of Mitchell et al., Model Cards for Model Reporting, 2019; the front matter
is what Hugging Face reads.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Template

from facespace import types
from facespace.artifacts.dataset_description import Described, load_described
from facespace.artifacts.manifest import Manifest, load_manifest
from facespace.artifacts.report import ModelReport, Tested, load_report
from facespace.faces import detectors
from facespace.metrics.groups import Grouping
from training.models import MODELS
from training.photos import changes, near_duplicates, split
from training.report import artifact_files, card_rules
from training.report.markdown import count, interval, table

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

#: The same of photo in, verdict out.
VERDICTS = {
    "coverage": "Answered",
    "risk": "Wrong answers",
    "unsure": "“?”",
    "missed": "No face found",
    "balanced_accuracy": "Balanced accuracy if there were no “?”",
}

#: Licences that Hugging Face has an identifier for.
LICENCES = (
    *("apache-2.0", "cc-by-4.0", "cc-by-nc-4.0", "cc-by-nc-nd-4.0", "cc-by-nc-sa-4.0"),
    *("cc-by-nd-4.0", "cc-by-sa-4.0", "cc0-1.0", "mit", "odbl", "odc-by", "pddl"),
)

Data = Mapping[str, Described]
Models = Mapping[str, ModelReport]


def write(out: Path) -> None:
    """Write the card among the artifacts it describes; they must be complete."""
    manifest = load_manifest(out)
    text = card(manifest, load_report(manifest).models, load_described(manifest))
    artifact_files.add(out, {FILE: text.encode()})


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
    # What people reviewed comes from photos whose licence nobody stated.
    known = len(sets) == 1 and licence in LICENCES and entry.reviewed is None
    how = info.chosen["how"]
    return Template(TEMPLATE.read_text("utf-8")).substitute(
        license=licence if known else "other",
        datasets=", ".join(map(_quoted, sets)),
        default=name,
        results="\n".join(_front_matter(test, figures) for test, figures in tests.items()),
        eaten=_eaten(manifest),
        models=_models(manifest, report),
        fitted_on=_fitted_on(entry, data),
        validation=count(entry.counts.validation),
        other_counts=_other_counts(report, name),
        few=split.FEW,
        chosen_how=how[0].upper() + how[1:],
        recipe=_recipe(report),
        test_sets="\n".join(
            f"- {figures.title} ({figures.kind}): {figures.photos:,} photos; "
            f"licence: {data[test].licence}."
            for test, figures in tests.items()
        ),
        verdicts=_verdicts(entry),
        results_by_model="\n\n".join(map(_results, report.values())),
        covered=_covered(entry),
        rules_how=card_rules.how(info),
        conditions=card_rules.conditions(info),
        profiles=card_rules.profiles(entry),
        served=card_rules.served(entry),
        ages=card_rules.ages(entry),
        groups="\n\n".join(_groups(entry, name)),
        data="".join(f" --data {one}" for one in sets),
        tests="".join(f" --test {test}" for test in tests if test not in sets),
        reviews=f" --reviews FILE --review-weight {entry.reviewed.each}" if entry.reviewed else "",
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
    """A sentence for each further model that was fitted on something else."""
    sentences = {
        name: f"was fitted on {entry.fitted_on}, with {entry.counts.validation:,} held out."
        for name, entry in report.items()
    }
    return "".join(
        f" `{name}` {sentence}"
        for name, sentence in sentences.items()
        if sentence != sentences[default]
    )


def _sets(entry: ModelReport) -> list[str]:
    """The names of the data sets that a model was trained on."""
    return list(entry.learned or [entry.trained_on])


def _fitted_on(entry: ModelReport, data: Data) -> str:
    """What was fitted on, in a sentence, and of several data sets how much each of them counts."""
    sets = {name: data[name] for name in _sets(entry)}
    facts = [f"{s.title} ({s.source}; licence: {s.licence})" for s in sets.values()]
    if len(facts) == 1:
        reviewed = f", and {entry.reviewed}" if entry.reviewed else ""
        return f"{entry.photos:,} photos of {facts[0]}{reviewed};"
    rows = []
    for (name, part), words in zip(entry.learned.items(), facts, strict=True):
        duplicates = data[name].duplicates
        pairs = sum(duplicates.sets.values()) if duplicates else 0
        left_out = sum(data[name].left_out.get(why, 0) for why in near_duplicates.REASONS)
        counts, weight = (part.training, part.validation), f"{part.weight:.1%}"
        rows.append([words, *map(count, counts), weight, count(pairs), count(left_out)])
    header = ["data set", "fitted on", "chosen on", "weight", "pairs shared", "left out"]
    return f"""\
{table(header, rows)}

Every photo counts the same, so that a data set's weight is its share. *Pairs shared* are photos \
that another data set, also one that is only tested on, has too, by perceptual hash; *left out* \
those, and such within a data set, that are not trained on, as it would have spoiled a test or the \
validation, or counted a photo twice. Each data set is tested on apart.

In all these are {entry.fitted_on};"""


def _eaten(manifest: Manifest) -> str:
    """Which crops the models take, in a sentence."""
    by_template: dict[types.Template, list[str]] = {}
    for name, info in manifest.models.items():
        by_template.setdefault(info.template, []).append(f"`{name}`")
    kinds = {
        template: f"{'colour' if template.colour else 'grey'} crop of a face, "
        f"{template.side} x {template.side}"
        for template in by_template
    }
    gives = "give the probability of the label *female*."
    if len(kinds) == 1:
        return f"All models take an aligned {next(iter(kinds.values()))}, and {gives}"
    each = [f"an aligned {kinds[t]} ({', '.join(names)})" for t, names in by_template.items()]
    return f"The models take {' or '.join(each)}, and {gives}"


def _models(manifest: Manifest, report: Models) -> str:
    rows = [
        [
            f"`{name}`" + (" (default)" if name == manifest.default else ""),
            info.title,
            f"{info.file.bytes / 1e6:.1f} MB",
            count(report[name].support_vectors),
            f"{report[name].milliseconds['32']:.2f} ms",
        ]
        for name, info in manifest.models.items()
    ]
    return table(["model", "what it is", "file", "support vectors", "a face, 32 at once"], rows)


def _recipe(report: Models) -> str:
    """What the search chose for each model, and among how many."""
    rows = []
    for name, entry in report.items():
        search, best = entry.search, entry.search.best
        auc = max(tried.auc for tried in search.table)
        chosen = str(best.components), f"{best.C:g}", f"{best.gamma:g}", f"{auc:.3f}"
        among = f"{len(search.table)} in {search.folds} folds of {count(search.photos)} photos"
        rows.append([f"`{name}`", *chosen, among])
    figures = table(["model", "components", "C", "gamma", "AUC", "the best of"], rows)
    if "embedding" not in report:
        return figures
    return (
        f"{figures}\n\nThe networks of `embedding` were trained on the same photos before, which "
        "flatters its AUC here; `docs/training.md` says how, what was tried, and how long it takes."
    )


def _verdicts(entry: ModelReport) -> str:
    """What users get: each test set, read with the default detector."""
    rows = []
    for name, ways in entry.end_to_end.items():
        whole = ways[detectors.DEFAULT]
        figures = (interval(whole.metrics[metric]) for metric in VERDICTS)
        rows.append([entry.tests[name].title, count(whole.photos), *figures])
    return table(["test set", "photos", *VERDICTS.values()], rows)


def _results(entry: ModelReport) -> str:
    rows = [
        [test.title, count(test.photos), *(interval(test.metrics[metric]) for metric in METRICS)]
        for test in entry.tests.values()
    ]
    figures = table(["test set", "photos", *METRICS.values()], rows)
    return f"### {entry.title}\n\n{figures}"


def _covered(entry: ModelReport) -> str:
    rows = [
        [
            entry.tests[name].title,
            changes.WORDS[part],
            f"{result.accuracy_found_plain:.1%}",
            f"{result.accuracy_found:.1%}",
            *(f"{result.metrics[share].value:.1%}" for share in ("unsure", "wrong", "missed")),
        ]
        for name, results in entry.covered.items()
        for part, result in results.items()
        if result.accuracy_found is not None
    ]
    header = ["test set", "drawn", "accuracy without", "with", "“?”", "answered wrong", "missed"]
    return table(header, rows)


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
            count(row.faces),
            *(interval(row.metrics[metric]) for metric in ("accuracy", "coverage", "risk")),
        ]
        for value, row in groups.by_group.items()
    ]
    figures = table([attribute, "faces", "Accuracy", "Answered", "Wrong answers"], rows)
    if not groups.gap:
        return figures
    gap = groups.gap["accuracy"]
    return (
        f"{figures}\n\nThe gap in accuracy is {gap.difference * 100:.1f} points, between "
        f"{gap.lowest} and {gap.highest}."
    )
