"""Films that are cut, mislabelled, odd, or say what is not so."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from dashboard.app.consent import Consent
from dashboard.views.video.job import FilmJob
from facespace import limits
from facespace.cli import main
from facespace.faces.analyze import Settings
from facespace.video.annotated_film import annotate_film
from facespace.video.read_film import read_film
from tests.support.hostile.films import CASES, FEW, content, plain
from tests.support.outcomes import as_expected, ending, opened, words

pytestmark = pytest.mark.packages


@pytest.mark.parametrize("name", CASES)
def test_library(name: str, tmp_path: Path) -> None:
    source, out = tmp_path / "film.mp4", tmp_path / "out.mp4"
    source.write_bytes(content(name))
    sentence = ending(lambda: list(annotate_film(source, out)))
    as_expected(sentence, CASES[name][1])
    left = {path.name for path in tmp_path.iterdir()}
    assert left == ({"film.mp4"} if sentence else {"film.mp4", "out.mp4"})


def test_frames_have_a_cap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_FILM_FRAMES", 5)
    source = tmp_path / "film.mp4"
    source.write_bytes(plain())
    assert "more than 5 pictures" in ending(lambda: list(read_film(source)))


@pytest.mark.parametrize("name", FEW)
def test_command_line(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "film.mp4"
    source.write_bytes(content(name))
    assert main.main(["video", str(source), "--out", str(tmp_path / "out.mp4")]) == FEW[name]
    printed = capsys.readouterr()
    assert bool(printed.err) is bool(FEW[name])
    assert "Traceback" not in printed.err


@pytest.mark.parametrize("name", FEW)
def test_page(name: str) -> None:
    """The film is read by a job of its own; the page then shows its sentence."""
    job = FilmJob(f"{name}.mp4", content(name), Settings(), None, Consent())
    while job.running:
        time.sleep(0.05)
    app = opened("video")
    app.session_state["film"] = job
    shown = words(app.run())
    assert bool(shown) is bool(job.error) is bool(FEW[name])
