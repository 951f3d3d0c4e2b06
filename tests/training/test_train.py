"""Photos in, artifacts out: the whole way on real pixels, small enough for every machine."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from facespace import analyze, artifacts, eigenfaces, model
from facespace.types import RGB
from training import crops, export, pipeline
from training.__main__ import main
from training.datasets import Photo

COUNT = 60


def variant(astronaut: RGB, rng: np.random.Generator, dark: bool) -> RGB:
    """The astronaut's portrait a little turned, lit and noisy; the one class with a dark jaw."""
    part = astronaut[20:220, 120:330].astype(np.float64)
    if dark:
        part[110:146, 72:128] *= 0.35
    turn = cv2.getRotationMatrix2D((105, 100), rng.uniform(-12, 12), rng.uniform(0.9, 1.1))
    part = cv2.warpAffine(part, turn, (210, 200), borderMode=cv2.BORDER_REPLICATE)
    part = part * rng.uniform(0.8, 1.1) + rng.normal(0, 6, part.shape)
    return np.clip(part, 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def photos(tmp_path_factory, astronaut: RGB) -> Path:
    """A data set of 2 x 60 photos with a text and a grey picture among them."""
    folder = tmp_path_factory.mktemp("portraits")
    rng = np.random.default_rng(0)
    for label in ("female", "male"):
        (folder / label).mkdir()
        for i in range(COUNT):
            picture = variant(astronaut, rng, label == "male")
            Image.fromarray(picture).save(folder / label / f"{i}.png")
    shutil.copy(folder / "female" / "0.png", folder / "female" / "again.png")
    (folder / "male" / "text.jpg").write_text("no picture")
    Image.new("RGB", (90, 90)).save(folder / "male" / "black.png")
    return folder


@pytest.fixture(scope="module")
def trained(photos: Path, tmp_path_factory) -> tuple[Path, Path]:
    """The artifacts of a run on ``photos``, and the cache it left."""
    out, cache = tmp_path_factory.mktemp("out"), tmp_path_factory.mktemp("cache")
    arguments = ["train", "--data", photos, "--out", out, "--cache", cache, "--jobs", "1"]
    assert main([str(a) for a in arguments]) == 0
    return out, cache


def test_the_artifacts_work_and_learned(trained, astronaut: RGB, monkeypatch) -> None:
    monkeypatch.setenv("FACESPACE_ARTIFACTS", str(trained[0]))
    report = artifacts.manifest().json("report.json")["models"]["eigenfaces"]
    (test,) = report["tests"].values()
    assert test["auc"]["value"] > 0.95
    assert report["parity"]["probability"] <= export.TOLERANCE
    assert len(report["search"]["table"]) == 3 * 3  # so few photos have no 75 components
    rng = np.random.default_rng(99)
    read = {
        dark: analyze(variant(astronaut, rng, dark)).faces[0].score.probability_female
        for dark in (False, True)
    }
    assert read[False] > 0.5 > read[True]
    assert eigenfaces.load().components == model.get().info.components


def test_what_was_left_out_is_counted_and_listed(trained) -> None:
    out, cache = trained
    (data,) = json.loads((out / "dataset.json").read_text("utf-8"))["datasets"].values()
    assert data["photos"] == 2 * COUNT
    assert data["left_out"] == {
        "No face was found.": 1,
        "The file is not a JPEG, PNG, WebP, BMP or HEIC picture.": 1,
        "The same photo is there twice.": 1,
    }
    (listed,) = cache.glob("left-out-*.txt")
    assert len(listed.read_text("utf-8").splitlines()) == 3


def test_no_name_and_no_pickle_is_in_the_artifacts(trained) -> None:
    out, _ = trained
    assert {path.name for path in out.iterdir()} == {
        *("manifest.json", "report.json", "dataset.json", "scores.npz"),
        *("eigenfaces.onnx", "face_space.npz"),
    }
    for path in out.glob("*.npz"):
        with np.load(path, allow_pickle=False) as arrays:
            for name in arrays.files:
                assert arrays[name].dtype != object
    for path in out.glob("*.json"):
        assert "again.png" not in path.read_text("utf-8")


def test_a_second_run_crops_nothing_again(photos, trained, monkeypatch) -> None:
    _, cache = trained
    table = [Photo(path, "female") for path in sorted((photos / "female").iterdir())]
    monkeypatch.setattr(crops, "_crop_chunk", None)  # would fail if it were called
    kept = crops.crop_all(table, cache, jobs=1)
    assert kept.found.all()
    monkeypatch.undo()
    (photos / "female" / "new.png").write_bytes((photos / "female" / "1.png").read_bytes())
    table.append(Photo(photos / "female" / "new.png", "female"))
    before = len(list(cache.glob("*.npz")))
    more = crops.crop_all(table, cache, jobs=1)
    (photos / "female" / "new.png").unlink()
    assert len(list(cache.glob("*.npz"))) == before + 1
    np.testing.assert_array_equal(more.crops[:-1], kept.crops)


def test_wrong_input_gets_a_sentence(tmp_path: Path, capsys) -> None:
    def say(data: Path) -> str:
        options = ["--data", str(data), "--out", str(tmp_path / "out")]
        assert main(["train", *options, "--cache", str(tmp_path / "cache"), "--jobs", "1"]) == 1
        return capsys.readouterr().err

    assert "no folder" in say(tmp_path / "absent")
    (tmp_path / "female").mkdir()
    assert "no labelled photos" in say(tmp_path)
    Image.new("RGB", (9, 9)).save(tmp_path / "female" / "a.png")
    assert "no photo labelled male" in say(tmp_path)
    (tmp_path / "male").mkdir()
    for label in ("female", "male"):
        for i in range(5):
            (tmp_path / label / f"{i}.jpg").write_text("no picture")
    assert "at least 5 are needed" in say(tmp_path)
    assert not (tmp_path / "out").exists()


@pytest.fixture(scope="module")
def fitted(photos: Path, trained):
    """A calibrated pipeline and the crops it was fitted on."""
    table = [Photo(path, path.parent.name) for path in sorted(photos.glob("*/[0-9]*.png"))]
    cropped = crops.crop_all(table, trained[1], jobs=1).crops
    labels = np.array([photo.label for photo in table])
    groups = np.arange(len(labels))
    chosen = pipeline.calibrated(pipeline.build(20, 3.0, 2.0), groups, labels)
    return chosen.fit(pipeline.pixels(cropped), labels), cropped


def test_export_agrees_with_the_pipeline(fitted) -> None:
    parity = export.check(export.to_onnx(fitted[0], 64, {}), *fitted)
    assert parity.crops == 2 * COUNT
    assert max(parity.probability, parity.coordinates, parity.distance) < 1e-4


def test_export_refuses_a_file_that_computes_something_else(fitted) -> None:
    classifier, cropped = fitted
    content = export.to_onnx(classifier, 64, {})
    (one,) = classifier.calibrated_classifiers_
    (sigmoid,) = one.calibrators
    slope = sigmoid.a_
    for wrong, words in ((slope * 1.01, "differ"), (-slope, "flipped")):
        sigmoid.a_ = wrong
        try:
            with pytest.raises(export.ExportError, match=words):
                export.check(content, classifier, cropped)
        finally:
            sigmoid.a_ = slope


def test_soft_whitening(rng: np.random.Generator) -> None:
    """0 is plain PCA, 1 whitens; total variance is 1; the inverse undoes it."""
    rows = rng.normal(size=(300, 16)) @ rng.normal(size=(16, 16))
    for whitening in (0.0, 0.5, 1.0):
        pca = pipeline.SoftWhitenedPCA(16, whitening).fit(rows)
        placed = pca.transform(rows)
        variance = placed.var(axis=0, ddof=1)
        assert variance.sum() == pytest.approx(1, rel=1e-3)
        ratio = (pca.explained_variance_ / pca.explained_variance_[0]) ** (1 - whitening)
        np.testing.assert_allclose(variance / variance[0], ratio, rtol=1e-3)
        np.testing.assert_allclose(pca.inverse_transform(placed), rows, atol=1e-8)


def test_mirrored_rows(rng: np.random.Generator) -> None:
    faces = rng.integers(0, 255, (3, 8, 8), dtype=np.uint8)
    turned = pipeline.mirrored(pipeline.pixels(faces))
    np.testing.assert_array_equal(turned.reshape(3, 8, 8), faces[:, :, ::-1])
