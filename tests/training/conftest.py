"""One training for all tests of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from facespace.types import RGB
from tests.support.training_sets import write_portraits
from training.__main__ import main


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory, astronaut: RGB) -> Path:
    """A small data set of portraits."""
    folder = tmp_path_factory.mktemp("portraits")
    write_portraits(folder, astronaut)
    return folder


@pytest.fixture(scope="session")
def trained(photos: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The artifacts of a run on ``photos``, and the cache it left."""
    out, cache = tmp_path_factory.mktemp("out"), tmp_path_factory.mktemp("cache")
    models = ["--model", "eigenfaces", "--model", "gradients"]
    arguments = ["train", "--data", photos, "--out", out, "--cache", cache, "--jobs", "1", *models]
    assert main([str(a) for a in arguments]) == 0
    return out, cache
