"""What the report counts is what a user gets: the same photos, read by the product."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from facespace.artifacts.manifest import load_manifest
from facespace.datasets.dataset import Photo
from facespace.faces import detectors
from facespace.faces.analyze import Settings, analyze
from facespace.types import RGB, FacespaceError, Reading
from training.options import MeasureOptions
from training.photos.crops import Way, crop_all
from training.report import kept_models, measure


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory, astronaut: RGB) -> list[Photo]:
    """The astronaut as she is, and as life spoils photos; the last shows nobody."""
    folder = tmp_path_factory.mktemp("spoilt")
    masked, shaded = astronaut.copy(), astronaut.copy()
    masked[125:180, 175:275] = (120, 160, 200)
    shaded[60:120, 170:280] = 30
    small = cv2.resize(astronaut, (96, 96), interpolation=cv2.INTER_AREA)
    pictures: list[npt.NDArray[np.uint8]] = [
        astronaut,
        masked,
        shaded,
        np.asarray(cv2.GaussianBlur(astronaut, (0, 0), 6), np.uint8),
        np.asarray(small, np.uint8),
        astronaut[:, ::-1],
        np.full((200, 200, 3), 128, np.uint8),
    ]
    paths = [folder / f"{number}.png" for number in range(len(pictures))]
    for path, picture in zip(paths, pictures, strict=True):
        Image.fromarray(np.ascontiguousarray(picture)).save(path)
    return [Photo(path, "female") for path in paths]


@pytest.mark.parametrize("detector", ["yunet", "haar"])
def test_verdicts_are_those_of_the_product(
    detector: str, photos: list[Photo], tmp_path: Path
) -> None:
    judge = measure.Judge.of(load_manifest(), load_manifest().default)
    cropped = crop_all(photos, tmp_path, 1, Way(detector, serving=True))
    found, scores, answered, child, chance = judge.verdicts(cropped, detector)
    readings = [analyze(photo.path, Settings(detector=detector)) for photo in photos]
    assert found.tolist() == [bool(reading.faces) for reading in readings]
    assert answered.tolist() == [_answer(reading) for reading in readings]
    for reading, score in zip(readings, scores, strict=True):
        if len(reading.faces) == 1:
            assert reading.faces[0].score.probability_female == pytest.approx(score, abs=1e-5)
    for reading, wrong in zip(readings, chance, strict=True):
        assert bool(reading.faces) != np.isnan(wrong)
        if len(reading.faces) == 1:
            assert reading.faces[0].verdict.chance_wrong == pytest.approx(wrong, abs=1e-4)
    assert not child.any()
    # The photos try more than one side of it.
    assert set(found.tolist()) == {True, False}
    assert detector != detectors.DEFAULT or set(answered[found].tolist()) == {True, False}


def _answer(reading: Reading) -> bool:
    """Whether the face in the middle, the only one of these photos, has an answer."""
    return any(face.verdict.label != "?" for face in reading.faces)


def test_without_artifacts_the_model_alone_decides(photos: list[Photo], tmp_path: Path) -> None:
    manifest = load_manifest()
    whole = measure.Judge.of(manifest, manifest.default)
    alone = replace(whole, where=None)
    cropped = crop_all(photos, tmp_path, 1, Way(detectors.DEFAULT, serving=True))
    by_all, by_itself = (judge.verdicts(cropped, detectors.DEFAULT) for judge in (whole, alone))
    np.testing.assert_array_equal(by_all.female, by_itself.female)
    assert by_itself.answered.sum() >= by_all.answered.sum()


def test_test_sets_are_not_left_with_figures_of_other_rules(tmp_path: Path) -> None:
    """The artifacts were tested on several data sets, of which one is named."""
    folder = tmp_path / "fairface"
    for label in ("female", "male"):
        (folder / label).mkdir(parents=True)
        (folder / label / "a.png").touch()
    artifacts = load_manifest().folder
    with pytest.raises(FacespaceError, match="lfw, london_frl, us_congress too"):
        kept_models.demand_tests(MeasureOptions(data=[folder], out=artifacts))
