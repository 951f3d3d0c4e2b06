"""Pictures are known by their endings or by how they begin, films by their endings."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from facespace.io import find_photos, formats, images
from facespace.io.archive import Archive
from facespace.types import RGB, FacespaceError
from tests.support.pictures import packed

#: How Pillow writes each format that is read.
ENCODED = [
    *(("JPEG", {}), ("JPEG", {"progressive": True}), ("PNG", {}), ("WEBP", {}), ("HEIF", {})),
    *(("AVIF", {}), ("GIF", {}), ("BMP", {}), ("TIFF", {}), ("TIFF", {"compression": "jpeg"})),
    *(("TIFF", {"big_tiff": True}), ("MPO", {})),
]

#: How files begin that are no pictures, or none that are read.
OTHERS = {
    "prices": b"BMW prices 2024: see the list below",
    "clip.mp4": b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41" + bytes(32),
    "voice.m4a": b"\0\0\0\x1cftypM4A \0\0\0\0M4A mp42isom" + bytes(36),
    "raw.cr3": b"\0\0\0\x18ftypcrx \0\0\0\1crx isom" + bytes(40),
    "raw.nef": b"II*\0\x08\0\0\0" + bytes(56),
    "raw.dng": b"MM\0*\0\0\0\x08" + bytes(56),
    "sound.wav": b"RIFF\x24\0\0\0WAVEfmt " + bytes(48),
    "old.avi": b"RIFF\x24\0\0\0AVI LIST" + bytes(48),
    "notes.txt": b"jpg",
    "drawing.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "empty": b"",
    "short": b"\xff\xd8",
}


def encoded(astronaut: RGB, kind: str, options: dict[str, object]) -> bytes:
    file = io.BytesIO()
    Image.fromarray(astronaut).save(file, kind, **options)
    return file.getvalue()


@pytest.mark.parametrize("name", ["IMG_0001", "x.dat", "Photo 12.05", "a.jpg_large", "x.jpg.part"])
@pytest.mark.parametrize(("kind", "options"), ENCODED)
def test_content_counts_where_the_ending_does_not(
    tmp_path: Path, astronaut: RGB, kind: str, options: dict[str, object], name: str
) -> None:
    content = encoded(astronaut, kind, options)
    (tmp_path / name).write_bytes(content)
    (tmp_path / "notes.txt").write_text("x")
    found = find_photos.find([str(tmp_path)])
    with Archive(packed({name: content, "notes.txt": "x"})) as archive:
        members = find_photos.members(archive)
        assert [photo.content() for photo in members] == [content] * len(members)
    if kind == "TIFF" and "." in name:  # it may be a camera's raw file
        assert not members
        assert [photo.problem for photo in found] == ["There is no picture in this folder."]
    else:
        assert [photo.name for photo in members] == [name]
        assert [photo.origin for photo in found] == [tmp_path / name]
        assert images.load(found[0].content()).shape == astronaut.shape


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_no_picture_is_passed_over_by_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(OTHERS[name])
    passed_over: list[str] = []
    (photo,) = find_photos.find([str(tmp_path)], passed_over=passed_over)
    assert photo.problem == "There is no picture in this folder."
    assert passed_over == [str(tmp_path / name)]
    with Archive(packed({name: OTHERS[name]})) as archive:
        assert not find_photos.members(archive, passed_over=passed_over)
    assert passed_over == [str(tmp_path / name), name]


@pytest.mark.parametrize("ending", [*formats.PICTURE_ENDINGS, "JPG", "JFIF", "Tif"])
def test_an_ending_is_enough(tmp_path: Path, ending: str) -> None:
    """So that who reads it says what is wrong with it."""
    (tmp_path / f"x.{ending}").write_bytes(b"no picture")
    assert formats.is_picture_file(tmp_path / f"x.{ending}")
    with pytest.raises(FacespaceError, match="not a JPEG, PNG"):
        images.load(tmp_path / f"x.{ending}")


def test_what_cannot_be_looked_at_is_no_less_a_picture(tmp_path: Path) -> None:
    (tmp_path / "day1").symlink_to(tmp_path / "nowhere")
    (photo,) = find_photos.find([str(tmp_path)])
    with pytest.raises(FacespaceError, match="no such file"):
        photo.content()


@pytest.mark.parametrize(
    ("names", "pictures", "sentence"),
    [
        ([], 3, ""),
        (["notes"], 0, "1 of 1 files is not a picture (notes)."),
        (["a/clip.mp4", "b.zip"], 3, "2 of 5 files are not pictures (clip.mp4, b.zip)."),
        (
            ["a.MP4", "b.txt", "c/d.mp4", "README"],
            1_000,
            "4 of 1,004 files are not pictures (2 .mp4, 1 .txt, 1 without ending).",
        ),
        (
            [f"x.{end}" for end in "abcdefgh"],
            1,
            "8 of 9 files are not pictures (1 .a, 1 .b, 1 .c, 1 .d, 1 .e, 1 .f, 2 others).",
        ),
    ],
)
def test_what_is_said_of_files_passed_over(names: list[str], pictures: int, sentence: str) -> None:
    assert formats.passed_over(names, pictures) == sentence


@pytest.mark.parametrize("name", ["command_line.md"])
def test_the_documentation_has_the_same_lists(name: str) -> None:
    text = (Path(__file__).parents[3] / "docs" / name).read_text("utf-8")
    words = " ".join(text.split())
    assert formats.PICTURES in words
    assert formats.FILMS in words


def test_no_film_is_missing() -> None:
    some = {"mp4", "mov", "mkv", "webm", "avi", "gif", "3gp", "mts", "m2ts", "vob", "wmv", "ogv"}
    assert some <= set(formats.FILM_ENDINGS)
    assert len(set(formats.FILM_ENDINGS)) == len(formats.FILM_ENDINGS)
    assert len(set(formats.PICTURE_ENDINGS)) == len(formats.PICTURE_ENDINGS)


def test_pixels_are_those_of_the_picture(tmp_path: Path, astronaut: RGB) -> None:
    """TIFF without loss, and as good as JPEG in AVIF."""
    exact = images.load(encoded(astronaut, "TIFF", {"compression": "tiff_lzw"}))
    np.testing.assert_array_equal(exact, astronaut)
    near = images.load(encoded(astronaut, "AVIF", {"quality": 90}))
    assert np.abs(near.astype(int) - astronaut).mean() < 3
