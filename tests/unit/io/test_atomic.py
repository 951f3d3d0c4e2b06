"""A file is written whole or is as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from facespace.io.atomic import atomic_path, atomic_write


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
    with pytest.raises(OSError, match="none"), atomic_write(tmp_path / "none" / "x.bin"):
        pass
