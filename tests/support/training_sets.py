"""Photos to train on, few enough for every machine."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from facespace.datasets.dataset import Photo
from facespace.faces import align
from facespace.types import RGB, Crops
from tests.support.pictures import variant
from training.__main__ import main
from training.photos.crop_cache import ROW
from training.photos.mapped import Mapped
from training.photos.sample import Sample

#: Photos of each label in ``write_portraits``.
COUNT = 60


def write_portraits(folder: Path, astronaut: RGB) -> None:
    """A data set of 2 x 60 photos with a copy, a text and a black picture among them."""
    rng = np.random.default_rng(0)
    for label in ("female", "male"):
        (folder / label).mkdir()
        for i in range(COUNT):
            picture = variant(astronaut, rng, label == "male")
            Image.fromarray(picture).save(folder / label / f"{i}.png")
    shutil.copy(folder / "female" / "0.png", folder / "female" / "again.png")
    (folder / "male" / "text.jpg").write_text("no picture")
    Image.new("RGB", (90, 90)).save(folder / "male" / "black.png")


def blank(photos: Sequence[Photo], crops: Crops | None = None) -> Sample:
    """Photos with black crops, or these grey ones, uint8 (N, 64, 64)."""
    count = len(photos) if crops is None else len(crops)
    grey, wide = (np.zeros((count, *t.shape), np.uint8) for t in (align.TEMPLATE, align.WIDE))
    rows = np.zeros(count, ROW)
    return Sample(list(photos), grey if crops is None else crops, rows, Mapped.of_all(wide))


def train(photos: Path, out: Path, cache: Path, *options: str) -> None:
    """The command that trains, in this process alone."""
    arguments = ["--data", photos, "--out", out, "--cache", cache, "--jobs", "1", *options]
    assert main(["train", *map(str, arguments)]) == 0
