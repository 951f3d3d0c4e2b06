"""Headers that say more, or other, than where a request comes from: they open nothing to nobody."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from dashboard.app import access, consent
from tests.support.hostile.headers import FORGED
from tests.support.outcomes import opened, words
from tests.support.paths import PAGES


@pytest.mark.parametrize("name", FORGED)
def test_who_forges_them_is_not_at_this_machine(name: str) -> None:
    headers = {"Host": "localhost:8501"} | FORGED[name]
    url = "http://localhost:8501/folder"
    assert access.asked_for_here(url, {"Host": "localhost:8501"}, "127.0.0.1")
    for came in ("203.0.113.9", "::ffff:203.0.113.9"):
        assert not access.asked_for_here(url, headers, came)
    if headers["Host"] != "localhost:8501" or len(headers) > 1:
        assert not access.asked_for_here(url, headers, "127.0.0.1")


@pytest.mark.parametrize("page", PAGES)
def test_pages(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No path may be named, and no file of this machine is the queue; all else is as ever."""
    for headers in FORGED.values():
        asked = {"Host": "localhost:8501"} | headers
        context = SimpleNamespace(url="http://localhost:8501", ip_address="203.0.113.9")
        context.headers = asked
        monkeypatch.setattr(access, "st", SimpleNamespace(context=context))
        app = opened(page)
        assert words(app) == []
        assert not any("path" in box.label.casefold() for box in app.text_input)
        assert consent.public()
