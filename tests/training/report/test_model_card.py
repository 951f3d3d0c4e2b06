"""The model card: counts of each model, commands for those there, front matter to be read."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from facespace.artifacts.manifest import Manifest, load_manifest
from training.report import model_card


@pytest.fixture
def manifest() -> Manifest:
    return load_manifest()


@pytest.fixture
def report(manifest: Manifest) -> dict[str, Any]:
    """Of the models that are there, which may be changed."""
    models: dict[str, Any] = deepcopy(manifest.json("report.json")["models"])
    return models


def sections(manifest: Manifest, report: dict[str, Any]) -> dict[str, str]:
    """The card's sections by their titles."""
    text = model_card.card(manifest, report, manifest.json("dataset.json")["datasets"])
    _, *parts = text.split("\n## ")
    return {title: words.strip() for title, words in (part.split("\n", 1) for part in parts)}


def test_the_card_that_is_shipped_is_the_one_of_its_figures(
    manifest: Manifest, report: dict[str, Any]
) -> None:
    data = manifest.json("dataset.json")["datasets"]
    shipped = (manifest.folder / model_card.FILE).read_text("utf-8")
    assert model_card.card(manifest, report, data) == shipped


def test_counts_that_differ_are_named(manifest: Manifest, report: dict[str, Any]) -> None:
    for entry in report.values():
        entry["counts"] = {"training": 3000, "validation": 300}
    assert "` was fitted on" not in sections(manifest, report)["Training data"]
    report["gradients"]["counts"] = {"training": 3456, "validation": 345}
    words = sections(manifest, report)["Training data"]
    assert words.count("` was fitted on") == 1
    assert "`gradients` was fitted on 3,456 photos, with 345 held out." in words


def test_the_commands_are_for_the_models_that_are_there(
    manifest: Manifest, report: dict[str, Any]
) -> None:
    train, rules = sections(manifest, report)["How to reproduce"].split("\n")[2:4]
    assert train.endswith(" --model all")
    assert rules == "python -m training rules --data fairface --detect DIR"
    del report["gradients"]
    fewer = replace(manifest, models={name: manifest.models[name] for name in report})
    train = sections(fewer, report)["How to reproduce"].split("\n")[2]
    assert train.endswith(" --model embedding --model eigenfaces")


@pytest.mark.parametrize(
    ("licence", "told"), [("CC BY 4.0", "cc-by-4.0"), ("not stated: ask them", "other")]
)
def test_any_title_and_licence_can_be_read_back(
    manifest: Manifest, report: dict[str, Any], licence: str, told: str
) -> None:
    yaml = pytest.importorskip("yaml")
    info = manifest.model()
    models = {**manifest.models, info.name: replace(info, data={**info.data, "licence": licence})}
    default = report[manifest.default]
    example = next(iter(manifest.json("dataset.json")["datasets"].values()))
    title = 'Faces: {mine}, "yours" # and é'
    default |= {"learned": None, "trained_on": "on: [it", "covered": {}, "groups": {}}
    default["tests"] = {"no": {**next(iter(default["tests"].values())), "title": title}}
    data = {"on: [it": example, "no": example}
    text = model_card.card(replace(manifest, models=models), report, data)
    read = yaml.safe_load(text.split("---\n")[1])
    assert (read["license"], read["datasets"]) == (told, ["on: [it"])
    assert read["model-index"][0]["results"][0]["dataset"] == {"name": title, "type": "no"}
