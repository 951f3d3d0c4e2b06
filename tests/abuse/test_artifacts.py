"""Artifacts that were damaged, exchanged, or never were any."""

from __future__ import annotations

import copy
import hashlib
import io
import json
import math
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import streamlit.config
from onnx import TensorProto, helper

from dashboard.app.error_boundary import FAILED
from facespace.artifacts import coordinates, face_space, mean_faces, scores, verdicts
from facespace.artifacts.manifest import artifacts_folder, load_manifest
from facespace.cli import main
from facespace.faces import evidence, model
from facespace.faces.analyze import analyze
from tests.support.outcomes import READ, as_expected, ending, opened, words
from tests.support.paths import PAGES
from training.report import fitted_on

REAL = artifacts_folder()
MANIFEST: dict[str, Any] = json.loads((REAL / "manifest.json").read_text("utf-8"))
DEFAULT: str = MANIFEST["default"]
NAMES = sorted([entry["file"] for entry in MANIFEST["models"].values()] + list(MANIFEST["files"]))

DAMAGED, ALTERED, MISSING = "is damaged", "is not the file that", "is missing"

Edit = Callable[[dict[str, Any]], object]


def folder_of(where: Path, manifest: bytes | None = None, **files: bytes | None) -> Path:
    """The real artifacts, but for these files: content, or None for one that is missing."""
    where.mkdir(exist_ok=True)
    changed = {name.replace("__", "."): content for name, content in files.items()}
    changed["manifest.json"] = json.dumps(MANIFEST).encode() if manifest is None else manifest
    for path in REAL.iterdir():
        if path.name not in changed:
            (where / path.name).symlink_to(path)
    for name, content in changed.items():
        if content is not None:
            (where / name).write_bytes(content)
    return where


