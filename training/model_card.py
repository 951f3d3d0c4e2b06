"""``MODEL_CARD.md``, from the same numbers that the pages draw.

The sections are those of Mitchell et al., Model Cards for Model Reporting, 2019; the front matter
is what Hugging Face reads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from facespace import artifacts
from facespace.artifacts import Manifest

FILE = "MODEL_CARD.md"

#: Test metrics of the table, and what people call them.
METRICS = {
    "balanced_accuracy": "Balanced accuracy",
    "auc": "AUC",
    "ece": "ECE",
    "coverage": "Answered",
    "risk": "Wrong answers",
}


def write(out: Path) -> None:
    """Write the card beside the artifacts it describes; they must be complete."""
    manifest = artifacts.manifest(out)
    report = manifest.json("report.json")["models"]
    data = manifest.json("dataset.json")["datasets"]
    sections = card(manifest, report, data)
    text = "\n\n".join(
        [_front_matter(manifest, report), "# Facespace: model card"]
        + [f"## {title}\n\n{words}" for title, words in sections.items()]
    )
    part = out / f"{FILE}.part"
    part.write_text(text + "\n", "utf-8")
    part.replace(out / FILE)


def card(manifest: Manifest, report: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, str]:
    """The sections in order, each as Markdown.

    Args:
        manifest: of the artifacts.
        report: ``models`` of ``report.json``.
        data: ``datasets`` of ``dataset.json``.
    """
    default = report[manifest.default]
    info = manifest.model()
    trained_on = data[default["trained_on"]]
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
            "the share of the faces that do not come out as “?”, *wrong answers* the share among "
            "those. In brackets are 95 % intervals of a bootstrap, by person where persons are "
            "known."
        ),
        "Training data": (
            f"{default['counts']['training']:,} photos of {trained_on['title']} "
            f"({trained_on['source']}; licence: {trained_on['licence']}); "
            f"{default['counts']['validation']:,} more, which nothing was fitted on, chose "
            "calibration, threshold and the band of “?”.\n\n"
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
            "```\npip install -r training/network-requirements.txt\n"
            f"python -m training train --data {default['trained_on']}"
            + "".join(f" --test {name}" for name in list(default["tests"])[1:])
            + " --model all\n```"
        ),
    }


def _front_matter(manifest: Manifest, report: Mapping[str, Any]) -> str:
    info = manifest.model()
    tests = report[manifest.default]["tests"]
    lines = [
        "---",
        "library_name: onnx",
        "pipeline_tag: image-classification",
        f"license: {info.data['licence'].lower().replace(' ', '-')}",
        "tags: [face, eigenfaces, svm, onnx]",
        f"datasets: [{next(iter(tests))}]",
        "metrics: [accuracy, roc_auc]",
        "model-index:",
        f"  - name: facespace-{manifest.default}",
        "    results:",
    ]
    for name, test in tests.items():
        lines += [
            "      - task: {type: image-classification}",
            f"        dataset: {{name: {test['title']}, type: {name}}}",
            "        metrics:",
        ]
        for metric in ("balanced_accuracy", "auc"):
            value = test[metric]["value"]
            lines.append(f"          - {{type: {metric}, value: {value:.4f}}}")
    return "\n".join([*lines, "---"])


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
    return "\n".join(["### Covered faces", "", *_table(header, rows)])


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
