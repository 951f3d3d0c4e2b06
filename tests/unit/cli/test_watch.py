"""``facespace watch``, from a camera in the network to the files: cut, brought back and ended."""

from __future__ import annotations

import csv
import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from facespace.cli.main import main
from facespace.services.people import COLUMNS
from facespace.types import RGB
from tests.support import rtsp_server
from tests.support.paths import ROOT
from tests.support.streams import RATE, film, scene, units, web

pytestmark = pytest.mark.slow

#: Seconds that something may take on a busy machine.
PATIENCE = 90

#: What the camera asks for.
LOGIN = "anna:geheim"

#: The command of the documentation that watches a camera, after its name.
(DOCUMENTED,) = (
    shlex.split(line)[1:]
    for line in (ROOT / "docs" / "command_line.md").read_text("utf-8").splitlines()
    if line.startswith("facespace watch rtsp://")
)


@pytest.fixture(scope="module")
def camera(astronaut: RGB) -> list[bytes]:
    """What an RTSP server sends: a face for three seconds and nobody for three, over and over."""
    if why := rtsp_server.missing():
        pytest.skip(why)
    return units(scene(astronaut, 3, 3))


@contextmanager
def watching(here: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    """The command at work in a folder; what it prints and says goes to files there."""
    with (here / "out").open("w") as out, (here / "err").open("w") as err:
        process = subprocess.Popen(
            [sys.executable, "-m", "facespace", "watch", *words],
            cwd=here,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=out,
            stderr=err,
            text=True,
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def until(true: Callable[[], object]) -> None:
    """Wait for something."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def lines(path: Path) -> list[dict[str, Any]]:
    """The events of a file."""
    text = path.read_text("utf-8") if path.exists() else ""
    return [json.loads(line) for line in text.splitlines()]


def told(path: Path) -> list[str]:
    return [event["event"] for event in lines(path)]


def left_again(path: Path, runs: int) -> bool:
    """Whether somebody has left last, in the run with this number."""
    return told(path)[-1:] == ["leave"] and told(path).count("begin") == runs


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(text.splitlines()))


def people(rows: Sequence[dict[str, str]]) -> list[int]:
    """How many were counted, by verdict."""
    return [sum(int(row[label]) for row in rows) for label in ("female", "male", "?")]


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def test_a_camera_is_watched_while_it_is_cut_and_brought_back(
    camera: list[bytes], tmp_path: Path
) -> None:
    port = free_port()
    source = f"rtsp://{LOGIN}@127.0.0.1:{port}/camera"
    words = [source if word.startswith("rtsp:") else word for word in DOCUMENTED[1:]]
    events, counts = tmp_path / "events.jsonl", tmp_path / "people.csv"
    with watching(tmp_path, *words, "--count-per", "1") as process:
        until(lambda: "lost" in told(events))  # no camera yet
        with rtsp_server.serving(camera, RATE, port, LOGIN):
            until(lambda: told(events).count("leave") == 1)
        until(lambda: told(events).count("lost") == 2)
        with rtsp_server.serving(camera, RATE, port, LOGIN):
            until(lambda: told(events)[-1] == "leave" and told(events).count("back") == 2)
            process.send_signal(signal.SIGINT)
            assert process.wait(PATIENCE) == 130
    tracks = [event["track"] for event in lines(events) if event["event"] == "enter"]
    assert tracks == list(range(1, len(tracks) + 1)) and len(tracks) >= 2
    assert told(events)[0] == "begin" and told(events)[-1] == "end"
    left = [event for event in lines(events) if event["event"] == "leave"]
    assert sorted(event["track"] for event in left) == tracks  # each once
    assert {event["label"] for event in left} <= {"female", "?"}
    read = rows(counts.read_text("utf-8"))
    assert tuple(read[0]) == COLUMNS
    assert people(read) == [
        sum(event["label"] == label for event in left) for label in ("female", "male", "?")
    ]
    assert len({row["start"] for row in read}) == len(read) > 5
    watched = [float(row["watched"]) for row in read]
    assert min(watched) == 0 and max(watched) > 0.8  # while it was cut, and not
    said, printed = ((tmp_path / name).read_text("utf-8") for name in ("err", "out"))
    assert "connection lost, trying again in 1 s: nothing answers there" in said
    assert said.count("connected again after") == 2 and said.count("a sign to print") == 1
    assert printed == "" and "Traceback" not in said
    assert f'"rtsp://127.0.0.1:{port}/camera"' in events.read_text("utf-8")
    for text in (said, events.read_text("utf-8"), counts.read_text("utf-8")):
        assert "geheim" not in text and "anna" not in text


def test_a_wrong_password_is_not_tried_again(
    camera: list[bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    with rtsp_server.serving(camera, RATE, login=LOGIN) as (_, port):
        assert main(["watch", f"rtsp://anna:falsch@127.0.0.1:{port}/camera"]) == 1
    said = capsys.readouterr().err
    assert f"rtsp://127.0.0.1:{port}/camera: it asks for a name and a password" in said
    assert "falsch" not in said and "anna" not in said


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no such signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_what_was_seen_is_there_however_it_ends(
    number: signal.Signals, astronaut: RGB, tmp_path: Path
) -> None:
    """And the same command goes on in the same files."""
    events, counts = tmp_path / "events.jsonl", tmp_path / "people.csv"
    words = ["--events", str(events), "--counts", str(counts), "--count-per", "86400"]
    with web({}, scene(astronaut, 2, 2)) as server:
        for run in range(2):
            source = f"{server.address}/live?password=geheim"
            with watching(tmp_path, source, *words) as process:
                until(partial(left_again, events, run + 1))
                process.send_signal(number)
                code = process.wait(PATIENCE)
    ended, expected = (1, 143) if number == signal.SIGTERM else (0, -9)
    assert code == expected
    assert told(events).count("begin") == 2 and told(events).count("end") == 2 * ended
    text = counts.read_text("utf-8")
    assert text.count("start,") == 1 and len(rows(text)) == 2 * ended
    if ended:
        assert sum(people(rows(text))) == told(events).count("leave") >= 2
    assert "geheim" not in events.read_text("utf-8") + (tmp_path / "err").read_text("utf-8")


def test_a_film_is_watched_to_its_end_and_counts_are_printed(
    astronaut: RGB, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(film(scene(astronaut, 2, 0)))
    assert main(["watch", str(path), "--count-per", "86400"]) == 0
    printed, said = capsys.readouterr()
    assert people(rows(printed)) == [1, 0, 0]
    assert rows(printed)[0]["made_by"].startswith("facespace ")
    assert "a sign to print" in said and said.count("\n") == 1  # no line of progress in a file


def test_what_cannot_be_watched_is_said_before_any_work(
    astronaut: RGB, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, other = tmp_path / "film.mp4", tmp_path / "other"
    path.write_bytes(film(scene(astronaut, 0.5, 0)))
    other.write_text('{"source": "a.jpg"}')
    same = ["--events", str(other), "--counts", str(other)]
    for words, said in (
        (["none.mp4"], "is no source"),
        ([path, "--events", path], "is the film itself"),
        ([path, "--counts", tmp_path / "none" / "x"], "no folder"),
        ([path, *same], "to one file"),
        ([path, "--events", other], "is not a file that watch wrote"),
        ([path, "--counts", other], "is not a file that watch wrote"),
        ([path, "--model", "none"], "none"),
    ):
        assert main(["watch", *map(str, words)]) == 2
        out, err = capsys.readouterr()
        assert said in err and out == "" and err.count("\n") == 1
    assert other.read_text() == '{"source": "a.jpg"}'