def listed(name: str, content: bytes) -> bytes:
    """A manifest in which a file of this content is in order."""
    data = copy.deepcopy(MANIFEST)
    entry = data["files"].get(name)
    if entry is None:
        (entry,) = [each for each in data["models"].values() if each["file"] == name]
    entry |= {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    return json.dumps(data).encode()


def everything(where: Path) -> None:
    """Use all that is in a folder of artifacts, what takes long last."""
    found = load_manifest(where)
    for info in (*found.files.values(), *(each.file for each in found.models.values())):
        found.path(info)
    for name in found.files:
        if name.endswith(".json"):
            found.json(name)
    grey = np.zeros((2, 64, 64), np.uint8)
    space = face_space.load(where)
    space.coordinates(grey), coordinates.load(where), coordinates.group_means(space, where)
    mean_faces.load(where), scores.scored(found), verdicts.judged(found), fitted_on.load(found)
    evidence.gather([], grey[:0], where)
    model.load_model(None, where).score(CROPS)


def put(*path: Any) -> Edit:
    """Set what a path leads to, the last of the path."""

    def edit(data: dict[str, Any]) -> None:
        *keys, last, value = path
        for key in keys:
            data = data[key]
        data[last] = value

    return edit


def drop(*path: Any) -> Edit:
    def edit(data: dict[str, Any]) -> None:
        *keys, last = path
        for key in keys:
            data = data[key]
        del data[last]

    return edit


ENTRY = ("models", DEFAULT)
TEMPLATE = MANIFEST["models"][DEFAULT]["template"]
SIDE: int = TEMPLATE["side"]

#: Two crops as the default model eats them.
CROPS = np.zeros((2, SIDE, SIDE, 3), np.uint8)

#: A term of the chance that is in order.
TERM: dict[str, Any] = {"at": [0, 1], "add": [0, 1]}

#: What is said where a file eats other crops than its template makes.
EATS = "but its template"

MANIFESTS: dict[str, tuple[bytes | Edit, str]] = {
    "empty": (b"", DAMAGED),
    "text": (b"no JSON", DAMAGED),
    "cut": (json.dumps(MANIFEST).encode()[:900], DAMAGED),
    "null": (b"null", DAMAGED),
    "a list": (b"[]", DAMAGED),
    "a number": (b"7", DAMAGED),
    "an empty object": (b"{}", DAMAGED),
    "nested deep": (b"[" * 100_000, DAMAGED),
    "nested deep inside": (b'{"format": ' * 50_000, DAMAGED),
    "a long number": (b'{"format": ' + b"9" * 5000 + b"}", DAMAGED),
    "UTF-16": (json.dumps(MANIFEST).encode("utf-16"), DAMAGED),
    "Latin-1": (b'{"format": "\xe9"}', DAMAGED),
    "a byte order mark": (b"\xef\xbb\xbf" + json.dumps(MANIFEST).encode(), DAMAGED),
    "NULs": (bytes(100), DAMAGED),
    "format 1": (put("format", 1), "has format 1"),
    "format as text": (put("format", "2"), "has format 2"),
    "no default": (drop("default"), DAMAGED),
    "a default that is not listed": (put("default", "best"), DAMAGED),
    "a list as default": (put("default", [DEFAULT]), DAMAGED),
    "no models": (put("models", {}), DAMAGED),
    "models as a list": (put("models", list(MANIFEST["models"].values())), DAMAGED),
    "a model that is null": (put("models", DEFAULT, None), DAMAGED),
    "files as a list": (put("files", []), DAMAGED),
    "files as numbers": (put("files", "report.json", 7), DAMAGED),
    "finds as a list": (put("finds", [1]), DAMAGED),
    "no finds": (drop("finds"), READ),
    "no files": (put("files", {}), "The artifacts have no"),
    "a find as text": (put("finds", "sure", {"yunet": "much"}), DAMAGED),
    "a find that is no number": (put("finds", "thrown_out", {"haar": math.nan}), DAMAGED),
    "finds of a detector as a number": (put("finds", "sure", 0.5), DAMAGED),
    "no chance": (drop(*ENTRY, "chance"), DAMAGED),
    "a chance as a number": (put(*ENTRY, "chance", 0.5), DAMAGED),
    "a chance as a list": (put(*ENTRY, "chance", []), DAMAGED),
    "a chance without terms": (put(*ENTRY, "chance", "terms", {}), READ),
    "terms as a list": (put(*ENTRY, "chance", "terms", ["margin"]), DAMAGED),
    "terms as a list of none": (put(*ENTRY, "chance", "terms", []), DAMAGED),
    "a term of another measure": (put(*ENTRY, "chance", "terms", "race", TERM), DAMAGED),
    "a term as a number": (put(*ENTRY, "chance", "terms", "yaw", 7), DAMAGED),
    "a term of text": (put(*ENTRY, "chance", "terms", "yaw", TERM | {"at": "ab"}), DAMAGED),
    "a term of one knot": (
        put(*ENTRY, "chance", "terms", "yaw", {"at": [0], "add": [0]}),
        DAMAGED,
    ),
    "a term that falls": (put(*ENTRY, "chance", "terms", "yaw", TERM | {"at": [1, 0]}), DAMAGED),
    "a term that takes off": (
        put(*ENTRY, "chance", "terms", "yaw", TERM | {"add": [0, -1]}),
        DAMAGED,
    ),
    "a term without end": (
        put(*ENTRY, "chance", "terms", "yaw", TERM | {"add": [0, math.inf]}),
        DAMAGED,
    ),
    "a child that is null": (put(*ENTRY, "child", None), DAMAGED),
    "a child of 14 years": (put(*ENTRY, "child", 14.5), READ),
    "classes turned round": (put(*ENTRY, "classes", ["male", "female"]), READ),
    "one class": (put(*ENTRY, "classes", ["female"]), DAMAGED),
    "three classes": (put(*ENTRY, "classes", ["female", "male", "?"]), DAMAGED),
    "other classes": (put(*ENTRY, "classes", ["cat", "dog"]), DAMAGED),
    "a class twice": (put(*ENTRY, "classes", ["male", "male"]), DAMAGED),
    "classes as text": (put(*ENTRY, "classes", "fm"), DAMAGED),
    "no template": (drop(*ENTRY, "template"), DAMAGED),
    "a template of no side": (put(*ENTRY, "template", TEMPLATE | {"side": 0}), DAMAGED),
    "a template of a negative side": (put(*ENTRY, "template", TEMPLATE | {"side": -64}), DAMAGED),
    "a template of a vast side": (put(*ENTRY, "template", TEMPLATE | {"side": 10**9}), DAMAGED),
    "a template with the mouth above": (
        put(*ENTRY, "template", TEMPLATE | {"mouth": 0.1}),
        DAMAGED,
    ),
    "a template without eyes": (drop(*ENTRY, "template", "eyes"), DAMAGED),
    "a template of half a colour": (put(*ENTRY, "template", TEMPLATE | {"colour": 0.5}), DAMAGED),
    "a template in grey": (put(*ENTRY, "template", TEMPLATE | {"colour": False}), EATS),
    "a template of another side": (
        put(*ENTRY, "template", TEMPLATE | {"side": 32}),
        EATS,
    ),
    "an infinite number of components": (put(*ENTRY, "components", math.inf), DAMAGED),
    "a file name that leads out": (put(*ENTRY, "file", "../model.onnx"), DAMAGED),
    "a file name of root": (put(*ENTRY, "file", "/etc/passwd"), DAMAGED),
    "a file name of dots": (put(*ENTRY, "file", ".."), DAMAGED),
    "no file name": (put(*ENTRY, "file", ""), DAMAGED),
    "a file name with NUL": (put(*ENTRY, "file", "a\0b"), DAMAGED),
    "a long file name": (put(*ENTRY, "file", "x" * 5000), DAMAGED),
    "a number as file name": (put(*ENTRY, "file", 7), DAMAGED),
    "a file that is not there": (put(*ENTRY, "file", "other.onnx"), MISSING),
    "a file that is another's": (put(*ENTRY, "file", "report.json"), ALTERED),
    "a data file that leads out": (put("files", "../x", {"bytes": 1, "sha256": ""}), DAMAGED),
    "a data file with NUL": (put("files", "a\0b", {"bytes": 1, "sha256": ""}), DAMAGED),
    "a wrong size": (put(*ENTRY, "bytes", 7), ALTERED),
    "a negative size": (put(*ENTRY, "bytes", -7), DAMAGED),
    "a size as text": (put(*ENTRY, "bytes", "much"), DAMAGED),
    "an infinite size": (put(*ENTRY, "bytes", math.inf), DAMAGED),
    "a wrong sha256": (put(*ENTRY, "sha256", "0" * 64), ALTERED),
    "a sha256 that is null": (put(*ENTRY, "sha256", None), ALTERED),
    "versions as text": (put(*ENTRY, "versions", "none"), DAMAGED),
    "data as a number": (put(*ENTRY, "data", 7), DAMAGED),
    "a title that is markup": (put(*ENTRY, "title", "<script>alert(1)</script>"), READ),
    "no chance is small enough": (put(*ENTRY, "most_wrong", 0), READ),
    "a certainty of 1": (put(*ENTRY, "certainty", 1.0), READ),
}
MANIFESTS |= {
    f"{name} of {value}": (put(*ENTRY, name, value), DAMAGED)
    for name in ("threshold", "certainty", "most_wrong", "child", "components")
    for value in (None, "half", -1, math.nan, math.inf, [0.5])
}
MANIFESTS |= {
    f"an intercept of {value}": (put(*ENTRY, "chance", "intercept", value), DAMAGED)
    for value in (None, "half", math.nan, math.inf, [0.5])
}


def manifest_of(name: str) -> bytes:
    made = MANIFESTS[name][0]
    if isinstance(made, bytes):
        return made
    data = copy.deepcopy(MANIFEST)
    made(data)
    return json.dumps(data).encode()


@pytest.mark.parametrize("name", MANIFESTS)
def test_manifest(name: str, tmp_path: Path) -> None:
    where = folder_of(tmp_path / "artifacts", manifest_of(name))
    as_expected(ending(lambda: everything(where)), MANIFESTS[name][1])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("how", ["flipped", "cut", "empty", "missing"])
def test_each_file(name: str, how: str, tmp_path: Path) -> None:
    """A single byte that is another is seen, in whichever file it is."""
    whole = (REAL / name).read_bytes()
    middle = len(whole) // 2
    flipped = whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]
    content = {"flipped": flipped, "cut": whole[:-1], "empty": b"", "missing": None}[how]
    where = folder_of(tmp_path / "artifacts", **{name.replace(".", "__"): content})
    sentence = ending(lambda: everything(where))
    assert name in sentence
    assert (MISSING if how == "missing" else ALTERED) in sentence


