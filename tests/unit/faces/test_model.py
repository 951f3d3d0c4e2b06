"""The committed model keeps the artifact contract; anything else is refused with a sentence."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

from facespace import limits
from facespace.artifacts import face_space
from facespace.artifacts.manifest import artifacts_folder, load_manifest
from facespace.faces import align, detectors, model
from facespace.types import RGB, FacespaceError, Template


def variants(rgb: RGB, template: Template) -> np.ndarray:
    """A face's crop, turned, mirrored, shifted, and noise: uint8 (20, *template.shape)."""
    (crop,) = align.crop(rgb, detectors.get().detect(rgb), template)
    rng = np.random.default_rng(0)
    made = [crop, crop[:, ::-1], crop[::-1], 255 - crop]
    made += [np.roll(crop, shift, axis=1) for shift in range(1, 9)]
    made += list(rng.integers(0, 256, (8, *template.shape)))
    return np.array(made, np.uint8)


@pytest.fixture(params=sorted(load_manifest().models))
def every(request: pytest.FixtureRequest) -> model.Model:
    """Each of the committed models."""
    return model.load_model(request.param)


@pytest.fixture
def crops(astronaut: RGB, every: model.Model) -> np.ndarray:
    """What ``variants`` makes of the astronaut, as the model eats it."""
    return variants(astronaut, every.info.template)


def test_outputs(every: model.Model, crops: np.ndarray) -> None:
    probability, coordinates, distance, _ = every.run(crops)
    assert probability.shape == (len(crops), 2)
    assert coordinates.shape == (len(crops), every.info.components)
    assert distance.shape == (len(crops),)
    assert {a.dtype for a in (probability, coordinates, distance)} == {np.dtype(np.float32)}
    np.testing.assert_allclose(probability.sum(axis=1), 1, atol=1e-6)
    assert ((probability >= 0) & (probability <= 1)).all()


