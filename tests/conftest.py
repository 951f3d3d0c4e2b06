"""Real pictures for the tests: the astronaut, and photos of a data folder if there is one."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from dashboard.example import example
from facespace import detectors, images
from facespace.types import RGB, Detection

#: Real photos for development; not part of the project. Set FACESPACE_DATA to have them elsewhere.
DATA = Path(os.environ.get("FACESPACE_DATA", Path(__file__).parents[2] / "shared" / "data"))


#: The names of all pages.
PAGES = sorted(path.stem for path in (Path(__file__).parents[1] / "pages").glob("*.py"))


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
def data() -> Path:
    """The folder of real photos; skips the test where there is none."""
    if not DATA.is_dir():
        pytest.skip(f"no data folder {DATA}")
    return DATA


@pytest.fixture(autouse=True)
def stream(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """What the webcam page gets from ``webrtc_streamer``, which needs a browser: an idle stream."""
    state = SimpleNamespace(playing=False, signalling=False)
    context = SimpleNamespace(state=state, video_processor=None)
    monkeypatch.setattr("dashboard.webcam.webrtc_streamer", lambda **_: context)
    return context


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)
