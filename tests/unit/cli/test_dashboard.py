"""``facespace dashboard``: the pages where their packages are, else a sentence."""

from __future__ import annotations

import importlib.util
import runpy
import sys

import pytest

from facespace.cli import main
from tests.support.paths import ROOT


def test_without_streamlit_it_says_what_to_install(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert main.main(["dashboard"]) == 2
    assert capsys.readouterr().err == (
        "facespace: The dashboard needs streamlit, which is not installed: "
        "pip install -r requirements.txt\n"
    )


def test_it_hands_over_to_streamlit_with_its_options(monkeypatch: pytest.MonkeyPatch) -> None:
    started = []

    def run_module(name: str, run_name: str) -> None:
        started.append((name, run_name, sys.argv))
        raise SystemExit(0)

    monkeypatch.setattr(sys, "argv", ["facespace"])
    monkeypatch.setattr(runpy, "run_module", run_module)
    with pytest.raises(SystemExit):
        main.main(["dashboard", "--", "--server.port=8600"])
    app = str(ROOT / "streamlit_app.py")
    assert started == [
        ("streamlit", "__main__", ["streamlit", "run", app, "--server.port=8600"]),
    ]
