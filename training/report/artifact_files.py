"""What was measured -> ``manifest.json``, ``report.json``, and arrays beside."""

from __future__ import annotations

import io
import json
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline

from facespace.artifacts import face_space, scores, verdicts
from facespace.artifacts.files import fingerprint
from facespace.artifacts.manifest import FORMAT, load_manifest
from facespace.io.atomic import atomic_write
from facespace.io.typed_json import plain
from facespace.types import Array
from training.photos.material import Material
from training.photos.sample import Sample
from training.report.measure import Answers

#: All that was measured.
REPORT = "report.json"

#: What is there, and when it is to be used.
MANIFEST = "manifest.json"

#: What the manifest says of a file, beside what it is.
IDENTITY = ("file", "bytes", "sha256")


@dataclass(frozen=True, slots=True)
class Trained:
    """One model: its file, its entry in the manifest and in the report, and what it says.

    ``answers``: of each test set, by its name.
    """

    content: bytes
    facts: dict[str, Any]
    entry: dict[str, Any]
    answers: dict[str, Answers]


def versions(name: str) -> dict[str, str]:
    """The versions of all that shapes the model of that name, or is compared with it."""
    packages = ["numpy", "opencv-python-headless", "scikit-learn", "skl2onnx", "onnx"]
    packages += ["onnxruntime", *(["torch"] if name == "embedding" else [])]
    return {"python": platform.python_version()} | {name: version(name) for name in packages}


def write(
    out: Path,
    material: Material,
    trained: Mapping[str, Trained],
    space: Pipeline,
    described: Mapping[str, bytes],
) -> None:
    """Write all artifacts; the manifest last, so that it never names what is not there yet.

    Args:
        out: the folder, made if need be.
        material: what was trained and tested on.
        trained: the models by name, the default first.
        space: the pixel eigenfaces, a fitted ``pipeline.reduction``.
        described: the files of ``describe_data.contents``.
    """
    out.mkdir(parents=True, exist_ok=True)
    models = {f"{name}.onnx": one.content for name, one in trained.items()}
    entries = {name: {"title": one.facts["title"], **one.entry} for name, one in trained.items()}
    answers = {name: one.answers for name, one in trained.items()}
    files = {
        face_space.FILE: packed(_face_space(space)),
        REPORT: encoded({"models": entries}),
        **described,
        **said(material, answers),
    }
    for name, content in {**models, **files}.items():
        _replace(out / name, content)
    added, finds = _added(out)
    manifest = {
        "format": FORMAT,
        "default": next(iter(trained)),
        "models": {
            name: {"file": file, **_identity(out / file), **one.facts}
            for file, (name, one) in zip(models, trained.items(), strict=True)
        },
        "files": {name: _identity(out / name) for name in dict.fromkeys([*files, *added])},
        "finds": finds,
    }
    _replace(out / MANIFEST, encoded(manifest))


def _added(out: Path) -> tuple[list[str], dict[str, Any]]:
    """The files and the finds that ``add`` put into a folder: a new training leaves them there."""
    try:
        manifest = json.loads((out / MANIFEST).read_text("utf-8"))
        names = [str(name) for name in manifest["files"] if (out / name).is_file()]
        return names, dict(manifest.get("finds", {}))
    except (OSError, ValueError, KeyError, TypeError):
        return [], {}


def add(
    out: Path,
    contents: Mapping[str, bytes],
    finds: Mapping[str, Any] | None = None,
    rules: Mapping[str, Mapping[str, Any]] | None = None,
) -> None:
    """Add to artifacts that are there; what has the same name is replaced.

    Args:
        out: their folder.
        contents: files by name.
        finds: which finds of a detector are faces, as ``Finds`` has it.
        rules: for models by name what their entry says of "?"; None takes a key away, and
            ``rules`` goes among what was ``chosen``.

    Raises:
        FacespaceError: there are no artifacts.
    """
    load_manifest(out)
    manifest = json.loads((out / MANIFEST).read_text("utf-8"))
    for name, content in contents.items():
        _replace(out / name, content)
        manifest["files"][name] = _identity(out / name)
    if finds is not None:
        manifest["finds"] = finds
    for name, facts in (rules or {}).items():
        entry = {**manifest["models"][name], **facts}
        entry["chosen"]["rules"] = entry.pop("rules")
        manifest["models"][name] = {key: value for key, value in entry.items() if value is not None}
    _replace(out / MANIFEST, encoded(manifest))


def _face_space(space: Pipeline) -> dict[str, Array]:
    scaler, pca = space["scaler"], space["pca"]
    arrays = {
        "mean": scaler.mean_,
        "scale": scaler.scale_,
        "centre": pca.mean_,
        "eigenfaces": pca.components_,
        "variance": pca.explained_variance_,
        "divisor": pca.divisor_,
        # The sum over all components, also those that were not kept.
        "total_variance": np.sum(pca.explained_variance_) / np.sum(pca.explained_variance_ratio_),
    }
    floats = {name: np.asarray(values, np.float32) for name, values in arrays.items()}
    return {"side": np.asarray(round(np.sqrt(scaler.mean_.size))), **floats}


def said(material: Material, answers: Mapping[str, Mapping[str, Answers]]) -> dict[str, bytes]:
    """The files ``scores.npz`` and ``verdicts.npz``: what models say of every test photo.

    Photos and persons are numbered in an order drawn anew each time, in each of the files, so that
    a public list of the photos does not give the names back.

    Args:
        material: the test sets.
        answers: by model and test set.
    """
    rng = np.random.default_rng()
    probabilities: dict[str, Array] = {}
    judged: dict[str, Array] = {}
    for name, sample in material.tests.items():
        order, person = _shuffled(sample, rng)
        photos = [sample.photos[i] for i in order]
        columns = {
            "female": sample.female[order],
            "age": np.array([photo.age for photo in photos]),
            "race": np.array([photo.race for photo in photos]),
            "person": person,
        }
        for model_name, of_sets in answers.items():
            columns[model_name] = of_sets[name].probability[order].astype(np.float32)
        probabilities |= {f"{name}/{column}": values for column, values in columns.items()}
        order, judged[f"{name}/person"] = _shuffled(material.whole[name], rng)
        for model_name, of_sets in answers.items():
            one = of_sets[name].judged
            told = {"chance": one.chance, "wrong": one.wrong, "child": one.child}
            judged |= {f"{name}/{model_name}/{key}": values[order] for key, values in told.items()}
    return {scores.FILE: packed(probabilities), verdicts.FILE: packed(judged)}


def _shuffled(sample: Sample, rng: np.random.Generator) -> tuple[Array, Array]:
    """An order of the photos, and in this order whose each is, as a number, (N,) both."""
    order = rng.permutation(len(sample.photos))
    _, person = np.unique(sample.persons[order], return_inverse=True)
    return order, rng.permutation(person.max() + 1)[person].astype(np.int32)


def _identity(path: Path) -> dict[str, Any]:
    return {"bytes": path.stat().st_size, "sha256": fingerprint(path)}


def encoded(data: Any) -> bytes:
    """Plain data as a JSON file; None for every number that could not be computed (NaN)."""
    text = json.dumps(plain(data), indent=1, ensure_ascii=False, allow_nan=False)
    return (text + "\n").encode()


def packed(arrays: Mapping[str, Array]) -> bytes:
    """Arrays as the content of a compressed NPZ file."""
    file = io.BytesIO()
    # Numpy's stubs take the names of the arrays for its own flags.
    np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
    return file.getvalue()


def _replace(path: Path, content: bytes) -> None:
    with atomic_write(path) as file:
        file.write(content)
