"""Covers are drawn where they belong, and a second opinion learns to see them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from facespace.artifacts.manifest import artifacts_folder
from facespace.faces import align, evidence, model
from facespace.types import RGB, Box, Detection, FacespaceError
from tests.support.pictures import five_points
from training.abstain import rules, second_opinion
from training.abstain.second_opinion import Examples
from training.options import RulesOptions
from training.photos import synthetic_masks

#: (side, side), grey.
Crop = npt.NDArray[np.uint8]


def test_covers_hide_a_part_of_the_face_and_nothing_far_from_it(
    astronaut: RGB, astronaut_face: Detection
) -> None:
    box = astronaut_face.box
    for seed in range(12):
        rng = np.random.default_rng(seed)
        drawn = synthetic_masks.draw(
            astronaut, align.landmarks_of(astronaut_face), astronaut[::-1], rng
        )
        changed = np.abs(drawn.astype(int) - astronaut).max(axis=2) > 8
        inside = changed[
            round(box.y) : round(box.y + box.height), round(box.x) : round(box.x + box.width)
        ]
        assert 0.15 < inside.mean() < 0.95
        assert not changed[320:].any()
    again = synthetic_masks.draw(
        astronaut, align.landmarks_of(astronaut_face), astronaut[::-1], rng
    )
    assert (again != drawn).any()


def test_a_second_opinion_learns(astronaut: RGB, astronaut_face: Detection) -> None:
    rng = np.random.default_rng(0)
    points = np.array(astronaut_face.landmarks)

    def cropped(rgb: RGB, face: Detection) -> Crop:
        return np.asarray(align.crop(rgb, [face])[0], np.uint8)

    def crop(rgb: RGB) -> Crop:
        moved = points + rng.normal(0, 1.5, points.shape) + rng.normal(0, 2, 2)
        return cropped(rgb, Detection(astronaut_face.box, 1.0, five_points(moved)))

    def covered() -> Crop:
        return crop(
            synthetic_masks.draw(
                astronaut, align.landmarks_of(astronaut_face), astronaut[::-1], rng
            )
        )

    def other() -> Crop:
        corner, side = rng.uniform(250, 400, 2), rng.uniform(30, 110)
        box = Box(float(corner[0]), float(corner[1]), side, side)
        return cropped(astronaut, Detection(box, 0.0))

    made = Examples(
        np.stack([crop(astronaut) for _ in range(120)]),
        np.stack([crop(astronaut) for _ in range(60)]),
        np.stack([covered() for _ in range(150)]),
        np.stack([other() for _ in range(150)]),
    )
    session = model.session(second_opinion.learn(made), contract=False)
    assert [node.name for node in session.get_outputs()] == list(evidence.OUTPUTS)
    makers: tuple[Callable[[], Crop], ...] = (lambda: crop(astronaut), covered, other)
    new = [np.stack([make() for _ in range(40)]) for make in makers]
    bare, hidden, others = (evidence.run(session, crops) for crops in new)
    assert np.mean(bare[0] < 0.5) > 0.9
    assert np.mean(hidden[0] > 0.5) > 0.8
    assert np.mean(bare[1] > 0.5) > 0.9
    assert np.mean(others[1] < 0.5) > 0.9
    assert all(0 <= v <= 1 for part in (*bare, *hidden, *others) for v in part)


def test_few_pictures_without_a_face_are_too_few(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="5 are needed"):
        second_opinion.demand_pictures([tmp_path], tmp_path)


def test_poses_are_asked_for_before_anything_is_learned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "load", None)  # would fail if it were called
    for name, rows in (("empty", ""), ("faces", "images/0.png,1,2,30,40,frontal\n")):
        (tmp_path / name / "images").mkdir(parents=True)
        for i in range(20):
            (tmp_path / name / "images" / f"{i}.png").touch()
        (tmp_path / name / "annotations.csv").write_text("file,x,y,w,h,pose\n" + rows)
    with pytest.raises(FacespaceError, match="frontal faces and profiles"):
        rules.choose(RulesOptions(data=[tmp_path], detect=tmp_path, out=artifacts_folder()))


def test_a_picture_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.png").write_text("no picture")
    with pytest.raises(FacespaceError, match=r"broken\.png: The file is not a"):
        second_opinion._no_faces(tmp_path / "broken.png", 0)
