"""The modules that a browser runs: typed, named as Python's, and no more of them than is needed."""

from __future__ import annotations

import re
import subprocess

import pytest

from dashboard.views.webcam.in_browser import MODULES
from tests.support.node import installed
from tests.support.paths import ROOT

#: Modules that have no file of Python beside them: what belongs to a browser alone.
OWN = {"analyst", "assets", "assignment", "webcam", "worker"}


@pytest.mark.slow
def test_they_pass_the_type_checker() -> None:
    tsc = installed("typescript", "5.9.3") / "typescript" / "bin" / "tsc"
    command = ["node", str(tsc), "--project", str(MODULES / "jsconfig.json")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_they_are_named_as_pythons() -> None:
    python = {path.stem for path in (ROOT / "facespace").rglob("*.py")}
    modules = {path.stem for path in MODULES.glob("*.js")}
    assert modules - OWN <= python
    assert modules >= OWN


def test_they_import_each_other_alone() -> None:
    for path in MODULES.glob("*.js"):
        for name in re.findall(r"""from "([^"]+)";""", path.read_text("utf-8")):
            assert (MODULES / name).is_file(), f"{path.name} imports {name}"
