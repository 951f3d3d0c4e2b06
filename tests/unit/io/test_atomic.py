"""A file is written whole or is as it was."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from facespace.io.atomic import NamedFile, atomic_path, atomic_write, check_file, check_folder
from facespace.types import FacespaceError

READ_ONLY = OSError(errno.EROFS, os.strerror(errno.EROFS))


def test_a_file_takes_its_place_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "x.bin"
    path.write_bytes(b"before")
    with atomic_write(path) as file:
        file.write(b"after")
        assert path.read_bytes() == b"before"
    assert path.read_bytes() == b"after"
    with atomic_path(path) as part:
        part.write_bytes(b"later")
    assert path.read_bytes() == b"later"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("fault", [ValueError, KeyboardInterrupt])
def test_what_failed_leaves_the_file_as_it_was(fault: type[BaseException], tmp_path: Path) -> None:
    path = tmp_path / "x.bin"
    path.write_bytes(b"before")
    with pytest.raises(fault), atomic_write(path) as file:
        file.write(b"half")
        raise fault
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_where_nothing_can_be_written_it_says_where(tmp_path: Path) -> None:
    place = tmp_path / "none" / "x.bin"
    with pytest.raises(OSError, match="none") as raised, atomic_write(place):
        pass
    assert raised.value.filename == str(place)
    (tmp_path / "x.bin").mkdir()
    with pytest.raises(OSError, match=r"x\.bin'$") as raised, atomic_write(tmp_path / "x.bin"):
        pass
    assert raised.value.filename == str(tmp_path / "x.bin")
    assert [path.name for path in tmp_path.iterdir()] == ["x.bin"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
def test_a_full_disk_names_the_file() -> None:
    with NamedFile("/dev/full", "wb") as file, pytest.raises(OSError, match="/dev/full") as raised:
        file.write(b"x")
    assert raised.value.errno == errno.ENOSPC


def failing(error: OSError) -> Any:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("folder", "folder is a folder, not a file"),
        ("none/x.csv", "there is no folder"),
        ("file/x.csv", "there is no folder"),
        ("pipe", "pipe is a device or a pipe"),
        ("x" * 300, "cannot be written: File name too long"),
        ("x.csv", None),
        ("file", None),
        ("caf\u00e9: x.csv", None),
    ],
)
def test_the_place_of_a_file(name: str, words: str | None, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("mine")
    os.mkfifo(tmp_path / "pipe")
    before = set(tmp_path.iterdir())
    if words is None:
        check_file(tmp_path / name)
    else:
        with pytest.raises(FacespaceError, match=words):
            check_file(tmp_path / name)
    assert set(tmp_path.iterdir()) == before and (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("file", "file is a file, not a folder"),
        ("file/new", "cannot be written to: Not a directory"),
        ("x" * 300, "cannot be written to: File name too long"),
        ("new/newer", None),
        ("folder", None),
    ],
)
def test_the_place_of_a_folder(name: str, words: str | None, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("mine")
    if words is None:
        check_folder(tmp_path / name)
    else:
        with pytest.raises(FacespaceError, match=words):
            check_folder(tmp_path / name)
    assert {path.name for path in tmp_path.rglob("*")} == {"folder", "file"}


def test_a_disk_that_may_only_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "open", failing(READ_ONLY))
    monkeypatch.setattr(Path, "touch", failing(READ_ONLY))
    with pytest.raises(FacespaceError, match=r"x\.csv cannot be written: Read-only"):
        check_file(tmp_path / "x.csv")
    with pytest.raises(FacespaceError, match="cannot be written to: Read-only"):
        check_folder(tmp_path)
