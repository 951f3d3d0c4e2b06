"""Names of files that are no UTF-8, given to every command, and what is written of them."""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path

import pytest

from dashboard.widgets.example_film import example_film
from facespace.cli import main
from facespace.io.names import as_named
from facespace.review.queue import Queue

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")

#: A name in Latin-1, as Python has it; the name that has its letters; and how both are written.
NAMES = {"caf\udce9.png": r"caf\udce9.png", r"caf\udce9.png": r"caf\x5cudce9.png"}


@pytest.fixture
def photos(astronaut_file: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder, which commands are run in, with the astronaut by both names."""
    monkeypatch.chdir(tmp_path)
    for name in NAMES:
        (tmp_path / name).write_bytes(astronaut_file)
    return tmp_path


def sources(table: str) -> list[str]:
    return [row["source"] for row in csv.DictReader(io.StringIO(table.lstrip("\ufeff")))]


@pytest.mark.parametrize("command", [["photo", "--format", "csv"], ["folder", "--workers", "1"]])
def test_a_printed_table_has_names_that_are_found_again(
    command: list[str], photos: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert main.main([*command, *NAMES]) == 0
    printed = capfdbinary.readouterr().out.decode()
    assert sources(printed) == list(NAMES.values())
    (photos / r"caf\udce9.png").unlink()  # of the two that a list may mean
    assert main.main([*command, *sources(printed)[:1]]) == 0
    assert sources(capfdbinary.readouterr().out.decode()) == sources(printed)[:1]


def test_json_has_the_names_themselves(
    photos: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert main.main(["photo", "--format", "json", *NAMES]) == 0
    entries = json.loads(capfdbinary.readouterr().out)
    assert [entry["source"] for entry in entries] == list(NAMES)


def test_results_of_such_names_in_files_of_such_names(
    photos: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    ends = ("csv", "jsonl", "parquet", "html")
    out = [Path(f"\udce9.{end}") for end in ends]
    options = [part for path in out for part in ("--out", str(path))]
    kept = ["--annotated", "\udcea", "--crops", "\udceb", "--reviews", "\udcec.db"]
    assert main.main(["folder", *NAMES, "bad\udce9.png", *options, *kept, "--workers", "1"]) == 1
    assert "bad\\udce9.png: There is no such file." in capfd.readouterr().err
    table, lines, _, sheet = (path.read_bytes() for path in out)
    known = [*NAMES.values(), r"bad\udce9.png"]
    assert sources(table.decode()) == known
    assert [as_named(name) for name in known] == [*NAMES, "bad\udce9.png"]
    assert [json.loads(line)["source"] for line in lines.splitlines()] == [
        as_named(n) for n in known
    ]
    assert all(name in sheet.decode() for name in known)
    frame = pytest.importorskip("pandas").read_parquet(io.BytesIO(out[2].read_bytes()))
    assert frame["source"].tolist() == known
    assert len(list(Path("\udcea").iterdir())) == 2
    assert Queue(Path("\udcec.db")).items() == []


def test_a_film(photos: Path, capfd: pytest.CaptureFixture[str]) -> None:
    Path("film\udce9.mp4").write_bytes(example_film()[1])
    options = {"out": "mp4", "csv": "csv", "tracks-csv": "tracks.csv", "json": "json"}
    files = {option: Path(f"\udcea.{end}") for option, end in options.items()}
    given = [part for option, path in files.items() for part in (f"--{option}", str(path))]
    assert main.main(["video", "film\udce9.mp4", *given, "--every", "50"]) == 0
    assert all(path.stat().st_size for path in files.values())
    assert json.loads(files["json"].read_bytes())["source"] == "film\udce9.mp4"
    assert main.main(["video", r"film\udce9.mp4", "--every", "50"]) == 0
    Path("bad\udce9.mp4").write_bytes(b"no film")
    assert main.main(["video", "bad\udce9.mp4", *given]) == 1
    assert r"bad\udce9.mp4: The file is not a film" in capfd.readouterr().err
