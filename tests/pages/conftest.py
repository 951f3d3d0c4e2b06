"""Every page here is opened by AppTest, without a browser."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from tests.support.pages import prepared


@pytest.fixture(autouse=True)
def stream(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """What the webcam page gets from ``webrtc_streamer``: an idle stream."""
    return prepared(monkeypatch)
