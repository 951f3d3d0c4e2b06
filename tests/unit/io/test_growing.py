"""A file that grows goes on where it ended, without the line that broke off."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from facespace.io import growing as module
from facespace.io.growing import growing
from facespace.types import FacespaceError


@pytest.mark.parametrize(
    ("before", "kept"),
    [
        (None, b""),
        (b"", b""),
        (b"one\ntwo\n", b"one\ntwo\n"),
        (b"one\ntw", b"one\n"),
        (b"one\n" + b"x" * 50, b"one\n"),
        (b"one\n" + b"x" * 50 + b"\nend", b"one\n" + b"x" * 50 + b"\n"),
        (b"\xef\xbb\xbfone\ntwo", b"\xef\xbb\xbfone\n"),
    ],
)
def test_a_last_line_that_broke_off_is_cut_away(
    before: bytes | None, kept: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_BLOCK", 8)
    path = tmp_path / "lines"
    if before is not None:
        path.write_bytes(before)
    with growing(path, lambda line: line == "one\n", "a list") as file:
        assert path.read_bytes() == kept and file.tell() == len(kept)
        file.seek(0)
        file.write(b"new\n")
        assert path.read_bytes() == kept + b"new\n"  # at once, and at the end


@pytest.mark.parametrize("before", [b"other\nend", b"one", b"{", b"\xff\n", b"3\n"])
def test_what_is_in_another_file_stays(before: bytes, tmp_path: Path) -> None:
    """Also its last line, which may have no end."""
    path = tmp_path / "lines"
    path.write_bytes(before)
    with (
        pytest.raises(FacespaceError, match="lines is not a list; choose another name"),
        growing(path, lambda line: "one" in json.loads(line), "a list"),
    ):
        pytest.fail("it was opened")
    assert path.read_bytes() == before


def test_an_error_of_who_writes_is_theirs(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="theirs"), growing(tmp_path / "x", bool, "a list"):
        raise ValueError("theirs")
