"""``benchmarks/load.py``: its people are seen by the dashboard as a browser's are."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator

import pytest
from streamlit.proto.Alert_pb2 import Alert

from benchmarks import load
from benchmarks.harness.photos import enlarged
from benchmarks.harness.visitor import LoadError, Visitor
from facespace.io import images
from tests.support.browser import serving
from tests.support.paths import ROOT


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving() as (url, _):
        yield url


@pytest.mark.parametrize("number", range(3))
def test_its_photos_are_as_large_as_they_say_and_differ(number: int) -> None:
    content = enlarged(0.3, number)
    height, width = images.load(content).shape[:2]
    assert width * height == pytest.approx(0.3e6, rel=0.01)
    assert content != enlarged(0.3, number + 1)


def test_a_visitor_uploads_and_sees_the_verdicts(address: str) -> None:
    with Visitor(address, "photo") as visitor:
        assert not visitor.said(Alert.SUCCESS)
        for number in range(2):
            assert visitor.upload(f"{number}.jpg", enlarged(0.3, number)) > 0
        (said,) = visitor.said(Alert.SUCCESS)
        assert said.startswith("2 pictures, 2 faces: 2 female")


def test_a_visitor_sees_a_problem(address: str) -> None:
    with (
        Visitor(address, "photo") as visitor,
        pytest.raises(LoadError, match="not a JPEG"),
    ):
        visitor.upload("broken.jpg", b"no picture")


def test_a_crowd_counts_uploads_and_problems(address: str) -> None:
    crowd = load.Crowd(address, 2)
    crowd.moment([enlarged(0.3, 0), b"no picture"])
    assert len(crowd.seconds) == 1
    (problem,) = crowd.problems
    assert problem.startswith("LoadError")


def test_it_waits_as_long_as_the_server_keeps_sessions() -> None:
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
    assert config["server"]["disconnectedSessionTTL"] == load.KEPT


def test_all_figures_are_there() -> None:
    figures = load.measured(people=2, uploads=8, megapixels=0.3, kept=0)
    assert figures["errors"] == 0 and figures["uploads"] == 8
    assert figures["fairness"] >= 1 and figures["p95_s"] >= figures["p50_s"] > 0
    assert figures["peak_mb"] >= figures["rest_mb"] > figures["started_mb"] > 20
    left = [figures[f"settled_{part}_mb"] for part in range(1, load.PARTS + 1)]
    assert figures["growth_mb"] == left[-1] - left[0]
