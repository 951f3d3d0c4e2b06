"""ZIPs as people send them, and as nobody should be able to."""

from __future__ import annotations

import io
import stat
import struct
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from facespace import limits
from facespace.io.archive import Archive
from facespace.types import FacespaceError
from tests.support.hostile.refused_zips import HOSTILE, ONE, changed, entry, listed, packed, zeros


@pytest.fixture(autouse=True)
def temporary(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """The system's folder for temporary files: an own one, seen to be empty in the end."""
    folder = tmp_path_factory.mktemp("temporary")
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_zip_is_refused_with_a_sentence(kind: str) -> None:
    make, words = HOSTILE[kind]
    with pytest.raises(FacespaceError, match=words):
        Archive(make())


def test_ten_gigabytes_of_zeros_are_refused_unread(tmp_path: Path) -> None:
    """Declared in ZIP64, whose sizes reach beyond 4 GB, and read from a path."""
    path = tmp_path / "bomb.zip"
    piece = zeros(2**20)
    start = piece.index(b"PK\x01\x02")
    data = bytearray(piece)
    # The list of files says 10 GB, in the extra field that ZIP64 has for it.
    head = bytearray(data[start : start + 46 + len("zeros.jpg")])
    struct.pack_into("<I", head, 24, 2**32 - 1)
    struct.pack_into("<H", head, 30, 12)
    head += struct.pack("<HHQ", 1, 8, 10 * 2**30)
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 1, 1, len(head), start, 0)
    path.write_bytes(bytes(data[:start]) + bytes(head) + end)
    with pytest.raises(FacespaceError, match="times its packed size"):
        Archive(path)


@pytest.mark.parametrize(
    "make",
    [
        lambda: changed(ONE, 22, 24, "<I", 5),  # more than it says
        lambda: changed(ONE, 14, 16, "<I", 1),  # another checksum
        lambda: ONE.replace(b"a.jpg", b"b.jpg", 1),  # two names
        lambda: ONE[:36] + bytes(8) + ONE[44:],  # damaged
    ],
)
def test_a_file_that_is_not_as_it_is_listed_is_not_read(make: Callable[..., Any]) -> None:
    with Archive(make()) as archive, pytest.raises(FacespaceError, match="not a ZIP"):
        archive.read("a.jpg")


