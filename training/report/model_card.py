"""``MODEL_CARD.md``, from the same numbers that the pages draw.

The sections are those of Mitchell et al., Model Cards for Model Reporting, 2019; the front matter
is what Hugging Face reads.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from facespace.artifacts.manifest import Manifest, load_manifest
from facespace.io.atomic import atomic_write
from training.models import MODELS
from training.photos import shared_photos

FILE = "MODEL_CARD.md"

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


def write(out: Path) -> None:
    """Write the card beside the artifacts it describes; they must be complete."""
    manifest = load_manifest(out)
    report = manifest.json("report.json")["models"]
    data = manifest.json("dataset.json")["datasets"]
    sections = card(manifest, report, data)
    text = "\n\n".join(
        [_front_matter(manifest, report), "# Facespace: model card"]
        + [f"## {title}\n\n{words}" for title, words in sections.items()]
    )
    with atomic_write(out / FILE) as file:
        file.write(f"{text}\n".encode())


def card(manifest: Manifest, report: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, str]:
    """The sections in order, each as Markdown.

    Args:
        manifest: of the artifacts.
        report: ``models`` of ``artifact_files.json``.
        data: ``datasets`` of ``dataset.json``.
    """
    default = report[manifest.default]
    info = manifest.model()
    learned = "".join(f" --data {name}" for name in _sets(default))
    return {
        "Model details": "\n".join(
            [
                "All models eat an aligned grey crop of a face, 64 x 64, and give the probability "
                "that it reads as female. Behind their front ends stand a scaler, PCA and an RBF "
                "support vector machine; one called Nystroem stands on landmarks drawn from the "
                "training photos instead of support vectors. `manifest.json` names the versions "
                "that made them.",
                "",
                *_models(manifest, report),
            ]
        ),
        "Intended use": (
            "Finding the faces in photos, webcam and films, and saying of each whether it reads "
            "as female or male, with “?” where a human should look: for statistics over many "
            "faces, for teaching, for sorting one's own archive. The label is a *perceived "
            "binary label from appearance*.\n\n"
            "Not for: anybody's identity or gender identity; decisions about a person, such as "
            "access, prices, hiring or policing; children; surveillance."
        ),
        "Factors": (
            "Age, group and sex as the data sets label them, pose, light, blur, size, and what "
            "covers the face. Labels of age and group are other people's guesses too."
        ),
        "Metrics": (
            "Balanced accuracy is the mean of the shares of either sex that read as labelled; AUC "
            "the chance that a face labelled female scores above one labelled male; ECE the "
            "calibration error in 15 bins of equal mass. Those count every face. *Answered* is "
            "the share of the faces that do not come out as “?” by the model's own doubt or the "
            "face's size, *wrong answers* the share among those. In brackets are 95 % intervals of "
            "a bootstrap, by person where persons are "
            "known."
        ),
        "Training data": (
            f"{_learned(default, data)} "
            f"{default['counts']['validation']:,} more, which nothing was fitted on, chose "
            f"calibration, threshold and the band of “?”.{_others(report, manifest.default)}\n\n"
            f"{info.chosen['how'][0].upper()}{info.chosen['how'][1:]}."
        ),
        "Evaluation data": "\n".join(
            f"- {test['title']} ({test['kind']}): {test['photos']:,} photos; "
            f"licence: {data[name]['licence']}."
            for name, test in default["tests"].items()
        ),
        "Quantitative analyses": "\n\n".join(
            [
                *(_results(entry) for entry in report.values()),
                _covered(default),
                *_groups(default, manifest.default),
            ]
        ),
        "Ethical considerations": (
            "A machine that sorts people into two sexes by their looks is wrong about some of "
            "them in a way that can hurt, and more often about some groups than about others: the "
            "tables above say how often. “?” is there to be used. Nothing a model says is a fact "
            "about a person. Ages and groups, where the training data name them, steer the "
            "network's training; no model gives them."
        ),
        "Caveats and recommendations": (
            "Read the figures of the group you work with before you trust the overall ones. On "
            "photos unlike those tested here, expect worse. Keep a human in front of every "
            "consequence."
        ),
        "How to reproduce": (
            "```\npip install -r training/network-requirements.txt\npython -m training train"
            + learned
            + "".join(f" --test {name}" for name in default["tests"] if name not in _sets(default))
            + "".join(f" --model {name}" for name in _chosen(report))
            + f"\npython -m training rules{learned} --detect DIR\n```"
        ),
    }


def _front_matter(manifest: Manifest, report: Mapping[str, Any]) -> str:
    info = manifest.model()
    tests = report[manifest.default]["tests"]
    licence = info.data["licence"].lower().replace(" ", "-")
    sets = _sets(report[manifest.default])
    known = len(sets) == 1 and licence in LICENCES
    lines = [
        "---",
        "library_name: onnx",
        "pipeline_tag: image-classification",
        f"license: {licence if known else 'other'}",
        "tags: [face, eigenfaces, svm, onnx]",
        f"datasets: [{', '.join(map(_quoted, sets))}]",
        "metrics: [accuracy, roc_auc]",
        "model-index:",
        f"  - name: facespace-{manifest.default}",
        "    results:",
    ]
    for name, test in tests.items():
        lines += [
            "      - task: {type: image-classification}",
            f"        dataset: {{name: {_quoted(test['title'])}, type: {_quoted(name)}}}",
            "        metrics:",
        ]
        for metric in ("balanced_accuracy", "auc"):
            value = test[metric]["value"]
            lines.append(f"          - {{type: {metric}, value: {value:.4f}}}")
    return "\n".join([*lines, "---"])


def _quoted(text: str) -> str:
    """A string of YAML, whatever is in it; JSON is a part of it."""
    return json.dumps(text, ensure_ascii=False)


def _chosen(report: Mapping[str, Any]) -> list[str]:
    """What ``--model`` is given for the models that are there."""
    return ["all"] if set(report) == set(MODELS) else list(report)


def _others(report: Mapping[str, Any], default: str) -> str:
    """A sentence for each further model that was fitted on another number of photos."""
    counts = {name: entry["counts"] for name, entry in report.items()}
    return "".join(
        f" `{name}` was fitted on {count['training']:,} photos, with {count['validation']:,} held "
        "out."
        for name, count in counts.items()
        if count != counts[default]
    )


def _sets(entry: Mapping[str, Any]) -> list[str]:
    """The names of the data sets that a model was trained on."""
    return list(entry.get("learned") or [entry["trained_on"]])


def _learned(entry: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    """What was fitted on, in a sentence, and of several data sets how much each of them counts."""
    total = entry["counts"]["training"]
    sets = {name: data[name] for name in _sets(entry)}
    facts = [f"{s['title']} ({s['source']}; licence: {s['licence']})" for s in sets.values()]
    if len(facts) == 1:
        return f"{total:,} photos of {facts[0]};"
    rows = []
    for (name, part), words in zip(entry["learned"].items(), facts, strict=True):
        weight, pairs = f"{part['weight']:.1%}", sum(data[name]["duplicates"]["sets"].values())
        numbers = (f"{part[side]:,}" for side in ("training", "validation"))
        rows.append([words, *numbers, weight, f"{pairs:,}", f"{_taken_out(data[name]):,}"])
    header = ["data set", "fitted on", "chosen on", "weight", "pairs shared", "left out for that"]
    return "\n".join(
        [
            *_table(header, rows),
            "",
            "Every photo counts the same, so that a data set's weight is its share. *Pairs shared* "
            "are photos that another data set, also one that is only tested on, has too, by "
            "perceptual hash; *left out for that* those that are not trained on, as it would have "
            "spoiled a test or counted a photo twice. Each data set is tested on apart.",
            "",
            f"Fitted on are {total:,} photos in all;",
        ]
    )


def _taken_out(described: Mapping[str, Any]) -> int:
    """How many training photos of a data set were left out because of another data set."""
    return sum(described["left_out"].get(why, 0) for why in shared_photos.REASONS)


def _models(manifest: Manifest, report: Mapping[str, Any]) -> list[str]:
    rows = []
    for name, info in manifest.models.items():
        entry = report[name]
        rows.append(
            [
                f"`{name}`" + (" (default)" if name == manifest.default else ""),
                info.title,
                f"{info.file.bytes / 1e6:.1f} MB",
                f"{entry['support_vectors']:,}",
                f"{entry['milliseconds']['32']:.2f} ms",
            ]
        )
    header = ["model", "what it is", "file", "support vectors", "a face, 32 at once"]
    return _table(header, rows)


def _results(entry: Mapping[str, Any]) -> str:
    rows = [
        [test["title"], f"{test['photos']:,}", *(_interval(test[metric]) for metric in METRICS)]
        for test in entry["tests"].values()
    ]
    table = _table(["test set", "photos", *METRICS.values()], rows)
    return "\n".join([f"### {entry['title']}", "", *table])


def _covered(entry: Mapping[str, Any]) -> str:
    words = {"lower": "a mask over the lower half", "upper": "a mask over the upper half"}
    rows = []
    for name, covers in entry["covered"].items():
        for cover, result in covers.items():
            if "accuracy_found" in result:
                rows.append(
                    [
                        entry["tests"][name]["title"],
                        words[cover],
                        f"{result['accuracy_found_plain']:.1%}",
                        f"{result['accuracy_found']:.1%}",
                        f"{result['unsure']['value']:.1%}",
                        f"{result['wrong']['value']:.1%}",
                        f"{result['missed']['value']:.1%}",
                    ]
                )
    header = ["test set", "drawn", "accuracy without", "with", "“?”", "answered wrong", "missed"]
    note = (
        "“?” is here by the model's own certainty and the size of the face alone; when photos are "
        "read, the rules for covered faces come on top."
    )
    return "\n".join(["### Covered faces", "", *_table(header, rows), "", note])


def _groups(entry: Mapping[str, Any], name: str) -> list[str]:
    texts = []
    for test, attributes in entry["groups"].items():
        for attribute, groups in attributes.items():
            if ", " in attribute or len(groups["by_group"]) < 2:
                continue
            rows = [
                [
                    value,
                    f"{row['faces']:,}",
                    *(_interval(row[metric]) for metric in ("accuracy", "coverage", "risk")),
                ]
                for value, row in groups["by_group"].items()
            ]
            title = f"### `{name}` on {entry['tests'][test]['title']}, by {attribute}"
            header = [attribute, "faces", "Accuracy", "Answered", "Wrong answers"]
            lines = [title, "", *_table(header, rows)]
            if groups["gap"]:
                gap = groups["gap"]["accuracy"]
                lines += [
                    "",
                    f"The gap in accuracy is {gap['difference'] * 100:.1f} points, between "
                    f"{gap['lowest']} and {gap['highest']}.",
                ]
            texts.append("\n".join(lines))
    return texts


def _interval(figure: Mapping[str, float | None]) -> str:
    if figure["value"] is None:
        return "–"
    ends = " to ".join("–" if figure[e] is None else f"{figure[e]:.3f}" for e in ("low", "high"))
    return f"{figure['value']:.3f} ({ends})"


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return ["| " + " | ".join(line) + " |" for line in (header, ["---"] * len(header), *rows)]
