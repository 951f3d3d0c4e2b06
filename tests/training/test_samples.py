"""What is fitted on, chosen on and tested on: odd names."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from facespace.types import RGB
from training import crops, samples
from training.samples import load


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names of files are Unicode")
def test_names_that_are_not_utf_8(tmp_path: Path, astronaut: RGB, monkeypatch) -> None:
    monkeypatch.setattr(samples, "WAYS", {})
    rng = np.random.default_rng(0)
    for label in ("female", "male"):
        (tmp_path / label).mkdir()
        for i in range(30):
            noisy = astronaut[20:220, 120:330] + rng.normal(0, 6, (200, 210, 3))
            Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8)).save(
                os.fsencode(tmp_path / label) + b"/Jos\xe9%d.png" % i, "PNG"
            )
        with open(os.fsencode(tmp_path / label) + b"/text\xe9.png", "w") as file:
            file.write("no picture")
    material = load(tmp_path, (), None, tmp_path / "cache", 1)
    (counts,) = material.left_out.values()
    assert sum(counts.values()) == 2
    (listed,) = (tmp_path / "cache").glob("left-out-*.txt")
    assert "text\\udce9.png" in listed.read_text("utf-8")
    assert len(crops.crop_all(material.fitting.photos, tmp_path / "cache", 1).crops)
