"""A model that eats the wide crop in colour, from photo to verdict, beside those that eat grey."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from facespace.artifacts.manifest import load_manifest
from facespace.batch import run
from facespace.datasets import labelled_faces, scoring
from facespace.datasets.dataset import open_labelled
from facespace.faces import align, detectors, model
from facespace.faces.analyze import Settings, analyze
from facespace.io import tables
from facespace.review.item import Candidate, origin_of
from facespace.types import RGB, Detection, FacespaceError, Template
from tests.support import colour_model
from tests.support.pictures import png
from tests.support.present import present


@pytest.fixture
def artifacts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Artifacts with a default model that eats colour."""
    folder = tmp_path / "artifacts"
    folder.mkdir()
    colour_model.write(folder)
    monkeypatch.setenv("FACESPACE_ARTIFACTS", str(folder))
    return folder


def test_eyes_and_mouth_go_where_the_wide_template_says(
    astronaut: RGB, astronaut_face: Detection
) -> None:
    crop = align.crop(astronaut, [astronaut_face], align.WIDE)[0]
    assert crop.shape == (112, 112, 3)
    # Enlarged a little: a few more pixels to find the face in.
    large = np.asarray(cv2.resize(crop, (448, 448), interpolation=cv2.INTER_CUBIC), np.uint8)
    (again,) = detectors.get().detect(large)
    eye, other, _, mouth, other_mouth = np.array(again.landmarks) / 448
    np.testing.assert_allclose((eye + other) / 2, (0.5, 0.40), atol=0.02)
    np.testing.assert_allclose((mouth + other_mouth) / 2, (0.5, 0.70), atol=0.02)


@pytest.mark.parametrize("size", [1.0, 0.5, 4.0])
def test_beyond_the_picture_a_wide_crop_is_black(
    size: float, astronaut: RGB, astronaut_face: Detection
) -> None:
    """And nowhere else: what the crop takes of the picture is what a black border gives."""
    left, top = 200, 75
    part = np.maximum(astronaut[top:, left:], 30)
    part = np.asarray(cv2.resize(part, None, fx=size, fy=size, interpolation=cv2.INTER_AREA))
    landmarks = (np.array(align.landmarks_of(astronaut_face)) - (left, top)) * size
    face = replace(astronaut_face, landmarks=align.five(landmarks))
    crop = align.crop(part, [face], align.WIDE)[0].astype(int)
    border = 400
    framed = cv2.copyMakeBorder(part, border, border, border, border, cv2.BORDER_CONSTANT)
    inside = replace(face, landmarks=align.five(landmarks + border))
    expected = align.crop(np.asarray(framed), [inside], align.WIDE)[0]
    black = (expected == 0).all(axis=2)
    assert 0.1 < black.mean() < 0.6
    assert not crop[black].any()
    apart = np.abs(crop - expected)
    assert apart.mean() < 1 and (apart.max(axis=2) > 8).mean() < 0.03


def test_a_wide_crop_inside_the_picture_has_no_edge(astronaut: RGB) -> None:
    """Of a large picture, which is shrunk first, the part under the square has edges of its own."""
    white = np.full((3000, 3000, 3), 255, np.uint8)
    for scale in (20, 150, 400, 800):
        points = ((1400, 1400), (1600, 1430), (1500, 1450), (1400, 1400), (1600, 1430))
        face = Detection(detectors.get().detect(astronaut)[0].box, 1.0, None)
        landmarks = np.array(points, float)
        landmarks[3:, 1] += scale
        face = replace(face, landmarks=align.five(landmarks))
        assert (align.crop(white, [face], align.WIDE) == 255).all() == (scale < 800)


def test_a_labelled_photo_is_black_beyond_itself_not_beyond_its_border(astronaut: RGB) -> None:
    """The border that helps to find the face of a tight chip is not served, so not learned from."""
    chip = np.ascontiguousarray(astronaut[50:190, 160:290])
    padded, face = labelled_faces.face_of(chip)
    assert padded.shape != chip.shape
    made = labelled_faces.cut(padded, face, chip.shape[:2], align.WIDE)
    landmarks = np.array(align.landmarks_of(face)) - labelled_faces.border_of(
        padded, chip.shape[:2]
    )
    served = replace(face, landmarks=align.five(landmarks))
    np.testing.assert_array_equal(made, align.crop(chip, [served], align.WIDE)[0])
    assert (made == 0).all(axis=2).mean() > 0.01
    grey = labelled_faces.cut(padded, face, chip.shape[:2], align.TEMPLATE)
    assert grey.shape == (64, 64)


