"""Tables of labels are read as people and spreadsheets write them."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Literal

import pytest

from facespace.datasets import label_table
from facespace.datasets.dataset import open_labelled, read_dataset
from facespace.datasets.label_table import meanings
from facespace.types import FacespaceError
from tests.support.pictures import packed

ROWS = "file,gender,person\nim/Zoë.jpg,female,Müller\nim/b.jpg,male,Ångström\n"


def changed(old: str, new: str) -> str:
    return ROWS.replace(old, new)


Form = Literal["NFC", "NFD"]

#: Contents of a table, which all say the same.
TABLES: dict[str, bytes] = {
    "semicolons": changed(",", ";").encode(),
    "tabs": changed(",", "\t").encode(),
    "bars": changed(",", "|").encode(),
    "semicolons and a mark, as Excel in Europe": changed(",", ";").encode("utf-8-sig"),
    "UTF-16 with tabs, as Excel's Unicode text": changed(",", "\t").encode("utf-16"),
    "UTF-16 of the other order": ("\ufeff" + ROWS).encode("utf-16-be"),
    "UTF-16 without a mark": ROWS.encode("utf-16-le"),
    "cp1252": ROWS.encode("cp1252"),
    "cp1252 with semicolons": changed(",", ";").encode("cp1252"),
    "a delimiter on the first line": ("sep=,\n" + ROWS).encode(),
    "another, in quotes, with a mark": ('"SEP=;"\r\n' + changed(",", ";")).encode("utf-8-sig"),
    "a tab on the first line": ("sep=\t\n" + changed(",", "\t")).encode(),
    "empty lines first": ("\n\r\n" + ROWS).encode(),
    "empty rows and columns, as where a block was deleted": (
        changed("\n", ",,\n").replace(",,\n", "\n,,\n", 1) + ",,,\n,,,\n"
    ).encode(),
    "capitals": changed("file,gender,person", "FILE,Gender,Person").encode(),
    "blanks after commas": changed(",", ", ").encode(),
    "blanks after commas, before quotes": changed("\n", '"\n')
    .replace(",", '", "').replace("im/", '"im/').replace("file", '"file').encode(),
    "other titles": changed("file,gender,person", "File name,sex,Person ID").encode(),
    "titles of pandas": changed("file,gender,person", "image_path,label,identity").encode(),
    "another order": b"gender,age,filename\nfemale,30,im/Zo\xc3\xab.jpg\nmale,,im/b.jpg\n",
    "backslashes": changed("/", "\\").encode(),
    "a dot before": changed("im/", "./im/").encode(),
    "accents apart": unicodedata.normalize("NFD", ROWS).encode(),
    "other case": changed("im/", "IM/").replace(".jpg", ".JPG").encode(),
    "case, slashes and accents": unicodedata.normalize(
        "NFD", changed("im/Zoë.jpg", "Im\\ZOË.Jpg")
    ).encode(),
    "letters": changed("female", "F").replace(",male", ",m").encode(),
    "women and men": changed("female", "Women").replace(",male", ",MEN").encode(),
    "girl and boy": changed("female", "girl").replace(",male", ",boy ").encode(),
    "the title says which": changed("gender", "gender (1=female 0=male)")
    .replace("female,", "1,").replace("male,", "0,").replace("1=0,", "1=female").encode(),
}  # fmt: skip

#: Titles and values that say the same.
SAID = {
    "sex (1 = male; 2 = female)": ("2", "1"),
    "label: 0=female 1=male": ("0", "1"),
    "Gender [m: male, w: female]": ("w", "M"),
    "gender(female=1,male=0)": ("1.0", "0.0"),
    "Male": ("-1", "1"),
    "is_female": ("TRUE", "FALSE"),
    "female": ("yes", "no"),
}


def laid_out(folder: Path, table: bytes, name: str = "labels.csv", form: Form = "NFC") -> Path:
    (folder / "im").mkdir()
    for photo in ("Zoë.jpg", "b.jpg"):
        (folder / "im" / unicodedata.normalize(form, photo)).touch()
    (folder / name).write_bytes(table)
    return folder


def found(folder: Path) -> dict[str, str]:
    photos = read_dataset(folder).photos
    assert all(photo.path.is_file() for photo in photos)
    return {unicodedata.normalize("NFC", photo.path.name): photo.label for photo in photos}


BOTH = {"Zoë.jpg": "female", "b.jpg": "male"}


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("name", TABLES)
def test_every_way_to_write_it(name: str, form: Form, tmp_path: Path) -> None:
    assert found(laid_out(tmp_path, TABLES[name], form=form)) == BOTH


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("name", TABLES)
def test_the_same_in_a_zip(name: str, form: Form) -> None:
    photo = unicodedata.normalize(form, "Set/im/Zoë.jpg")
    files: dict[str, bytes | str] = {photo: b"one", "Set/im/b.jpg": b"two"}
    with open_labelled(packed({**files, "Set/labels.csv": TABLES[name]}), "x.zip") as data:
        assert [photo.label for photo in data.photos] == ["female", "male"]
        assert [data.content(i) for i in range(2)] == [b"one", b"two"]


@pytest.mark.parametrize("title", SAID)
def test_the_title_says_what_numbers_stand_for(title: str, tmp_path: Path) -> None:
    female, male = SAID[title]
    table = f'file,"{title}"\nim/Zoë.jpg,{female}\nim/b.jpg,{male}\n'
    assert found(laid_out(tmp_path, table.encode())) == BOTH


def test_what_a_command_is_told_counts_most(tmp_path: Path) -> None:
    table = "file,gender\nim/Zoë.jpg,0\nim/b.jpg,1\nim/c.jpg,9\n"
    folder = laid_out(tmp_path, table.encode())
    with pytest.raises(FacespaceError, match=r"'0', '1' and '9'\. Say which is which"):
        read_dataset(folder)
    dataset = read_dataset(folder, labels=meanings("0=female,1=male"))
    assert [photo.label for photo in dataset.photos] == ["female", "male"]
    assert dataset.problems == ["1 rows without a label of female or male ('9') were left out."]
    with open_labelled(folder, labels={"0": "male", "1": "female"}) as data:
        assert [photo.label for photo in data.photos] == ["male", "female"]


@pytest.mark.parametrize("name", ["Labels.CSV", "labels.tsv", "LABELS.txt"])
def test_the_table_by_its_other_names(name: str, tmp_path: Path) -> None:
    assert found(laid_out(tmp_path, changed(",", "\t").encode("utf-16"), name)) == BOTH
    files: dict[str, bytes | str] = {"im/Zoë.jpg": b"", "im/b.jpg": b"", name: ROWS}
    with open_labelled(packed(files), "x.zip") as data:
        assert len(data.photos) == 2


def test_of_names_that_differ_by_case_the_own_one_counts(tmp_path: Path) -> None:
    for name in ("a.jpg", "A.jpg", "b.JPG"):
        (tmp_path / name).touch()
    if len(list(tmp_path.iterdir())) < 3:
        pytest.skip("a file system that tells no case apart")
    (tmp_path / "labels.csv").write_text("file,gender\nA.jpg,f\na.jpg,m\na.JPG,m\nB.jpg,f\n")
    paths = [photo.path.name for photo in read_dataset(tmp_path).photos]
    assert paths == ["A.jpg", "a.jpg", "a.JPG", "b.JPG"]  # of two, the third could be either


@pytest.mark.parametrize("name", ["..\\x.jpg", "im\\..\\..\\x.jpg", "\\x.jpg", "C:\\x.jpg", "c:x"])
def test_nothing_outside_the_folder_is_read(name: str, tmp_path: Path) -> None:
    dataset = read_dataset(laid_out(tmp_path, f"{ROWS}{name},male\n".encode()))
    assert len(dataset.photos) == 2
    assert dataset.problems == ["1 rows whose file is not inside the folder were left out."]


def test_meanings() -> None:
    assert meanings("0=male,1=female") == {"0": "male", "1": "female"}
    assert meanings("M=Man, W=Woman") == {"m": "male", "w": "female"}
    assert meanings("gender") == meanings("0=zero") == {}
    assert label_table.of(Path("no such folder")) is None
