"""Side views get the label that their person's front views have, where these leave no doubt."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from facespace.artifacts.manifest import load_manifest
from facespace.datasets.dataset import Photo
from facespace.types import RGB, FacespaceError
from tests.support.training_sets import blank
from training.abstain import marked_faces, profiles
from training.abstain.profiles import FRONTAL, PROFILE
from training.report.measure import Judge


@pytest.fixture
def folder(tmp_path: Path, astronaut: RGB) -> Path:
    """Of person 001 the front is clear, of 002 a blur, of 003 there is only a side view."""
    images = tmp_path / "sides" / "images"
    images.mkdir(parents=True)
    blur = np.asarray(cv2.GaussianBlur(astronaut, (0, 0), 12), np.uint8)
    rows = ["file,x,y,w,h,pose"]
    for name, picture in {
        "001_frontal_01": astronaut,
        "001_profile_02": astronaut[:, ::-1],
        "002_frontal_01": blur,
        "002_profile_02": astronaut,
        "003_profile_01": astronaut,
    }.items():
        Image.fromarray(np.ascontiguousarray(picture)).save(images / f"{name}.png")
        rows.append(f"images/{name}.png,178,63,90,114,{name.split('_')[1]}")
    (tmp_path / "sides" / "annotations.csv").write_text("\n".join(rows) + "\n")
    return tmp_path


def test_views_are_those_of_one_marked_face(folder: Path) -> None:
    views = profiles.views(marked_faces.read_sets(folder))
    assert [len(views[pose]) for pose in (FRONTAL, PROFILE)] == [2, 3]
    assert {photo.person for photo in views[PROFILE]} == {"sides/001", "sides/002", "sides/003"}
    marks = folder / "sides" / "annotations.csv"
    marks.write_text(marks.read_text().replace("frontal\n", "\n"))
    with pytest.raises(FacespaceError, match="frontal faces and profiles"):
        profiles.views(marked_faces.read_sets(folder))


def test_only_persons_read_without_doubt_have_a_label(folder: Path, tmp_path: Path) -> None:
    manifest = load_manifest()
    judge = Judge.of(manifest, manifest.default)
    views = profiles.views(marked_faces.read_sets(folder))
    sides = profiles.labelled(judge, views, tmp_path / "cache", 1)
    assert [(photo.path.name, photo.label) for photo in sides.photos] == [
        ("001_profile_02.png", "female")
    ]
    assert sides.found.all()
    assert profiles.even(sides).tolist() == [False]


def test_even_numbers_fit_and_odd_ones_judge() -> None:
    names = ["sides/002", "sides/017", "sides/anna", "sides/bert", "sides/anna"]
    even = profiles.even(blank([_photo(name) for name in names])).tolist()
    assert even[:2] == [True, False]
    assert even[2] == even[4]


def _photo(person: str) -> Photo:
    return Photo(Path("side.png"), "female", person=person)
