"""A file that grows goes on where it ended, without the line that broke off."""

from __future__ import annotations

from pathlib import Path

import pytest

from facespace.io import growing as module
from facespace.io.growing import growing


@pytest.mark.parametrize(
    ("before", "kept"),
    [
        (None, b""),
        (b"", b""),
        (b"one\ntwo\n", b"one\ntwo\n"),
        (b"one\ntw", b"one\n"),
        (b"on", b""),
        (b"one\n" + b"x" * 50, b"one\n"),
        (b"x" * 50 + b"\nend", b"x" * 50 + b"\n"),
        (b"x" * 50, b""),
    ],
)
def test_a_last_line_that_broke_off_is_cut_away(
    before: bytes | None, kept: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_BLOCK", 8)
    path = tmp_path / "lines"
    if before is not None:
        path.write_bytes(before)
    with growing(path) as file:
        assert path.read_bytes() == kept
        file.seek(0)
        file.write(b"new\n")
        assert path.read_bytes() == kept + b"new\n"  # at once, and at the end
