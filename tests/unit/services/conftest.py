"""A service that all tests of this folder share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.serving import serving


@pytest.fixture(scope="package")
def url() -> Iterator[str]:
    """Where it is; it has no token."""
    with serving() as served:
        yield served.url
