"""What was measured -> ``manifest.json``, ``report.json``, ``dataset.json``, and arrays beside."""

from __future__ import annotations

import io
import json
import platform
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from facespace import artifacts, eigenfaces, model
from facespace.types import Crops
from training.datasets import Dataset, Photo
from training.export import Parity

NAME = "eigenfaces"
TITLE = "Eigenfaces: pixels, PCA, RBF SVM"

#: Labels, groups and scores of every test set.
SCORES = "scores.npz"

#: In the order in which they are shown.
SPLITS = ("train", "test")

#: Classes of photo and face sizes in the histograms, in pixels.
SIZE_BINS = 30

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Tested:
    """One test set's results.

    ``female`` bool (N,), ``probability`` (N,) of female; the rest as ``evaluate`` gives it.
    """

    photos: list[Photo]
    female: Array
    probability: Array
    metrics: dict[str, dict[str, float]]
    roc: dict[str, list[float]]
    confusion: list[list[int]]
    box_rule: dict[str, float]


def probability(content: bytes, crops: Crops) -> npt.NDArray[np.float32]:
    """What an ONNX file says of crops: the probability of female, float32 (N,)."""
    return np.asarray(model.run(model.session(content), crops)[0][:, 0])


def versions() -> dict[str, str]:
    """The versions of all that shapes a model."""
    packages = (
        "numpy",
        "opencv-python-headless",
        "scikit-learn",
        "skl2onnx",
        "onnx",
        "onnxruntime",
    )
    return {"python": platform.python_version()} | {name: version(name) for name in packages}


def describe(
    dataset: Dataset, photos: Sequence[Photo], rows: Array, left_out: Mapping[str, int]
) -> dict[str, Any]:
    """Counts and distributions of a data set's usable photos, without names or pictures.

    Args:
        photos: those with a crop.
        rows: their rows of ``crops.ROW``, (N,).
        left_out: how many photos were left out, by the sentence that says why.
    """
    sizes = {"width": rows["width"], "height": rows["height"], "face": rows["face"]}
    return {
        "title": dataset.title,
        "licence": dataset.licence,
        "source": dataset.source,
        "photos": len(photos),
        "persons": len({photo.person for photo in photos} - {""}) or None,
        "left_out": dict(left_out),
        "split": _crossed(photos, "split", SPLITS.index),
        "age": _crossed(photos, "age", _order),
        "race": _crossed(photos, "race", _order),
        "sizes": {name: _distribution(values) for name, values in sizes.items()},
    }


def write(
    out: Path,
    content: bytes,
    facts: dict[str, Any],
    fitted: Any,
    trained_on: str,
    tests: Mapping[str, Tested],
    datasets: Mapping[str, Any],
    search: Mapping[str, Any],
    sizes: Sequence[Mapping[str, float]],
    parity: Parity,
    counts: Mapping[str, int],
) -> None:
    """Write all artifacts; the manifest last, so that it never names what is not there yet."""
    out.mkdir(parents=True, exist_ok=True)
    file = out / f"{NAME}.onnx"
    _replace(file, content)
    _replace(out / eigenfaces.FILE, _npz(_face_space(fitted)))
    _replace(out / SCORES, _npz(_scores(tests)))
    entry = {
        "trained_on": trained_on,
        "counts": counts,
        "parity": asdict(parity),
        "search": search,
        "face_size": sizes,
        "tests": {
            name: {
                "kind": "same data set" if name == trained_on else "other data set",
                "title": datasets[name]["title"],
                "photos": len(test.photos),
                **test.metrics,
            }
            for name, test in tests.items()
        },
        "roc": {name: test.roc for name, test in tests.items()},
        "confusion": {name: test.confusion for name, test in tests.items()},
        "box_rule": {name: test.box_rule for name, test in tests.items()},
    }
    _write_json(out / "report.json", {"models": {NAME: entry}})
    _write_json(out / "dataset.json", {"datasets": datasets})
    listed = {"file": file.name, **_identity(file), "title": TITLE, **facts}
    files = [eigenfaces.FILE, "report.json", "dataset.json", SCORES]
    _write_json(
        out / "manifest.json",
        {
            "format": artifacts.FORMAT,
            "default": NAME,
            "models": {NAME: listed},
            "files": {name: _identity(out / name) for name in files},
        },
    )


def _face_space(fitted: Any) -> dict[str, Array]:
    (one,) = fitted.calibrated_classifiers_
    scaler, pca, _ = (step for _, step in one.estimator.estimator_.steps)
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


def _scores(tests: Mapping[str, Tested]) -> dict[str, Array]:
    """Labels, groups and scores of every test set.

    Faces and persons are numbered in an order drawn anew each time, so that a public list of the
    photos does not give the names back.
    """
    rng = np.random.default_rng()
    arrays: dict[str, Array] = {}
    for name, test in tests.items():
        order = rng.permutation(len(test.photos))
        photos = [test.photos[i] for i in order]
        _, person = np.unique([p.person or str(p.path) for p in photos], return_inverse=True)
        columns = {
            "female": test.female[order],
            NAME: test.probability[order].astype(np.float32),
            "age": np.array([photo.age for photo in photos]),
            "race": np.array([photo.race for photo in photos]),
            "person": rng.permutation(person.max() + 1)[person].astype(np.int32),
        }
        arrays |= {f"{name}/{column}": values for column, values in columns.items()}
    return arrays


def _crossed(
    photos: Sequence[Photo], attribute: str, key: Callable[[str], Any]
) -> dict[str, dict[str, int]]:
    """Counts by a photo's attribute and label, in the order of ``key``."""
    counts = Counter((getattr(photo, attribute), photo.label) for photo in photos)
    values = sorted({value for value, _ in counts} - {""}, key=key)
    return {v: {label: counts[v, label] for label in ("female", "male")} for v in values}


def _order(value: str) -> tuple[float, str]:
    """The order of ages where they are numbers, of the alphabet where not."""
    digits = "".join(c if c.isdigit() else " " for c in value).split()
    return (float(digits[0]) + 0.5 * value.startswith("more"), value) if digits else (1e9, value)


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


def _finite(data: Any) -> Any:
    """The same data with None for every number that could not be computed (NaN)."""
    if isinstance(data, Mapping):
        return {key: _finite(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_finite(value) for value in data]
    return None if isinstance(data, float) and not np.isfinite(data) else data


def _write_json(path: Path, data: Any) -> None:
    text = json.dumps(_finite(data), indent=1, ensure_ascii=False, allow_nan=False)
    _replace(path, (text + "\n").encode())


def _npz(arrays: dict[str, Array]) -> bytes:
    file = io.BytesIO()
    # Numpy's stubs take the names of the arrays for its own flags.
    np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
    return file.getvalue()


def _replace(path: Path, content: bytes) -> None:
    part = path.with_name(path.name + ".part")
    part.write_bytes(content)
    part.replace(path)
