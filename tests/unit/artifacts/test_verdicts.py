"""The file of verdicts on test photos: read whole, without pickle, or refused with a sentence."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from facespace.artifacts import verdicts
from facespace.artifacts.files import fingerprint
from facespace.artifacts.manifest import Manifest, load_manifest
from facespace.types import Array, FacespaceError

MANIFEST = load_manifest()


def installed(folder: Path, arrays: dict[str, Array] | None) -> Manifest:
    """A manifest that lists such a file; none where None."""
    listed = json.loads((MANIFEST.folder / "manifest.json").read_text("utf-8"))
    del listed["files"][verdicts.FILE]
    if arrays is not None:
        path = folder / verdicts.FILE
        np.savez(path, allow_pickle=True, **arrays)
        facts = {"bytes": path.stat().st_size, "sha256": fingerprint(path)}
        listed["files"][verdicts.FILE] = facts
    (folder / "manifest.json").write_text(json.dumps(listed), "utf-8")
    return load_manifest(folder)


def test_every_photo_has_a_chance_or_no_face() -> None:
    found = verdicts.judged(MANIFEST)
    for name, entry in MANIFEST.json("report.json")["models"].items():
        assert set(found) == set(entry["end_to_end"])
        for test, ways in entry["end_to_end"].items():
            one = found[test][name]
            known = one.chance[~np.isnan(one.chance)]
            assert ((known >= 0) & (known <= 1)).all()
            assert np.isnan(one.chance).mean() == pytest.approx(ways["yunet"]["missed"]["value"])
            assert not (one.wrong | one.child)[np.isnan(one.chance)].any()
            assert one.persons.dtype.kind == "i"  # numbers, no names


def test_older_artifacts_have_none(tmp_path: Path) -> None:
    assert verdicts.judged(installed(tmp_path, None)) == {}


@pytest.mark.parametrize(
    "changed",
    [
        {"lfw/person": np.arange(3)},
        {"lfw/one/chance": np.array([{}, {}], object)},
        {"lfw/other/wrong": np.zeros(2, bool)},
    ],
)
def test_another_file_is_refused(changed: dict[str, Array], tmp_path: Path) -> None:
    whole = {
        "lfw/person": np.arange(2),
        "lfw/one/chance": np.zeros(2),
        "lfw/one/wrong": np.zeros(2, bool),
        "lfw/one/child": np.zeros(2, bool),
    }
    assert len(verdicts.judged(installed(tmp_path, whole))["lfw"]["one"].chance) == 2
    (tmp_path / "changed").mkdir()
    with pytest.raises(FacespaceError, match="does not say what test photos get"):
        verdicts.judged(installed(tmp_path / "changed", whole | changed))
