"""What the program must never say of a person, and what its users owe the people they show it."""

from __future__ import annotations

import re

import onnx
import pytest

import facespace
from facespace.artifacts.manifest import load_manifest
from facespace.io import tables
from facespace.review.item import Item
from facespace.types import REASONS, RGB
from facespace.video.film import FRAME_COLUMNS, TRACK_COLUMNS
from tests.support.paths import ROOT

#: Names of an output or a field that would tell a race or an emotion, or an age to anybody.
FORBIDDEN = re.compile(
    "race|ethnic|skin|emotion|mood|happy|angry|sad|fear|disgust|surprise|attractive|religio", re.I
)


def test_no_artifact_gives_a_race_or_an_emotion() -> None:
    files = [info for info in load_manifest().listed if info.name.endswith(".onnx")]
    assert len(files) >= 4
    for info in files:
        graph = onnx.load(load_manifest().path(info)).graph
        outputs = {output.name for output in graph.output}
        assert outputs and not [name for name in outputs if FORBIDDEN.search(name)]
        known = {"label", "probability", "coordinates", "distance", "age", "covered", "face_like"}
        assert outputs <= known


def test_no_contract_has_a_race_an_emotion_or_an_age(astronaut: RGB) -> None:
    reading = facespace.analyze(astronaut).to_dict()
    names = [*reading, *reading["faces"][0], *tables.COLUMNS, *FRAME_COLUMNS, *TRACK_COLUMNS]
    names += [*Item.__dataclass_fields__, *REASONS]
    assert not [name for name in names if FORBIDDEN.search(name) or name == "age"]


@pytest.mark.parametrize(
    "words",
    [
        *("Article 3(40)", "Article 5(1)(g)", "Annex III, point 1(b)", "Article 50(3)"),
        *("Article 2(12)", "Article 35", "provider", "deployer", "12 July 2024"),
    ],
)
def test_the_duties_are_told_with_their_source(words: str) -> None:
    assert words in (ROOT / "docs" / "responsible_use.md").read_text("utf-8")
