"""Packages of npm for tests, installed once; skips the test where they cannot be."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest


def installed(package: str, version: str) -> Path:
    """The folder ``node_modules`` with exactly this version of a package."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        pytest.skip("no node on this machine")
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    folder = cache / "facespace" / f"{package}-{version}"
    ready = folder / "installed"
    if not ready.exists():
        folder.mkdir(parents=True, exist_ok=True)
        command = [npm, "install", "--silent", "--no-save", "--ignore-scripts"]
        command += ["--prefix", str(folder), f"{package}@{version}"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=200)
        if done.returncode:
            pytest.skip(f"npm cannot install {package}: {done.stderr.strip()[-200:]}")
        ready.touch()
    return folder / "node_modules"
