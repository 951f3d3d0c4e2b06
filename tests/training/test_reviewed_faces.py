"""Reviewed faces make the next model, unless they come from what it is tested or chosen on."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from facespace.artifacts.manifest import load_manifest
from facespace.artifacts.report import load_report
from facespace.datasets import labelled_faces
from facespace.datasets.dataset import Photo, read_dataset
from facespace.faces import align, detectors
from facespace.faces.analyze import analyze
from facespace.io import encode, images
from facespace.io.perceptual_hash import difference_hash, to_hex
from facespace.review.exchange import pack
from facespace.review.item import Candidate, origin_of
from facespace.review.queue import Queue
from facespace.types import RGB, FacespaceError
from tests.support.pictures import png, saved_again, variant
from tests.support.training_sets import blank
from training import reviewed_faces
from training.__main__ import main
from training.photos import crops
from training.photos.material import Material, load
from training.report import fitted_on, validation


@pytest.fixture
def queue(astronaut: RGB, candidate: Candidate) -> Queue:
    """Ten faces like those of the training, rightly decided, and one that nobody could tell."""
    own, rng = Queue(), np.random.default_rng(7)
    for i in range(11):
        rgb = variant(astronaut, rng, bool(i % 2))
        padded, found = labelled_faces.face_of(rgb, detectors.DEFAULT)
        crop = align.crop(padded, [found])[0]
        origin = to_hex(difference_hash(rgb))
        # Mirrored: unlike the test’s.
        own.add(replace(candidate, crop=crop[:, ::-1].copy(), photo_hash=origin))
    items = own.items()
    for i, item in enumerate(items):
        last = i == len(items) - 1
        own.decide(item, "unknown" if last else ("female", "male")[i % 2])
    return own


@pytest.fixture
def material(trained: tuple[Path, Path], photos: Path) -> Material:
    return load(photos, (), None, trained[1] / "crops", 1)


def exported(queue: Queue, folder: Path) -> Path:
    path = folder / "reviews.zip"
    path.write_bytes(pack(queue, queue.items()))
    return path


def queued(contents: Sequence[bytes], known: bool = True) -> Queue:
    """All faces of photos, as a page puts them into a queue, each called female."""
    own, info = Queue(), load_manifest().model()
    for content in contents:
        rgb = images.load(content)
        origin = origin_of(rgb, "a.png", "photo", hashlib.sha256(content).hexdigest())
        if not known:
            origin = replace(origin, file_sha256="", photo_hash="")
        for face in analyze(content).faces:
            own.add(Candidate.of(rgb, face, info, origin))
    for item in own.items():
        own.decide(item, "female")
    return own


def test_reviewed_faces_are_fitted_on_and_on_nothing_else(
    trained: tuple[Path, Path],
    material: Material,
    queue: Queue,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    more = reviewed_faces.added(material, exported(queue, tmp_path), 3, trained[1] / "crops", 1)
    assert (more.tests, more.search, more.choice) == (
        material.tests,
        material.search,
        material.choice,
    )
    new = more.fitting.photos[len(material.fitting.photos) :]
    count = int(caplog.messages[-1].split()[0])
    assert len(new) == len(more.fitting.crops) - len(material.fitting.crops) == 3 * count > 0
    assert {p.label for p in new} <= {"female", "male"}
    assert more.reviewed is not None
    assert (more.reviewed.faces, more.reviewed.each) == (count, 3)
    (part,) = more.weights.values()
    assert part["weight"] + more.reviewed.weight == pytest.approx(1)
    (again,) = detectors.get().detect(np.asarray(cv2.resize(more.fitting.wide[-1], (448, 448))))
    assert align.landmarks_of(again)[0][1] == pytest.approx(0.4 * 448, abs=20)


def shown_on_a_wall(rgb: RGB) -> RGB:
    """The picture as a part of a larger one."""
    rng = np.random.default_rng(len(rgb))
    patches = rng.integers(0, 256, (16, 16, 3), np.uint8)
    wall = np.asarray(cv2.resize(patches, (600, 580), interpolation=cv2.INTER_NEAREST), np.uint8)
    wall[145 : 145 + len(rgb), 150 : 150 + rgb.shape[1]] = rgb
    return wall


@pytest.mark.parametrize("side", ["test", "search", "choice"])
@pytest.mark.parametrize(
    ("how", "why"),
    [
        ("as it is", reviewed_faces.FILE),
        ("saved again", reviewed_faces.PHOTO),
        ("on a wall", reviewed_faces.CROP),
        ("not known", reviewed_faces.CROP),
    ],
)
def test_a_held_photo_is_not_fitted_on_whoever_reviewed_it(
    side: str,
    how: str,
    why: str,
    trained: tuple[Path, Path],
    material: Material,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    (test,) = material.tests.values()
    held = {"test": test, "search": material.search, "choice": material.choice}[side]
    contents = [photo.path.read_bytes() for photo in held.photos[:3]]
    if how == "saved again":
        contents = [saved_again(images.load(content)) for content in contents]
    if how == "on a wall":
        contents = [png(shown_on_a_wall(images.load(content))) for content in contents]
    own = queued(contents, known=how != "not known")
    count = len(own.items())
    assert count > 0
    caplog.set_level("INFO")
    cache = trained[1] / "crops"
    same = reviewed_faces.added(material, exported(own, tmp_path), 1, cache, 1)
    assert same is material
    assert caplog.messages[-2:] == [
        "0 reviewed faces, each counting as 1, are fitted on too",
        f"{count} reviewed faces are left out. {why}",
    ]


def test_what_may_come_from_a_held_photo_is_left_out_and_said(
    trained: tuple[Path, Path],
    material: Material,
    queue: Queue,
    tmp_path: Path,
    candidate: Candidate,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A review from before photos were noted is left out; one of a camera, without a file, not."""
    older, camera = Queue(), Queue()
    for own, known in ((older, ""), (camera, "0" * 64)):
        crop = np.random.default_rng(0).integers(0, 256, (16, 16), np.uint8)
        face = replace(candidate, crop=np.asarray(cv2.resize(crop, (64, 64)), np.uint8))
        own.add(replace(face, file_sha256="", photo_hash=known))
        own.decide(own.items()[0], "female")
    caplog.set_level("INFO")
    cache = trained[1] / "crops"
    left = reviewed_faces.added(material, exported(older, tmp_path), 1, cache, 1)
    assert left is material
    assert caplog.messages[-1] == f"1 reviewed faces are left out. {reviewed_faces.UNKNOWN}"
    more = reviewed_faces.added(material, exported(camera, tmp_path), 1, cache, 1)
    assert len(more.fitting.photos) == len(material.fitting.photos) + 1


