"""Readers of bytes from strangers, fuzzed: the same examples in every run, and a number of them.

``python -m tests.abuse.fuzz`` goes on for as long as it is let, guided by what the code does.
"""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from facespace.artifacts.manifest import artifacts_folder
from tests.abuse import targets
from tests.support.hostile.archives import CASES as ZIPS
from tests.support.hostile.photos import FORMATS, encoded, shapes
from tests.support.hostile.tables import TABLES

bounded = settings(
    deadline=None,
    max_examples=100,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)

MANIFEST: dict[str, Any] = json.loads((artifacts_folder() / "manifest.json").read_text("utf-8"))


def mutated(seeds: list[bytes]) -> st.SearchStrategy[bytes]:
    """Sound content with some bytes overwritten, put in, or cut off."""

    @st.composite
    def made(draw: st.DrawFn) -> bytes:
        content = bytearray(draw(st.sampled_from(seeds)))
        for _ in range(draw(st.integers(1, 6))):
            place = draw(st.integers(0, len(content)))
            piece = draw(st.binary(max_size=8))
            end = place + draw(st.sampled_from([0, len(piece), len(piece), 1, len(content)]))
            content[place:end] = piece
        return bytes(content)

    return made()


PHOTOS = [encoded(shapes(), kind, **options) for kind, options in FORMATS.values()]


@bounded
@given(st.one_of(mutated(PHOTOS), st.binary(max_size=400)))
def test_photos(content: bytes) -> None:
    targets.harmless(targets.photo, content)


@bounded
@given(st.one_of(mutated([ZIPS["a hidden file"][0](), ZIPS["a long comment"][0]()]), st.binary()))
def test_archives(content: bytes) -> None:
    targets.harmless(targets.archive, content)


@bounded
@given(st.dictionaries(st.text(min_size=1, max_size=30), st.binary(max_size=30), max_size=5))
def test_names_in_archives(files: dict[str, bytes]) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in files.items():
            try:
                archive.writestr(name, content)
            except (UnicodeEncodeError, IndexError):  # half a sign, or NUL, names no file
                continue
    targets.harmless(targets.archive, file.getvalue())


CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["a.png", "female", "male", "f", "m", "test", "..", "/", '"', "\0", "²", "30"]),
)


@bounded
@given(st.lists(st.lists(CELLS, max_size=8), max_size=8), st.sampled_from(["utf-8", "utf-16"]))
def test_tables(rows: list[list[str]], encoding: str) -> None:
    lines = ["file,gender,age,race,person,split", "a,f", "b,m", *map(",".join, rows)]
    targets.harmless(targets.labels, "\n".join(lines).encode(encoding, errors="replace"))


@bounded
@given(st.one_of(mutated([table for table, _ in TABLES.values() if table]), st.binary()))
def test_tables_of_bytes(content: bytes) -> None:
    targets.harmless(targets.labels, content)


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)


def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The ways to all that a manifest says."""
    if not isinstance(data, dict | list):
        return [path]
    inner = data.items() if isinstance(data, dict) else enumerate(data)
    return [path, *(way for key, value in inner for way in places(value, (*path, key)))]


PLACES = [way for way in places(MANIFEST) if way]


@bounded
@given(st.sampled_from(PLACES), JSON)
def test_manifests(way: tuple[Any, ...], value: Any) -> None:
    """Any place of the manifest says anything."""
    changed = json.loads(json.dumps(MANIFEST))
    inner = changed
    for key in way[:-1]:
        inner = inner[key]
    inner[way[-1]] = value
    targets.harmless(targets.manifest, json.dumps(changed).encode())


@bounded
@given(st.one_of(mutated([json.dumps(MANIFEST).encode()]), st.binary(), JSON.map(json.dumps)))
def test_manifests_of_bytes(content: bytes | str) -> None:
    given = content if isinstance(content, bytes) else content.encode(errors="replace")
    targets.harmless(targets.manifest, given)


def test_another_exception_is_found() -> None:
    """What is not the typed error goes through."""

    def raising(content: bytes) -> None:
        raise KeyError(content)

    with pytest.raises(KeyError):
        targets.harmless(raising, b"x")
