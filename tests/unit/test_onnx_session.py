"""Networks run where they are asked to, or a sentence says why not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest

from facespace import onnx_session
from facespace.artifacts.manifest import load_manifest
from facespace.cli.main import main
from facespace.onnx_session import PROVIDERS, loaded
from facespace.types import FacespaceError
from tests.support.paths import ROOT

CPU = "CPUExecutionProvider"

#: What this onnxruntime has beside the CPU: its wheel for the CPU has Azure.
OTHERS = [name for name in ort.get_available_providers() if name != CPU]


@pytest.fixture(autouse=True)
def _unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PROVIDERS, "")  # and back again, whatever a command sets


@pytest.fixture
def model() -> Path:
    manifest = load_manifest()
    return manifest.path(manifest.model().file)


def test_the_cpu_unless_told_otherwise(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert loaded(model).get_providers() == [CPU]
    for asked in ("cpu", " CPU ,", ""):
        monkeypatch.setenv(PROVIDERS, asked)
        assert loaded(model).get_providers() == [CPU]


@pytest.mark.parametrize("provider", OTHERS)
def test_another_gives_the_same(
    model: Path, provider: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    faces = np.random.default_rng(0).integers(0, 256, (3, 112, 112, 3), np.uint8)
    (wanted, *_) = loaded(model).run(["probability"], {"faces": faces})
    name = provider.removesuffix("ExecutionProvider")
    for asked in (name, name.lower(), f"{name},cpu"):
        monkeypatch.setenv(PROVIDERS, asked)
        session = loaded(model)
        assert session.get_providers() == [provider, CPU]
        (given, *_) = session.run(["probability"], {"faces": faces})
        assert np.abs(given - wanted).max() < 1e-3


def test_one_that_is_not_installed(
    model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(PROVIDERS, "cpu, warp9")
    with pytest.raises(FacespaceError, match=r"cannot run on 'warp9'.*has only: .*cpu"):
        loaded(model)
    monkeypatch.setenv(PROVIDERS, "")
    assert main(["photo", "--device", "warp9", "nowhere.jpg"]) == 2
    assert "cannot run on 'warp9'" in capsys.readouterr().err


def test_one_that_does_not_start(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnx_session, "providers", lambda: ["CUDAExecutionProvider", CPU])
    with (
        pytest.warns(UserWarning, match="CUDA"),
        pytest.raises(FacespaceError, match="CUDA could not be started"),
    ):
        loaded(model)


@pytest.mark.parametrize("package", ["facespace", "training.report.measure"])
def test_onnxruntime_sends_nothing_to_its_maker(package: str, tmp_path: Path) -> None:
    """Where it may, it begins by leaving a file of its session in the folder for such files."""
    code = (
        f"import {package}, facespace; from facespace.faces.model import load_model; load_model()"
    )
    places = dict.fromkeys(("TMPDIR", "TEMP", "TMP", "HOME"), str(tmp_path))
    own = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    environment = own | places | {"PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
    assert not list(tmp_path.iterdir())
