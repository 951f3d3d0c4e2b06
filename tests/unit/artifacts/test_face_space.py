"""Face space agrees with scikit-learn; directions and covers find what is known to be there."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

from facespace.artifacts import coordinates, face_space
from facespace.artifacts.face_space import FaceSpace
from facespace.artifacts.manifest import load_manifest
from facespace.datasets import labelled_faces
from facespace.explain import gradient_path
from facespace.explain import occlusion as occlusions
from facespace.faces import align, model
from facespace.io import images
from facespace.types import RGB, Crops, Detection, FacespaceError, Floats
from tests.support.artifact_files import add_means


@pytest.fixture(scope="module")
def space() -> FaceSpace:
    return face_space.load()


@pytest.fixture(scope="module")
def crops(astronaut: RGB, astronaut_face: Detection) -> Crops:
    """The astronaut's face, its mirror image, blurred, with noise, and noise alone."""
    (crop,) = align.crop(astronaut, [astronaut_face])
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, crop.shape, np.uint8)
    others = (
        crop[:, ::-1],
        cv2.GaussianBlur(crop, (0, 0), 2),
        cv2.addWeighted(crop, 0.7, noise, 0.3, 0),
    )
    return np.stack([crop, *others, noise])


@pytest.fixture(scope="module")
def fitted(space: FaceSpace) -> tuple[StandardScaler, PCA]:
    """Scikit-learn's own objects, holding what the artifact holds."""
    scaler = StandardScaler()
    scaler.mean_, scaler.scale_ = (a.astype(np.float64) for a in (space.mean, space.scale))
    scaler.var_, scaler.n_features_in_ = scaler.scale_**2, len(space.mean)
    pca = PCA(space.components)
    pca.mean_, pca.components_ = (a.astype(np.float64) for a in (space.centre, space.eigenfaces))
    pca.explained_variance_ = space.variance.astype(np.float64)
    pca.n_components_ = space.components
    return scaler, pca


def test_projection_and_rebuilding_agree_with_scikit_learn(
    space: FaceSpace, fitted: tuple[StandardScaler, PCA], crops: Crops
) -> None:
    scaler, pca = fitted
    scaled = scaler.transform(crops.reshape(len(crops), -1).astype(np.float64))
    expected = pca.transform(scaled)
    placed = space.coordinates(crops)
    assert placed.shape == (len(crops), space.components)
    np.testing.assert_allclose(placed * space.divisor, expected, atol=1e-3)
    back = pca.inverse_transform(expected)
    grey = scaler.inverse_transform(back).reshape(crops.shape)
    np.testing.assert_allclose(space.grey(placed), grey, atol=1e-3)
    distance = np.sqrt(np.mean((scaled - back) ** 2, axis=1))
    np.testing.assert_allclose(space.distance(crops, placed), distance, atol=1e-3)
    rounded = np.clip(np.rint(grey), 0, 255)
    assert np.abs(space.rebuilt(placed) - rounded).max() <= 1


def test_errors_are_those_of_every_number_of_eigenfaces(
    space: FaceSpace, fitted: tuple[StandardScaler, PCA], crops: Crops
) -> None:
    scaler, pca = fitted
    grey, scaled = space.errors(crops[0])
    assert len(grey) == len(scaled) == space.components + 1
    assert (np.diff(scaled) <= 1e-6).all()
    rows = scaler.transform(crops[:1].reshape(1, -1).astype(np.float64))
    placed = pca.transform(rows)
    for k in (0, 1, 40, space.components):
        kept = np.where(np.arange(space.components) < k, placed, 0)
        back = pca.inverse_transform(kept)
        assert scaled[k] == pytest.approx(np.sqrt(np.mean((rows - back) ** 2)), abs=1e-3)
        face = np.clip(np.rint(scaler.inverse_transform(back)), 0, 255)
        error = np.sqrt(np.mean((face - crops[0].reshape(1, -1)) ** 2))
        assert grey[k] == pytest.approx(error, abs=0.05)
    assert scaled[-1] == pytest.approx(
        float(model.load_model("eigenfaces").run(crops[:1])[2][0]), abs=1e-3
    )


