"""Folders as people have them: shut ones, links, wastebaskets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from facespace.io import walk
from facespace.io.archive import Archive
from tests.support import photo_folders
from tests.support.photo_folders import touched
from tests.support.pictures import packed

HIDDEN = (
    *(
        ".Trash-1000/a.jpg",
        "x/.Trash-1000/files/a.jpg",
        "$RECYCLE.BIN/S-1-5/a.jpg",
        "#recycle/a.jpg",
    ),
    *(
        "__MACOSX/x/._a.jpg",
        "x/._a.jpg",
        ".ipynb_checkpoints/a-checkpoint.jpg",
        ".thumbnails/1.png",
    ),
    *("@eaDir/a.jpg/SYNOPHOTO_THUMB_XL.jpg", "x/@eaDir/b.jpg", "Thumbs.db", "x/thumbs.db"),
    *("desktop.ini", "System Volume Information/a.jpg", "lost+found/a.jpg", "x/.DS_Store"),
)
SHOWN = ("a.jpg", "Trash/1.jpg", "eaDir/2.jpg", "recycle #1/@home.jpg", "x/_a.jpg", "x/thumbs.jpg")


def names(found: walk.Found, folder: Path) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in found.files]


@pytest.fixture
def shut(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name of folders that may not be read."""
    photo_folders.shut(monkeypatch)
    yield photo_folders.SHUT


def test_folders_and_zips_leave_out_the_same(tmp_path: Path) -> None:
    touched(tmp_path, *HIDDEN, *SHOWN)
    assert names(walk.below(tmp_path), tmp_path) == list(SHOWN)
    matches = walk.matching(f"{tmp_path}/**")
    assert [name for name in names(matches, tmp_path) if (tmp_path / name).is_file()] == list(SHOWN)
    with Archive(packed(dict.fromkeys((*HIDDEN, *SHOWN), b""))) as archive:
        assert sorted(archive.names) == sorted(SHOWN)


def test_a_hidden_folder_that_is_named_is_read(tmp_path: Path) -> None:
    touched(tmp_path, ".photos/1.jpg", ".photos/.2.jpg")
    assert names(walk.below(tmp_path / ".photos"), tmp_path) == [".photos/1.jpg"]
    assert names(walk.matching(f"{tmp_path}/.photos/*"), tmp_path) == [".photos/1.jpg"]
    assert names(walk.matching(f"{tmp_path}/.ph*/.*"), tmp_path) == [".photos/.2.jpg"]


@pytest.mark.parametrize("pattern", ["", "**/*.jpg", "*/*.jpg", "**", "*/**/*"])
def test_a_folder_that_may_not_be_read_is_named(tmp_path: Path, shut: str, pattern: str) -> None:
    touched(tmp_path, "open/1.jpg", f"{shut}/2.jpg")
    found = walk.matching(f"{tmp_path}/{pattern}") if pattern else walk.below(tmp_path)
    assert found.problems == {tmp_path / shut: "This folder cannot be read: Permission denied."}
    assert "open/1.jpg" in names(found, tmp_path)


def test_a_pattern_asks_only_where_it_leads(tmp_path: Path, shut: str) -> None:
    touched(tmp_path, "a/img/1.jpg", f"a/{shut}/1.jpg", f"b/{shut}/1.jpg")
    found = walk.matching(f"{tmp_path}/*/img/*.jpg")
    assert (names(found, tmp_path), found.problems) == (["a/img/1.jpg"], {})


def test_linked_folders_are_followed_once(tmp_path: Path) -> None:
    """By their own names where there are two, and never round and round."""
    touched(tmp_path, "away/day1/1.jpg", "photos/day2/2.jpg")
    photos = tmp_path / "photos"
    (photos / "all").symlink_to(photos / "day2", target_is_directory=True)
    (photos / "day1").symlink_to(tmp_path / "away" / "day1", target_is_directory=True)
    (photos / "day2" / "again").symlink_to(photos, target_is_directory=True)
    (tmp_path / "away" / "day1" / "back").symlink_to(photos, target_is_directory=True)
    (photos / "lost").symlink_to(tmp_path / "nowhere")
    assert names(walk.below(photos), photos) == ["lost", "day1/1.jpg", "day2/2.jpg"]
    found = walk.matching(f"{photos}/**/*.jpg")
    assert names(found, photos) == ["day1/1.jpg", "day2/2.jpg"]


@pytest.mark.parametrize(
    ("pattern", "matched"),
    [
        ("*.jpg", ["1.jpg"]),
        ("[!1]*", ["a"]),
        ("a/?.JPG", ["a/2.JPG"]),
        ("a/b/3.jp[eg]", ["a/b/3.jpg"]),
        ("**/*.jpg", ["1.jpg", "a/b/3.jpg"]),
        ("a/**/3.jpg", ["a/b/3.jpg"]),
        ("**/b", ["a/b"]),
        ("1.jpg/*", []),
        ("x/*", []),
    ],
)
def test_patterns(tmp_path: Path, pattern: str, matched: list[str]) -> None:
    touched(tmp_path, "1.jpg", "a/2.JPG", "a/b/3.jpg")
    found = walk.matching(f"{tmp_path}/{pattern}")
    assert (names(found, tmp_path), found.problems) == (matched, {})


def test_a_pattern_may_begin_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    touched(tmp_path, "1.jpg", "a/2.jpg")
    monkeypatch.chdir(tmp_path)
    assert walk.matching("*/*.jpg").files == [Path("a/2.jpg")]
    assert walk.matching("./**/*.jpg").files == [Path("1.jpg"), Path("a/2.jpg")]
    assert walk.matching("a/../*.jpg").files == [Path("a/../1.jpg")]
