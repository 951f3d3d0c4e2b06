"""What every bad input must keep: the temporary folder stays empty, memory and time are bounded."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.memory import peak
from tests.support.pages import prepared

#: Megabytes by which one case may raise the most memory that the tests ever took. A picture of
#: ``limits.MAX_PIXELS`` takes fifteen bytes a pixel at its worst.
MOST_MEMORY = 800

#: Seconds after which a case counts as hanging; they take milliseconds.
HANGS = 120


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever a stranger sends, it is over soon."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(HANGS))


@pytest.fixture(autouse=True)
def clean(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Nothing stays in the temporary folder, and memory is bounded."""
    folder = tmp_path_factory.mktemp("temporary")
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    before = peak()
    yield
    assert list(folder.iterdir()) == []
    assert peak() - before < MOST_MEMORY


@pytest.fixture(autouse=True)
def pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages can be opened, and show the exceptions that they should not have."""
    prepared(monkeypatch)