def onnx_of(
    inputs: dict[str, tuple[int, list[Any]]], outputs: dict[str, tuple[int, list[Any]]]
) -> bytes:
    """A model of these inputs and outputs, by name their type and shape, that gives constants."""
    nodes = []
    for name, (kind, shape) in outputs.items():
        size = [side if isinstance(side, int) else 1 for side in shape]
        value: list[Any] = [b"x" if kind == TensorProto.STRING else 0] * math.prod(size)
        constant = helper.make_tensor(f"{name}_value", kind, size, value)
        nodes.append(helper.make_node("Constant", [], [name], value=constant))
    ends = (
        [helper.make_tensor_value_info(name, *what) for name, what in side.items()]
        for side in (inputs, outputs)
    )
    graph = helper.make_graph(nodes, "foreign", next(ends), next(ends))
    opset = [helper.make_opsetid("", 17)]
    model = helper.make_model(graph, opset_imports=opset, ir_version=9)
    return bytes(model.SerializeToString())


UINT8, FLOAT = int(TensorProto.UINT8), int(TensorProto.FLOAT)
FACES: dict[str, tuple[int, list[Any]]] = {"faces": (UINT8, ["N", SIDE, SIDE, 3])}
GIVEN: dict[str, tuple[int, list[Any]]] = {
    "probability": (FLOAT, [2, 2]),
    "coordinates": (FLOAT, [2, 5]),
    "distance": (FLOAT, [2]),
}
RUN, ODD, NONE = "cannot run on crops", "something other than a finite number", "faces as crops"

