"""Tables of labels as no program should write them, and as a stranger might."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from facespace import limits
from facespace.datasets import dataset, scoring
from facespace.datasets.dataset import open_labelled, read_dataset
from facespace.metrics import groups
from tests.support.hostile.tables import GOOD, MOST, PHOTO, TABLES
from tests.support.outcomes import EITHER, READ, as_expected, ending, opened, words
from tests.support.pages import waited
from training.__main__ import main as training

#: By name a ``dataset.json`` beside a good table, and how it ends.
ABOUT: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "cannot be read"),
    "no JSON": (b"title: mine", "cannot be read"),
    "a list": (b"[1, 2]", "cannot be read"),
    "null": (b"null", "cannot be read"),
    "odd values": (b'{"title": null, "licence": [1], "source": {"a": NaN}}', READ),
    "nested deep": (b"[" * 100_000, "cannot be read"),
    "nested deep inside": (b'{"title": ' * 50_000, "cannot be read"),
    "a long number": (b'{"title": ' + b"9" * 5000 + b"}", "cannot be read"),
    "a long title": (b'{"title": "' + b"x" * 10**6 + b'"}', READ),
    "Latin-1": ('{"title": "Zoë"}'.encode("latin-1"), "cannot be read"),
    "half a sign": (b'{"title": "\\ud800"}', READ),
}


def table(name: str) -> bytes:
    return TABLES[name][0]


@pytest.fixture(autouse=True)
def few_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_LABELS", MOST)
    monkeypatch.setattr(limits, "MAX_ARCHIVE_FILES", MOST)


def laid_out(folder: Path, labels: bytes, about: bytes | None = None) -> Path:
    (folder / "labels.csv").write_bytes(labels)
    (folder / "a.png").write_bytes(PHOTO)
    if about is not None:
        (folder / "dataset.json").write_bytes(about)
    return folder


def packed(labels: bytes, about: bytes | None = None) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("labels.csv", labels)
        archive.writestr("a.png", PHOTO)
        if about is not None:
            archive.writestr("dataset.json", about)
    return file.getvalue()


def whole(source: Path | bytes) -> None:
    """Open it and run the test on no model: every photo is sought, read, and grouped."""
    with open_labelled(source, "x.zip") as data:
        outcome = scoring.score(data, {})
        outcome.to_csv(), outcome.to_json()
        for photo in data.photos:
            groups.order_of(groups.age_group(photo.age))


@pytest.mark.parametrize("name", TABLES)
def test_library(name: str, tmp_path: Path) -> None:
    folder = laid_out(tmp_path, table(name))
    sentence = ending(lambda: read_dataset(folder))
    as_expected(sentence, TABLES[name][1])
    if not sentence:
        found = read_dataset(folder).photos
        assert all(folder.resolve() in photo.path.resolve().parents or photo.path == folder
                   for photo in found if "\0" not in photo.path.name
                   and len(str(photo.path)) < 3000)  # fmt: skip
    assert ending(lambda: whole(folder)) == sentence


@pytest.mark.parametrize("name", TABLES)
def test_in_a_zip(name: str) -> None:
    sentence = ending(lambda: whole(packed(table(name))))
    if TABLES[name][1] not in (READ, EITHER):
        assert TABLES[name][1] in sentence or "unpacks to more than" in sentence


@pytest.mark.parametrize("name", ABOUT)
def test_about(name: str, tmp_path: Path) -> None:
    content, expected = ABOUT[name]
    folder = laid_out(tmp_path, GOOD.encode(), content)
    as_expected(ending(lambda: read_dataset(folder)), expected)
    as_expected(ending(lambda: whole(packed(GOOD.encode(), content))), expected)
    if expected == READ:
        assert len(read_dataset(folder).title) <= dataset.MOST_TEXT


FEW = ("UTF-16", "semicolons", "odd ages", "a quote not closed", "NULs", "one class", "formulas")


def test_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in FEW:
        folder = tmp_path / name
        folder.mkdir()
        assert training(["evaluate", "--data", str(laid_out(folder, table(name)))]) in (1, 2)
        printed = capsys.readouterr()
        assert "Traceback" not in printed.err
        assert printed.err.strip().splitlines()[-1].startswith("training: "), name


def test_page() -> None:
    app = opened("own_photos")
    for name in FEW:
        content = packed(table(name))
        app.file_uploader(key="zip").set_value(("x.zip", content, "application/zip"))
        (sentence,) = words(waited(app.run(), "own_photos"))
        assert sentence
