"""``benchmarks/serve.py``: both sides read all photos, and a client notices what went wrong."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from benchmarks import serve
from tests.support.serving import serving

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc"),
]


def test_all_figures_are_there() -> None:
    figures = serve.measured(clients=4, count=6, rounds=2, megapixels=0.3)
    assert figures["errors"] == 0 and figures["photos"] == 12
    assert figures["serve_over_bare"] == pytest.approx(
        figures["serve_per_s"] / figures["bare_per_s"]
    )
    assert figures["serve_processor_ms"] > 1 and figures["bare_processor_ms"] > 1
    assert figures["serve_peak_mb"] >= max(figures["mb_early"], figures["mb_late"]) > 50
    assert figures["bare_peak_mb"] > 50


@pytest.fixture(scope="module")
def clients() -> Iterator[serve.Clients]:
    with serving() as served:
        yield serve.Clients(served.url, 2)


def test_what_is_no_reading_with_a_face_counts_as_an_error(
    clients: serve.Clients, astronaut_file: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    clients.read([serve.form(astronaut_file), serve.form(b"no picture")] * 3)
    assert clients.errors == 3
    assert capsys.readouterr().err.count("415: ") == 3
