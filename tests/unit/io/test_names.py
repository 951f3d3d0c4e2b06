"""Names of files in the encodings of others, and as text."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facespace.io.names import Files, as_named, unquoted, written

#: A name in Latin-1, as Python has it; one that has the letters by which that is written.
BYTES, LETTERS = "caf\udce9.png", r"caf\udce9.png"

linux = pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("café.png", "café.png"),
        (BYTES, r"caf\udce9.png"),
        (LETTERS, r"caf\x5cudce9.png"),
        (r"caf\x5cudce9.png", r"caf\x5cx5cudce9.png"),
        ("\udcff\ud800", r"\udcff\ud800"),
        (r"C:\photos\udo\x5c", r"C:\photos\udo\x5c"),
    ],
)
def test_a_name_is_written_as_text_and_back(name: str, text: str) -> None:
    assert written(name) == text
    assert as_named(text) == name


@settings(deadline=None, max_examples=100, derandomize=True, database=None)
@given(
    st.lists(st.sampled_from(["\\", "x5c", "udce9", "\udce9", "\ud800", "é", "u", "/"])).map(
        "".join
    )
)
def test_no_two_names_are_written_alike(name: str) -> None:
    text = written(name)
    assert as_named(text) == name
    assert text.encode().decode() == text


@linux
def test_a_written_name_finds_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "d").mkdir()
    for name in (BYTES, LETTERS):
        assert unquoted(written(name)) == written(name)
        (tmp_path / name).touch()
        (tmp_path / "d" / name).touch()
        assert Files(tmp_path).find(written(name)) == tmp_path / name
        assert Files(tmp_path).find(f"d/{written(name)}") == tmp_path / "d" / name
    assert unquoted(f' "{written(LETTERS)}"') == unquoted(LETTERS) == LETTERS  # as shells give it
    (tmp_path / LETTERS).unlink()
    assert unquoted(f' "{written(BYTES)}"') == BYTES
    assert Files(tmp_path).find("d/Café.png") == tmp_path / "d" / BYTES
    assert Files(tmp_path).find(r"d\none.png") == tmp_path / "d" / "none.png"


@pytest.mark.parametrize("name", [r"..\udce9", r"..\x5cudce9", r"a\..\udce9\x5cudce9", "../a"])
def test_a_written_name_leads_nowhere_else(name: str, tmp_path: Path) -> None:
    assert Files(tmp_path).find(name) is None
    assert os.listdir(tmp_path) == []
