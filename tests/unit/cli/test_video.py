"""``python -m facespace video``: what it writes, what it says, and its exit codes."""

from __future__ import annotations

import csv
import io
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from dashboard.widgets import example_film
from facespace.cli import main, terminal, video
from facespace.faces import detectors
from facespace.types import RGB
from facespace.video import frames, written_film
from facespace.video.annotated_film import annotate_film
from facespace.video.film import TRACK_COLUMNS
from facespace.video.read_film import read_film


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory, astronaut: RGB) -> Path:
    """Two seconds of a face, 320 x 180."""
    path = tmp_path_factory.mktemp("film") / "in.mp4"
    with av.open(str(path), "w") as written:
        stream = written.add_stream("libx264", rate=12)
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        for number in range(24):
            rgb = np.ascontiguousarray(example_film.frame(astronaut, 2 * number)[::2, ::2])
            written.mux(stream.encode(av.VideoFrame.from_ndarray(rgb, "rgb24")))
        written.mux(stream.encode())
    return path


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))


def test_all_that_can_be_written(
    film: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = {"--out": "out.mp4", "--csv": "f.csv", "--tracks-csv": "t.csv", "--json": "f.json"}
    paths = {option: tmp_path / name for option, name in names.items()}
    options = [str(part) for pair in paths.items() for part in pair]
    assert main.main(["video", str(film), *options, "--every", "3"]) == 0
    out, err = capsys.readouterr()
    assert err == ""  # no progress where no terminal is
    assert out.splitlines()[0].split() == [c for c in TRACK_COLUMNS if c != "made_by"]
    with av.open(str(paths["--out"])) as container:
        assert sum(1 for _ in container.decode(video=0)) == 24
    frames, (track,) = rows(paths["--csv"]), rows(paths["--tracks-csv"])
    assert {row["track"] for row in frames} == {track["track"]} == {"1"}
    assert {row["label"] for row in frames} == {track["label"]} == {"female"}
    assert [int(row["frame"]) for row in frames] == list(range(24))
    assert (track["first"], track["last"], track["hits"]) == ("0.0", "1.917", "9")
    data = json.loads(paths["--json"].read_text("utf-8"))
    assert (data["source"], data["frames"], data["looks"]) == (str(film), 24, 9)
    assert {path.name for path in tmp_path.iterdir()} == set(names.values())


def test_what_lies_beside_the_film_is_left_alone(
    film: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also the film itself, whatever its name; and no two results go to one file."""
    source = tmp_path / "holiday.part.mp4"
    source.write_bytes(film.read_bytes())
    out = str(tmp_path / "holiday.mp4")
    assert main.main(["video", str(source), "--out", out]) == 0
    assert source.read_bytes() == film.read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {"holiday.mp4", "holiday.part.mp4"}
    capsys.readouterr()
    assert main.main(["video", str(source), "--out", out, "--json", out]) == 2
    assert "to one file" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--out", "--csv", "--tracks-csv", "--json"])
@pytest.mark.parametrize("place", [".", "file/x", "none/x"])
def test_places_are_looked_at_before_the_work(
    option: str,
    place: str,
    film: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delattr(video, "annotate_film")
    monkeypatch.delattr(video, "read_film")
    (tmp_path / "file").write_text("mine")
    assert main.main(["video", str(film), option, str(tmp_path / place)]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1
    assert "is a folder, not a file" in err or "there is no folder" in err


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_a_name_that_is_no_text(
    film: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "caf\udce9.mp4"
    source.write_bytes(film.read_bytes())
    assert main.main(["video", str(source), "--json", str(tmp_path / "x.json")]) == 0
    assert "caf" in json.loads((tmp_path / "x.json").read_text("utf-8"))["source"]


def test_a_film_whose_faces_nobody_can_recognise(
    film: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, table = tmp_path / "out.mp4", tmp_path / "t.csv"
    given = ["video", str(film), "--anonymise", "pixelate"]
    assert main.main([*given, "--out", str(out), "--tracks-csv", str(table)]) == 0
    assert [row["label"] for row in rows(table)] == ["female"]
    with frames.opened(out) as hidden:
        pictures = [hidden.upright(frame) for frame in hidden.frames()]
    assert len(pictures) == 24 and not any(detectors.get().detect(rgb) for rgb in pictures)
    capsys.readouterr()
    assert main.main(given) == 2
    assert "needs --out" in capsys.readouterr().err


def test_without_a_film_to_write_none_is_drawn(
    film: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.main(["video", str(film), "--detector", "haar", "--json", str(tmp_path / "j")]) == 0
    assert json.loads((tmp_path / "j").read_text("utf-8"))["detector"] == "haar"
    assert [path.name for path in tmp_path.iterdir()] == ["j"]
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_what_is_no_film_gets_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = tmp_path / "text.mp4"
    text.write_text("no film")
    assert main.main(["video", str(text), "--out", str(tmp_path / "out.mp4")]) == 1
    out, err = capsys.readouterr()
    assert "not a film" in err
    assert out == ""
    assert [path.name for path in tmp_path.iterdir()] == ["text.mp4"]


def test_a_film_that_breaks_off_is_kept_and_said(
    film: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    part, whole = tmp_path / "part.mkv", tmp_path / "whole.mkv"
    with av.open(str(film)) as read, av.open(str(whole), "w") as written:
        stream = written.add_stream_from_template(read.streams.video[0])
        for packet in read.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                written.mux(packet)
    content = whole.read_bytes()
    part.write_bytes(content[: len(content) // 2])
    assert main.main(["video", str(part), "--out", str(tmp_path / "out.mp4")]) == 1
    out, err = capsys.readouterr()
    assert "breaks off" in err
    assert len(out.splitlines()) == 2
    with av.open(str(tmp_path / "out.mp4")) as container:
        assert 2 < sum(1 for _ in container.decode(video=0)) < 24


@pytest.mark.parametrize("option", ["--out", "--csv", "--tracks-csv", "--json"])
def test_the_film_itself_is_not_overwritten(
    option: str, film: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.main(["video", str(film), option, str(film)]) == 2
    assert "the film itself" in capsys.readouterr().err
    assert film.stat().st_size > 1000


@pytest.mark.parametrize("option", [["--every", "0"], ["--every", "often"], []])
def test_wrong_usage(option: list[str], film: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main.main(["video", *([str(film)] if option else []), *option])
    assert ended.value.code == 2
    assert "usage" in capsys.readouterr().err


def test_a_detector_that_is_not_there(film: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["video", str(film), "--detector", "nobody"]) == 2
    assert "Choose from" in capsys.readouterr().err


def test_interrupting_once_keeps_what_was_read(
    film: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    reading = read_film

    def interrupted(*arguments: Any) -> Iterator[Any]:
        for number, step in enumerate(reading(*arguments)):
            if number == 3:
                signal.raise_signal(signal.SIGINT)
            yield step

    monkeypatch.setattr(written_film, "read_film", interrupted)
    before = signal.getsignal(signal.SIGINT)
    out = tmp_path / "out.mp4"
    assert main.main(["video", str(film), "--out", str(out), "--every", "2"]) == 130
    assert signal.getsignal(signal.SIGINT) is before
    assert "stopped after" in capsys.readouterr().err
    with av.open(str(out)) as container:
        assert 5 < sum(1 for _ in container.decode(video=0)) < 24


def test_interrupting_twice_gives_up(
    film: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    annotating = annotate_film

    def interrupted(*arguments: Any) -> Iterator[Any]:
        for number, step in enumerate(annotating(*arguments)):
            if number == 3 or getattr(step, "stage", "") == "drawing":
                signal.raise_signal(signal.SIGINT)
            yield step

    monkeypatch.setattr(video, "annotate_film", interrupted)
    command = ["video", str(film), "--every", "2", "--out", str(tmp_path / "out.mp4")]
    assert main.main(command) == 130
    assert "given up" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_second_interruption_is_passed_on() -> None:
    with pytest.raises(KeyboardInterrupt), terminal.interrupted() as stop:
        signal.raise_signal(signal.SIGINT)
        assert stop()
        signal.raise_signal(signal.SIGINT)


def test_progress_on_a_terminal(
    film: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert main.main(["video", str(film), "--every", "6"]) == 0
    assert "reading 24 of 24 frames, " in capsys.readouterr().err


def test_the_module_runs(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "facespace", "video", str(tmp_path / "none.mp4")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    assert "The film is missing." in done.stderr
    assert "Traceback" not in done.stderr