@pytest.mark.parametrize(
    ("limit", "value", "words"),
    [
        ("MAX_ARCHIVE_BYTES", 30, "at most 0 MB are read"),
        ("MAX_ARCHIVE_UNPACKED", 30, "The ZIP unpacks to"),
        ("MAX_ARCHIVE_FILES", 1, "lists more than"),
    ],
)
def test_each_limit_holds(
    limit: str, value: int, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = packed(("a.jpg", b"content of a photo"), ("b.jpg", b"content of another"))
    Archive(content).close()
    monkeypatch.setattr(limits, limit, value)
    with pytest.raises(FacespaceError, match=words):
        Archive(content)


def test_a_file_that_is_too_large_is_not_read_and_does_not_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for limit, value in (
        ("MAX_BYTES", 20),
        ("MAX_ARCHIVE_BYTES", 40),
        ("MAX_ARCHIVE_UNPACKED", 30),
    ):
        monkeypatch.setattr(limits, limit, value)
    noise = bytes(range(256))
    with Archive(packed(("a.jpg", b"a photo"), ("clip.mp4", noise), ("b.jpg", noise))) as archive:
        assert archive.read("a.jpg") == b"a photo"
        for name in ("clip.mp4", "b.jpg"):
            assert archive.head(name) == noise[:64]
            with pytest.raises(FacespaceError, match="The file has 0 MB; at most 0 MB are read"):
                archive.read(name)


File = tuple[str | zipfile.ZipInfo, bytes | str]

LEFT_OUT: dict[str, tuple[File, ...]] = {
    "link": (("a.jpg", "x"), (entry("b.jpg", stat.S_IFLNK | 0o777), "a.jpg")),
    "socket": (("a.jpg", "x"), (entry("b.jpg", stat.S_IFSOCK | 0o777), "")),
    "the same twice": (("a.jpg", "x"), ("./a.jpg", "y")),
    "the same, accents apart": (("Zo\u00eb.jpg", "x"), ("Zoe\u0308.jpg", "y")),
    "thrice": (("a.jpg", "x"), ("./a.jpg", "y"), (".//a.jpg", "z")),
    "file and folder": (("a", "x"), ("A/b.jpg", "y")),
    "Finder's icon": (("a.jpg", "x"), ("Album/Icon\r", "")),
    "an endless name": (("a.jpg", "x"), ("b" * 300 + ".jpg", "y")),
}


@pytest.mark.parametrize("kind", LEFT_OUT)
def test_one_member_does_not_condemn_the_others(kind: str) -> None:
    files = LEFT_OUT[kind]
    with Archive(packed(*files)) as archive:
        (name,) = archive.names
        assert archive.read(name) == (b"y" if name.endswith("b.jpg") else b"x")
        assert len(archive.left_out) == len(files) - 1
        for other, why in archive.left_out.items():
            with pytest.raises(FacespaceError, match=why):
                archive.read(other)
        (remark,) = archive.remarks
        assert remark.startswith(f"Left out of the ZIP: {len(files) - 1}, '")


def test_encrypted_and_oddly_packed_members_are_left_out_alone() -> None:
    data = bytearray(packed(("a.jpg", b"one"), ("b.jpg", b"two"), ("c.jpg", b"three")))
    first = data.index(b"PK\x01\x02")
    second = data.index(b"PK\x01\x02", first + 1)
    struct.pack_into("<H", data, first + 8, 1)
    struct.pack_into("<H", data, second + 10, 9)  # Deflate64, as Explorer packs what is large
    with Archive(bytes(data)) as archive:
        assert archive.names == ["c.jpg"]
        assert list(archive.left_out) == ["a.jpg", "b.jpg"]
        encrypted, other = archive.remarks
        assert "password" in encrypted and "deflated" in other


def test_names_that_differ_by_case_and_archives_inside_are_kept() -> None:
    files: list[tuple[str, bytes | str]] = [
        ("IMG.jpg", "x"),
        ("IMG.JPG", "y"),
        ("c/old.zip", ONE),
        ("c/old.tar.gz", "z"),
    ]
    with Archive(packed(*files)) as archive:
        assert archive.names == [name for name, _ in files]
        assert archive.read("IMG.JPG") == b"y"
        with archive.outline(lambda _: False) as folder:
            assert (folder / "IMG.JPG").is_file()


def test_an_endless_list_of_files_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_ARCHIVE_FILES", 100)
    monkeypatch.setattr("facespace.io.archive.PIECE", 1000)
    with pytest.raises(FacespaceError, match="lists more than"):
        Archive(listed(2000))


@pytest.mark.parametrize("kind", ["bytes", "file", "path"])
def test_what_people_send_is_read(kind: str, tmp_path: Path) -> None:
    content = packed(
        (entry("Photos/", 0o40755, True), ""),
        ("Photos/female/Zoë.jpg", b"one"),
        ("./Photos/male/b.jpg", b"two"),
        ("Photos\\male\\c.jpg", b"three"),
        ("Photos/.DS_Store", b"x"),
        ("__MACOSX/Photos/male/._b.jpg", b"x"),
    )
    path = tmp_path / "photos.zip"
    path.write_bytes(content)
    file = io.BytesIO(content)
    sources: dict[str, bytes | io.BytesIO | Path] = {"bytes": content, "file": file, "path": path}
    source = sources[kind]
    with Archive(source) as archive:
        assert {name: archive.read(name) for name in archive.names} == {
            "Photos/female/Zoë.jpg": b"one",
            "Photos/male/b.jpg": b"two",
            "Photos/male/c.jpg": b"three",
        }
        with pytest.raises(FacespaceError, match="no such file"):
            archive.read("../photos.zip")
    assert not file.closed


@pytest.mark.parametrize(
    ("raw", "name"),
    [("Zoë.jpg".encode(), "Zoë.jpg"), ("Zoë.jpg".encode("cp437"), "Zoë.jpg")],
    ids=["UTF-8 without saying so", "code page 437"],
)
def test_names_of_older_programs(raw: bytes, name: str) -> None:
    plain = "Z" * (len(raw) - 4) + ".jpg"
    content = packed((plain, b"one")).replace(plain.encode(), raw)
    with Archive(content) as archive:
        assert archive.names == [name]
        assert archive.read(name) == b"one"


def test_accents_are_the_same_however_they_are_written() -> None:
    whole, apart = "Zo\u00eb.jpg", "Zoe\u0308.jpg"
    with Archive(packed((apart, b"one"))) as archive:
        assert archive.names == [whole]
        assert archive.read(whole) == archive.read(apart) == b"one"


def test_an_outline_has_all_names_and_some_contents(temporary: Path) -> None:
    with Archive(packed(("a/labels.csv", "file"), ("a/b/c.jpg", "photo"))) as archive:
        with archive.outline(lambda name: name.endswith(".csv")) as folder:
            assert folder.parent == temporary
            assert (folder / "a/labels.csv").read_text() == "file"
            assert (folder / "a/b/c.jpg").read_bytes() == b""
        assert list(temporary.iterdir()) == []
        with pytest.raises(KeyboardInterrupt), archive.outline(lambda _: False):
            raise KeyboardInterrupt  # as Streamlit ends a script: no Exception
        damaged = changed(packed(("labels.csv", "file")), 14, 16, "<I", 1)
        with Archive(damaged) as other, pytest.raises(FacespaceError), other.outline(bool):
            pass
