"""What ``benchmarks/folder.py`` holds the command against, and that it notices what differs."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import facespace
from benchmarks import folder

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")


@pytest.fixture
def names(variants: list[bytes], tmp_path: Path) -> Path:
    """Names of 24 photos of different content."""
    paths = [tmp_path / f"{number}.png" for number in range(24)]
    for number, path in enumerate(paths):
        path.write_bytes(variants[number % 6] + bytes([number]))
    file = tmp_path / "names.txt"
    file.write_text("\n".join(map(str, paths)) + "\n", "utf-8")
    return file


def test_both_read_all_photos_in_slices(
    names: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder, "SLICE", 0.5)
    figures = folder.measured(names, 24, 1, tmp_path)
    assert len((tmp_path / "measured.csv").read_text("utf-8").splitlines()) == 25
    assert figures["bare_per_s"] > 0 and figures["command_processor_ms"] > 1
    assert figures["command_over_bare"] == pytest.approx(
        figures["command_per_s"] / figures["bare_per_s"]
    )
    assert min(figures["mb_early"], figures["mb_late"]) > 50


def test_a_contender_that_fails_ends_it(names: Path) -> None:
    one = folder.Command(["-c", "raise SystemExit(3)"], names)
    with pytest.raises(SystemExit, match="A contender failed"):
        one.run(24)
    assert one.ended


def test_a_killed_run_and_another_come_to_the_same(names: Path, tmp_path: Path) -> None:
    assert folder.resumed(names, 24, 1, tmp_path)


def test_large_photos_differ_and_show_a_face(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder, "VARIANTS", 1)
    one, other = (Path(name) for name in folder.large(tmp_path, 2))
    assert one.read_bytes() != other.read_bytes()
    for path in (one, other):
        reading = facespace.analyze(path)
        assert (reading.width, reading.height, len(reading.faces)) == (4000, 3000, 1)