FOREIGN: dict[str, tuple[bytes, str]] = {
    "text": (b"no model", "not an ONNX model"),
    "nothing": (b"", "not an ONNX model"),
    "a pickle": (b"\x80\x04cos\nsystem\n(S'true'\ntR.", "not an ONNX model"),
    "zeros": (bytes(1000), "not an ONNX model"),
    "another network": (
        onnx_of({"data": (FLOAT, [1, 3, 224, 224])}, {"class": (FLOAT, [1, 1000])}),
        NONE,
    ),
    "no inputs": (onnx_of({}, GIVEN), NONE),
    "two inputs": (onnx_of({**FACES, "more": (UINT8, [1, 2, 3])}, GIVEN), NONE),
    "faces in grey": (onnx_of({"faces": (UINT8, ["N", SIDE, SIDE])}, GIVEN), EATS),
    "faces in four colours": (onnx_of({"faces": (UINT8, ["N", SIDE, SIDE, 4])}, GIVEN), NONE),
    "faces of any size": (onnx_of({"faces": (UINT8, ["N", "H", "W", 3])}, GIVEN), EATS),
    "faces as float": (onnx_of({"faces": (FLOAT, ["N", SIDE, SIDE, 3])}, GIVEN), NONE),
    "smaller faces": (onnx_of({"faces": (UINT8, ["N", 32, 32, 3])}, GIVEN), EATS),
    "five faces always": (onnx_of({"faces": (UINT8, [5, SIDE, SIDE, 3])}, GIVEN), RUN),
    "another input name": (onnx_of({"crops": FACES["faces"]}, GIVEN), "takes and gives"),
    "one output": (onnx_of(FACES, {"probability": (FLOAT, [2, 2])}), "takes and gives"),
    "outputs in another order": (
        onnx_of(FACES, dict(reversed(GIVEN.items()))),
        "takes and gives",
    ),
    "outputs for other faces": (onnx_of(FACES, GIVEN | {"distance": (FLOAT, [7])}), ODD),
    "three classes": (onnx_of(FACES, GIVEN | {"probability": (FLOAT, [2, 3])}), ODD),
    "one number for all": (onnx_of(FACES, GIVEN | {"probability": (FLOAT, [1])}), ODD),
    "outputs as text": (onnx_of(FACES, GIVEN | {"distance": (TensorProto.STRING, [2])}), ODD),
    "outputs as whole numbers": (onnx_of(FACES, GIVEN | {"distance": (UINT8, [2])}), ODD),
}


def answers(value: float) -> bytes:
    """A model that gives one number for every probability, however it was meant."""
    made = onnx.load_from_string(onnx_of(FACES, GIVEN))
    made.graph.node[0].attribute[0].t.CopyFrom(
        helper.make_tensor("probability_value", FLOAT, [2, 2], [value] * 4)
    )
    return bytes(made.SerializeToString())


FOREIGN |= {f"a probability of {value}": (answers(value), ODD) for value in (math.nan, math.inf)}


@pytest.mark.parametrize("name", FOREIGN)
def test_foreign_model(name: str, tmp_path: Path) -> None:
    """The manifest vouches for it, and still it is none of ours."""
    content, expected = FOREIGN[name]
    file = MANIFEST["models"][DEFAULT]["file"]
    where = folder_of(
        tmp_path / "artifacts", listed(file, content), **{file.replace(".", "__"): content}
    )
    as_expected(ending(lambda: model.load_model(DEFAULT, where).score(CROPS)), expected)


def test_crops_of_another_size_are_refused() -> None:
    crops = CROPS[:, :32, :32]
    assert RUN in ending(lambda: model.load_model(DEFAULT).score(crops))


def arrays_of(**arrays: Any) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def npy() -> bytes:
    file = io.BytesIO()
    np.save(file, np.zeros(3))
    return file.getvalue()