@pytest.mark.slow
@pytest.mark.parametrize("name", ["fairface", "lfw"])
@pytest.mark.parametrize("form", ["as it is", "saved again"])
def test_real_test_photos_are_known_again(
    name: str, form: str, data: Path, tmp_path: Path, material: Material
) -> None:
    """Without the sha256 too: by the whole photo and the crop alone."""
    tested = [photo for photo in read_dataset(data / name).photos if photo.split in ("test", "")]
    drawn = np.random.default_rng(3).permutation(len(tested))[:25]
    held = crops.crop_all([tested[i] for i in sorted(drawn)], tmp_path / "crops", 1)
    only = replace(material, whole={name: held}, search=blank([]), choice=held.faced)
    contents = [photo.path.read_bytes() for photo in held.photos]
    if form == "saved again":
        contents = [encode.to_jpeg(_smaller(images.load(content)), 60) for content in contents]
    own = queued(contents)
    path = exported(own, tmp_path)
    assert len(own.items()) > 20
    left = reviewed_faces.added(only, path, 1, tmp_path / "crops", 1)
    assert left is only
    path.write_bytes(pack(own, [replace(item, file_sha256="") for item in own.items()]))
    assert reviewed_faces.added(only, path, 1, tmp_path / "crops", 1) is only


def _smaller(rgb: RGB) -> RGB:
    size = round(0.75 * rgb.shape[1]), round(0.75 * len(rgb))
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)


@pytest.fixture
def out(trained: tuple[Path, Path], tmp_path: Path) -> Path:
    """Artifacts that a test may change."""
    return shutil.copytree(trained[0], tmp_path / "out")


def arguments(
    photos: Path, out: Path, trained: tuple[Path, Path], reviews: Path, *more: str
) -> list[str]:
    given = ["train", "--data", photos, "--out", out, "--cache", trained[1], "--jobs", "1"]
    return [str(word) for word in (*given, "--model", "gradients", "--reviews", reviews, *more)]


