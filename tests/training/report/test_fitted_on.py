"""What a model saw is known by salted ids: left out of later tests, and demanded by the rules."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from facespace.artifacts.manifest import Manifest, load_manifest
from facespace.datasets.dataset import Photo
from facespace.io import images
from facespace.types import RGB, Array, FacespaceError
from tests.support.pictures import saved_again, variant
from tests.support.training_sets import blank
from training.__main__ import main
from training.photos.material import WAYS, Material, load
from training.photos.sample import Sample
from training.report import artifact_files, fitted_on, kept_models
from training.report.fitted_on import FittedOn, Seen, ids

pytestmark = pytest.mark.packages

SALT = b"0123456789abcdef"

MODELS = ("gradients", "eigenfaces")


@pytest.fixture
def material(trained: tuple[Path, Path], photos: Path, monkeypatch: pytest.MonkeyPatch) -> Material:
    """What the models were trained on; faces of the test are looked for in one way."""
    monkeypatch.setattr("training.photos.material.WAYS", {"yunet": WAYS["yunet"]})
    return load(photos, (), None, trained[1] / "crops", 1)


@pytest.fixture
def out(trained: tuple[Path, Path], tmp_path: Path) -> Path:
    """Artifacts that a test may change."""
    return shutil.copytree(trained[0], tmp_path / "out")


@pytest.fixture
def cache(trained: tuple[Path, Path]) -> Path:
    """Where the training kept crops and hashes."""
    return trained[1] / "crops"


def known(out: Path) -> FittedOn:
    read = fitted_on.load(load_manifest(out))
    assert read is not None
    return read


def change(out: Path, seen: Callable[[str, Seen], Seen | None]) -> Manifest:
    """The artifacts with other ids of their models, or with none."""
    before = known(out)
    arrays: dict[str, Array] = {"salt": np.frombuffer(before.salt, np.uint8)}
    for name, one in before.models.items():
        if (new := seen(name, one)) is not None:
            arrays |= {f"{name}_fit": new.fit, f"{name}_validation": new.validation}
    artifact_files.add(out, {fitted_on.FILE: artifact_files.packed(arrays)})
    return load_manifest(out)


def test_the_file_says_what_each_model_saw(trained: tuple[Path, Path], material: Material) -> None:
    manifest = load_manifest(trained[0])
    assert all(not found.problem for found in manifest.verify())
    read = known(trained[0])
    assert len(read.salt) == 16
    assert set(read.models) == set(manifest.models)
    for one in read.models.values():
        for mine, sample in ((one.fit, material.fitting), (one.validation, material.validation)):
            assert mine.dtype == np.uint64
            assert (np.diff(mine.astype(object)) > 0).all()
            # Nobody is known by name, so that an id is a photo.
            np.testing.assert_array_equal(mine, np.sort(ids(sample, read.salt)[:, 0]))
    test = next(iter(material.tests.values()))
    assert not np.isin(ids(test, read.salt), read.models["gradients"].fit).any()


def test_ids_are_salted(material: Material) -> None:
    """Two trainings on the same photos give other ids."""
    one, other = (fitted_on.contents(material, ["a"])[fitted_on.FILE] for _ in range(2))
    assert one != other
    here, there = (ids(material.fitting, salt)[:, 0] for salt in (SALT, SALT[::-1]))
    assert not np.isin(here, there).any()


def persons(*names: str) -> Sample:
    sample = blank([Photo(Path(f"{i}.jpg"), "male", person=n) for i, n in enumerate(names)])
    sample.rows["content"] = [f"file {i}".encode() for i in range(len(names))]
    return sample


def test_persons_have_ids_if_they_have_names() -> None:
    both = ids(persons("Ann", "7", "", "Ann", "Jos\udce9"), SALT)
    assert len(set(both[:, 0].tolist())) == 5
    assert both[0, 1] == both[3, 1] > 0
    assert both[1, 1] == both[2, 1] == 0 < both[4, 1]
    # A camera's reviewed face is of no file.
    assert ids(blank([Photo(Path("reviewed face 1"), "male")]), SALT).tolist() == [[0, 0]]


def test_what_a_model_saw_is_not_tested_on(
    out: Path, material: Material, cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    ((name, whole),) = material.whole.items()
    salt = known(out).salt
    seen = ids(whole.part(np.array([0, 3])), salt)[:, 0]
    manifest = change(
        out,
        lambda name, one: (
            replace(one, validation=np.sort(np.append(one.validation, seen)))
            if name == "gradients"
            else one
        ),
    )
    assert (
        fitted_on.untested(material, manifest, ["eigenfaces"], cache, 1).whole[name].photos
        == whole.photos
    )
    assert not caplog.messages
    left = fitted_on.untested(material, manifest, MODELS, cache, 1)
    stay = [photo for i, photo in enumerate(whole.photos) if i not in (0, 3)]
    assert left.whole[name].photos == left.by_way[name]["yunet"].photos == stay
    assert left.tests[name].photos == [p for p in material.tests[name].photos if p in stay]
    assert left.fitting is material.fitting
    (message,) = caplog.messages
    assert message.startswith(f"{name}: 2 photos, or persons, were known to a model")


@pytest.fixture
def others(astronaut: RGB, tmp_path: Path) -> Path:
    """Six other photos of each label."""
    rng, folder = np.random.default_rng(50), tmp_path / "others"
    for label in ("female", "male"):
        (folder / label).mkdir(parents=True)
        for i in range(6):
            picture = variant(astronaut, rng, label == "male")
            Image.fromarray(picture).save(folder / label / f"{i}.png")
    return folder


@pytest.mark.parametrize("form", ["as it is", "saved again"])
def test_other_photos_among_which_are_some_that_a_model_saw(
    form: str,
    out: Path,
    cache: Path,
    photos: Path,
    others: Path,
    material: Material,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Of a pair the training's own is not in this material any more: the model saw it before."""
    for photo in (*material.fitting.photos[:3], material.choice.photos[0]):
        content = photo.path.read_bytes()
        if form == "saved again":
            content = saved_again(images.load(content))
        (others / photo.label / f"seen-{photo.path.name}").write_bytes(content)
    both = load(photos, [others], None, cache, 1)
    caplog.clear()
    caplog.set_level("INFO")
    left = fitted_on.untested(both, load_manifest(out), MODELS, cache, 1)
    names = {photo.path.name for photo in left.whole["others"].photos}
    assert names == {f"{i}.png" for i in range(6)}
    assert len(both.whole["others"].photos) == 12 + 4
    assert len(left.fitting.photos) == len(material.fitting.photos) - 3
    (message,) = caplog.messages
    assert message.startswith("others: 4 photos, or persons, were known to a model")


