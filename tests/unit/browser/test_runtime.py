"""Which ONNX Runtime Web a browser runs, and a folder of the user's own."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from facespace.browser.runtime import CDN, FILES, OWN, VERSION, own_folder
from facespace.types import FacespaceError


def test_the_version_is_exact_and_what_is_fetched_is_compared() -> None:
    assert f"@{VERSION}/" in CDN
    for file in FILES.values():
        kind, digest = file.integrity.split("-", 1)
        assert (kind, len(base64.b64decode(digest)), len(file.sha256)) == ("sha384", 48, 64)
    assert sum(file.bytes for file in FILES.values()) < 15_000_000


def test_without_a_folder_it_comes_from_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(OWN, raising=False)
    assert own_folder() is None


def test_a_folder_of_another_version_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(OWN, str(tmp_path))
    with pytest.raises(FacespaceError, match=f"{OWN} names"):
        own_folder()
    for file in FILES.values():
        (tmp_path / file.name).write_bytes(b"something else")
    with pytest.raises(FacespaceError, match=VERSION):
        own_folder()
