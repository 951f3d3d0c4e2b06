"""ZIPs that lead out of their folder, lie, swell, or are packed as nobody packs photos."""

from __future__ import annotations

import json
from functools import cache, partial
from pathlib import Path

import pytest

from facespace.batch import run
from facespace.cli import main
from facespace.datasets.dataset import open_labelled
from facespace.io import find_photos
from facespace.io.archive import Archive
from facespace.types import FacespaceError
from tests.support.hostile.archives import CASES, FEW, content
from tests.support.outcomes import EITHER, READ, as_expected, ending, opened, worded, words
from tests.support.pages import waited

pytestmark = pytest.mark.packages


def every_file(source: bytes) -> None:
    """Open it, and read all of it: as photos, and as the page Folder does."""
    with Archive(source) as archive:
        for name in archive.names:
            archive.read(name)
        list(run.read_photos(find_photos.members(archive), workers=0))


@cache
def in_library(name: str) -> str:
    return ending(lambda: every_file(content(name)))


@pytest.mark.parametrize("name", CASES)
def test_library(name: str) -> None:
    sentence, expected = in_library(name), CASES[name][1]
    if not sentence and expected not in (READ, EITHER):
        with Archive(content(name)) as archive:
            assert any(known.startswith("good.png") for known in archive.names)
            sentence = worded(" ".join(archive.remarks))
    as_expected(sentence, expected)


@pytest.mark.parametrize("name", CASES)
def test_as_labelled_photos(name: str) -> None:
    """The only way by which a ZIP lays files out: into a temporary folder that is gone after it."""
    with pytest.raises(FacespaceError) as caught, open_labelled(content(name), "x.zip"):
        pass
    assert "no labelled photos" in str(caught.value) or in_library(name) or CASES[name][1] == EITHER


def test_command_line(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """All at once; of those that are refused as a whole there is one entry with the sentence."""
    paths = {name: tmp_path / f"{number:03d}.zip" for number, name in enumerate(CASES)}
    for name, path in paths.items():
        path.write_bytes(content(name))
    results = tmp_path / "out.jsonl"
    given = [*map(str, paths.values()), "--out", str(results), "--workers", "1"]
    assert main.main(["folder", *given]) == 1
    assert "Traceback" not in capfd.readouterr().err
    entries = [json.loads(line) for line in results.read_text("utf-8").splitlines()]
    for name, path in paths.items():
        (first, *_) = [entry for entry in entries if entry["source"].startswith(str(path))]
        if in_library(name) and first["source"] == str(path):
            assert first["error"] == in_library(name)
    good = [e for e in entries if e["source"].endswith("/good.png") and not e["error"]]
    assert len(good) >= sum(end == READ for _, end in CASES.values()) - 1


@pytest.mark.parametrize(("page", "first"), [("folder", {"from": "ZIP"}), ("own_photos", {})])
def test_pages(page: str, first: dict[str, str]) -> None:
    app = opened(page, **first)
    for name in FEW:
        app.file_uploader(key="zip").set_value(("photos.zip", content(name), "application/zip"))
        app.run()
        if page == "own_photos":  # which reads it on a thread of its own
            waited(app, page)
        (sentence,) = words(app) or [""]
        if page == "folder":  # which reads what is in it later
            assert sentence == ending(partial(Archive, content(name)))
        elif page == "own_photos":
            assert sentence
