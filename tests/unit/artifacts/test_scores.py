"""The file of scores: read whole, without pickle, or refused with a sentence."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from facespace.artifacts import scores
from facespace.artifacts.files import fingerprint
from facespace.artifacts.manifest import load_manifest
from facespace.types import FacespaceError

MANIFEST = load_manifest()


def test_every_face_has_a_label_a_person_and_scores() -> None:
    found = scores.scored(MANIFEST)
    for entry in MANIFEST.json("report.json")["models"].values():
        assert set(found) == set(entry["tests"])
    for faces in found.values():
        assert set(faces.probability) == set(MANIFEST.models)
        columns = (faces.persons, *faces.attributes.values(), *faces.probability.values())
        assert {len(column) for column in columns} == {len(faces.female)}
        np.testing.assert_array_equal(faces.attributes["sex"] == "female", faces.female)
    assert set(found["fairface"].attributes) == {"age", "race", "sex"}
    assert set(found["lfw"].attributes) == {"sex"}
    # Ages in years are put in decades, as the report has them.
    assert not any(age.isdigit() for age in found["london_frl"].attributes["age"].tolist())


def test_without_the_file_it_says_so(tmp_path: Path) -> None:
    content = json.loads((MANIFEST.folder / "manifest.json").read_text("utf-8"))
    del content["files"][scores.FILE]
    (tmp_path / "manifest.json").write_text(json.dumps(content), "utf-8")
    with pytest.raises(FacespaceError, match=r"no scores\.npz"):
        scores.scored(load_manifest(tmp_path))


@pytest.mark.parametrize("content", [b"no archive", None])
def test_another_file_is_refused(content: bytes | None, tmp_path: Path) -> None:
    """Also where its sha256 is what the manifest says: no zip, or one that needs pickle."""
    path = tmp_path / scores.FILE
    if content is None:
        np.savez(path, allow_pickle=True, **{"lfw/female": np.array([{}], object)})
    else:
        path.write_bytes(content)
    listed = json.loads((MANIFEST.folder / "manifest.json").read_text("utf-8"))
    listed["files"][scores.FILE] = {
        "bytes": path.stat().st_size,
        "sha256": fingerprint(path),
    }
    (tmp_path / "manifest.json").write_text(json.dumps(listed), "utf-8")
    with pytest.raises(FacespaceError, match="not a file of scores"):
        scores.scored(load_manifest(tmp_path))


def test_an_altered_file_is_refused(tmp_path: Path) -> None:
    for name in ("manifest.json", scores.FILE):
        shutil.copy(MANIFEST.folder / name, tmp_path / name)
    with (tmp_path / scores.FILE).open("ab") as file:
        file.write(b"!")
    with pytest.raises(FacespaceError, match="not the file"):
        scores.scored(load_manifest(tmp_path))
