"""Real pictures for the tests: the astronaut, and photos of a data folder if there is one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from dashboard.widgets.example import example
from facespace.artifacts.manifest import load_manifest
from facespace.faces import detectors
from facespace.faces.analyze import analyze
from facespace.io import images
from facespace.metrics import intervals
from facespace.review.item import Candidate, origin_of
from facespace.types import RGB, Detection
from tests.support.paths import DATA
from tests.support.pictures import GREY, packed, png


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs more than the project: photos of a data folder, or a browser."""
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if "data" in fixtures:
            item.add_marker(pytest.mark.data)
        if "launch" in fixtures or "ort_web" in fixtures:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session", autouse=True)
def few_rounds() -> Iterator[None]:
    """Intervals of fewer rounds than users get: tests of other things ask where an interval
    comes from, not how steady it is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intervals, "ROUNDS", 100)
        yield


@pytest.fixture(scope="session")
def astronaut_file() -> bytes:
    """The example as a PNG file."""
    return example()[1]


@pytest.fixture(scope="session")
def astronaut(astronaut_file: bytes) -> RGB:
    """The example, uint8 (512, 512, 3): one face, its box about (178, 63, 90, 114)."""
    rgb = images.load(astronaut_file)
    rgb.setflags(write=False)
    return rgb


@pytest.fixture(scope="session")
def astronaut_face(astronaut: RGB) -> Detection:
    """YuNet's detection of the astronaut."""
    (face,) = detectors.get("yunet").detect(astronaut)
    return face


@pytest.fixture(scope="session")
def candidate(astronaut: RGB, astronaut_file: bytes) -> Candidate:
    """The astronaut's face on its way into the queue."""
    reading = analyze(astronaut)
    info = load_manifest().model(reading.model)
    digest = hashlib.sha256(astronaut_file).hexdigest()
    origin = origin_of(astronaut, "astronaut.png", "photo", digest)
    return Candidate.of(astronaut, reading.faces[0], info, origin).disputed()


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real photos; skips the test where there is none."""
    if not DATA.is_dir():
        pytest.skip(f"no data folder {DATA}")
    return DATA


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.fixture(scope="session")
def variants(astronaut: RGB) -> list[bytes]:
    """Six different pictures of the astronaut, as PNG files."""
    dark = cv2.convertScaleAbs(astronaut, alpha=0.6)
    light = cv2.convertScaleAbs(astronaut, alpha=0.8, beta=50)
    made = [astronaut, astronaut[:, ::-1], astronaut[:300, 50:400], dark, light, dark[:, ::-1]]
    return [png(np.ascontiguousarray(rgb)) for rgb in made]


@pytest.fixture(scope="session")
def labelled_zip(variants: list[bytes]) -> bytes:
    """A ZIP as a user may pack it: one top folder, good photos, a copy, and three bad ones."""
    names = [f"{i}.png" for i in range(6)]
    rows = [
        (names[0], "female", "30", "one"),
        (names[1], "Female", "31", "one"),
        (names[2], "f", "42", ""),
        (names[3], "male", "44", ""),
        (names[4], "M", "", ""),
        (names[5], "female", "8", ""),
        ("again.png", "male", "", ""),
        ("grey.png", "female", "", ""),
        ("broken.png", "female", "", ""),
        ("missing.png", "male", "", ""),
        ("0.png", "unknown", "", ""),
    ]
    table = "file,gender,age,person\n" + "".join(",".join(row) + "\n" for row in rows)
    return packed(
        {f"Own/{name}": content for name, content in zip(names, variants, strict=True)}
        | {
            "Own/again.png": variants[0],
            "Own/grey.png": png(GREY),
            "Own/broken.png": variants[1][:5000],
            "Own/labels.csv": table.encode(),
            "Own/notes.txt": b"no picture",
            "__MACOSX/Own/._0.png": b"x",
        }
    )
