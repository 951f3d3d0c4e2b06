"""The page Webcam in Firefox, which reads the camera itself."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from facespace.browser.runtime import OWN
from tests.support.browser import dashboard
from tests.support.node import installed

SCRIPT = Path(__file__).with_name("in_firefox.mjs")


@pytest.mark.slow
def test_it_gives_a_verdict(
    ort_web: Path, astronaut_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    firefox = shutil.which("firefox-esr") or shutil.which("firefox")
    if firefox is None:
        pytest.skip("no Firefox on this machine")
    modules = installed("puppeteer-core", "25.16.0")
    (tmp_path / "node_modules").symlink_to(modules)
    script = Path(shutil.copy(SCRIPT, tmp_path))
    monkeypatch.setenv(OWN, str(ort_web))
    with dashboard() as address:
        done = subprocess.run(
            ["node", str(script), firefox, address, str(astronaut_path)],
            cwd=tmp_path,
            env=os.environ | {"HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=200,
        )
    assert done.returncode == 0, done.stderr
    verdict, loaded, hidden = done.stdout.splitlines()
    assert verdict == "Face 1: predicted female."
    assert "fetched now" in loaded
    assert hidden == "false"