def test_too_few_that_no_model_saw_are_a_sentence(
    out: Path, material: Material, cache: Path
) -> None:
    ((_, whole),) = material.whole.items()
    everything = np.sort(ids(whole, known(out).salt)[:, 0])
    manifest = change(out, lambda _, one: replace(one, fit=everything))
    with pytest.raises(FacespaceError, match="only 0 labelled female"):
        fitted_on.untested(material, manifest, MODELS, cache, 1)


def test_retest_leaves_out_what_a_model_saw(
    out: Path, trained: tuple[Path, Path], photos: Path, material: Material
) -> None:
    ((name, whole),) = material.whole.items()
    seen = ids(whole.part(np.array([1])), known(out).salt)[:, 0]
    change(out, lambda _, one: replace(one, fit=np.sort(np.append(one.fit, seen))))
    options = ["--data", photos, "--out", out, "--cache", trained[1], "--jobs", "1"]
    assert main(["retest", *map(str, options)]) == 0
    report = json.loads((out / "report.json").read_text("utf-8"))["models"]
    for entry in report.values():
        assert entry["tests"][name]["photos"] == len(material.tests[name].photos) - 1
    with np.load(out / "scores.npz") as scores:
        assert len(scores[f"{name}/female"]) == len(material.tests[name].photos) - 1