def test_a_better_model_is_not_replaced_unless_told_to(
    trained: tuple[Path, Path],
    photos: Path,
    out: Path,
    queue: Queue,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No test set is looked at before the old model is known to be no better."""
    before = files(out)
    command = arguments(photos, out, trained, exported(queue, tmp_path))
    with monkeypatch.context() as patch:
        # Whatever is measured of the new model, the old one's is higher.
        values = iter([0.9, 0.1])
        figures = validation._figures
        patch.setattr(validation, "_figures", lambda *a: {**figures(*a), "auc": next(values)})
        patch.setattr("training.report.measure.tested", None)  # would fail if it were called
        assert main(command) == 1
    told = capsys.readouterr()
    assert "gradients on " in told.out and "half B of the validation: auc 0.9000 -> " in told.out
    assert "is worse than the one in" in told.err and "--replace" in told.err
    assert files(out) == before
    with monkeypatch.context() as patch:
        values = iter([0.9, 0.1])
        patch.setattr(validation, "_figures", lambda *a: {**figures(*a), "auc": next(values)})
        assert main([*command, "--replace"]) == 0
    assert files(out)["gradients.onnx"] != before["gradients.onnx"]


def test_the_new_model_says_what_people_reviewed(
    trained: tuple[Path, Path], photos: Path, out: Path, queue: Queue, tmp_path: Path
) -> None:
    """In report and card; and what it saw of them is in no later test."""
    item = queue.items()[0]
    new = tmp_path / "new.png"
    new.write_bytes(png(np.random.default_rng(1).integers(0, 256, (99, 99, 3), np.uint8)))
    with queue._writing():
        digest = hashlib.sha256(new.read_bytes()).hexdigest()
        queue._db.execute("UPDATE items SET file_sha256 = ? WHERE id = ?", (digest, item.id))
    path = exported(queue, tmp_path)
    assert main([*arguments(photos, out, trained, path, "--review-weight", "2", "--keep")]) == 0
    manifest = load_manifest(out)
    report = load_report(manifest)
    entry, other = report.model("gradients"), report.model("eigenfaces")
    assert entry.reviewed is not None and other.reviewed is None
    count = entry.reviewed.faces
    assert entry.counts.training == other.counts.training + 2 * count
    assert entry.photos == other.photos == other.counts.training
    words = f"{count} faces that people reviewed, each counted 2 times, {entry.reviewed.weight:.1%}"
    card = (out / "MODEL_CARD.md").read_text("utf-8")
    assert f"{entry.photos} photos of " in card and f", and {words} of all that" in card
    assert f"`eigenfaces` was fitted on {other.photos} photos, with" in card
    assert "--reviews FILE --review-weight 2" in card
    sample = crops.crop_all([Photo(new, "male")], tmp_path / "crops", 1)
    assert not fitted_on.not_fitted(sample, manifest, "gradients").any()
    assert fitted_on.not_fitted(sample, manifest, "eigenfaces").all()


def test_what_the_old_model_was_fitted_on_does_not_say_which_is_better(
    out: Path, material: Material, caplog: pytest.LogCaptureFixture
) -> None:
    manifest = load_manifest(out)
    content = manifest.path(manifest.models["gradients"].file).read_bytes()
    facts = json.loads((out / "manifest.json").read_text("utf-8"))["models"]["gradients"]
    same = {"gradients": validation.Exported(content, facts, align.TEMPLATE)}
    caplog.set_level("INFO")
    validation.demand_no_worse(out, same, material.choice, anyway=False)
    count = len(material.choice.photos)
    assert f"gradients on {count} of the {count} photos" in caplog.messages[-1]
    with pytest.raises(FacespaceError, match=r"cannot be compared.*--replace"):
        validation.demand_no_worse(out, same, material.fitting, anyway=False)
    validation.demand_no_worse(out, same, material.fitting, anyway=True)
    assert "cannot be compared" in caplog.messages[-1]


def test_where_nobody_knows_what_the_old_model_saw_it_stays(
    trained: tuple[Path, Path],
    photos: Path,
    out: Path,
    queue: Queue,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    listed = json.loads((out / "manifest.json").read_text("utf-8"))
    del listed["files"][fitted_on.FILE]
    (out / "manifest.json").write_text(json.dumps(listed), "utf-8")
    assert main(arguments(photos, out, trained, exported(queue, tmp_path))) == 1
    err = capsys.readouterr().err
    assert "does not say what the model gradients was fitted on" in err and "--replace" in err
    assert main(arguments(photos, out, trained, exported(queue, tmp_path), "--keep")) == 1
    assert "does not say what the model eigenfaces was fitted on" in capsys.readouterr().err


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}