def test_an_effect_is_what_one_standard_deviation_adds(space: FaceSpace) -> None:
    for i in (0, 7, space.components - 1):
        moved = np.zeros((2, space.components), np.float32)
        moved[1, i] = space.deviations[i]
        bare, one = space.grey(moved)
        np.testing.assert_allclose(one - bare, space.effects[i], atol=1e-2)


def linear(space: FaceSpace, weights: np.ndarray) -> gradient_path.Judge:
    """A model whose log odds are a known sum of the standardised coordinates."""
    return lambda crops: 1 / (1 + np.exp(-(space.coordinates(crops) / space.deviations) @ weights))


def test_the_gradient_of_a_known_model(space: FaceSpace, rng: np.random.Generator) -> None:
    weights = np.zeros(space.components)
    weights[[0, 2, 11]] = 0.8, -0.6, 0.4
    found = gradient_path.gradient(
        space, linear(space, weights), np.zeros(space.components, np.float32)
    )
    length = float(np.linalg.norm(weights))
    assert found.slope == pytest.approx(length, rel=0.02)
    assert float(found.towards @ weights) / length > 0.995
    assert np.linalg.norm(found.towards) == pytest.approx(1, abs=1e-5)


def test_a_model_that_looks_at_nothing_has_no_direction(space: FaceSpace) -> None:
    start = np.zeros(space.components, np.float32)
    found = gradient_path.gradient(space, lambda crops: np.full(len(crops), 0.4), start)
    assert found.slope == 0
    assert not found.towards.any()
    assert not np.isnan(gradient_path.picture(space, found)).any()


def steeper(space: FaceSpace, crop: np.ndarray) -> list[float]:
    """Probabilities of female one step back, where a crop is, and one step on."""
    judge = model.load_model("eigenfaces")
    start = space.coordinates(crop[None])[0]
    found = gradient_path.gradient(space, lambda c: judge.run(c)[0][:, 0], start)
    assert found.slope > 0
    faces = space.rebuilt(gradient_path.path(space, start, found, [-1, 0, 1]))
    return [float(p) for p in judge.run(faces)[0][:, 0]]


def test_along_the_gradient_a_face_reads_more_female(space: FaceSpace, crops: Crops) -> None:
    for crop in crops[:4]:
        back, here, on = steeper(space, crop)
        assert back < here < on


@pytest.mark.slow
def test_the_same_on_photos_that_were_not_trained_on(space: FaceSpace, data: Path) -> None:
    photos = sorted((data / "london_frl").rglob("*.jpg"))[:24]
    read = 0
    for path in photos:
        padded, face = labelled_faces.face_of(images.load(path.read_bytes()))
        back, here, on = steeper(space, align.crop(padded, [face])[0])
        assert back < here < on
        read += 1
    assert read >= 20


def test_the_path_starts_at_the_face_and_steps_are_standard_deviations(space: FaceSpace) -> None:
    towards = np.zeros(space.components, np.float32)
    towards[3] = 1
    start = np.arange(space.components, dtype=np.float32) / np.float32(1000)
    walked = gradient_path.path(space, start, gradient_path.Direction(towards, 1.0), [0, 2, -1])
    np.testing.assert_allclose(walked[0], start)
    np.testing.assert_allclose((walked[1:, 3] - start[3]) / space.deviations[3], [2, -1], atol=1e-4)
    assert (walked[:, [0, 1, 2, 4]] == start[[0, 1, 2, 4]]).all()


