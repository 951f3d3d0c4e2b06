"""``facespace photo``: what it prints and says, and its exit codes."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from facespace.artifacts.manifest import load_manifest
from facespace.cli import main, photo
from facespace.io import tables


@pytest.fixture
def files(tmp_path: Path, astronaut_file: bytes) -> list[str]:
    """The astronaut, a picture without a face, and a text that claims to be a picture."""
    (tmp_path / "astronaut.png").write_bytes(astronaut_file)
    Image.new("RGB", (200, 100), "gray").save(tmp_path / "grey.jpg")
    (tmp_path / "text.jpg").write_text("no picture")
    return [str(tmp_path / name) for name in ("astronaut.png", "grey.jpg", "text.jpg")]


def test_json_is_the_result_contract(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["photo", "--format", "json", *files]) == 1
    out, err = capsys.readouterr()
    results = json.loads(out)
    assert [result["source"] for result in results] == files
    assert [len(result["faces"]) for result in results] == [1, 0, 0]
    assert [bool(result["error"]) for result in results] == [False, False, True]
    assert results[2]["width"] is None
    assert {result["model"] for result in results} == {load_manifest().default}
    assert "text.jpg" in err


def test_csv_and_table(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["photo", "--format", "csv", *files[:2]]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["source"] for row in rows] == files[:2]
    assert [row["face"] for row in rows] == ["1", ""]
    assert 0 <= float(rows[0]["probability_female"]) <= 1
    assert main.main(["photo", files[0], "--detector", "haar", "--model", "eigenfaces"]) == 0
    table = capsys.readouterr().out.splitlines()
    assert table[0].split() == [c for c in tables.COLUMNS if c not in ("score", "distance")]
    assert len(table) == 2


@pytest.mark.parametrize("option", [["--detector", "nobody"], ["--model", "nobody"]])
def test_it_names_the_detectors_and_models_there_are(
    option: list[str], files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.main(["photo", files[0], *option]) == 2
    assert "Choose from" in capsys.readouterr().err


def test_the_module_runs(files: list[str]) -> None:
    command = [sys.executable, "-m", "facespace", "photo", files[2]]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    assert "not a JPEG" in done.stderr
    assert "Traceback" not in done.stderr


def test_interrupting_ends_without_a_traceback(
    files: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(photo, "analyze", interrupted)
    assert main.main(["photo", files[0]]) == 1
    assert capsys.readouterr() == ("", "facespace: given up\n")


def test_a_reader_that_has_had_enough_ends_it_quietly(files: list[str]) -> None:
    command = [sys.executable, "-m", "facespace", "photo", files[0]]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout and process.stderr
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait(120) == 1
    process.stderr.close()
