"""``pip install .``: a wheel that carries all it needs, in an environment with nothing else."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
import tomllib
import venv
import zipfile
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

import facespace
from tests.support.paths import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]

pytestmark = pytest.mark.packages

#: What must not be told of the clone to a package that was installed.
OUTSIDE = {k: v for k, v in os.environ.items() if k != "PYTHONPATH" and "FACESPACE" not in k}


def requirements(name: str) -> set[str]:
    """The packages of a requirements file with their bounds, those of nested files left out."""
    lines = (ROOT / name).read_text("utf-8").splitlines()
    return {line.partition("#")[0].strip() for line in lines if line[:1] not in ("", "-", "#")}


@pytest.mark.parametrize(
    ("file", "packages"),
    [
        ("requirements.txt", PROJECT["dependencies"] + EXTRAS["dashboard"]),
        ("training/requirements.txt", EXTRAS["train"]),
        ("training/network-requirements.txt", EXTRAS["network"]),
        ("training/dask-requirements.txt", EXTRAS["dask"]),
        ("serve-requirements.txt", EXTRAS["serve"]),
    ],
)
def test_requirements_files_ask_for_what_the_project_names(file: str, packages: list[str]) -> None:
    assert requirements(file) == set(packages)
    assert all(re.fullmatch(r"[\w.-]+(==|>=[\d.]+,<)[\d.]+", package) for package in packages)


def test_the_version_is_the_citations() -> None:
    assert f"version: {facespace.__version__}" in (ROOT / "CITATION.cff").read_text("utf-8")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built as pip builds it."""
    folder = tmp_path_factory.mktemp("wheel")
    pip(sys.executable, "wheel", "--no-deps", "--wheel-dir", folder, ROOT)
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def fresh(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the commands of an environment are that has the wheel and what that needs."""
    folder = tmp_path_factory.mktemp("fresh")
    venv.create(folder, with_pip=True)
    commands = folder / ("Scripts" if os.name == "nt" else "bin")
    pip(commands / "python", "install", wheel)
    return commands


@pytest.fixture
def here(tmp_path: Path, astronaut_file: bytes) -> Path:
    """A folder with a photo and nothing of the clone."""
    (tmp_path / "x.png").write_bytes(astronaut_file)
    return tmp_path


def pip(python: str | Path, *words: str | Path) -> None:
    command = [python, "-m", "pip", "--quiet", "--disable-pip-version-check", *words]
    subprocess.run(command, check=True, env=OUTSIDE)


def tried(here: Path, *words: str | Path, **more: str) -> tuple[int, str, str]:
    """The exit code of a command, and what it wrote to standard output and standard error."""
    done = subprocess.run(words, cwd=here, env=OUTSIDE | more, capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_it_puts_one_folder_beside_other_packages(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0].partition("-")[0] for name in names} == {"facespace"}
    carried = {name.removeprefix("facespace/_app/") for name in names}
    for path in ("streamlit_app.py", ".streamlit/config.toml", "benchmarks/review.json"):
        assert path in carried
    for folder in ("pages", "dashboard", "artifacts"):
        files = [path for path in (ROOT / folder).rglob("*") if path.is_file()]
        wanted = {path.relative_to(ROOT).as_posix() for path in files if path.suffix != ".pyc"}
        assert wanted and wanted == {name for name in carried if name.startswith(f"{folder}/")}
    assert "facespace/py.typed" in names
    assert not [name for name in names if name.endswith((".pyc", ".part"))]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_photos_are_read_far_from_any_clone(fresh: Path, here: Path) -> None:
    for start in ([fresh / "facespace"], [fresh / "python", "-m", "facespace"]):
        code, out, err = tried(here, *start, "photo", "x.png", "--format", "json")
        assert (code, err) == (0, "")
        (reading,) = json.loads(out)
        assert [face["label"] for face in reading["faces"]] == ["female"]
    outputs = ["--out", "x.csv", "--out", "x.html"]
    assert tried(here, fresh / "facespace", "folder", "x.png", *outputs)[0] == 0
    assert "female" in (here / "x.csv").read_text("utf-8")
    assert "<img" in (here / "x.html").read_text("utf-8")
    assert tried(here, fresh / "facespace", "models")[0] == 0
    code, out, _ = tried(here, fresh / "facespace", "doctor")
    assert code == 0 and "The dashboard cannot be started without streamlit" in out
    assert facespace.__version__ in tried(here, fresh / "facespace", "--version")[1]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_library_is_typed_and_says_what_it_lacks(fresh: Path, here: Path) -> None:
    script = """
import facespace
reading = facespace.analyze("x.png")
print(reading.faces[0].verdict.label)
try:
    facespace.to_frame([reading])
except facespace.FacespaceError as error:
    print(error)
"""
    code, out, _ = tried(here, fresh / "python", "-c", script)
    assert code == 0
    install = 'which is not installed: pip install "facespace[dashboard]"'
    assert out.splitlines() == ["female", f"A frame needs pandas, {install}"]
    code, _, err = tried(here, fresh / "facespace", "folder", "x.png", "--out", "x.parquet")
    assert code and f"Parquet needs pyarrow, {install}" in err and "Traceback" not in err
    code, _, err = tried(here, fresh / "facespace", "dashboard")
    assert (code, err) == (2, f"facespace: The dashboard needs streamlit, {install}\n")
    code, _, err = tried(here, fresh / "facespace", "serve")
    assert code == 2 and "serve needs " in err and 'pip install "facespace[serve]"' in err


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_dashboard_starts_where_its_packages_are(wheel: Path, here: Path) -> None:
    """The packages are those of this environment; the program is the wheel's."""
    installed = here / "installed"
    zipfile.ZipFile(wheel).extractall(installed)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = [f"--server.port={port}", "--server.headless=true", "--server.fileWatcherType=none"]
    server = subprocess.Popen(
        [sys.executable, "-m", "facespace", "dashboard", "--", *options],
        cwd=here, env=OUTSIDE | {"PYTHONPATH": str(installed)}, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        for _ in range(240):
            try:
                urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=4).close()
                break
            except (URLError, OSError):
                assert server.poll() is None
                time.sleep(0.25)
        from benchmarks.harness.photos import enlarged
        from benchmarks.harness.visitor import Visitor

        with Visitor(f"http://127.0.0.1:{port}", "photo") as visitor:
            visitor.upload("astronaut.jpg", enlarged(0.3, 0))
    finally:
        server.terminate()
        server.wait(20)
