"""The machine on landmarks: what scikit-learn's own would be, and the whole way to a page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from sklearn.kernel_approximation import Nystroem
from sklearn.svm import LinearSVC

from facespace.artifacts.manifest import load_manifest
from facespace.faces import model
from tests.support.pages import evaluation, opened, prepared, text
from tests.support.training_sets import train
from training.models import export, front_ends, nystroem, pipeline
from training.models.nystroem import NystroemSVC


@pytest.fixture
def points(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Coordinates in two dimensions, and which of two rings they lie on, roughly."""
    rows = rng.normal(size=(900, 2)) * 0.7
    return rows, np.where(np.hypot(*rows.T) + rng.normal(0, 0.1, 900) < 0.8, "female", "male")


def test_it_is_nystroem_and_a_linear_svm(
    points: tuple[np.ndarray, np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Chunks, folded weights and Newton's steps give what scikit-learn's two steps give."""
    rows, labels = points
    monkeypatch.setattr(nystroem, "CHUNK", 128)
    monkeypatch.setattr(nystroem, "STEPS", 50)
    monkeypatch.setattr(nystroem, "JITTER", 1e-9)
    machine = NystroemSVC(C=2.0, gamma=1.5, landmarks=25).fit(rows, labels)
    landmarks = rows[machine.support_]
    assert len(landmarks) == 25
    features = Nystroem(gamma=1.5, n_components=25).fit(landmarks).transform(rows)
    # A large constant column, so that the intercept is as good as free there too.
    linear = LinearSVC(C=2.0, dual=False, tol=1e-9, intercept_scaling=100, max_iter=5000)
    expected = linear.fit(features, labels).decision_function(features)
    np.testing.assert_allclose(machine.decision_function(rows), expected, atol=2e-3)
    assert (machine.predict(rows) == labels).mean() > 0.9


def test_few_steps_in_float32_are_close_to_the_minimum(
    points: tuple[np.ndarray, np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, labels = points
    few = NystroemSVC(gamma=1.5, landmarks=300).fit(rows.astype(np.float32), labels)
    monkeypatch.setattr(nystroem, "STEPS", 50)
    best = NystroemSVC(gamma=1.5, landmarks=300).fit(rows, labels)
    assert np.mean(few.predict(rows.astype(np.float32)) == best.predict(rows)) > 0.97


def test_more_landmarks_than_photos_and_the_same_photo_twice(
    points: tuple[np.ndarray, np.ndarray],
) -> None:
    rows, labels = (np.concatenate([part[:40]] * 2) for part in points)
    machine = NystroemSVC(gamma=1.5, landmarks=1000).fit(rows, labels)
    assert len(machine.support_vectors_) == 80
    assert (machine.predict(rows) == labels).mean() > 0.8


def test_mirror_images_are_fitted_too(points: tuple[np.ndarray, np.ndarray]) -> None:
    """What is judged by the mean of both images is fitted to that mean."""
    rows, labels = points
    turned = rows[:, ::-1] + 0.3
    machine = NystroemSVC(gamma=1.5, landmarks=100).fit(rows, labels, turned)
    alone = NystroemSVC(gamma=1.5, landmarks=100).fit(rows, labels)

    def right(fitted: NystroemSVC) -> float:
        mean = fitted.decision_function(rows) + fitted.decision_function(turned)
        return float(np.mean(fitted.classes_[(mean > 0).astype(int)] == labels))

    assert right(machine) > right(alone)


@pytest.mark.parametrize(
    ("wanted", "count", "kind"),
    [
        ("auto", pipeline.SVC_PHOTOS, "svc"),
        ("auto", pipeline.SVC_PHOTOS + 1, "nystroem"),
        ("svc", 10**6, "svc"),
        ("nystroem", 100, "nystroem"),
    ],
)
def test_the_number_of_photos_decides(wanted: str, count: int, kind: str) -> None:
    assert pipeline.classifier(wanted, count) == kind
    built = pipeline.build(10, 1.0, 1.0, kind).estimator["svm"]
    assert isinstance(built, NystroemSVC) == (kind == "nystroem")


@pytest.fixture(scope="module")
def trained(photos: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Artifacts of a run with landmarks, their number as few photos allow it."""
    out, cache = tmp_path_factory.mktemp("out"), tmp_path_factory.mktemp("cache")
    train(photos, out, cache, "--model", "eigenfaces", "--classifier", "nystroem")
    return out


def test_the_artifacts_keep_the_contract(trained: Path) -> None:
    manifest = load_manifest(trained)
    info = manifest.model()
    assert info.title == "Eigenfaces: pixels, PCA, Nystroem SVM"
    entry = manifest.json("report.json")["models"]["eigenfaces"]
    (test,) = entry["tests"].values()
    assert test["auc"]["value"] > 0.95
    assert entry["classifier"] == "nystroem"
    assert entry["support_vectors"] == entry["counts"]["training"]  # fewer than landmarks
    assert entry["parity"]["probability"] <= export.TOLERANCE
    assert "Nystroem SVM" in {row["name"] for row in entry["comparison"]}
    file = onnx.load(manifest.path(info.file))
    committed = load_manifest()
    other = onnx.load(committed.path(committed.model("eigenfaces").file))
    for ends in ("input", "output"):
        names = [[end.name for end in getattr(m.graph, ends)] for m in (file, other)]
        assert names[0] == names[1]
    assert {node.domain for node in file.graph.node} <= {""}  # matrix products alone
    facts = [json.loads(m.metadata_props[0].value).keys() for m in (file, other)]
    assert facts[0] == facts[1]


def test_pages_show_it(trained: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepared(monkeypatch)
    monkeypatch.setenv("FACESPACE_ARTIFACTS", str(trained))
    shown = evaluation(part="How it was made")
    assert not shown.exception
    assert "landmarks. The probabilities" in text(shown)
    assert "Nystroem SVM" in set(shown.dataframe[-1].value["Classifier"])
    for page in ("card", "photo", "eigenfaces", "fairness", "data"):
        app = opened(page)
        assert not app.exception, page
    assert "Nystroem" in text(opened("card"))


def test_a_model_on_landmarks_is_written_as_one_on_support_vectors(
    rng: np.random.Generator,
) -> None:
    """The file agrees with the pipeline, and does not grow with the faces."""
    crops = rng.integers(0, 256, (1200, 16, 16), np.uint8)
    crops[::2, :8] //= 2
    labels = np.where(np.arange(1200) % 2 == 0, "female", "male")
    sizes = []
    for count in (600, 1000):
        rows: Any = front_ends.Computed(front_ends.PIXELS, crops[:count])
        fitted = pipeline.build(20, 10.0, 0.5, "nystroem", 300).fit(rows, labels[:count])
        rest = front_ends.rows(front_ends.PIXELS, crops[1000:])
        space = fitted.estimator_[:-1]
        made = pipeline.calibrated(fitted, rest, labels[1000:]), front_ends.PIXELS, space
        content = export.to_onnx(*made, 16, {})
        assert export.check(content, *made, crops[1000:]).probability <= export.TOLERANCE
        probability = model.run(model.session(content), crops[1000:]).probability
        assert (np.array(export.CLASSES)[probability.argmax(axis=1)] == labels[1000:]).mean() > 0.9
        sizes.append(len(content))
    assert sizes[0] == sizes[1]


def test_rows_made_when_asked_for_are_the_same(rng: np.random.Generator) -> None:
    crops = rng.integers(0, 256, (70, 16, 16), np.uint8)
    whole = front_ends.rows(front_ends.PIXELS, crops)
    made = front_ends.Computed(front_ends.PIXELS, crops)
    assert (len(made), made.shape) == (70, whole.shape)
    np.testing.assert_array_equal(made[3:50], whole[3:50])
    np.testing.assert_array_equal(made[np.array([5, 2])], whole[[5, 2]])
