"""What was measured -> ``manifest.json``, ``report.json``, ``dataset.json``, and arrays beside."""

from __future__ import annotations

import io
import json
import platform
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.pipeline import Pipeline

from facespace import artifacts, eigenfaces
from facespace.datasets import Dataset, Photo
from facespace.evaluate import order_of
from facespace.export import finite
from training.samples import Material, Sample

#: Labels, groups and scores of every test set.
SCORES = "scores.npz"

#: All that was measured.
REPORT = "report.json"

#: What is there, and when it is to be used.
MANIFEST = "manifest.json"

#: In the order in which they are shown.
SPLITS = ("train", "test")

#: Classes of photo and face sizes in the histograms, in pixels.
SIZE_BINS = 30

Array = npt.NDArray[Any]


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


def describe(dataset: Dataset, sample: Sample, left_out: Mapping[str, int]) -> dict[str, Any]:
    """Counts and distributions of a data set's usable photos, without names or pictures.

    Args:
        dataset: its name, licence and source.
        sample: the photos with a crop.
        left_out: how many photos were left out, by the sentence that says why.
    """
    photos, rows = sample.photos, sample.rows
    sizes = {"width": rows["width"], "height": rows["height"], "face": rows["face"]}
    return {
        "title": dataset.title,
        "licence": dataset.licence,
        "source": dataset.source,
        "photos": len(photos),
        "persons": len({photo.person for photo in photos} - {""}) or None,
        "left_out": dict(left_out),
        "split": _crossed(photos, "split", SPLITS.index),
        "age": _crossed(photos, "age", order_of),
        "race": _crossed(photos, "race", order_of),
        "sizes": {name: _distribution(values) for name, values in sizes.items()},
    }


def write(out: Path, material: Material, trained: Mapping[str, Trained], space: Pipeline) -> None:
    """Write all artifacts; the manifest last, so that it never names what is not there yet.

    Args:
        out: the folder, made if need be.
        material: what was trained and tested on.
        trained: the models by name, the default first.
        space: the pixel eigenfaces, a fitted ``pipeline.reduction``.
    """
    out.mkdir(parents=True, exist_ok=True)
    listed = {}
    for name, one in trained.items():
        file = out / f"{name}.onnx"
        _replace(file, one.content)
        listed[name] = {"file": file.name, **_identity(file), **one.facts}
    _replace(out / eigenfaces.FILE, packed(_face_space(space)))
    _replace(
        out / SCORES,
        packed(scores(material.tests, {name: one.probabilities for name, one in trained.items()})),
    )
    entries = {name: {"title": one.facts["title"], **one.entry} for name, one in trained.items()}
    _write_json(out / REPORT, {"models": entries})
    described = {
        name: describe(dataset, material.usable[name], material.left_out[name])
        for name, dataset in material.datasets.items()
    }
    _write_json(out / "dataset.json", {"datasets": described})
    files = [eigenfaces.FILE, REPORT, "dataset.json", SCORES]
    added, cuts = _added(out)
    manifest = {
        "format": artifacts.FORMAT,
        "default": next(iter(trained)),
        "models": listed,
        "files": {name: _identity(out / name) for name in dict.fromkeys([*files, *added])},
        "cuts": cuts,
    }
    _write_json(out / MANIFEST, manifest)


def _added(out: Path) -> tuple[list[str], dict[str, Any]]:
    """The files and cuts that ``add`` put into a folder: a new training leaves them there."""
    try:
        manifest = json.loads((out / MANIFEST).read_text("utf-8"))
        names = [str(name) for name in manifest["files"] if (out / name).is_file()]
        return names, dict(manifest.get("cuts", {}))
    except (OSError, ValueError, KeyError, TypeError):
        return [], {}


def add(out: Path, contents: Mapping[str, bytes], cuts: Mapping[str, Any] | None = None) -> None:
    """Add files, and cuts, to artifacts that are there; others of the same names are replaced.

    Raises:
        FacespaceError: there are no artifacts.
    """
    artifacts.manifest(out)
    manifest = json.loads((out / MANIFEST).read_text("utf-8"))
    for name, content in contents.items():
        _replace(out / name, content)
        manifest["files"][name] = _identity(out / name)
    if cuts is not None:
        manifest["cuts"] = cuts
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


def _crossed(
    photos: Sequence[Photo], attribute: str, key: Callable[[str], Any]
) -> dict[str, dict[str, int]]:
    """Counts by a photo's attribute and label, in the order of ``key``."""
    counts = Counter((getattr(photo, attribute), photo.label) for photo in photos)
    values = sorted({value for value, _ in counts} - {""}, key=key)
    return {v: {label: counts[v, label] for label in ("female", "male")} for v in values}


def _distribution(values: Array) -> dict[str, Any]:
    values = np.asarray(values, np.float64)
    counts, edges = np.histogram(values, SIZE_BINS)
    marks = np.percentile(values, (0, 5, 25, 50, 75, 95, 100))
    names = ("min", "p5", "p25", "median", "p75", "p95", "max")
    return {
        "edges": np.round(edges, 2).tolist(),
        "counts": counts.tolist(),
        **dict(zip(names, np.round(marks, 2).tolist(), strict=True)),
    }


def _identity(path: Path) -> dict[str, Any]:
    return {"bytes": path.stat().st_size, "sha256": artifacts.fingerprint(path)}


def _write_json(path: Path, data: Any) -> None:
    _replace(path, encoded(data))


def encoded(data: Any) -> bytes:
    """Plain data as a JSON file; None for every number that could not be computed (NaN)."""
    text = json.dumps(finite(data), indent=1, ensure_ascii=False, allow_nan=False)
    return (text + "\n").encode()


def packed(arrays: Mapping[str, Array]) -> bytes:
    """Arrays as the content of a compressed NPZ file."""
    file = io.BytesIO()
    # Numpy's stubs take the names of the arrays for its own flags.
    np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
    return file.getvalue()


def _replace(path: Path, content: bytes) -> None:
    part = path.with_name(path.name + ".part")
    part.write_bytes(content)
    part.replace(path)
