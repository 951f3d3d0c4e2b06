"""``python -m facespace folder`` and ``models``: what they write and say, and their exit codes."""

from __future__ import annotations

import csv
import io
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from facespace.artifacts.files import fingerprint
from facespace.artifacts.manifest import load_manifest
from facespace.batch import executors, run
from facespace.cli import folder, main
from facespace.faces import detectors
from facespace.faces.analyze import analyze
from tests.support.paths import ARTIFACTS
from tests.support.pictures import packed
from tests.support.present import present


@pytest.fixture
def there(tmp_path: Path, variants: list[bytes]) -> Path:
    made = tmp_path / "in"
    made.mkdir()
    for number, content in enumerate(variants):
        (made / f"{number}.png").write_bytes(content)
    return made


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def lines(path: Path) -> list[dict[str, Any]]:
    entries = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return [entry | {"milliseconds": None} for entry in entries]


def test_all_is_printed_and_nothing_else(
    there: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert main.main(["folder", str(there), "--workers", "1"]) == 0
    out, err = capfdbinary.readouterr()
    assert err == b""  # no progress where no terminal is
    assert out.startswith(b"source,")  # no mark: it goes to programs
    assert [row["source"] for row in rows(out.decode())] == [f"{there}/{i}.png" for i in range(6)]
    assert {path.name for path in there.parent.iterdir()} == {"in"}


def test_all_that_can_be_written(
    there: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    files = [tmp_path / f"x.{kind}" for kind in ("csv", "jsonl", "parquet", "html")]
    options = [part for file in files for part in ("--out", str(file))]
    places = ["--annotated", str(tmp_path / "a"), "--crops", str(tmp_path / "c")]
    (there / "bad.jpg").write_text("x")
    assert main.main(["folder", str(there), *options, *places, "--workers", "2"]) == 1
    out, err = capfd.readouterr()
    assert out == "" and err.count("\n") == 1 and "bad.jpg: The file is not" in err
    assert len(pd.read_parquet(files[2])) == len(rows(files[0].read_text("utf-8"))) == 7
    assert files[0].read_bytes().startswith("\ufeffsource,".encode())  # opens in Excel as it is
    assert len(lines(files[1])) == 7
    assert len(list((tmp_path / "a").iterdir())) == 6
    assert len(list((tmp_path / "c").rglob("*.png"))) == 6
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {*(file.name for file in files), "x.csv.journal", "in", "a", "c"}


def test_boxed_pictures_never_stand_for_those_with_hidden_faces(
    there: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out, drawn = str(tmp_path / "x.csv"), tmp_path / "drawn"
    given = ["folder", str(there), "--out", out, "--annotated", str(drawn), "--workers", "1"]
    assert main.main(given) == 0
    boxed = set(drawn.iterdir())
    assert main.main([*given, "--anonymise", "blur"]) == 0  # all of them are known
    hidden = set(drawn.iterdir()) - boxed
    assert len(hidden) == len(boxed) == 6
    assert all(analyze(path).faces == () for path in hidden)
    for more in (["--crops", str(tmp_path / "c")], ["--out", str(tmp_path / "x.html")]):
        assert main.main([*given, *more, "--anonymise", "fill"]) == 2
        assert "show faces" in capfd.readouterr().err
    assert main.main(["folder", str(there), "--anonymise", "fill"]) == 2
    assert "needs --annotated" in capfd.readouterr().err


def test_one_file_is_not_written_twice(
    there: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "x.csv")
    assert main.main(["folder", str(there), "--out", out, "--out", out]) == 2
    assert "to one file" in capfd.readouterr().err
    assert not Path(out).exists()


def test_its_own_pictures_are_not_read_the_next_time(there: Path, tmp_path: Path) -> None:
    places = ["--annotated", str(there / "drawn"), "--crops", str(there / "crops")]
    for _ in range(2):
        out = tmp_path / "x.csv"
        given = ["folder", str(there), "--out", str(out), *places, "--workers", "1"]
        assert main.main(given) == 0
        assert len(rows(out.read_text("utf-8"))) == 6


def test_names_on_standard_input_and_a_hostile_zip(
    there: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (there / "evil.zip").write_bytes(packed({"../x.png": "x"}))
    names = f"{there}/0.png\n{there}/evil.zip\n{there}/1.png\n"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(names.encode())))
    assert main.main(["folder", "-", "--format", "jsonl", "--workers", "1"]) == 1
    out, err = capfd.readouterr()
    entries = [json.loads(line) for line in out.splitlines()]
    assert [len(entry["faces"]) for entry in entries] == [1, 0, 1]
    assert "outside its own folder" in err and "outside" in entries[1]["error"]
    assert not (there.parent / "x.png").exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--out", "x.txt"], "must end in one of"),
        (["--workers", "0"], "must be 1 or more"),
        (["--workers", "many"], "invalid"),
        (["--format", "xml"], "invalid choice"),
    ],
)
def test_wrong_usage(
    options: list[str], words: str, there: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main.main(["folder", str(there), *options])
    assert ended.value.code == 2
    assert words in capfd.readouterr().err


def test_places_are_looked_at_before_the_work(
    there: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main.main(["folder", str(there), "--out", str(tmp_path / "none" / "x.csv")]) == 2
    assert "no folder" in capfd.readouterr().err
    assert main.main(["folder", str(there), "--detector", "nobody"]) == 2
    assert "Choose from" in capfd.readouterr().err
    page = there / "page.html"
    page.write_text("mine")
    assert main.main(["folder", str(page), "--out", str(page)]) == 2
    assert "one of the photos" in capfd.readouterr().err
    assert page.read_text() == "mine"


def test_where_pictures_cannot_be_written_it_says_so(
    there: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("x")
    crops = ["--crops", str(tmp_path / "file")]
    assert main.main(["folder", str(there), *crops, "--workers", "1"]) == 2
    assert f"{tmp_path / 'file'} is a file, not a folder" in capfd.readouterr().err


def test_faces_of_earlier_runs_are_counted(
    there: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    crops = tmp_path / "crops"
    command = ["folder", str(there), "--crops", str(crops), "--workers", "1"]
    assert main.main(command) == 0
    assert main.main(command) == 0
    assert capfd.readouterr().err == ""
    for name in ("0.png", "1.png"):
        (there / name).unlink()
    assert main.main(command) == 0
    assert capfd.readouterr().err == f"facespace: 2 of the faces in {crops} are of earlier runs\n"


@pytest.mark.parametrize("ending", ["html", "csv", "jsonl", "parquet"])
def test_a_full_disk_is_said_and_leaves_no_part(ending: str, there: Path, tmp_path: Path) -> None:
    """As a file that may grow no further, which a test can have without a disk."""
    resource = pytest.importorskip("resource", reason="this system has no such limit")
    for number in range(10, 20):
        (there / f"{number}.png").write_bytes((there / "0.png").read_bytes() + bytes([number]))
    out = tmp_path / f"x.{ending}"
    limit = 2_000 if ending == "csv" else 4_500
    done = subprocess.run(
        [sys.executable, "-m", "facespace", "folder", str(there), "--workers", "1", "--out", out],
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1 and f"{out}" in done.stderr
    assert "File too large" in done.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"in", f"{out.name}.journal"}


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="this system ends programs otherwise")
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)], ids=["ended", "Ctrl-C"]
)
def test_ended_from_outside_it_cleans_up(
    number: signal.Signals, code: int, there: Path, tmp_path: Path
) -> None:
    for copy in range(10, 60):
        (there / f"{copy}.png").write_bytes((there / "0.png").read_bytes() + bytes([copy]))
    out = tmp_path / "x.jsonl"
    command = [sys.executable, "-m", "facespace", "folder", str(there), "--workers", "1", "--out"]
    process = subprocess.Popen([*command, str(out)], stderr=subprocess.PIPE, text=True)
    journal, end = tmp_path / "x.jsonl.journal", time.monotonic() + 120
    while not journal.is_file() or journal.read_bytes().count(b"\n") < 9:
        assert process.poll() is None and time.monotonic() < end
        time.sleep(0.02)
    process.send_signal(number)
    _, err = process.communicate(timeout=120)
    assert process.returncode == code
    assert err.count("\n") == (number == signal.SIGINT) and "Traceback" not in err
    assert not list(tmp_path.glob("*.part")) and journal.is_file()


