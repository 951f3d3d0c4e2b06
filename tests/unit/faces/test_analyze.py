"""A picture in, a reading out: the API and the result contract."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import facespace
from facespace.faces import annotate
from facespace.types import RGB, Face, FacespaceError, Reading
from tests.support.present import present

pytestmark = pytest.mark.packages

FACE_KEYS = {
    *("box", "score", "landmarks", "label", "probability_female", "chance_wrong", "distance"),
    "reasons",
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory, astronaut_file: bytes) -> list[str]:
    """The astronaut, a picture without a face, and a text that claims to be a picture."""
    folder = tmp_path_factory.mktemp("photos")
    (folder / "astronaut.png").write_bytes(astronaut_file)
    Image.new("RGB", (200, 100), "gray").save(folder / "grey.jpg")
    (folder / "text.jpg").write_text("no picture")
    return [str(folder / name) for name in ("astronaut.png", "grey.jpg", "text.jpg")]


def plain(reading: Reading) -> dict[str, Any]:
    return reading.to_dict() | {"milliseconds": None, "source": None}


def test_path_bytes_and_array_give_the_same(
    files: list[str], astronaut_file: bytes, astronaut: RGB
) -> None:
    readings = [facespace.analyze(x) for x in (files[0], Path(files[0]), astronaut_file, astronaut)]
    assert all(plain(reading) == plain(readings[0]) for reading in readings)
    assert readings[0].source == files[0]
    assert present(readings[0].milliseconds) > 0


def test_the_result_contract(astronaut: RGB) -> None:
    result = facespace.analyze(astronaut, source="a.png").to_dict()
    assert list(result) == [
        *("source", "width", "height", "detector", "model", "milliseconds", "error"),
        *("made_by", "faces"),
    ]
    assert (result["width"], result["height"], result["error"]) == (512, 512, None)
    (face,) = result["faces"]
    assert set(face) == FACE_KEYS
    assert len(face["landmarks"]) == 5
    assert face["label"] in ("female", "male", "?")
    assert bool(face["reasons"]) == (face["label"] == "?")
    assert 0 <= face["chance_wrong"] <= 1
    assert json.loads(json.dumps(result)) == result


def test_settings_change_the_reading(astronaut: RGB) -> None:
    def read(**settings: Any) -> Reading:
        return facespace.analyze(astronaut, facespace.Settings(**settings))

    assert read(threshold=1.0).faces == ()
    assert read(most_wrong=0.0).faces[0].verdict.label == "?"
    (face,) = read(most_wrong=0.5).faces
    assert face.verdict.label != "?" and face.confidence > 0.5
    assert read(detector="haar").to_dict()["faces"][0]["landmarks"] is None
    with pytest.raises(FacespaceError, match="no detector"):
        read(detector="nobody")
    with pytest.raises(FacespaceError, match="no model"):
        read(model="nobody")


def test_faces_come_back_from_plain_data(astronaut: RGB) -> None:
    (face,) = facespace.analyze(astronaut).faces
    again = Face.from_dict(face.to_dict())
    assert again.verdict.label == face.verdict.label
    assert again.confidence == pytest.approx(face.confidence, abs=1e-4)
    assert again.to_dict() == face.to_dict()


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((9, 9), np.uint8),
        np.zeros((9, 9, 4), np.uint8),
        np.zeros((9, 9, 3)),
        np.zeros((0, 9, 3), np.uint8),
    ],
)
def test_other_arrays_get_a_sentence(array: np.ndarray) -> None:
    with pytest.raises(FacespaceError, match="must be uint8"):
        facespace.analyze(array)


def test_many_threads_read_alike(astronaut: RGB) -> None:
    with ThreadPoolExecutor(8) as threads:
        readings = list(threads.map(facespace.analyze, [astronaut] * 16))
    assert all(plain(reading) == plain(readings[0]) for reading in readings)


def test_importing_the_runtime_leaves_scikit_learn_and_streamlit_alone() -> None:
    code = (
        "import importlib, pkgutil, sys, facespace\n"
        "names = [m.name for m in pkgutil.walk_packages(facespace.__path__, 'facespace.')]\n"
        "for name in names:\n"
        "    if not name.endswith(('__main__', 'cluster')): importlib.import_module(name)\n"
        "assert len(names) > 60 and all(getattr(facespace, n) for n in facespace.__all__)\n"
        "unwanted = ('sklearn', 'streamlit', 'training', 'torch', 'skimage')\n"
        "print([m for m in unwanted if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_annotation_draws_on_a_copy(astronaut: RGB) -> None:
    reading = facespace.analyze(astronaut)
    drawn = annotate.draw(astronaut, reading.faces)
    assert drawn.shape == astronaut.shape
    changed = (drawn != astronaut).any(axis=2)
    assert 300 < changed.sum() < astronaut.shape[0] * astronaut.shape[1] / 20
    box = reading.faces[0].detection.box
    rows, columns = np.nonzero(changed)
    assert columns.min() >= box.x - 10
    assert rows.max() <= box.y + box.height + 10
    assert (annotate.draw(astronaut, ()) == astronaut).all()


def test_a_shrunken_picture_has_its_boxes_where_the_faces_are(astronaut: RGB) -> None:
    (face,) = facespace.analyze(astronaut).faces
    small = np.ascontiguousarray(astronaut[::2, ::2])
    changed = (annotate.draw(small, [face], scale=0.5) != small).any(axis=2)
    columns = np.flatnonzero(changed.any(axis=0))
    box = face.detection.box
    assert columns[0] == pytest.approx(box.x / 2, abs=4)
    assert np.flatnonzero(changed.any(axis=1))[-1] == pytest.approx((box.y + box.height) / 2, abs=4)
