"""``facespace folder --follow``: what arrives is read once it is complete, and appended."""

from __future__ import annotations

import csv
import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from facespace.batch.follow import SETTLED
from facespace.cli.main import main
from facespace.io.tables import COLUMNS
from tests.support.paths import ROOT

#: Seconds that something may take on a busy machine.
PATIENCE = 60


#: The command of the documentation, after its name.
(DOCUMENTED,) = (
    shlex.split(line)[1:]
    for line in (ROOT / "docs" / "command_line.md").read_text("utf-8").splitlines()
    if line.startswith("facespace ") and "--follow" in line
)


@contextmanager
def following(*words: str, out: Path, here: Path) -> Iterator[subprocess.Popen[str]]:
    """The command at work in a folder; it has begun once ``out`` is there."""
    process = subprocess.Popen(
        [sys.executable, "-m", "facespace", *words],
        cwd=here,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        until(out.exists)
        yield process
    finally:
        process.kill()
        process.communicate()


def until(true: Callable[[], object]) -> None:
    """Wait for something."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """The exit code after Ctrl-C, and what was said."""
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=PATIENCE)[1]
    return process.returncode, said


def rows(out: Path) -> list[tuple[str, str]]:
    """Name of the photo and verdict of each whole row of a CSV file."""
    text = out.read_text("utf-8-sig")
    read = list(csv.DictReader(text[: text.rfind("\n") + 1].splitlines()))
    return [(Path(row["source"]).name, row["label"] or row["error"]) for row in read]


def test_what_arrives_is_read_when_it_is_complete(
    tmp_path: Path, variants: list[bytes], astronaut_file: bytes
) -> None:
    folder, out = tmp_path / "inbox", tmp_path / "faces.csv"
    folder.mkdir()
    (folder / "first.png").write_bytes(variants[0])
    with following(*DOCUMENTED, out=out, here=tmp_path) as process:
        until(lambda: rows(out) == [("first.png", "female")])
        with (folder / "slow.png").open("wb") as slow:  # half of it, and the rest in steps
            half = len(astronaut_file) // 2
            slow.write(astronaut_file[:half])
            for _ in range(8):
                slow.flush()
                time.sleep(SETTLED / 4)
                slow.write(astronaut_file[half : half + 100])
                half += 100
            slow.write(astronaut_file[half:])
        until(lambda: len(rows(out)) == 2)
        moved = tmp_path / "moved"
        (moved / "deep").mkdir(parents=True)
        (moved / "deep" / "third.png").write_bytes(variants[1])
        (moved / "notes.txt").write_text("no picture")
        (moved / ".hidden.png").write_bytes(variants[2])
        moved.rename(folder / "moved")
        until(lambda: len(rows(out)) == 3)
        (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff and no more")
        until(lambda: len(rows(out)) == 4)
        (folder / "first.png").write_bytes(variants[3])  # written again
        until(lambda: len(rows(out)) == 5)
        code, said = ended(process)
    assert code == 130
    assert [name for name, _ in rows(out)] == [
        "first.png",
        "slow.png",
        "third.png",
        "broken.jpg",
        "first.png",
    ]
    assert rows(out)[1] == ("slow.png", "female")
    assert "damaged" in rows(out)[3][1] or "not a" in rows(out)[3][1]
    assert "broken.jpg" in said and "notes.txt" in said and "hidden" not in said
    assert "ended after 5 photos" in said and "Traceback" not in said


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_the_same_again_goes_on_where_it_ended(
    ending: str, tmp_path: Path, variants: list[bytes]
) -> None:
    folder, out = tmp_path / "photos", tmp_path / "photos" / f"faces.{ending}"
    folder.mkdir()

    def lines() -> list[str]:
        text = out.read_text("utf-8-sig") if out.exists() else ""
        return text[: text.rfind("\n") + 1].splitlines()

    heads, words = int(ending == "csv"), ["folder", str(folder), "--follow", "--out", str(out)]
    for number in range(2):
        (folder / f"{number}.png").write_bytes(variants[number])
        with following(*words, out=out, here=tmp_path) as process:
            wanted = heads + number + 1
            until(lambda wanted=wanted: len(lines()) == wanted)  # type: ignore[misc]
            code, said = ended(process)
        assert code == 130 and "not pictures" not in said and "not a picture" not in said
        with out.open("ab") as torn:
            torn.write(b"a killed process leaves half a li")
    (folder / "2.png").write_bytes(variants[2])
    with following(*words, out=out, here=tmp_path) as process:
        until(lambda: len(lines()) == heads + 3)
        ended(process)
    if ending == "csv":
        assert lines()[0] == ",".join(COLUMNS)
        sources = [row["source"] for row in csv.DictReader(lines())]
    else:
        sources = [json.loads(line)["source"] for line in lines()]
    assert sources == [str(folder / f"{number}.png") for number in range(3)]


def test_what_cannot_be_followed_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file, sheet, table = (tmp_path / name for name in ("a.png", "faces.html", "other.csv"))
    file.write_bytes(b"")
    table.write_text("name,age\nanna,3")
    for words, said in (
        ([file], "takes folders"),
        ([tmp_path, "--out", sheet], "writes .csv and .jsonl files"),
        ([tmp_path, "--scheduler", "tcp://nowhere:1"], "on this machine"),
    ):
        assert main(["folder", "--follow", *map(str, words)]) == 2
        assert said in capsys.readouterr().err
    assert main(["folder", "--follow", str(tmp_path), "--out", str(table)]) == 1
    assert "is not a file that --follow wrote" in capsys.readouterr().err
    assert table.read_text() == "name,age\nanna,3"
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    assert main(["folder", "--follow", str(tmp_path), "--out", str(tmp_path / "n.csv")]) == 1
    assert "watchfiles, which is not installed" in capsys.readouterr().err
