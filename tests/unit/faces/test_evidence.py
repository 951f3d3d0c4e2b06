"""Covers, blur, turn and likeness to a face, on the astronaut as she is and altered."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from facespace.artifacts.manifest import Cutoffs, artifacts_folder, load_manifest
from facespace.faces import align, detectors, evidence
from facespace.faces.analyze import Settings, analyze
from facespace.faces.covering import in_picture, painted
from facespace.io import images
from facespace.types import RGB, Detection, Evidence, FacespaceError
from tests.support.present import present

CUTOFFS = load_manifest().cutoffs


@pytest.fixture
def masked(astronaut: RGB, astronaut_face: Detection) -> RGB:
    """The astronaut with a light blue mask from the bridge of the nose to the chin."""
    outline = [
        (-0.45, 0.5),
        (0, 0.43),
        (0.45, 0.5),
        (0.4, 0.8),
        (0.2, 1.05),
        (-0.2, 1.05),
        (-0.4, 0.8),
    ]
    corners = in_picture(align.landmarks_of(astronaut_face), outline)
    return painted(astronaut, corners, (170, 205, 220))


def gathered(rgb: RGB) -> Evidence:
    found = detectors.get("yunet").detect(rgb)[:1]
    (told,) = evidence.gather(found, align.crop(rgb, found))
    return told


def test_a_bare_face_has_nothing_against_it(astronaut: RGB) -> None:
    told = gathered(astronaut)
    assert present(told.covered) < present(CUTOFFS.covered)
    assert present(told.face_like) > present(CUTOFFS.face_like)
    assert present(told.sharpness) > present(CUTOFFS.sharpness)
    assert present(told.yaw) < present(CUTOFFS.yaw)


def test_a_masked_face_is_found_and_marked(masked: RGB) -> None:
    told = gathered(masked)
    assert present(told.covered) > present(CUTOFFS.covered)
    (face,) = analyze(masked).faces
    assert face.verdict.label == "?"
    assert "covered" in face.verdict.reasons


def test_blur_lowers_sharpness(astronaut: RGB) -> None:
    found = detectors.get("yunet").detect(astronaut)[:1]
    blurred = [
        astronaut,
        *(np.asarray(cv2.GaussianBlur(astronaut, (0, 0), s), np.uint8) for s in (1, 2, 4)),
    ]
    values = [evidence.sharpness(align.crop(picture, found))[0] for picture in blurred]
    assert values == sorted(values, reverse=True)
    assert values[-1] < present(CUTOFFS.sharpness) < values[0]


def test_turn_is_the_way_of_the_nose() -> None:
    frontal = ((30.0, 40.0), (70.0, 40.0), (50.0, 60.0), (35.0, 80.0), (65.0, 80.0))
    aside = (*frontal[:2], (58.0, 60.0), *frontal[3:])
    other = (*frontal[:2], (42.0, 60.0), *frontal[3:])
    assert evidence.yaw(frontal) == pytest.approx(0)
    assert evidence.yaw(aside) == pytest.approx(evidence.yaw(other))
    # Eyes and mouth are 40 pixels apart, 0.445 of the crop's side.
    assert evidence.yaw(aside) == pytest.approx(8 / (40 / 0.445))
    assert evidence.yaw((frontal[0],) * 5) == 0


def test_a_detector_without_landmarks_says_nothing_of_the_turn(astronaut: RGB) -> None:
    found = detectors.get("haar").detect(astronaut)
    told = evidence.gather(found, align.crop(astronaut, found))
    assert [t.yaw for t in told] == [None] * len(found)
    assert evidence.gather([], align.crop(astronaut, [])) == []


def test_without_a_second_opinion_the_rest_is_told(astronaut: RGB, tmp_path: Path) -> None:
    shutil.copytree(artifacts_folder(), tmp_path / "artifacts")
    path = tmp_path / "artifacts" / "manifest.json"
    manifest = json.loads(path.read_text())
    del manifest["files"][evidence.FILE], manifest["cuts"]
    path.write_text(json.dumps(manifest))
    assert load_manifest(path.parent).cutoffs == Cutoffs()
    found = detectors.get("yunet").detect(astronaut)[:1]
    (told,) = evidence.gather(found, align.crop(astronaut, found), path.parent)
    assert (told.covered, told.face_like) == (None, None)
    assert present(told.sharpness) > 0
    assert told.yaw is not None


def test_another_file_is_no_second_opinion(tmp_path: Path) -> None:
    manifest = load_manifest()
    with pytest.raises(FacespaceError, match="not a second opinion"):
        evidence._session(manifest.path(manifest.model("embedding").file), "other")


def test_side_faces_are_marked(data: Path) -> None:
    paths = sorted((data / "detect/cfp_profile/images").glob("*_*_0*"))
    reasons = {}
    for kind in ("frontal", "profile"):
        chosen = [p for p in paths if f"_{kind}_" in p.name][:20]
        faces = [analyze(p).faces for p in chosen]
        reasons[kind] = np.mean([bool(f) and "profile" in f[0].verdict.reasons for f in faces])
    assert reasons["profile"] > 0.8
    assert reasons["frontal"] < 0.2


def test_lamps_that_haar_finds_are_thrown_out_or_marked(data: Path) -> None:
    paths = sorted((data / "detect/negatives/images").iterdir())[:160]
    detector = detectors.get("haar")
    alarmed = [p for p in paths if detector.detect(images.load(p))]
    faces = [analyze(p, Settings(detector="haar")).faces for p in alarmed]
    assert len(alarmed) >= 8
    assert np.mean([bool(found) for found in faces]) <= 0.5
    assert {face.verdict.label for found in faces for face in found} <= {"?"}
