"""``training evaluate`` on files whose names are no UTF-8."""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path

import pytest

from facespace.datasets.dataset import read_dataset
from training.__main__ import main

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")


def test_what_is_written_can_be_the_table_of_labels(variants: list[bytes], tmp_path: Path) -> None:
    """Of photos in folders by class, in a folder of such a name, into files of such names."""
    folder, table, figures = (
        tmp_path / name for name in ("own\udce9", "\udce9.csv", "\udce9.json")
    )
    photos = [f"{label}/{number}\udce9.png" for label in ("female", "male") for number in range(2)]
    for name, content in zip(photos, variants, strict=False):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    (folder / "male" / "notes\udce9.txt").write_text("no picture")
    given = ["evaluate", "--data", str(folder), "--csv", str(table), "--json", str(figures)]
    assert main(given) == 0
    assert json.loads(figures.read_bytes())["data"]["title"] == r"own\udce9"
    rows = list(csv.DictReader(io.StringIO(table.read_text("utf-8-sig"))))
    assert [row["file"] for row in rows] == [name.replace("\udce9", r"\udce9") for name in photos]
    text = "file,gender\n" + "".join(f"{row['file']},{row['label']}\n" for row in rows)
    (folder / "labels.csv").write_text(text, "utf-8")
    found = read_dataset(folder).photos
    assert [photo.path for photo in found] == [folder / name for name in photos]
    assert main(given) == 0


def test_a_table_in_the_encoding_of_the_names(variants: list[bytes], tmp_path: Path) -> None:
    for name, content in zip(("caf\udce9.png", "b.png"), variants, strict=False):
        (tmp_path / name).write_bytes(content)
    (tmp_path / "labels.csv").write_bytes(b"file,gender\ncaf\xe9.png,female\nb.png,male\n")
    first, _ = read_dataset(tmp_path).photos
    assert first.path == tmp_path / "caf\udce9.png"


def test_a_title_of_half_a_sign(variants: list[bytes], tmp_path: Path) -> None:
    for label, content in zip(("female", "male"), variants, strict=False):
        (tmp_path / label).mkdir()
        (tmp_path / label / "a.png").write_bytes(content)
    (tmp_path / "dataset.json").write_text('{"title": "\\ud800"}')
    figures = tmp_path / "x.json"
    assert main(["evaluate", "--data", str(tmp_path), "--json", str(figures)]) == 0
    assert json.loads(figures.read_bytes())["data"]["title"] == r"\ud800"