@pytest.mark.parametrize(("row", "column"), [(10, 50), (32, 32), (60, 4)])
@pytest.mark.parametrize("stride", [2, 4, 8])
def test_covers_find_the_spot_that_counts(
    row: int, column: int, stride: int, rng: np.random.Generator
) -> None:
    """A drawn model that reads one spot alone, and a crop on which that spot is bright."""
    crop = rng.integers(90, 110, (64, 64), np.uint8)
    spot = (slice(max(row - 2, 0), row + 2), slice(max(column - 2, 0), column + 2))
    crop[spot] = 255
    calls = []

    def judge(covered: Crops) -> Floats:
        calls.append(len(covered))
        return np.asarray(covered[(slice(None), *spot)].mean(axis=(1, 2)) / 255)

    before = crop.copy()
    found = occlusions.sensitivity(judge, crop, 12, stride)
    assert (crop == before).all()
    assert found.probability == pytest.approx(1)
    assert calls == [1, *[64 // stride] * (64 // stride)]
    assert found.change.min() == pytest.approx(occlusions.GREY / 255 - 1)
    rows, columns = np.nonzero(found.change < -0.4)
    assert abs(found.centres[rows].mean() - row) <= max(stride, 4)
    assert abs(found.centres[columns].mean() - column) <= max(stride, 4)
    # Where the patch cannot reach the spot, nothing changes.
    far = np.abs(found.centres - row) > 6 + 2 + stride
    assert not found.change[far].any()


def test_a_crop_in_colour_is_covered_in_its_mean_colour() -> None:
    crop = np.zeros((112, 112, 3), np.uint8)
    crop[...] = 200, 100, 50
    asked: list[Crops] = []

    def judge(covered: Crops) -> Floats:
        asked.append(covered)
        return np.asarray(covered[..., 0].mean(axis=(1, 2)) / 255, np.float32)

    found = occlusions.sensitivity(judge, crop, 16, 8)
    assert found.change.shape == (14, 14) and found.probability == pytest.approx(200 / 255)
    assert all((covered == crop).all() for covered in asked)


def test_a_stride_that_does_not_divide_the_crop(rng: np.random.Generator) -> None:
    crop = rng.integers(0, 256, (64, 64), np.uint8)
    found = occlusions.sensitivity(lambda c: c.mean(axis=(1, 2)) / 255, crop, 32, 5)
    assert found.change.shape == (13, 13)
    assert (found.centres > 0).all()
    assert (found.centres < 64).all()


def test_the_committed_coordinates() -> None:
    manifest = load_manifest()
    measured = coordinates.load()
    tests = manifest.json("report.json")["models"][manifest.default]["tests"]
    assert set(measured.tests) == set(tests)
    assert list(measured.counts) == [coordinates.TRAINING, *measured.tests]
    for name, placed in measured.tests.items():
        assert measured.counts[name].sum() == len(placed.female) == len(placed.coordinates)
        assert abs(len(placed.female) - tests[name]["photos"]) <= 5
        assert placed.female.any()
        assert not placed.female.all()
    own = measured.tests["fairface"].coordinates
    np.testing.assert_allclose(own.std(axis=0), 1, atol=0.15)  # as the training crops
    assert 0.5 < measured.nearer(0.4) < 1
    assert measured.nearer(0) == 0
    assert measured.nearer(9) == 1


def test_the_mean_crop_lies_at_the_mean_of_the_coordinates(
    space: FaceSpace, crops: Crops, tmp_path: Path
) -> None:
    arrays = {
        "sex/female": crops[:4].mean(axis=0, dtype=np.float32),
        "faces/sex/female": np.int64(4),
        "race/Middle Eastern": crops[4].astype(np.float32),
        "faces/race/Middle Eastern": np.int64(1),
    }
    add_means(tmp_path, arrays)
    means = coordinates.group_means(space, tmp_path)
    assert {name: list(groups) for name, groups in means.items()} == {
        "sex": ["female"],
        "race": ["Middle Eastern"],
    }
    mean = means["sex"]["female"]
    assert mean.faces == 4
    np.testing.assert_allclose(
        mean.coordinates, space.coordinates(crops[:4]).mean(axis=0), atol=1e-4
    )


def test_means_that_are_none_get_a_sentence(space: FaceSpace, tmp_path: Path) -> None:
    add_means(tmp_path, {"faces/sex/female": np.int64(4)})
    with pytest.raises(FacespaceError, match="no mean faces"):
        coordinates.group_means(space, tmp_path)
