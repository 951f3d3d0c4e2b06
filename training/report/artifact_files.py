"""What was measured -> ``manifest.json``, ``report.json``, and arrays beside."""

from __future__ import annotations

import io
import json
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline

from facespace.artifacts import face_space
from facespace.artifacts.files import fingerprint
from facespace.artifacts.manifest import FORMAT, load_manifest
from facespace.io.atomic import atomic_write
from facespace.io.typed_json import plain
from facespace.types import Array, FacespaceError
from training.photos.material import Material
from training.photos.sample import Sample

#: Labels, groups and scores of every test set.
SCORES = "scores.npz"

#: All that was measured.
REPORT = "report.json"

#: What is there, and when it is to be used.
MANIFEST = "manifest.json"

#: What the manifest says of a file, beside what it is.
IDENTITY = ("file", "bytes", "sha256")


@dataclass(frozen=True, slots=True)
class Trained:
    """One model: its file, its entry in the manifest and in the report, and its scores.

    ``probabilities`` are of female, for each test set (N,).
    """

    content: bytes
    facts: dict[str, Any]
    entry: dict[str, Any]
    probabilities: dict[str, Array]


def versions(name: str) -> dict[str, str]:
    """The versions of all that shapes the model of that name."""
    packages = [
        "numpy",
        "opencv-python-headless",
        "scikit-learn",
        "skl2onnx",
        "onnx",
        "onnxruntime",
    ]
    if name == "embedding":
        packages.append("torch")
    return {"python": platform.python_version()} | {name: version(name) for name in packages}


def demand_writable(out: Path) -> None:
    """See that artifacts can be written to a folder, and leave it as it is.

    Raises:
        FacespaceError: they cannot.
    """
    missing = [folder for folder in (out, *out.parents) if not folder.exists()]
    try:
        out.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=out):
            pass
        for folder in missing:
            folder.rmdir()
    except OSError as error:
        why = error.strerror or error
        raise FacespaceError(f"Artifacts cannot be written to {out}: {why}.") from error


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
    listed = {}
    for name, one in trained.items():
        file = out / f"{name}.onnx"
        _replace(file, one.content)
        listed[name] = {"file": file.name, **_identity(file), **one.facts}
    _replace(out / face_space.FILE, packed(_face_space(space)))
    _replace(
        out / SCORES,
        packed(scores(material.tests, {name: one.probabilities for name, one in trained.items()})),
    )
    entries = {name: {"title": one.facts["title"], **one.entry} for name, one in trained.items()}
    _write_json(out / REPORT, {"models": entries})
    for name, content in described.items():
        _replace(out / name, content)
    files = [face_space.FILE, REPORT, *described, SCORES]
    added, cutoffs = _added(out)
    manifest = {
        "format": FORMAT,
        "default": next(iter(trained)),
        "models": listed,
        "files": {name: _identity(out / name) for name in dict.fromkeys([*files, *added])},
        "cuts": cutoffs,
    }
    _write_json(out / MANIFEST, manifest)


def _added(out: Path) -> tuple[list[str], dict[str, Any]]:
    """The files and cutoffs that ``add`` put into a folder: a new training leaves them there."""
    try:
        manifest = json.loads((out / MANIFEST).read_text("utf-8"))
        names = [str(name) for name in manifest["files"] if (out / name).is_file()]
        return names, dict(manifest.get("cuts", {}))
    except (OSError, ValueError, KeyError, TypeError):
        return [], {}


def add(out: Path, contents: Mapping[str, bytes], cutoffs: Mapping[str, Any] | None = None) -> None:
    """Add files, and cutoffs, to artifacts that are there; others of the same names are replaced.

    Raises:
        FacespaceError: there are no artifacts.
    """
    load_manifest(out)
    manifest = json.loads((out / MANIFEST).read_text("utf-8"))
    for name, content in contents.items():
        _replace(out / name, content)
        manifest["files"][name] = _identity(out / name)
    if cutoffs is not None:
        manifest["cuts"] = cutoffs
    _write_json(out / MANIFEST, manifest)


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


def scores(
    tests: Mapping[str, Sample], probabilities: Mapping[str, Mapping[str, Array]]
) -> dict[str, Array]:
    """Labels, groups and scores of every test set: the arrays of ``SCORES``.

    Faces and persons are numbered in an order drawn anew each time, so that a public list of the
    photos does not give the names back.

    Args:
        tests: by name.
        probabilities: by model, and for each test set, of female, (N,).
    """
    rng = np.random.default_rng()
    arrays: dict[str, Array] = {}
    for name, sample in tests.items():
        order = rng.permutation(len(sample.photos))
        photos = [sample.photos[i] for i in order]
        _, person = np.unique([p.person or str(p.path) for p in photos], return_inverse=True)
        columns = {
            "female": sample.female[order],
            "age": np.array([photo.age for photo in photos]),
            "race": np.array([photo.race for photo in photos]),
            "person": rng.permutation(person.max() + 1)[person].astype(np.int32),
        }
        for model_name, of_sets in probabilities.items():
            columns[model_name] = of_sets[name][order].astype(np.float32)
        arrays |= {f"{name}/{column}": values for column, values in columns.items()}
    return arrays


def _identity(path: Path) -> dict[str, Any]:
    return {"bytes": path.stat().st_size, "sha256": fingerprint(path)}


def _write_json(path: Path, data: Any) -> None:
    _replace(path, encoded(data))


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
