"""``facespace photo``: what it prints and says, and its exit codes."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from facespace.artifacts.manifest import load_manifest
from facespace.cli import main, photo
from facespace.faces.analyze import analyze
from facespace.faces.anonymise import WAYS
from facespace.io import tables
from facespace.types import RGB

#: Of EXIF.
ARTIST = 0x013B


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
    left_out = ("score", "distance", "made_by")
    assert table[0].split() == [c for c in tables.COLUMNS if c not in left_out]
    assert len(table) == 2


def test_how_wrong_an_answer_may_be(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    def face(*options: str) -> dict[str, Any]:
        assert main.main(["photo", "--format", "json", files[0], *options]) == 0
        ((result,),) = [each["faces"] for each in json.loads(capsys.readouterr().out)]
        return dict(result)

    assert face("--most-wrong", "50")["label"] != "?"
    strict = face("--most-wrong", "1")
    assert (strict["label"] == "?") is (strict["chance_wrong"] > 0.01)
    assert main.main(["photo", "--format", "csv", files[0]]) == 0
    (row,) = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert float(row["chance_wrong"]) == strict["chance_wrong"]


@pytest.mark.parametrize("percent", ["0.5", "51", "-3", "nan", "few"])
def test_a_chance_that_is_none_is_refused(
    percent: str, files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main.main(["photo", files[0], "--most-wrong", percent])
    assert "--most-wrong" in capsys.readouterr().err


@pytest.mark.parametrize("way", WAYS)
def test_pictures_whose_faces_nobody_can_recognise(
    files: list[str], way: str, tmp_path: Path, astronaut: RGB, capsys: pytest.CaptureFixture[str]
) -> None:
    marked, hidden = tmp_path / "marked", tmp_path / "hidden"
    exif = Image.Exif()
    exif[ARTIST] = "somebody"
    Image.fromarray(astronaut).save(tmp_path / "signed.jpg", exif=exif)
    given = [str(tmp_path / "signed.jpg"), *files]
    assert main.main(["photo", *given, "--out", str(marked)]) == 1
    assert main.main(["photo", *given, "--out", str(hidden), "--anonymise", way]) == 1
    names = [sorted(path.name[:4] for path in folder.iterdir()) for folder in (marked, hidden)]
    assert names == [["astr", "grey", "sign"]] * 2
    for path in hidden.glob("[as]*"):
        assert path.name.endswith("-anonymous.jpg")
        assert analyze(path).faces == ()
        with Image.open(path) as picture:
            assert not picture.getexif() and picture.size == (512, 512)
            assert {"exif", "xmp", "photoshop", "comment"}.isdisjoint(picture.info)
        assert b"somebody" not in path.read_bytes()
    capsys.readouterr()
    assert main.main(["photo", files[0], "--anonymise", way]) == 2
    assert "needs --out" in capsys.readouterr().err


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
    assert main.main(["photo", files[0]]) == 130
    assert capsys.readouterr() == ("", "facespace: given up\n")


def test_a_reader_that_has_had_enough_ends_it_quietly(files: list[str]) -> None:
    command = [sys.executable, "-m", "facespace", "photo", files[0]]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout and process.stderr
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait(120) == 1
    process.stderr.close()


def test_patterns_need_no_shell(
    files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Those of Windows do not expand them."""
    (tmp_path / "notes.txt").write_text("x")
    (tmp_path / "[odd].png").write_bytes(Path(files[0]).read_bytes())

    def sources(*names: str) -> list[str]:
        photo_names = [str(tmp_path / name) for name in names]
        main.main(["photo", "--format", "json", *photo_names])
        out, err = capsys.readouterr()
        assert ("1 of 5 files is not a picture (notes.txt)." in err) == ("*" in names)
        return [Path(result["source"]).name for result in json.loads(out)]

    assert sources("[a-g]*.[jp][pn]g") == ["astronaut.png", "grey.jpg"]
    assert sources("*") == ["[odd].png", "astronaut.png", "grey.jpg", "text.jpg"]
    assert sources("[odd].png", "g*.jpg") == ["[odd].png", "grey.jpg"]
    assert main.main(["photo", str(tmp_path / "*.gif")]) == 1
    assert "Nothing matches this pattern." in capsys.readouterr().err
