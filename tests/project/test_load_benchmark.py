"""``benchmarks/load.py``: its people are seen by the dashboard as a browser's are."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator

import pytest
import requests
from streamlit.proto.Alert_pb2 import Alert
from websockets.exceptions import InvalidStatus, InvalidURI

from benchmarks import load
from benchmarks.harness.photos import enlarged
from benchmarks.harness.visitor import LoadError, Visitor
from facespace.io import images
from tests.support.browser import serving
from tests.support.hostile.headers import FORGED
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


PATHS = "Path on this machine"


def offered(visitor: Visitor) -> list[str]:
    """What can be chosen on a page."""
    groups = (e.button_group for e in visitor.shown if e.HasField("button_group"))
    return [option.content for group in groups for option in group.options]


@pytest.mark.parametrize("name", FORGED)
def test_forged_headers_open_no_path(address: str, name: str) -> None:
    """Whoever sends them gets the page as a stranger does, or no answer at all."""
    with Visitor(address, "folder") as visitor:
        assert PATHS in offered(visitor)
    headers = FORGED[name]
    if list(headers) == ["Host"] and headers["Host"].startswith("localhost:"):
        return  # which is no forgery here
    try:
        with Visitor(address, "folder", headers=headers) as visitor:
            assert "ZIP" in offered(visitor)
            assert PATHS not in offered(visitor)
    except (InvalidStatus, InvalidURI, requests.RequestException):
        assert "Host" in headers


def test_a_crowd_counts_uploads_and_problems(address: str) -> None:
    crowd = load.Crowd(address, 2)
    crowd.moment([enlarged(0.3, 0), b"no picture"])
    assert len(crowd.seconds) == 1
    (problem,) = crowd.problems
    assert problem.startswith("LoadError")


def test_it_waits_as_long_as_the_server_keeps_sessions() -> None:
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
    assert config["server"]["disconnectedSessionTTL"] == load.KEPT


def test_all_figures_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "SETTLING", 0.2)
    figures = load.measured(people=2, uploads=8, megapixels=0.3, kept=0)
    assert figures["errors"] == 0 and figures["uploads"] == 8
    assert figures["refused"] == 2 * 2 and figures["harm_mb"] < 100
    assert figures["fairness"] >= 1 and figures["p95_s"] >= figures["p50_s"] > 0
    assert figures["peak_mb"] >= figures["rest_mb"] > figures["started_mb"] > 20
    left = [figures[f"settled_{part}_mb"] for part in range(1, load.PARTS + 1)]
    assert figures["growth_mb"] == left[-1] - left[0]