def broken_heads() -> bytes:
    """The arrays of a face space, whose heads never end."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in [*SPACE, "lfw/female", "x_fit", "salt"]:
            archive.writestr(f"{name}.npy", npy().replace(b", }", b",  "))
    return file.getvalue()


def pickled() -> bytes:
    return arrays_of(mean=np.array([{}], dtype=object), side=64)


SPACE = dict(np.load(REAL / "face_space.npz").items())

ARRAYS: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "text": lambda: b"no arrays",
    "a ZIP that is cut": lambda: b"PK\x03\x04" + bytes(60),
    "one array": npy,
    "no arrays": arrays_of,
    "other arrays": lambda: arrays_of(a=np.zeros(3), b=np.zeros(4)),
    "pickled objects": pickled,
    "heads that break off": broken_heads,
    "a report": lambda: b'{"models": {}}',
    "odd shapes": lambda: arrays_of(
        **(SPACE | {"mean": np.zeros(7)}),
        **{"lfw/female": np.zeros(3, bool), "lfw/coordinates": np.zeros((4, 8)),
           "distances/edges": np.zeros(3), "distances/training": np.zeros(9),
           "distances/lfw": np.zeros(2), "sex/female": np.zeros((2, 2, 2)), "faces/sex/female": 1},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ARRAYS)
@pytest.mark.parametrize("file", [name for name in NAMES if name.endswith(".npz")])
def test_foreign_arrays(name: str, file: str, tmp_path: Path) -> None:
    content = ARRAYS[name]()
    where = folder_of(
        tmp_path / "artifacts", listed(file, content), **{file.replace(".", "__"): content}
    )
    if name == "no arrays" and file in ("means.npz", "scores.npz", "verdicts.npz"):
        return  # of no set at all: nothing is shown
    assert file in ending(lambda: everything(where))


@pytest.mark.parametrize("content", [b"", b"no JSON", b"[1]", b"[" * 100_000, b"\xff"])
@pytest.mark.parametrize("file", ["report.json", "dataset.json"])
def test_foreign_json(file: str, content: bytes, tmp_path: Path) -> None:
    where = folder_of(
        tmp_path / "artifacts", listed(file, content), **{file.replace(".", "__"): content}
    )
    assert file in ending(lambda: everything(where))


@pytest.mark.parametrize("content", [b"{}", b'{"models": 7}', b'{"models": {}}'])
@pytest.mark.parametrize("page", ["home", "evaluation", "fairness", "eigenfaces"])
def test_report_of_another_shape(
    page: str, content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The manifest vouches for it, and the page finds in it what it does not understand."""
    where = folder_of(tmp_path, listed("report.json", content), report__json=content)
    monkeypatch.setenv("FACESPACE_ARTIFACTS", str(where))
    streamlit.config.set_option("client.showErrorDetails", "none")
    app = opened(page)
    said = words(app)
    assert page == "eigenfaces" or any("report.json" in sentence for sentence in said)
    assert not any(FAILED in sentence for sentence in said)


#: Of every way to end one, for command line and pages, and whether photos can be read all the same.
FEW = {
    "a wrong sha256": False,
    "nested deep": False,
    "certainty of nan": False,
    "a template of another side": False,
    "no chance is small enough": True,
    "a certainty of 1": True,
    "a title that is markup": True,
}


@pytest.mark.parametrize("name", FEW)
def test_command_line(
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    astronaut_file: bytes,
) -> None:
    where = folder_of(tmp_path / "artifacts", manifest_of(name))
    monkeypatch.setenv("FACESPACE_ARTIFACTS", str(where))
    photo = tmp_path / "astronaut.png"
    photo.write_bytes(astronaut_file)
    code = main.main(["photo", str(photo)])
    assert (code == 0) is FEW[name]
    printed = capsys.readouterr()
    assert FEW[name] or printed.err.startswith("facespace: ")
    assert (main.main(["models"]) == 0) is (FEW[name] or "template" in name)
    assert (ending(lambda: analyze(astronaut_file)) == "") is FEW[name]


@pytest.mark.parametrize("name", FEW)
def test_page(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, astronaut_file: bytes
) -> None:
    where = folder_of(tmp_path / "artifacts", manifest_of(name))
    monkeypatch.setenv("FACESPACE_ARTIFACTS", str(where))
    app = opened("photo", **{"from": "Example"})
    assert bool(words(app)) is not FEW[name]
    assert bool(app.success) is FEW[name]


@pytest.mark.parametrize("page", PAGES)
def test_every_page(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a damaged file of everything a page draws from: a sentence, or what it can still do."""
    flipped = {name: (REAL / name).read_bytes()[:-1] + b"?" for name in NAMES}
    where = folder_of(
        tmp_path / "artifacts", **{name.replace(".", "__"): c for name, c in flipped.items()}
    )
    monkeypatch.setenv("FACESPACE_ARTIFACTS", str(where))
    words(opened(page))
