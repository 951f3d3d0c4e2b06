"""The Data page where models were trained on several data sets."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from facespace.artifacts.dataset_description import BELOW, LOWEST
from facespace.artifacts.files import fingerprint
from facespace.artifacts.manifest import artifacts_folder, load_manifest
from tests.support.pages import opened, text


@pytest.fixture
def several(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Artifacts that say: trained on FairFace and LFW, which share seven pairs."""
    folder = tmp_path / "artifacts"
    shutil.copytree(artifacts_folder(), folder, ignore=shutil.ignore_patterns("*.onnx"))
    path, manifest_path = folder / "dataset.json", folder / "manifest.json"
    described = json.loads(path.read_text("utf-8"))
    parts = {
        "fairface": {"training": 30_000, "validation": 3_000, "weight": 0.75},
        "lfw": {"training": 10_000, "validation": 1_000, "weight": 0.25},
    }
    pairs = {"fairface": {"lfw": 7, "london_frl": 0}, "lfw": {"fairface": 7, "london_frl": 0}}
    drawn = {"fairface": {"validation": BELOW}, "lfw": {"validation": BELOW, "test": LOWEST}}
    for name, entry in described["datasets"].items():
        entry["drawn"] = drawn.get(name, {})
        entry["learned"] = parts.get(name)
        entry["duplicates"]["sets"] = pairs.get(name, {"fairface": 0, "lfw": 0})
    path.write_text(json.dumps(described), "utf-8")
    manifest = json.loads(manifest_path.read_text("utf-8"))
    known = {"bytes": path.stat().st_size, "sha256": fingerprint(path)}
    manifest["files"]["dataset.json"] = known
    manifest_path.write_text(json.dumps(manifest), "utf-8")
    monkeypatch.setenv("FACESPACE_ARTIFACTS", str(folder))
    monkeypatch.delenv("FACESPACE_DATA", raising=False)


@pytest.mark.parametrize(
    ("title", "count", "share"),
    [
        ("FairFace", "30,000", "75.0% of the training"),
        ("Labeled Faces in the Wild", "10,000", "25.0% of the training"),
        ("Face Research Lab London Set", "none", "only tested on"),
    ],
)
def test_each_data_set_says_what_it_counts_for(
    several: None, title: str, count: str, share: str
) -> None:
    app = opened("data", dataset=title)
    (fitted,) = [metric for metric in app.metric if metric.label == "Used for training"]
    assert (fitted.value, fitted.delta) == (count, share)
    assert not app.exception


def test_what_others_have_too_is_told(several: None) -> None:
    app = opened("data", dataset="FairFace", part="Excluded and duplicates")
    assert "Labeled Faces in the Wild 7, Face Research Lab London Set 0" in text(app)
    assert not app.exception


def test_how_the_photos_were_drawn_is_told(several: None) -> None:
    app = opened("data", dataset="FairFace", part="Who is in them")
    assert "The data set declares its test. A hash of the person, or of the file" in text(app)
    assert "draws the validation, a tenth of the training photos: one" in text(app)
    assert "lowest hashes" not in text(app)
    app = opened("data", dataset="Labeled Faces in the Wild", part="Who is in them")
    assert "draws the test and the validation, a tenth of the training photos: one" in text(app)
    assert "So few photos of a class are in the test that the lowest hashes" in text(app)
    app = opened("data", dataset="Face Research Lab London Set", part="Who is in them")
    assert "A hash of the person" not in text(app)


def test_older_artifacts_say_nothing_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FACESPACE_DATA", raising=False)
    entry = load_manifest().json("dataset.json")["datasets"]["fairface"]
    app = opened("data", dataset="FairFace")
    labels = [metric.label for metric in app.metric]
    assert ("Used for training" in labels) == ("learned" in entry)
    assert not app.exception
