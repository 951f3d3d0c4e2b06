"""The graphs that a browser runs give what this runtime computes beside its networks."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import onnxruntime as ort
import pytest

from facespace.browser import bundle as bundles
from facespace.browser.bundle import bundle
from facespace.browser.detector_graph import FINDS, LEAST, decoded
from facespace.browser.face_graph import COLOUR, GREY, SHARPNESS, face_graph
from facespace.browser.smaller import smaller
from facespace.faces import align
from facespace.faces.analyze import Settings, analyze
from facespace.faces.detectors import yunet, yunet_graph
from facespace.faces.detectors.yunet_graph import PICTURES
from facespace.types import RGB, Array, FacespaceError, Template
from tests.support.paths import ARTIFACTS


def ran(content: bytes, feeds: dict[str, Array]) -> dict[str, Array]:
    session = ort.InferenceSession(content, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, feeds), strict=True))


def test_the_detector_decodes(astronaut: RGB) -> None:
    content = yunet_graph.rebuilt(yunet.weights())
    pictures = np.stack([astronaut, astronaut[:, ::-1]])
    finds = ran(decoded(content), {PICTURES: pictures, LEAST: np.array([0.3], np.float32)})[FINDS]
    assert finds.shape[1] == 16
    rows = yunet._run(ort.InferenceSession(content), pictures, 0.3)
    for number, expected in enumerate(rows):
        mine = finds[finds[:, 0] == number]
        best = mine[mine[:, 15].argmax(), 1:]
        np.testing.assert_allclose(best, expected[0], rtol=1e-4, atol=1e-3)


def test_the_detector_finds_nobody_on_a_wall() -> None:
    content = decoded(yunet_graph.rebuilt(yunet.weights()))
    wall = np.full((1, 64, 96, 3), 128, np.uint8)
    assert ran(content, {PICTURES: wall, LEAST: np.array([0.3], np.float32)})[FINDS].shape == (
        0,
        16,
    )


def matrix(landmarks: Array, template: Template) -> Array:
    """What brings a pixel of the crop to one of the picture, float32 (2, 3)."""
    middles = landmarks[:2].mean(axis=0), landmarks[3:].mean(axis=0)
    there = np.vstack([align.similarity(middles, template.points), [0, 0, 1]])
    back = np.linalg.inv(there)[:2]
    back[:, 2] += back[:, :2] @ (0.5, 0.5) - 0.5
    return np.asarray(back, np.float32)


def test_the_face_is_cut_out(astronaut: RGB) -> None:
    (face,) = analyze(astronaut).faces
    landmarks = np.array(face.detection.landmarks)
    # Large enough for a crop that is not averaged before.
    assert np.linalg.det(matrix(landmarks, align.WIDE)[:, :2]) < 4
    grey = (astronaut @ np.array([0.299, 0.587, 0.114])).round().astype(np.uint8)
    feeds = {
        "grey_part": grey[..., None],
        "grey_matrix": matrix(landmarks, align.TEMPLATE),
        "colour_part": astronaut,
        "colour_matrix": matrix(landmarks, align.WIDE),
    }
    given = ran(face_graph(align.WIDE), feeds)
    assert given[COLOUR].dtype == given[GREY].dtype == np.uint8
    assert np.abs(given[COLOUR][0].astype(int) - face.crop).mean() < 0.1
    assert np.abs(given[GREY][0].astype(int) - face.grey).mean() < 0.5
    assert given[SHARPNESS][0] == pytest.approx(face.evidence.sharpness, rel=0.01)


def test_beyond_the_picture_grey_repeats_its_edge_and_colour_is_black() -> None:
    light = np.full((64, 64, 3), 200, np.uint8)
    light[:, :32] = 100
    away = np.array([[1, 0, -32], [0, 1, 0]], np.float32)
    feeds: dict[str, Array] = {"grey_part": light[..., :1], "grey_matrix": away}
    given = ran(face_graph(align.WIDE), {**feeds, "colour_part": light, "colour_matrix": away})
    assert not given[COLOUR][0, :, :31].any()
    assert len(np.unique(given[GREY])) == 1  # level light: there is but one grey before it as well
    grey = ran(face_graph(align.TEMPLATE), feeds)
    assert set(grey) == {GREY, SHARPNESS}


def test_smaller_models_say_the_same(astronaut: RGB) -> None:
    (face,) = analyze(astronaut).faces
    for name, crop in (("embedding.onnx", face.crop), ("second_opinion.onnx", face.grey)):
        content = (ARTIFACTS / name).read_bytes()
        small = smaller(content, ["distance"])
        assert len(small) < 0.85 * len(content)
        feeds = {"faces": crop[None]}
        mine, own = ran(small, feeds), ran(content, feeds)
        for output, values in own.items():
            np.testing.assert_allclose(mine[output], values, atol=0.01, err_msg=output)


def test_the_bundle_names_what_it_holds() -> None:
    made = bundle(Settings(most_wrong=0.2, threshold=0.7))
    facts = made.facts
    assert set(facts["models"]) == set(made.models) == {"detector", "face", "model", "opinion"}
    for name, content in made.models.items():
        assert facts["models"][name]["bytes"] == len(content)
        assert facts["models"][name]["sha256"] == hashlib.sha256(content).hexdigest()
    assert sum(map(len, made.models.values())) <= bundles.LARGEST
    assert facts["rules"]["most_wrong"] == 0.2
    assert facts["least"] == 0.7
    assert json.loads(json.dumps(facts)) == facts


def test_a_model_that_is_too_large_is_not_sent() -> None:
    with pytest.raises(FacespaceError, match="too large for a visitor’s browser"):
        bundle(Settings(model="gradients"))