def test_any_number_of_crops(
    every: model.Model, crops: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = every.run(crops)
    for batch in (1, 7, 64):
        monkeypatch.setattr(limits, "BATCH", batch)
        for one, other in zip(whole[:3], every.run(crops)[:3], strict=True):
            np.testing.assert_allclose(one, other, atol=2e-5)
    assert every.score(crops[:0]) == []


def test_mirror_images_read_the_same(every: model.Model, crops: np.ndarray) -> None:
    probability = every.run(crops).probability
    mirrored = every.run(np.ascontiguousarray(crops[:, :, ::-1])).probability
    # The embedding does not look at the mirror image, and need only say the same of the face.
    twice = every.info.name != "embedding"
    faces, tolerance = (slice(None), 1e-5) if twice else (slice(0, 1), 0.2)
    np.testing.assert_allclose(probability[faces], mirrored[faces], atol=tolerance)


def test_every_model_measures_from_the_face_space_that_pages_draw(
    every: model.Model, crops: np.ndarray, astronaut: RGB
) -> None:
    space = face_space.load()
    _, coordinates, distance, _ = every.run(crops)
    grey = variants(astronaut, align.TEMPLATE)
    placed = space.coordinates(grey)
    if every.info.template == align.TEMPLATE:
        np.testing.assert_allclose(space.distance(grey, placed), distance, atol=1e-3)
    else:  # the grey view inside the wide crop is nearly the grey crop
        own = space.distance(grey[:1], placed[:1])
        np.testing.assert_allclose(own, distance[:1], atol=0.03)
    if every.info.name == "eigenfaces":
        np.testing.assert_allclose(placed, coordinates, atol=1e-4)


def test_a_file_is_small_enough_for_a_visitor(every: model.Model) -> None:
    assert every.info.file.bytes <= 24e6


def test_noise_is_further_from_face_space_than_a_face(
    every: model.Model, crops: np.ndarray
) -> None:
    distance = every.run(crops).distance
    assert distance[0] < distance[-8:].min()


def test_eigenfaces_are_orthonormal_and_sorted() -> None:
    space = face_space.load()
    gram = space.eigenfaces @ space.eigenfaces.T
    np.testing.assert_allclose(gram, np.eye(space.components), atol=1e-4)
    assert (np.diff(space.explained) <= 0).all()
    assert 0.5 < space.explained.sum() < 1


def test_more_eigenfaces_rebuild_a_face_better(astronaut: RGB) -> None:
    space, crops = face_space.load(), variants(astronaut, align.TEMPLATE)
    coordinates = space.coordinates(crops[:1])
    errors = [
        float(space.distance(crops[:1], coordinates[:, :k])[0])
        for k in range(0, space.components + 1, 15)
    ]
    assert errors == sorted(errors, reverse=True)
    assert space.rebuilt(coordinates).shape == (1, 64, 64)


def test_metadata_in_the_file_is_the_manifest_s() -> None:
    """But for what `rules` learns later: the file stays as it was trained."""
    manifest = load_manifest()
    entries = json.loads((manifest.folder / "manifest.json").read_text("utf-8"))["models"]
    same = ("title", "classes", "template", "components", "threshold", "certainty", "versions")
    for name, info in manifest.models.items():
        properties = onnx.load(manifest.path(info.file)).metadata_props
        facts = json.loads({p.key: p.value for p in properties}["facespace"])
        assert {key: facts[key] for key in same} == {key: entries[name][key] for key in same}
        assert facts["chosen"].items() <= entries[name]["chosen"].items()
        assert info.classes == ("female", "male")
        assert info.template == (align.WIDE if name == "embedding" else align.TEMPLATE)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the artifacts to be damaged."""
    return Path(shutil.copytree(artifacts_folder(), tmp_path / "artifacts"))


def edit(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = folder / "manifest.json"
    data = json.loads(path.read_text("utf-8"))
    change(data)
    path.write_text(json.dumps(data), "utf-8")


def test_a_copy_works(copy: Path, every: model.Model, crops: np.ndarray) -> None:
    copied = model.load_model(every.info.name, copy)
    np.testing.assert_array_equal(copied.run(crops)[0], every.run(crops)[0])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: d.update(format=99), "format 99"),
        (lambda d: d.pop("models"), "damaged"),
        (lambda d: d.update(models=[1]), "damaged"),
        (lambda d: d.update(default="absent"), "damaged"),
        (lambda d: d["models"]["eigenfaces"].pop("template"), "damaged"),
        (lambda d: d["models"]["eigenfaces"].update(file="../x.onnx"), "damaged"),
        (lambda d: d["models"]["eigenfaces"].update(classes=["female"]), "damaged"),
        (lambda d: d["models"][d["default"]].update(sha256="0" * 64), "not the file"),
    ],
)
def test_a_wrong_manifest_gets_a_sentence(
    copy: Path, change: Callable[..., Any], words: str
) -> None:
    edit(copy, change)
    with pytest.raises(FacespaceError, match=words):
        model.load_model(where=copy)


def test_damaged_files_get_a_sentence(copy: Path, tmp_path: Path) -> None:
    (copy / "manifest.json").write_text("{not json", "utf-8")
    with pytest.raises(FacespaceError, match="damaged"):
        model.load_model(where=copy)
    with pytest.raises(FacespaceError, match="no artifacts"):
        model.load_model(where=tmp_path / "absent")
    with pytest.raises(FacespaceError, match="no model"):
        model.load_model("absent")


@pytest.mark.parametrize("name", ["eigenfaces.onnx", "face_space.npz", "report.json"])
def test_one_flipped_byte_is_noticed(copy: Path, name: str) -> None:
    path = copy / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    manifest = load_manifest(copy)
    load: dict[str, Callable[[], object]] = {
        "eigenfaces.onnx": lambda: model.load_model("eigenfaces", copy),
        "face_space.npz": lambda: face_space.load(copy),
        "report.json": lambda: manifest.json("report.json"),
    }
    with pytest.raises(FacespaceError, match="not the file"):
        load[name]()
    path.unlink()
    with pytest.raises(FacespaceError, match="missing"):
        load[name]()


def test_a_foreign_model_is_refused() -> None:
    x = onnx.helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [1])
    y = onnx.helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, [1])
    node = onnx.helper.make_node("Identity", ["x"], ["y"])
    graph = onnx.helper.make_graph([node], "other", [x], [y])
    opset = onnx.helper.make_opsetid("", 18)
    other = onnx.helper.make_model(graph, opset_imports=[opset], ir_version=9)
    with pytest.raises(FacespaceError, match="faces"):
        model.session(other.SerializeToString())
    with pytest.raises(FacespaceError, match="not an ONNX model"):
        model.session(b"not a model")
