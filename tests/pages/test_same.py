"""What a page offers to copy does what the page did."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from dashboard.widgets import same
from facespace.artifacts.manifest import load_manifest
from facespace.faces.analyze import Settings, analyze
from facespace.types import RGB
from tests.support.pages import opened
from tests.support.paths import ROOT
from tests.support.pictures import png

OWN = Settings("haar", "gradients", 0.4, 0.3)


@pytest.fixture
def photo(astronaut: RGB, tmp_path: Path) -> str:
    """A name that a shell, and Python, must have quoted."""
    path = tmp_path / "it's $HOME; a.png"
    path.write_bytes(png(astronaut))
    return path.name


def ran(words: list[str], folder: Path) -> str:
    environment = os.environ | {"PYTHONPATH": str(ROOT), "HOME": str(folder)}
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("settings", [Settings(), OWN])
def test_the_program_and_the_command_read_as_the_page_did(
    settings: Settings, photo: str, tmp_path: Path
) -> None:
    here = analyze(tmp_path / photo, settings, photo).to_dict() | {"milliseconds": None}
    out = ran([sys.executable, "-c", same.python("photo", photo, settings)], tmp_path)
    assert ast.literal_eval(out) | {"milliseconds": None} == here
    command = same.command("photo", [photo], settings)
    assert command.startswith("facespace photo ")
    shell = command.replace("facespace", f"{sys.executable} -m facespace", 1)
    (there,) = json.loads(ran(["sh", "-c", f"{shell} --format json"], tmp_path))
    assert there | {"milliseconds": None} == here


def test_a_folder_and_a_film_are_read_so_too(photo: str, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / photo).rename(tmp_path / "photos" / photo)
    (tmp_path / "read.py").write_text(same.python("folder", "photos", OWN))
    assert "'made_by'" in ran([sys.executable, "read.py"], tmp_path)
    shell = same.command("folder", ["photos"], OWN)
    ran(["sh", "-c", shell.replace("facespace", f"{sys.executable} -m facespace", 1)], tmp_path)
    assert "detector haar from 0.4" in (tmp_path / "faces.csv").read_text("utf-8-sig")


def test_usual_settings_need_no_words(photo: str) -> None:
    assert same.command("photo", ["a.png"], Settings()) == "facespace photo a.png"
    usual = Settings(model=load_manifest().default, threshold=0.6)
    assert same.command("photo", ["a.png"], usual) == "facespace photo a.png"
    film = same.command("video", ["a.mp4"], Settings(), 3)
    assert film == "facespace video a.mp4 --every 3 --out annotated.mp4"


def test_the_page_offers_both(astronaut_file: bytes) -> None:
    app = opened("photo")
    app.file_uploader(key="uploads").upload("holiday.png", astronaut_file, "image/png").run()
    codes = [code.value for code in app.code]
    assert codes[1] == "facespace photo holiday.png"
    assert "analyze('holiday.png', settings)" in codes[0]


def test_faces_are_hidden_so_too(photo: str, tmp_path: Path) -> None:
    program = same.python("photo", photo, OWN, way="blur")
    ran([sys.executable, "-c", f"{program}\nassert rgb.shape == (512, 512, 3)"], tmp_path)
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.png").write_bytes((tmp_path / photo).read_bytes())
    for page, name in (("photo", photo), ("folder", "photos")):
        shell = same.command(page, [name], OWN, way="blur")
        ran(["sh", "-c", shell.replace("facespace", f"{sys.executable} -m facespace", 1)], tmp_path)
        (made,) = (tmp_path / "anonymous").iterdir()
        assert made.name.endswith("-anonymous.jpg")
        made.unlink()
    film = same.command("video", ["a.mp4"], Settings(), way="fill")
    assert film == "facespace video a.mp4 --out anonymous.mp4 --anonymise fill"
    assert "anonymise_film('a.mp4', 'anonymous.mp4', 'fill', settings)" in same.python(
        "video", "a.mp4", Settings(), way="fill"
    )
