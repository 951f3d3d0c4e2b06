"""Photos in, artifacts out: the whole way on real pixels, small enough for every machine."""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from PIL import Image
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator

from facespace import Settings
from facespace.artifacts import coordinates, face_space
from facespace.artifacts.manifest import load_manifest
from facespace.datasets.dataset import Photo
from facespace.faces import detectors, model
from facespace.faces.analyze import analyze
from facespace.io.formats import PICTURES
from facespace.types import RGB, Crops, FacespaceError
from tests.support.pictures import variant
from tests.support.training_sets import COUNT
from training.__main__ import main
from training.models import export, front_ends, pipeline
from training.photos import crop_cache, crops

pytestmark = pytest.mark.packages


def test_the_artifacts_work_and_learned(
    trained: tuple[Path, Path], astronaut: RGB, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FACESPACE_ARTIFACTS", str(trained[0]))
    manifest = load_manifest()
    assert (manifest.default, list(manifest.models)) == ("gradients", ["gradients", "eigenfaces"])
    for name, report in manifest.json("report.json")["models"].items():
        (test,) = report["tests"].values()
        assert test["auc"]["value"] > 0.95
        assert report["parity"]["probability"] <= export.TOLERANCE
        # So few photos have no 75 components: what is searched for is C and gamma.
        end = {"eigenfaces": front_ends.PIXELS, "gradients": front_ends.Gradients()}[name]
        assert len(report["search"]["table"]) == len(pipeline.COSTS) * len(end.gammas)
        rounding = report["rounding"]
        assert (abs(rounding["auc_lost"]) < 0.01) if end.half else rounding is None
        rng = np.random.default_rng(99)
        settings = Settings(model=name)
        read = {
            dark: analyze(variant(astronaut, rng, dark), settings).faces[0].score
            for dark in (False, True)
        }
        assert read[False].probability_female > 0.5 > read[True].probability_female
    assert face_space.load().components == model.load_model("eigenfaces").info.components


def test_every_model_measures_the_same_distance(
    trained: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, fitted: Fitted
) -> None:
    monkeypatch.setenv("FACESPACE_ARTIFACTS", str(trained[0]))
    _, cropped = fitted
    one, other = (model.load_model(name).run(cropped)[2] for name in ("eigenfaces", "gradients"))
    np.testing.assert_allclose(one, other, atol=1e-4)
    space = face_space.load()
    np.testing.assert_allclose(one, space.distance(cropped, space.coordinates(cropped)), atol=1e-4)


def test_a_model_stays_while_another_is_trained(
    trained: tuple[Path, Path], photos: Path, tmp_path: Path
) -> None:
    before, cache = trained
    out = tmp_path / "out"
    shutil.copytree(before, out)
    options = ["train", "--data", photos, "--out", out, "--cache", cache, "--jobs", "1", "--keep"]
    options += ["--model", "gradients", "--classifier", "nystroem"]
    assert main([str(option) for option in options]) == 0
    old, new = load_manifest(before), load_manifest(out)
    assert list(new.models) == list(old.models)
    assert new.model("eigenfaces") == old.model("eigenfaces")
    assert new.model("gradients").file.sha256 != old.model("gradients").file.sha256
    (was, now) = (one.json("report.json")["models"]["eigenfaces"] for one in (old, new))
    assert now.keys() == was.keys() and now["search"] == was["search"]
    for test, cells in was["tests"].items():
        assert now["tests"][test]["auc"]["value"] == cells["auc"]["value"]
    with np.load(out / "scores.npz") as scores:
        assert {"eigenfaces", "gradients"} < {name.split("/")[1] for name in scores}
    # Both measure distances from the space that was there.
    cropped = crops.crop_all(
        [Photo(path, path.parent.name) for path in photos.glob("*/[0-9]*.png")], cache / "crops", 1
    ).crops
    one, other = (
        model.run(model.session(new.path(new.model(name).file)), cropped)[2]
        for name in ("eigenfaces", "gradients")
    )
    np.testing.assert_allclose(one, other, atol=1e-4)


def test_validating_tests_nothing_and_writes_nothing(
    trained: tuple[Path, Path],
    photos: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The figures of half B are those that the report of the same training has."""
    before, cache = trained
    report = json.loads((before / "report.json").read_text("utf-8"))["models"]["eigenfaces"]
    monkeypatch.setattr("training.report.measure.tested", None)  # would fail if it were called
    monkeypatch.setattr("training.photos.material.WAYS", None)
    options = ["--data", photos, "--out", tmp_path / "out", "--cache", cache, "--jobs", "1"]
    assert main(["train", "--validate", "--model", "eigenfaces", *map(str, options)]) == 0
    told = capsys.readouterr().out
    (search,) = re.findall(r"eigenfaces, half A of the validation: AUC (\d\.\d{4}), ", told)
    assert float(search) > 0.8
    figures = report["validation"]
    assert (
        f"eigenfaces, half B of the validation: AUC {figures['auc']:.4f}, "
        f"balanced accuracy {figures['balanced_accuracy']:.4f}; "
        f"answered {figures['coverage']:.1%}, wrong of these {figures['risk']:.1%}"
    ) in told
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("name", "models", "words"),
    [
        ("photos", ["eigenfaces"], "none can be kept"),
        ("others", ["gradients"], "not on others"),
    ],
)
def test_what_cannot_stay(
    trained: tuple[Path, Path],
    photos: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
    models: list[str],
    words: str,
) -> None:
    out = tmp_path / "out"
    shutil.copytree(trained[0], out)
    shutil.copytree(photos, tmp_path / name)
    before = (out / "manifest.json").read_bytes()
    options = ["train", "--data", tmp_path / name, "--out", out, "--cache", tmp_path, "--keep"]
    options += ["--jobs", "1", *(word for one in models for word in ("--model", one))]
    assert main([str(option) for option in options]) == 1
    assert words in capsys.readouterr().err
    assert (out / "manifest.json").read_bytes() == before


def test_test_faces_are_placed_in_face_space(
    trained: tuple[Path, Path], photos: Path, tmp_path: Path
) -> None:
    """Training writes where they lie; the command ``space`` adds it to artifacts without."""
    out, cache = trained
    measured = coordinates.load(out)
    report = json.loads((out / "report.json").read_text("utf-8"))["models"]["eigenfaces"]
    (name,) = report["tests"]
    placed = measured.tests[name]
    assert len(placed.coordinates) == len(placed.female) == report["tests"][name]["photos"]
    assert placed.coordinates.shape[1] == coordinates.KEPT
    learned = sum(report["counts"].values())
    counts = {name: values.sum() for name, values in measured.counts.items()}
    assert counts == {coordinates.TRAINING: learned, name: len(placed.female)}
    assert 0.2 < np.abs(placed.coordinates).mean() < 3  # standard deviations
    copy = tmp_path / "copy"
    shutil.copytree(out, copy, ignore=shutil.ignore_patterns(coordinates.FILE))
    manifest = json.loads((copy / "manifest.json").read_text("utf-8"))
    del manifest["files"][coordinates.FILE]
    (copy / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    with pytest.raises(FacespaceError, match="no coordinates"):
        coordinates.load(copy)
    options = ["space", "--data", photos, "--out", copy, "--cache", cache, "--jobs", "1"]
    assert main([str(option) for option in options]) == 0
    again = coordinates.load(copy).tests[name].coordinates
    # Kept in half precision: computed in other batches, some are its neighbour.
    np.testing.assert_allclose(
        np.sort(again, axis=0), np.sort(placed.coordinates, axis=0), rtol=1e-3, atol=1e-3
    )


def test_what_was_measured(trained: tuple[Path, Path]) -> None:
    out, _ = trained
    report = json.loads((out / "report.json").read_text("utf-8"))["models"]["gradients"]
    (name,) = report["tests"]
    ends = report["end_to_end"][name]
    assert set(ends) == set(detectors.NAMES)
    for result in ends.values():
        shares = [result[share]["value"] for share in ("right", "wrong", "unsure", "missed")]
        assert sum(shares) == pytest.approx(1)
    assert ends["yunet"]["right"]["value"] > 0.5
    # The classes differ in the lower half of the face alone: covering it leaves nothing to see.
    covered = report["covered"][name]
    assert covered["lower"]["auc_found"] < covered["upper"]["auc_found"]
    assert [row["components"] for row in report["component_curve"]] == sorted(
        {row["components"] for row in report["component_curve"]}
    )
    table = {row["name"]: row for row in report["comparison"]}
    assert table["Majority"]["auc"] == 0.5 < table["RBF SVM"]["auc"]
    assert report["groups"][name]["sex"]["by_group"].keys() == {"female", "male"}


def test_the_card_tells_what_the_report_says(trained: tuple[Path, Path]) -> None:
    out, _ = trained
    card = (out / "MODEL_CARD.md").read_text("utf-8")
    report = json.loads((out / "report.json").read_text("utf-8"))["models"]
    for entry in report.values():
        (test,) = entry["tests"].values()
        assert f"{test['auc']['value']:.3f} ({test['auc']['low']:.3f} to" in card
    for section in ("Intended use", "Ethical considerations", "Caveats and recommendations"):
        assert f"## {section}" in card


def test_without_pytorch_the_embedding_says_what_to_install(
    photos: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    options = ["train", "--data", str(photos), "--out", str(tmp_path), "--model", "all"]
    assert main(options) == 1
    assert "network-requirements.txt" in capsys.readouterr().err


def test_what_was_left_out_is_counted_and_listed(trained: tuple[Path, Path]) -> None:
    out, cache = trained
    (data,) = json.loads((out / "dataset.json").read_text("utf-8"))["datasets"].values()
    assert data["photos"] == 2 * COUNT
    assert data["left_out"] == {
        "No face was found.": 1,
        f"The file is not a {PICTURES} picture.": 1,
        "The same photo is there twice.": 1,
    }
    (listed,) = (cache / "crops").glob("left-out-*.txt")
    assert len(listed.read_text("utf-8").splitlines()) == 3


def test_no_name_and_no_pickle_is_in_the_artifacts(trained: tuple[Path, Path]) -> None:
    out, _ = trained
    assert {path.name for path in out.iterdir()} == {
        *("manifest.json", "report.json", "dataset.json", "scores.npz", "coordinates.npz"),
        *("means.npz", "fitted_on.npz", "verdicts.npz"),
        *("eigenfaces.onnx", "gradients.onnx", "face_space.npz", "MODEL_CARD.md"),
    }
    for path in out.glob("*.npz"):
        with np.load(path, allow_pickle=False) as arrays:
            for name in arrays.files:
                assert arrays[name].dtype != object
    for path in out.glob("*.json"):
        assert "again.png" not in path.read_text("utf-8")


def test_describing_again_changes_nothing(
    photos: Path, trained: tuple[Path, Path], tmp_path: Path
) -> None:
    out, cache = trained
    again = shutil.copytree(out, tmp_path / "again")
    options = ["--data", photos, "--out", again, "--cache", cache, "--jobs", "1"]
    assert main(["describe", *map(str, options)]) == 0
    for path in out.iterdir():
        assert (again / path.name).read_bytes() == path.read_bytes(), path.name


def test_a_second_run_crops_nothing_again(
    photos: Path, trained: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = trained[1] / "crops"
    table = [Photo(path, "female") for path in sorted((photos / "female").iterdir())]
    monkeypatch.setattr(crops, "_crop_new", None)  # would fail if it were called
    kept = crops.crop_all(table, cache, jobs=1)
    assert kept.found.all()
    monkeypatch.undo()
    new = tmp_path / "new.png"
    new.write_bytes((photos / "female" / "1.png").read_bytes())
    table.append(Photo(new, "female"))
    before = (cache / crop_cache.CROPS).stat().st_size
    more = crops.crop_all(table, cache, jobs=1)
    assert (cache / crop_cache.CROPS).stat().st_size == before + 64 * 64
    assert not list(cache.glob("*.npz"))
    np.testing.assert_array_equal(more.crops[:-1], kept.crops)


def test_wrong_input_gets_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def say(data: Path) -> str:
        options = ["--data", str(data), "--out", str(tmp_path / "out")]
        options += ["--model", "eigenfaces", "--cache", str(tmp_path / "cache"), "--jobs", "1"]
        assert main(["train", *options]) == 1
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


def test_where_nothing_can_be_written_nothing_is_trained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("no folder")
    options = ["train", "--data", str(tmp_path / "absent"), "--model", "eigenfaces", "--out"]
    for out, why in (("file", "is a file, not a folder"), ("file/out", "cannot be written to: ")):
        assert main([*options, str(tmp_path / out)]) == 1
        assert f"{tmp_path / out} {why}" in capsys.readouterr().err
    assert main([*options, str(tmp_path / "new" / "out")]) == 1
    assert "no folder" in capsys.readouterr().err
    for command in ("describe", "space", "retest", "rules"):
        options = ["--data", str(tmp_path / "absent"), "--out", str(tmp_path / "file")]
        options += ["--detect", str(tmp_path)] if command == "rules" else []
        assert main([command, *options]) == 1
        assert "file is a file, not a folder" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(
    ("fault", "code", "words"),
    [
        (KeyboardInterrupt(), 130, "training: given up\n"),
        (OSError(28, "No space left on device", "x.npz"), 1, "training: x.npz: No space left"),
        (OSError(28, "No space left on device"), 1, "training: what is printed: No space left"),
    ],
)
def test_what_ends_it_is_said_in_a_line(
    fault: BaseException,
    code: int,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def ended(_: object) -> None:
        raise fault

    monkeypatch.setattr("training.evaluate.evaluate", ended)
    assert main(["evaluate", "--data", "x"]) == code
    err = capsys.readouterr().err
    assert err.startswith(words) and err.count("\n") == 1


@pytest.mark.parametrize("jobs", ["0", "many"])
def test_jobs_that_are_none_are_refused(jobs: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["train", "--data", "absent", "--jobs", jobs])
    assert stopped.value.code == 2
    assert "is not a number of processes" in capsys.readouterr().err


#: What ``export`` takes: a calibrated classifier, its front end and the space; and crops.
Fitted = tuple[tuple[Any, front_ends.FrontEnd, Any], Crops]


@pytest.fixture(scope="module")
def fitted(photos: Path, training: tuple[Path, Path]) -> Fitted:
    """What ``export`` takes, for pixels in a space of their own, and all crops."""
    table = [Photo(path, path.parent.name) for path in sorted(photos.glob("*/[0-9]*.png"))]
    cropped = crops.crop_all(table, training[1] / "crops", jobs=1).crops
    labels = np.array([photo.label for photo in table])
    rows = front_ends.rows(front_ends.PIXELS, cropped)
    half = np.arange(len(labels)) % 2 == 0
    classifier = pipeline.build(20, 3.0, 2.0).fit(rows[half], labels[half])
    space = pipeline.reduction(15).fit(pipeline.own(rows))
    chosen = pipeline.calibrated(classifier, rows[~half], labels[~half])
    return (chosen, front_ends.PIXELS, space), cropped


def test_export_agrees_with_the_pipeline(fitted: Fitted) -> None:
    made, cropped = fitted
    parity = export.check(export.to_onnx(*made, 64, {}), *made, cropped)
    assert parity.crops == 2 * COUNT
    assert max(parity.probability, parity.coordinates, parity.distance) < 1e-4


def test_one_photo_of_each_class_calibrates(photos: Path, fitted: Fitted) -> None:
    """With many the sigmoid is that of folds, which are not needed: nothing is fitted in them."""
    made, cropped = fitted
    labels = np.array([path.parent.name for path in sorted(photos.glob("*/[0-9]*.png"))])
    rows = front_ends.rows(front_ends.PIXELS, cropped)
    classifier = pipeline.build(20, 3.0, 2.0).fit(rows[::2], labels[::2])
    folded = CalibratedClassifierCV(FrozenEstimator(classifier), cv=5).fit(rows, labels)
    many = pipeline.calibrated(classifier, rows, labels).predict_proba(rows)
    np.testing.assert_allclose(many, folded.predict_proba(rows), atol=1e-6)
    two = pipeline.calibrated(classifier, rows[[1, -1]], labels[[1, -1]])
    content = export.to_onnx(two, *made[1:], 64, {})
    assert export.check(content, two, *made[1:], cropped).probability < 1e-4


def test_a_rounded_pipeline_takes_half_the_space_and_agrees(photos: Path, fitted: Fitted) -> None:
    made, cropped = fitted
    labels = np.array([path.parent.name for path in sorted(photos.glob("*/[0-9]*.png"))])
    rows = front_ends.rows(front_ends.PIXELS, cropped)
    classifier = pipeline.build(20, 3.0, 2.0).fit(rows, labels)
    decisions = classifier.decision_function(rows)
    sizes = []
    for halve in (False, True):
        if halve:
            pipeline.halve(classifier)
        chosen = pipeline.calibrated(classifier, rows, labels)
        content = export.to_onnx(chosen, *made[1:], 64, {})
        parity = export.check(content, chosen, *made[1:], cropped)
        assert max(parity.probability, parity.coordinates, parity.distance) < 1e-4
        constants = onnx.load_from_string(content).graph.initializer
        halves = [one for one in constants if one.data_type == onnx.TensorProto.FLOAT16]
        assert len(halves) == (2 if halve else 0)
        sizes.append(sum(len(one.raw_data) for one in constants))
    # The products of the two: face space, in pixels, stays as it is.
    rounded = 20 * 64 * 64 + 21 * len(classifier.estimator_["svm"].support_vectors_)
    assert sizes[0] - sizes[1] == 2 * rounded
    assert 0 < np.abs(classifier.decision_function(rows) - decisions).max() < 1e-2


def test_export_refuses_a_file_that_computes_something_else(fitted: Fitted) -> None:
    made, cropped = fitted
    content = export.to_onnx(*made, 64, {})
    *_, sigmoid = pipeline.parts(made[0])
    slope = sigmoid.a_
    for wrong, words in ((slope * 1.01, "differ"), (-slope, "flipped")):
        sigmoid.a_ = wrong
        try:
            with pytest.raises(export.ExportError, match=words):
                export.check(content, *made, cropped)
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


def test_components_that_the_smallest_fold_can_give(rng: np.random.Generator) -> None:
    """One person has two thirds of the photos: a fold learns from others alone."""
    labels = np.array(["female", "male"])[np.arange(90) % 2]
    persons = np.where(np.arange(90) < 60, "one", np.arange(90).astype(str))
    rows = rng.normal(size=(90, 400)).astype(np.float32) + (labels == "male")[:, None]
    best, table = pipeline.search(front_ends.PIXELS, rows, labels, persons, 1)
    fewest = min(len(rest) for rest, _ in pipeline.folds().split(rows, labels, persons))
    assert best["components"] == fewest - 1 < 30
    assert all(np.isfinite(row["auc"]) for row in table)
