"""What names, lists and ZIPs stand for."""

from __future__ import annotations

import io
import os
import stat
import zipfile
from pathlib import Path

import pytest

from facespace import limits
from facespace.io import find_photos
from facespace.io.archive import Archive
from facespace.types import FacespaceError
from tests.support.hostile.refused_zips import entry, packed


def test_what_a_zip_holds_beside_photos_is_passed_over_or_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_BYTES", 1000)
    noise = os.urandom(2000)
    path = tmp_path / "trip.zip"
    path.write_bytes(
        packed(
            ("trip/a.jpg", b"a photo"),
            ("trip/A.JPG", b"another"),
            ("trip/large.jpg", noise),
            ("trip/clip.mp4", noise),
            ("trip/old.zip", packed(("b.jpg", b"x"))),
            (entry("trip/linked.jpg", stat.S_IFLNK | 0o777), "a.jpg"),
            (entry("trip/day1", stat.S_IFLNK | 0o777), "../day1"),
            (entry("trip/notes.txt", stat.S_IFLNK | 0o777), "other.txt"),
        )
    )
    others: list[str] = []
    photos = find_photos.find([str(path)], passed_over=others)
    assert [name.removeprefix(f"{path}/trip/") for name in others] == [
        "clip.mp4", "old.zip", "notes.txt",
    ]  # fmt: skip
    ends = {}
    for photo in photos:
        try:
            ends[photo.name.removeprefix(f"{path}/trip/")] = photo.content().decode()
        except FacespaceError as error:
            ends[photo.name.removeprefix(f"{path}/trip/")] = str(error)
    link = "Links and devices in a ZIP are not followed."
    assert ends == {
        "a.jpg": "a photo",
        "A.JPG": "another",
        "large.jpg": "The file has 0 MB; at most 0 MB are read.",
        "linked.jpg": link,
        "day1": link,
    }


def test_a_zip_of_links_alone_has_no_photo() -> None:
    content = packed((entry("a.jpg", stat.S_IFLNK | 0o777), "/etc/passwd"))
    with pytest.raises(FacespaceError, match=r"no file in the ZIP\. Left out .* 1, 'a\.jpg'"):
        Archive(content)


def test_a_bomb_among_photos_is_refused_with_them() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.jpg", b"a photo")
        archive.writestr("clip.mp4", bytes(60 * 2**20))
    with pytest.raises(FacespaceError, match="times its packed size"):
        Archive(file)


#: Contents of a list that names the same two files, by how it is written.
LISTS = {
    "lines": "{a}\n{b}\n",
    "lines of Windows, blanks and empty ones": "{a} \r\n\r\n  {b}\r\n",
    "quotes": '"{a}"\n"{b}"\n',
    "single and curly quotes": "'{a}'\n“{b}”\n",
    "a title": "file\n{a}\n{b}\n",
    "commas": "file,gender\n{a},female\n{b},male\n",
    "semicolons": 'Gender;"File name"\nfemale;"{a}"\nmale;{b}\n',
    "tabs": "path\tage\n{a}\t3\n{b}\t4\n",
    "a delimiter on the first line": "sep=;\nfile;x\n{a};1\n{b};2\n;;\n",
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("kind", LISTS)
def test_lists_as_shells_and_spreadsheets_write_them(
    kind: str, encoding: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = (
        ["Zoë, á.jpg", "b c.jpg"] if "," not in LISTS[kind].partition("\n")[0] else ["é.jpg", "b"]
    )
    monkeypatch.chdir(tmp_path)
    for name in names:
        Path(name).touch()
    content = LISTS[kind].format(a=names[0], b=names[1]).encode(encoding)
    photos = find_photos.find(["-"], io.BytesIO(content))
    assert [photo.name for photo in photos] == names
    assert not any(photo.problem for photo in photos)


def test_names_that_are_no_text_are_found(tmp_path: Path) -> None:
    raw = os.fsencode(tmp_path) + b"/Zo\xeb.jpg"
    try:
        Path(os.fsdecode(raw)).touch()
    except (OSError, ValueError):
        pytest.skip("a file system that takes Unicode alone")
    (photo,) = find_photos.find(["-"], io.BytesIO(raw + b"\n"))
    assert isinstance(photo.origin, Path) and photo.origin.exists()


def test_names_in_quotes(tmp_path: Path) -> None:
    path, odd = tmp_path / "a b.jpg", tmp_path / "'c'.jpg"
    path.touch()
    odd.touch()
    for name in (f'"{path}"', f"'{path}'", f"“{path}”", f' "{path}" ', f'"{tmp_path}/a*.jpg"'):
        assert [photo.origin for photo in find_photos.find([name])] == [path]
    assert len(find_photos.find([f'"{tmp_path}"'])) == 2
    assert [photo.origin for photo in find_photos.find([str(odd)])] == [odd]


def test_what_is_no_text_is_no_list() -> None:
    (photo,) = find_photos.find(["-"], io.BytesIO(b"\xff\xfea"))
    assert "cannot be read as text" in photo.problem
