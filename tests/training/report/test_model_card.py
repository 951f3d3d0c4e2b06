"""The model card: counts of each model, commands for those there, front matter to be read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from facespace.artifacts.dataset_description import load_described
from facespace.artifacts.manifest import Manifest, load_manifest
from facespace.artifacts.report import Counts, ModelReport, load_report
from training.report import model_card


@pytest.fixture
def manifest() -> Manifest:
    return load_manifest()


@pytest.fixture
def report(manifest: Manifest) -> dict[str, ModelReport]:
    """Of the models that are there, which may be changed."""
    return dict(load_report(manifest).models)


def sections(manifest: Manifest, report: dict[str, ModelReport]) -> dict[str, str]:
    """The card's sections by their titles."""
    text = model_card.card(manifest, report, load_described(manifest))
    _, *parts = text.split("\n## ")
    return {title: words.strip() for title, words in (part.split("\n", 1) for part in parts)}


def test_the_card_that_is_shipped_is_the_one_of_its_figures(
    manifest: Manifest, report: dict[str, ModelReport]
) -> None:
    shipped = (manifest.folder / model_card.FILE).read_text("utf-8")
    assert model_card.card(manifest, report, load_described(manifest)) == shipped


def test_counts_that_differ_are_named(manifest: Manifest, report: dict[str, ModelReport]) -> None:
    report = {name: replace(one, counts=Counts(3000, 300)) for name, one in report.items()}
    assert "` was fitted on" not in sections(manifest, report)["Training data"]
    report["gradients"] = replace(report["gradients"], counts=Counts(3456, 345))
    words = sections(manifest, report)["Training data"]
    assert words.count("` was fitted on") == 1
    assert "`gradients` was fitted on 3,456 photos, with 345 held out." in words


def test_the_commands_are_for_the_models_that_are_there(
    manifest: Manifest, report: dict[str, ModelReport]
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
    manifest: Manifest, report: dict[str, ModelReport], licence: str, told: str
) -> None:
    yaml = pytest.importorskip("yaml")
    info = manifest.model()
    models = {**manifest.models, info.name: replace(info, data={**info.data, "licence": licence})}
    default = report[manifest.default]
    example = next(iter(load_described(manifest).values()))
    title = 'Faces: {mine}, "yours" # and é'
    tests = {"no": replace(next(iter(default.tests.values())), title=title)}
    report[manifest.default] = replace(
        default, learned={}, trained_on="on: [it", covered={}, groups={}, tests=tests
    )
    data = {"on: [it": example, "no": example}
    text = model_card.card(replace(manifest, models=models), report, data)
    read = yaml.safe_load(text.split("---\n")[1])
    assert (read["license"], read["datasets"]) == (told, ["on: [it"])
    assert read["model-index"][0]["results"][0]["dataset"] == {"name": title, "type": "no"}
