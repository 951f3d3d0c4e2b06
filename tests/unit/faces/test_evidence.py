"""Covers, blur, pose and likeness to a face, on the astronaut as she is and altered."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from facespace.artifacts.manifest import Finds, artifacts_folder, load_manifest
from facespace.faces import align, detectors, evidence
from facespace.faces.align import in_picture
from facespace.faces.analyze import Settings, analyze, rules_of
from facespace.faces.annotate import painted
from facespace.faces.decide import decide
from facespace.io import images
from facespace.types import RGB, Detection, Evidence, FacespaceError
from tests.support.present import present


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
    assert present(told.covered) < 0.2
    assert present(told.face_like) > 0.9
    assert present(told.sharpness) > 300
    assert present(told.yaw) < 0.08
    assert present(told.roll) < 10


def test_a_masked_face_is_found_and_doubted(masked: RGB) -> None:
    told = gathered(masked)
    assert present(told.covered) > 0.8
    (face,) = analyze(masked).faces
    # The chance is larger where something hides the face, all else being equal.
    rules = rules_of(Settings())
    bared = replace(told, covered=0.0)
    hidden, seen = (
        decide(face.detection, face.score, rules, about).chance_wrong for about in (told, bared)
    )
    assert hidden > seen


def test_blur_lowers_sharpness(astronaut: RGB) -> None:
    found = detectors.get("yunet").detect(astronaut)[:1]
    blurred = [
        astronaut,
        *(np.asarray(cv2.GaussianBlur(astronaut, (0, 0), s), np.uint8) for s in (1, 2, 4)),
    ]
    values = [evidence.sharpness(align.crop(picture, found))[0] for picture in blurred]
    assert values == sorted(values, reverse=True)
    assert values[-1] < values[0] / 4


def test_turn_is_the_way_of_the_nose() -> None:
    frontal = ((30.0, 40.0), (70.0, 40.0), (50.0, 60.0), (35.0, 80.0), (65.0, 80.0))
    aside = (*frontal[:2], (58.0, 60.0), *frontal[3:])
    other = (*frontal[:2], (42.0, 60.0), *frontal[3:])
    assert evidence.yaw(frontal) == pytest.approx(0)
    assert evidence.yaw(aside) == pytest.approx(evidence.yaw(other))
    # Eyes and mouth are 40 pixels apart, 0.445 of the crop's side.
    assert evidence.yaw(aside) == pytest.approx(8 / (40 / 0.445))
    assert evidence.yaw((frontal[0],) * 5) == 0


@pytest.mark.parametrize("degrees", [0, 30, 90, 150, 180, 270])
def test_roll_is_the_tilt_from_upright(degrees: int) -> None:
    upright = np.array([(30, 40), (70, 40), (50, 60), (35, 80), (65, 80)], float)
    angle = np.radians(degrees)
    rotation = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    told = evidence.roll(align.five((upright - 50) @ rotation))
    assert told == pytest.approx(min(degrees, 360 - degrees), abs=1e-6)


def test_landmarks_in_one_place_have_no_roll() -> None:
    assert evidence.roll(((30.0, 40.0),) * 5) == 0


def test_a_detector_without_landmarks_says_nothing_of_the_pose(astronaut: RGB) -> None:
    found = detectors.get("haar").detect(astronaut)
    told = evidence.gather(found, align.crop(astronaut, found))
    assert [(t.yaw, t.roll) for t in told] == [(None, None)] * len(found)
    assert evidence.gather([], align.crop(astronaut, [])) == []


def test_without_a_second_opinion_the_rest_is_told(astronaut: RGB, tmp_path: Path) -> None:
    shutil.copytree(artifacts_folder(), tmp_path / "artifacts")
    path = tmp_path / "artifacts" / "manifest.json"
    manifest = json.loads(path.read_text())
    del manifest["files"][evidence.FILE], manifest["finds"]
    path.write_text(json.dumps(manifest))
    assert load_manifest(path.parent).finds == Finds()
    found = detectors.get("yunet").detect(astronaut)[:1]
    (told,) = evidence.gather(found, align.crop(astronaut, found), path.parent)
    assert (told.covered, told.face_like) == (None, None)
    assert present(told.sharpness) > 0
    assert told.yaw is not None


def test_another_file_is_no_second_opinion(tmp_path: Path) -> None:
    manifest = load_manifest()
    with pytest.raises(FacespaceError, match="not a second opinion"):
        evidence._session(manifest.path(manifest.model("embedding").file), "other")


def test_side_faces_are_seen_to_be_turned(data: Path) -> None:
    paths = sorted((data / "detect/cfp_profile/images").glob("*_*_0*"))
    turned = {}
    for kind in ("frontal", "profile"):
        chosen = [p for p in paths if f"_{kind}_" in p.name][:20]
        faces = [found for p in chosen for found in analyze(p).faces[:1]]
        turned[kind] = np.median([present(face.evidence.yaw) for face in faces])
    assert turned["profile"] > 0.1 > 0.06 > turned["frontal"]


@pytest.mark.slow
def test_lamps_that_haar_finds_are_thrown_out_or_marked(data: Path) -> None:
    paths = sorted((data / "detect/negatives/images").iterdir())[:90]
    detector = detectors.get("haar")
    alarmed = [p for p in paths if detector.detect(images.load(p))]
    faces = [analyze(p, Settings(detector="haar")).faces for p in alarmed]
    assert len(alarmed) >= 8
    assert np.mean([bool(found) for found in faces]) <= 0.5
    answers = [face for found in faces for face in found if face.verdict.label != "?"]
    assert len(answers) <= 1  # in 90 pictures
