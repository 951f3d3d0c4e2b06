"""The model card: counts of each model, commands for those there, front matter to be read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from facespace.artifacts.dataset_description import load_described
from facespace.artifacts.manifest import Manifest, load_manifest
from facespace.artifacts.report import Counts, ModelReport, Reviewed, load_report
from facespace.faces import align
from facespace.metrics import served
from facespace.metrics.age_errors import AgeError
from facespace.metrics.classification import EndToEnd
from facespace.metrics.groups import Group, Grouping
from facespace.metrics.intervals import Interval
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


def test_the_recipe_is_what_the_search_found_best(
    manifest: Manifest, report: dict[str, ModelReport]
) -> None:
    words = sections(manifest, report)["Training data"]
    for name, entry in report.items():
        best = max(entry.search.table, key=lambda tried: tried.auc)
        chosen = f"{best.components} | {best.C:g} | {best.gamma:g} | {best.auc:.3f}"
        assert f"| `{name}` | {chosen} | {len(entry.search.table)} in " in words
    assert "flatters" in words
    del report["embedding"]
    models = {name: manifest.models[name] for name in report}
    manifest = replace(manifest, default=next(iter(report)), models=models)
    assert "flatters" not in sections(manifest, report)["Training data"]


def test_reviewed_faces_are_named_as_such(
    manifest: Manifest, report: dict[str, ModelReport]
) -> None:
    name = manifest.default
    card = model_card.card(manifest, report, load_described(manifest))
    assert "people reviewed" not in card and "--reviews" not in card
    assert "license: cc-by-4.0" in card
    counts, reviewed = Counts(3090, 300), Reviewed(30, 3, 90 / 3090)
    report[name] = replace(report[name], counts=counts, reviewed=reviewed)
    words = "30 faces that people reviewed, each counted 3 times, 2.9% of all that was fitted on"
    assert report[name].fitted_on == f"3,000 photos and {words}"
    told = sections(manifest, report)
    assert told["Training data"].startswith("3,000 photos of FairFace")
    assert f"), and {words}; 300 more, which nothing" in told["Training data"]
    assert " --reviews FILE --review-weight 3 --model all" in told["How to reproduce"]
    # Nobody states the licence of the photos that people reviewed.
    assert "license: other" in model_card.card(manifest, report, load_described(manifest))
    assert str(Reviewed(1234, 1, 0.25)).startswith(
        "1,234 faces that people reviewed, each counted once"
    )


def test_what_the_models_take_is_told(manifest: Manifest, report: dict[str, ModelReport]) -> None:
    info = manifest.models["embedding"]
    models = {**manifest.models, "embedding": replace(info, template=align.WIDE)}
    words = sections(replace(manifest, models=models), report)["Model details"]
    assert "colour crop of a face, 112 x 112 (`embedding`)" in words
    assert "grey crop of a face, 64 x 64 (`gradients`, `eigenfaces`)" in words


def test_the_commands_are_for_the_models_that_are_there(
    manifest: Manifest, report: dict[str, ModelReport]
) -> None:
    train, rules = sections(manifest, report)["How to reproduce"].split("\n")[2:4]
    assert train.endswith(" --model all")
    tests = "".join(f" --test {name}" for name in ("lfw", "us_congress", "london_frl"))
    assert rules == f"python -m training rules --data fairface{tests} --detect DIR"
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
    first, test = next(iter(default.tests.items()))
    report[manifest.default] = replace(
        default,
        learned={},
        trained_on="on: [it",
        covered={},
        served={},
        ages={},
        groups={},
        tests={"no": replace(test, title=title)},
        end_to_end={"no": default.end_to_end[first]},
    )
    data = {"on: [it": example, "no": example}
    text = model_card.card(replace(manifest, models=models), report, data)
    read = yaml.safe_load(text.split("---\n")[1])
    assert (read["license"], read["datasets"]) == (told, ["on: [it"])
    assert read["model-index"][0]["results"][0]["dataset"] == {"name": title, "type": "no"}


def test_what_is_told_of_the_rules(manifest: Manifest, report: dict[str, ModelReport]) -> None:
    """Until ``rules`` was run it is said that nothing was measured; then the figures are there."""
    name = manifest.default
    text = model_card.card(manifest, report, load_described(manifest))
    held = {"faces": 1900, "answered": 0.77, "wrong": 0.021, "high": 0.0299}
    rules = {"how": "learned", "on": "photos", "conditions": {"as they are": held}}
    share = Interval(0.25, 0.2, 0.3)
    figures = {**dict.fromkeys(served.METRICS, share), "missed": Interval(0.1, 0.08, 0.12)}
    black = Group(386, figures, {"recall_male": 29})
    one = replace(
        report[name],
        profiles=EndToEnd(73, dict.fromkeys(("coverage", "risk", "missed"), share)),
        served={
            "fairface": {"race": Grouping({"Black": black, "Few": replace(black, faces=29)}, {})}
        },
        ages={"fairface": {"3-9": AgeError(300, 4.25, 0.5)}},
    )
    info = manifest.models[name]
    models = {**manifest.models, name: replace(info, chosen={**info.chosen, "rules": rules})}
    told = model_card.card(
        replace(manifest, models=models), {**report, name: one}, load_described(manifest)
    )
    for words in (
        "| as they are | 1,900 | 77.0% | 2.1% | 3.0% |",
        "Of 73 full profiles of people that nothing was fitted on",
        "| group | Black | 386 | 0.100 (0.080 to 0.120) | 0.250 (0.200 to 0.300) | – | 0.250",
        "Left out are groups of fewer than 30 photos: 1, with 29 photos.",
        "| FairFace | 3-9 | 300 | 4.2 | 50.0% |",
        "That chance is learned. On: photos.",
    ):
        assert words in told and words not in text
