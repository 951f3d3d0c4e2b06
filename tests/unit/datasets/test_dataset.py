"""Labelled folders are read, and split so that nothing leaks."""

from __future__ import annotations

from pathlib import Path

import pytest

from facespace.datasets.dataset import Photo, read_dataset
from facespace.types import FacespaceError
from tests.support.photo_folders import numbered


def write(folder: Path, text: str) -> Path:
    (folder / "labels.csv").write_text(text, "utf-8")
    return folder


def test_labels_csv(tmp_path: Path) -> None:
    text = (
        "file,gender,age,race,person,split\n"
        "a.jpg,female,20-29,Black, ann , train\n"
        "x.jpg,female,,,,sometimes\n"
        "b.jpg, M ,,,bob,Test\n"
        "b2.jpg,male,NA,n/a,NA,\n"
        "c.jpg,unknown,,,,\n"
        "../d.jpg,male,,,,\n"
        "/etc/e.jpg,male,,,,\n"
        ",male,,,,\n"
    )
    dataset = read_dataset(write(tmp_path, text))
    assert dataset.photos == [
        Photo(tmp_path / "a.jpg", "female", "20-29", "Black", "ann", "train"),
        Photo(tmp_path / "b.jpg", "male", "", "", "bob", "test"),
        Photo(tmp_path / "b2.jpg", "male", person="NA"),
    ]
    assert dataset.problems == [
        "1 rows of a split other than train and test were left out.",
        "1 rows without a label of female or male ('unknown') were left out.",
        "3 rows whose file is not inside the folder were left out.",
        "1 rows have no split.",
    ]


def test_byte_order_mark_and_few_columns(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_bytes("\ufefffile,gender\na.jpg,f\nb.jpg,m\n".encode())
    assert [photo.label for photo in read_dataset(tmp_path).photos] == ["female", "male"]


def test_folders(tmp_path: Path) -> None:
    for name in ("female/a.jpg", "female/deep/b.PNG", "male/c.heic", "male/notes.txt", "d.jpg"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    found = {photo.path.name: photo.label for photo in read_dataset(tmp_path).photos}
    assert found == {"a.jpg": "female", "b.PNG": "female", "c.heic": "male"}


def test_about(tmp_path: Path) -> None:
    write(tmp_path, "file,gender\na.jpg,f\nb.jpg,m\n")
    assert read_dataset(tmp_path).licence == "not stated"
    (tmp_path / "dataset.json").write_text('{"title": "Mine", "licence": "CC0"}', "utf-8")
    dataset = read_dataset(tmp_path)
    assert (dataset.title, dataset.licence, dataset.source) == ("Mine", "CC0", "not stated")
    (tmp_path / "dataset.json").write_text("[1", "utf-8")
    with pytest.raises(FacespaceError, match="cannot be read"):
        read_dataset(tmp_path)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no column file or gender"),
        ("name,age\na.jpg,9\n", "no column file or gender. Its columns are 'name' and 'age'."),
        ("file,colour\na.jpg,f\n", "no column gender. Its columns are 'file' and 'colour'."),
        ("a.jpg,female\nb.jpg,male\n", "no column .* Its columns are 'a.jpg' and 'female'."),
        ("file,gender\n", "no labelled photos"),
        ("file,gender\na.jpg,x\n", "no labelled photos: its column gender says 'x'"),
        ("file,Sex\na.jpg,0\nb.jpg,1\n", "its column Sex says '0' and '1'. .*0=male,1=female"),
        ("file,gender\na.jpg,\n", "no labelled photos"),
        ("file,gender\na.jpg,f\n", "no photo labelled male"),
        ("file,gender\na.jpg,male\n", "no photo labelled female"),
    ],
)
def test_bad_labels_get_a_sentence(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(FacespaceError, match=words):
        read_dataset(write(tmp_path, text))


def test_bad_folders_get_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(FacespaceError, match="no folder"):
        read_dataset(tmp_path / "absent")
    with pytest.raises(FacespaceError, match="no labelled photos"):
        read_dataset(tmp_path)
    (tmp_path / "labels.csv").write_bytes(b"file,gender\n\x81\x00,f\n")
    with pytest.raises(FacespaceError, match="cannot be read"):
        read_dataset(tmp_path)


def test_a_limit_draws_from_every_class_and_split(tmp_path: Path) -> None:
    rows = [
        f"{p.path},{p.label},{'test' if i % 5 == 0 else 'train'}"
        for i, p in enumerate(numbered(500))
    ]
    folder = write(tmp_path, "file,gender,split\n" + "\n".join(rows))
    drawn = read_dataset(folder, limit=100).photos
    assert len(drawn) == 100
    assert sum(photo.label == "female" for photo in drawn) == 50
    assert sum(photo.split == "test" for photo in drawn) == 20
    assert read_dataset(folder, limit=9999).photos == read_dataset(folder).photos


def test_real_folders(data: Path) -> None:
    fairface = read_dataset(data / "fairface")
    assert len(fairface.photos) == 42511
    assert fairface.licence == "CC BY 4.0"
    assert "NA" not in {photo.age for photo in read_dataset(data / "london_frl").photos}