@pytest.mark.slow
def test_interrupting_keeps_what_was_read_and_the_next_run_goes_on(
    there: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, part = tmp_path / "whole.jsonl", tmp_path / "part.jsonl"
    assert main.main(["folder", str(there), "--out", str(whole), "--workers", "1"]) == 0
    reading, kept = run.read_photos, []

    def interrupted(*arguments: Any) -> Iterator[Any]:
        for step in reading(*arguments):
            kept.append(step.kept)
            if step.done == 2 and len(kept) == 2:
                signal.raise_signal(signal.SIGINT)
            yield step

    monkeypatch.setattr(run, "CHUNK", 1)
    monkeypatch.setattr(executors, "AHEAD", 1)
    monkeypatch.setattr(folder, "read_photos", interrupted)
    command = ["folder", str(there), "--out", str(part), "--workers", "1"]
    before = signal.getsignal(signal.SIGINT)
    assert main.main(command) == 130
    assert signal.getsignal(signal.SIGINT) is before
    assert "stopped after" in capfd.readouterr().err
    assert 2 <= len(lines(part)) < 6
    assert lines(part) == lines(whole)[: len(lines(part))]
    assert main.main(command) == 0
    assert kept[-1] >= 2
    assert lines(part) == lines(whole)
    kept.append(0)
    assert main.main([*command, "--anew"]) == 0
    assert kept[-1] == 0
    assert lines(part) == lines(whole)


@pytest.mark.slow
def test_killing_it_loses_next_to_nothing(
    there: Path, tmp_path: Path, variants: list[bytes]
) -> None:
    for number in range(10, 30):
        (there / f"{number}.png").write_bytes(variants[number % 6] + bytes([number]))
    whole, part = tmp_path / "whole.jsonl", tmp_path / "part.jsonl"
    command = [sys.executable, "-m", "facespace", "folder", str(there), "--workers", "1", "--out"]
    process = subprocess.Popen([*command, str(part)], stderr=subprocess.PIPE)
    journal = tmp_path / "part.jsonl.journal"
    end = time.monotonic() + 120
    while not journal.is_file() or journal.read_bytes().count(b"\n") < 9:
        assert process.poll() is None and time.monotonic() < end
        time.sleep(0.02)
    process.kill()
    process.wait()
    present(process.stderr).close()
    assert not part.exists()
    known = journal.read_bytes().count(b"\n") - 1
    assert 8 <= known < 26
    done = subprocess.run([*command, str(part)], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert main.main(["folder", str(there), "--workers", "1", "--out", str(whole)]) == 0
    assert lines(part) == lines(whole) and len(lines(part)) == 26
    kept = journal.read_bytes().splitlines()[1 : known + 1]
    milliseconds = {json.loads(line)["entry"]["milliseconds"] for line in kept}
    written = {json.loads(line)["milliseconds"] for line in part.read_text("utf-8").splitlines()}
    assert milliseconds <= written  # what was known was not read again


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="looks into /proc")
def test_workers_end_with_whoever_started_them(there: Path, tmp_path: Path) -> None:
    for number in range(10, 30):
        (there / f"{number}.png").write_bytes((there / "0.png").read_bytes() + bytes([number]))
    out = tmp_path / "x.jsonl"
    command = [sys.executable, "-m", "facespace", "folder", str(there), "--workers", "2", "--out"]
    process = subprocess.Popen([*command, str(out)], start_new_session=True)
    journal = tmp_path / "x.jsonl.journal"
    end = time.monotonic() + 120
    while not journal.is_file() or journal.read_bytes().count(b"\n") < 9:
        assert process.poll() is None and time.monotonic() < end
        time.sleep(0.02)
    assert len(of_session(process.pid)) >= 3
    process.kill()
    process.wait()
    while of_session(process.pid):
        assert time.monotonic() < end
        time.sleep(0.1)


def of_session(leader: int) -> list[str]:
    """The running processes of a session."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, session = stat.read_text().rpartition(")")[2].split()[:4]
        except OSError:  # it has just ended
            continue
        if int(session) == leader and state != "Z":
            found.append(stat.parent.name)
    return found


def test_a_reader_that_has_had_enough_ends_it_quietly(there: Path) -> None:
    command = [sys.executable, "-m", "facespace", "folder", str(there), "--workers", "1"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    present(process.stdout).close()
    err = present(process.stderr).read().decode()
    assert process.wait(120) == 1
    assert "Traceback" not in err and "BrokenPipe" not in err
    present(process.stderr).close()


def test_progress_on_a_terminal(
    there: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert main.main(["folder", str(there), "--workers", "1"]) == 0
    err = capfd.readouterr().err
    assert "6 of 6 photos, " in err and "0:00 left" in err


def test_models_lists_what_is_installed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["models", "--format", "json"]) == 0
    table = {(row["kind"], row["name"]): row for row in json.loads(capsys.readouterr().out)}
    manifest = load_manifest()
    for name, info in manifest.models.items():
        row = table["model", name]
        path = manifest.folder / row["file"]
        assert row["sha256"] == fingerprint(path) == info.file.sha256
        assert row["bytes"] == path.stat().st_size
        assert row["state"] == ("default" if name == manifest.default else "ok")
    assert table["detector", "yunet"]["bytes"] == 122_489
    assert {name for kind, name in table if kind == "detector"} == set(detectors.NAMES)
    assert main.main(["models"]) == 0
    assert capsys.readouterr().out.split()[:3] == ["kind", "name", "file"]


def test_models_says_what_is_altered_or_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FACESPACE_ARTIFACTS", str(tmp_path))
    assert main.main(["models"]) == 2
    assert "training train" in capsys.readouterr().err
    manifest = load_manifest(ARTIFACTS)
    for path in manifest.folder.iterdir():
        if path.name != "eigenfaces.onnx":
            (tmp_path / path.name).symlink_to(path)
    (tmp_path / "report.json").unlink()
    (tmp_path / "report.json").write_text("{}")
    assert main.main(["models", "--format", "csv"]) == 1
    states = {row["name"]: row["state"] for row in rows(capsys.readouterr().out)}
    assert "is missing" in states["eigenfaces"]
    assert "is not the file" in states["report.json"]
    assert states["gradients"] == "ok"