def test_where_it_is_not_known_what_a_model_saw_nothing_is_tested(
    out: Path,
    material: Material,
    trained: tuple[Path, Path],
    photos: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """As of artifacts of an earlier version; before long work."""
    manifest = json.loads((out / "manifest.json").read_text("utf-8"))
    del manifest["files"][fitted_on.FILE]
    (out / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    assert fitted_on.untested(material, load_manifest(out), [], tmp_path, 1) is material
    with pytest.raises(FacespaceError, match="does not say what the model gradients was fitted on"):
        fitted_on.untested(material, load_manifest(out), MODELS, tmp_path, 1)
    monkeypatch.setattr(kept_models, "load", None)  # would fail if it were called
    before = (out / "report.json").read_bytes()
    options = ["--data", photos, "--out", out, "--cache", trained[1], "--jobs", "1"]
    assert main(["retest", *map(str, options)]) == 1
    assert "which photos are new to it is not known" in capsys.readouterr().err
    assert (out / "report.json").read_bytes() == before
    with pytest.raises(FacespaceError, match="does not say what the model gradients was fitted on"):
        fitted_on.demand_validation(load_manifest(out), material)


def test_the_rules_demand_the_validation_of_the_training(out: Path, material: Material) -> None:
    fitted_on.demand_validation(load_manifest(out), material)
    # Fewer are no matter: all of them are still new to the models.
    fewer = replace(material, choice=material.choice.part(np.arange(2)))
    fitted_on.demand_validation(load_manifest(out), fewer)
    other = replace(material, choice=material.fitting.part(np.arange(3)))
    with pytest.raises(FacespaceError, match=r"3 were not drawn .* gradients .* Train again"):
        fitted_on.demand_validation(load_manifest(out), other)
    manifest = change(out, lambda name, one: one if name == "gradients" else None)
    with pytest.raises(FacespaceError, match="what the model eigenfaces was fitted on"):
        fitted_on.demand_validation(manifest, material)


def test_kept_models_keep_their_ids(out: Path, material: Material) -> None:
    before = known(out)
    fewer = replace(material, fitting=material.fitting.part(np.arange(20)))
    contents = fitted_on.contents(fewer, ["gradients"], load_manifest(out))
    artifact_files.add(out, contents)
    after = known(out)
    assert after.salt == before.salt
    assert len(after.models["gradients"].fit) == 20
    for part in ("fit", "validation"):
        np.testing.assert_array_equal(
            getattr(after.models["eigenfaces"], part), getattr(before.models["eigenfaces"], part)
        )


def test_the_command_refuses_models_of_another_split(
    out: Path,
    trained: tuple[Path, Path],
    photos: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Before anything is learned or written."""
    marks = "images/0.png,1,2,30,40,frontal\nimages/1.png,1,2,30,40,profile\n"
    for name, rows in (("empty", ""), ("faces", marks)):
        (tmp_path / "detect" / name / "images").mkdir(parents=True)
        for i in range(20):
            (tmp_path / "detect" / name / "images" / f"{i}.png").touch()
        table = tmp_path / "detect" / name / "annotations.csv"
        table.write_text("file,x,y,w,h,pose\n" + rows)
    change(out, lambda _, one: replace(one, validation=one.validation[:3]))
    before = (out / "manifest.json").read_bytes()
    options = ["--data", photos, "--out", out, "--cache", trained[1], "--jobs", "1"]
    options += ["--detect", tmp_path / "detect"]
    assert main(["rules", *map(str, options)]) == 1
    assert "7 were not drawn when the model" in capsys.readouterr().err
    assert (out / "manifest.json").read_bytes() == before
