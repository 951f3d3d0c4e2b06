"""One training for all tests of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from facespace.types import RGB
from tests.support.once import once
from tests.support.training_sets import train, write_portraits


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory, astronaut: RGB) -> Path:
    """A small data set of portraits, which no test changes."""
    return once(tmp_path_factory, "portraits", lambda folder: write_portraits(folder, astronaut))


@pytest.fixture(scope="session")
def training(photos: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The artifacts of a run on ``photos``, and the cache it left; no test changes either."""
    models = ("--model", "eigenfaces", "--model", "gradients")
    run = once(
        tmp_path_factory, "run", lambda run: train(photos, run / "out", run / "cache", *models)
    )
    return run / "out", run / "cache"


@pytest.fixture
def trained(
    training: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Path]:
    """The same, with a cache of one's own: whoever crops adds to it."""
    out, cache = training
    return out, shutil.copytree(cache, tmp_path_factory.mktemp("own") / "cache")
