"""Readers of bytes from strangers, fuzzed: the same examples in every run, and a number of them.

``python -m tests.abuse.fuzz`` goes on for as long as it is let, guided by what the code does.
"""

from __future__ import annotations

import copy
import csv
import io
import json
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from facespace.artifacts.manifest import artifacts_folder
from facespace.io.tables import table_csv
from facespace.review import exchange
from facespace.review.item import Candidate
from tests.abuse import targets
from tests.support.hostile.archives import CASES as ZIPS
from tests.support.hostile.photos import FORMATS, encoded, shapes
from tests.support.hostile.tables import PHOTO, TABLES
from tests.support.pictures import packed
from tests.support.reviewing import filled

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


def _items(data: Any) -> list[tuple[Any, Any]]:
    return list(data.items() if isinstance(data, dict) else enumerate(data))


def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The ways to all that a manifest says."""
    if not isinstance(data, dict | list):
        return [path]
    return [path, *(way for key, value in _items(data) for way in places(value, (*path, key)))]


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


@bounded
@given(st.one_of(mutated([table for table, _ in TABLES.values() if table]), st.binary()))
def test_lists_of_names(content: bytes) -> None:
    targets.harmless(targets.names, content)


@bounded
@given(st.lists(st.lists(CELLS, min_size=2, max_size=6), max_size=6), mutated([PHOTO]))
def test_zips_of_labelled_photos(rows: list[list[str]], photo: bytes) -> None:
    table = "\n".join(["file,gender,age,race,person,split", "a.png,f", "b,m", *map(",".join, rows)])
    content = table.encode(errors="replace")
    targets.harmless(targets.labelled, packed({"labels.csv": content, "a.png": photo}))


@pytest.fixture(scope="module")
def export(candidate: Candidate) -> dict[str, bytes]:
    """The files of a ZIP of two reviewed faces."""
    queue = filled(candidate, 2)
    with zipfile.ZipFile(io.BytesIO(exchange.pack(queue, queue.items()))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@bounded
@given(data=st.data())
def test_reviews_of_bytes(export: dict[str, bytes], data: st.DataObject) -> None:
    """Any bytes of the ZIP, or of a file in it, are others."""
    files = dict(export)
    name = data.draw(st.sampled_from(["", *sorted(files)]))
    if name:
        files[name] = data.draw(st.one_of(mutated([files[name]]), st.binary(max_size=60)))
    whole = packed(files)
    targets.harmless(targets.reviews, whole if name else data.draw(mutated([whole])))


NUMBERS = st.one_of(st.floats(), st.integers()).map(str)


@bounded
@given(data=st.data())
def test_reviews(export: dict[str, bytes], data: st.DataObject) -> None:
    """Any columns of a face say anything."""
    rows = list(csv.DictReader(io.StringIO(export["labels.csv"].decode("utf-8-sig"))))
    odd = st.one_of(CELLS, NUMBERS, st.sampled_from(["no face", "child covered", *export, "../x"]))
    for column in data.draw(st.lists(st.sampled_from(exchange.COLUMNS), max_size=3)):
        rows[0][column] = data.draw(odd)
    table = table_csv(exchange.COLUMNS, rows).encode(errors="replace")
    targets.harmless(targets.reviews, packed(export | {"labels.csv": table}))


ARRAYS = {
    path.name: dict(np.load(path).items()) for path in sorted(artifacts_folder().glob("*.npz"))
}


def test_all_artifacts_are_fuzzed() -> None:
    listed = {name for name in MANIFEST["files"] if name.endswith((".npz", ".json"))}
    assert listed - targets.READERS.keys() == {"detectors.json"}  # which no type reads


KINDS = ("f4", "f8", "i8", "u1", "U5", "S3", "?", "M8[s]", "c8")


@pytest.mark.filterwarnings("ignore:Casting complex values", "ignore:invalid value")
@pytest.mark.parametrize("name", ARRAYS)
@bounded
@given(data=st.data())
def test_arrays(name: str, data: st.DataObject) -> None:
    """Some arrays are of another kind or shape, hold other numbers, or are called otherwise."""
    arrays = {key: was[:3] if was.ndim else was for key, was in ARRAYS[name].items()}
    for key in data.draw(st.lists(st.sampled_from(sorted(arrays)), max_size=3, unique=True)):
        shape = data.draw(st.lists(st.integers(0, 3), max_size=3))
        value = data.draw(st.sampled_from([0, 1, -1, 2**40, np.nan, np.inf]))
        with np.errstate(all="ignore"):
            other = np.full(shape, value).astype(data.draw(st.sampled_from(KINDS)))
        was = arrays.pop(key)
        called = data.draw(st.sampled_from([key, "a", "a/b", "a/b/c", f"{key}_fit", "/female"]))
        arrays[called] = data.draw(st.sampled_from([other, was]))
    file = io.BytesIO()
    np.savez(file, **arrays)
    targets.harmless(targets.TARGETS[name], file.getvalue())


@pytest.mark.parametrize("name", ARRAYS)
@bounded
@given(data=st.data())
def test_arrays_of_bytes(name: str, data: st.DataObject) -> None:
    whole = (artifacts_folder() / name).read_bytes()
    targets.harmless(targets.TARGETS[name], data.draw(st.one_of(mutated([whole]), st.binary())))


def short(data: Any) -> Any:
    """The same with lists of two at most."""
    if isinstance(data, dict):
        return {key: short(value) for key, value in data.items()}
    return [short(value) for value in data[:2]] if isinstance(data, list) else data


REPORTS = {
    name: short(json.loads((artifacts_folder() / name).read_text("utf-8")))
    for name in ("report.json", "dataset.json")
}


REPORTS["report.json"]["models"] = {"embedding": REPORTS["report.json"]["models"]["embedding"]}


@pytest.mark.parametrize("name", REPORTS)
@bounded
@given(data=st.data())
def test_reports(name: str, data: st.DataObject) -> None:
    """Any place of a report says anything."""
    changed = copy.deepcopy(REPORTS[name])
    inner = changed
    for _ in range(data.draw(st.integers(0, 6))):
        keys = [key for key, value in _items(inner) if isinstance(value, dict | list) and value]
        if not keys:
            break
        inner = inner[data.draw(st.sampled_from(keys))]
    inner[data.draw(st.sampled_from([key for key, _ in _items(inner)]))] = data.draw(JSON)
    targets.harmless(targets.TARGETS[name], json.dumps(changed).encode(errors="replace"))


def test_what_is_written_elsewhere_is_found(tmp_path: Path) -> None:
    def writing(content: bytes) -> None:
        (tmp_path / "x").write_bytes(content)

    def inside(content: bytes) -> None:
        with tempfile.TemporaryFile() as file:
            file.write(content)

    targets.harmless(inside, b"x")
    with pytest.raises(AssertionError):
        targets.harmless(writing, b"x")


def test_another_exception_is_found() -> None:
    """What is not the typed error goes through."""

    def raising(content: bytes) -> None:
        raise KeyError(content)

    with pytest.raises(KeyError):
        targets.harmless(raising, b"x")