def test_templates_of_manifests_before_colour_are_grey() -> None:
    old = align.TEMPLATE.to_dict()
    del old["colour"]
    assert Template.from_dict(old) == align.TEMPLATE
    assert Template.from_dict(align.WIDE.to_dict()) == align.WIDE
    with pytest.raises(TypeError, match="colour"):
        Template.from_dict(old | {"colour": "yes"})


def test_from_photo_to_verdict(artifacts: Path, astronaut: RGB, astronaut_face: Detection) -> None:
    (face,) = analyze(astronaut).faces
    (grey,) = analyze(astronaut, Settings(model="gradients")).faces
    (wide,) = align.crop(astronaut, [astronaut_face], align.WIDE)
    np.testing.assert_array_equal(face.crop, wide)
    np.testing.assert_allclose(face.score.coordinates, wide.mean(axis=(0, 1)), atol=1e-2)
    np.testing.assert_array_equal(face.grey, grey.crop)
    assert face.evidence == grey.evidence
    assert face.grey.shape == (64, 64)
    # Blue light makes another face of it.
    (blue,) = analyze(np.ascontiguousarray(astronaut[..., ::-1])).faces
    assert face.score.probability_female > 0.5 > blue.score.probability_female


def test_the_age_makes_a_question_and_is_written_nowhere(artifacts: Path, astronaut: RGB) -> None:
    (face,) = analyze(astronaut).faces
    age = present(face.score.age)
    assert face.verdict.label != "?"
    colour_model.say_child(artifacts, below=age + 1)
    reading = analyze(astronaut)
    assert reading.faces[0].verdict.reasons == ("child",)
    assert "age" not in tables.COLUMNS and "age" not in reading.to_dict()["faces"][0]
    for text in (tables.to_json([reading]), tables.to_csv([reading])):
        assert f"{age:.1f}" not in text


def test_a_folder_is_read_with_it(artifacts: Path, astronaut: RGB, tmp_path: Path) -> None:
    there = tmp_path / "photos"
    there.mkdir()
    (there / "a.png").write_bytes(png(astronaut))
    (there / "b.png").write_bytes(png(np.ascontiguousarray(astronaut[..., ::-1])))
    red, blue = (step.entry["faces"][0] for step in run.read_folder(there, workers=0))
    assert (red["label"], blue["label"]) != (blue["label"], red["label"])
    assert red["probability_female"] > 0.5 > blue["probability_female"]


def test_the_review_queue_keeps_the_grey_crop(artifacts: Path, astronaut: RGB) -> None:
    """So one face has one hash, whichever model judged it."""
    (face,) = analyze(astronaut).faces
    info = load_manifest().model()
    origin = origin_of(astronaut, "a.png", "photo", "")
    candidate = Candidate.of(astronaut, face, info, origin)
    np.testing.assert_array_equal(candidate.crop, face.grey)


def test_evaluation_cuts_each_model_its_own_crop(artifacts: Path, labelled_zip: bytes) -> None:
    models = {name: model.load_model(name) for name in (colour_model.NAME, "gradients")}
    with open_labelled(labelled_zip) as data:
        outcome = scoring.score(data, models)
    rows = [row for row in outcome.rows if not row["error"]]
    assert len(rows) == 6 and all(set(row["probabilities"]) == set(models) for row in rows)


def test_a_template_that_is_not_the_file_s_gets_a_sentence(tmp_path: Path) -> None:
    for template, words in (
        (align.TEMPLATE, "crops of 64 x 64"),
        (replace(align.WIDE, side=96), "crops of 96 x 96 x 3"),
    ):
        folder = tmp_path / words
        folder.mkdir()
        colour_model.write(folder, template)
        with pytest.raises(FacespaceError, match=f"eats crops of 112 x 112 x 3, .*{words}"):
            model.load_model(where=folder)


def test_age_may_be_given_and_nothing_else() -> None:
    crops = np.zeros((2, 112, 112, 3), np.uint8)
    for age in (False, True):
        session = model.session(colour_model.colour_model(age))
        for few in (crops, crops[:0]):
            given, number = model.run(session, few), len(few)
            assert [array.shape for array in given[:3]] == [(number, 2), (number, 3), (number,)]
            assert (given.age is not None) is age
            assert given.age is None or given.age.shape == (number,)
    race = colour_model.colour_model(True).replace(b"age", b"sex")
    with pytest.raises(FacespaceError, match="takes and gives"):
        model.session(race)
