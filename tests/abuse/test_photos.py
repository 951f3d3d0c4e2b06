"""Photos that are broken, odd, mislabelled or made to do harm."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest

from facespace import limits
from facespace.cli import main
from facespace.io import images
from tests.support.hostile.photos import CASES, FEW, content, in_library
from tests.support.outcomes import as_expected, ending, opened, words


@pytest.mark.parametrize("name", CASES)
def test_library(name: str) -> None:
    as_expected(in_library(name), CASES[name][1])
    if not in_library(name):
        rgb = images.load(content(name))
        assert rgb.ndim == 3 and rgb.shape[2] == 3 and rgb.dtype == np.uint8


def test_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All at once: those that cannot be read are named, the others read, nothing else is said."""
    paths = {name: tmp_path / f"{number:03d}.jpg" for number, name in enumerate(CASES)}
    for name, path in paths.items():
        path.write_bytes(content(name))
    assert main.main(["photo", "--format", "json", *map(str, paths.values())]) == 1
    printed = capsys.readouterr()
    bad = {str(paths[name]): in_library(name) for name in CASES if in_library(name)}
    entries = json.loads(printed.out)
    assert [entry["source"] for entry in entries] == [str(path) for path in paths.values()]
    assert {entry["source"]: entry["error"] for entry in entries if entry["error"]} == bad
    assert printed.err.splitlines() == [f"facespace: {path}: {why}" for path, why in bad.items()]


def test_page_photo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_FILES", len(CASES))
    app = opened("photo")
    app.file_uploader(key="uploads").set_value(
        [(f"{name}.jpg", content(name), "image/jpeg") for name in CASES]
    )
    shown = words(app.run())
    bad = [in_library(name) for name in CASES if in_library(name)]
    assert [sentence.split("**: ")[1] for sentence in shown] == bad
    assert f"{len(CASES) - len(bad)} pictures" in app.success[0].value


@pytest.mark.parametrize(
    ("page", "key", "first"),
    [
        ("grayscale", "upload", "from"),
        ("eigenfaces", "face_upload", "face_from"),
        ("detectors", "upload", ""),
    ],
)
def test_other_pages(page: str, key: str, first: str) -> None:
    app = opened(page, **({first: "Upload"} if first else {}))
    for name in FEW:
        app.file_uploader(key=key).set_value((f"{name}.jpg", content(name), "image/jpeg"))
        shown = words(app.run())
        expected = in_library(name)
        assert not expected or any(expected in sentence for sentence in shown), name


@pytest.mark.parametrize("name", ["/dev/zero", "pipe", "loop", "a folder", "nul\0", "x" * 300, ""])
def test_paths_that_are_no_files(name: str, tmp_path: Path) -> None:
    """A device without an end and a pipe that nobody fills are not waited for."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "a folder").mkdir()
    assert ending(lambda: images.load(tmp_path / name))
