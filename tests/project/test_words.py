"""Every command that README, CONTRIBUTING and ``docs/`` show works as they show it.

The commands are read out of the texts and run literally, in a folder that looks like a fresh clone
with the files in it that the texts name. ``make test`` alone is left out: it is what runs this.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path

import av
import cv2
import numpy as np
import pillow_heif
import pytest
from packaging.requirements import Requirement
from PIL import Image

import facespace
from facespace.faces.analyze import analyze
from facespace.review.item import Candidate
from facespace.review.queue import Queue
from facespace.types import RGB
from tests.support.paths import ROOT
from tests.support.pictures import variant

PAGES = sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))
TEXTS = ("README.md", "CONTRIBUTING.md", "SECURITY.md", *PAGES)

#: Words that a command begins with.
PROGRAMS = (
    *("make ", "python ", "python3 ", "py ", "pip ", "facespace ", ".venv"),
    *("playwright ", "pre-commit "),
)

#: Run only where the system is another, and on a cluster (``test_cluster.py``).
NOT_HERE = re.compile(r"^py |\\|\bdask\b|HOST")

#: Run by what runs this, or checked otherwise.
SERVERS = ("make app", ".venv/bin/streamlit run streamlit_app.py", "facespace dashboard")
LEFT_OUT = {
    "make test": "runs this very test",
    "make check": "is a part of make test",
    "make coverage": "is make test, with its lines counted",
    "facespace folder inbox/ --follow --out faces.csv": "ends by Ctrl-C; test_follow.py runs it",
    "facespace serve": "ends by Ctrl-C; test_serve.py runs it and its clients",
    "facespace watch rtsp://anna:password@camera.example/stream --events events.jsonl "
    "--counts people.csv": "needs a camera; tests/unit/cli/test_watch.py runs it on one",
    "pip install .": "is done in an environment of its own, where the wheel is tested",
    'pip install ".[dashboard]"': "is done in an environment of its own, where the wheel is tested",
    "facespace dashboard -- --server.port=8600": "is started where the wheel is tested",
    "pre-commit install": "would change this clone; it is run in another (test_repository.py)",
    ".venv/bin/pytest": "is make test without its checkers",
    ".venv/bin/ruff check . && .venv/bin/ruff format .": "make test has just done it",
    ".venv/bin/mypy": "make test has just done it",
    "python3 -m venv .venv": "would change what these tests run on; it is run below",
    "playwright install chromium": "fetches a browser; it is tried below",
    "python -m training rules --data PHOTOS --detect MARKED --out artifacts": "takes many marked "
    "pictures and minutes; its parts are tested in tests/training",
    "pip install -r training/network-requirements.txt": "fetches PyTorch; it is parsed below",
}

#: Photos of each label in the folder that is trained on.
PHOTOS = 50


def commands(text: str) -> list[str]:
    """What stands in code blocks, and in code between words, and begins like a command."""
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.S | re.M)
    lines = [line for kind, block in blocks if not kind for line in block.splitlines()]
    lines += re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```$", "", text, flags=re.S | re.M))
    shown = (line.split("  #")[0].strip() for line in lines)
    return [line for line in shown if line.startswith(PROGRAMS)]


ALL = list(
    dict.fromkeys(line for name in TEXTS for line in commands((ROOT / name).read_text("utf-8")))
)
ELSEWHERE = {*LEFT_OUT, *SERVERS}
RUN = [line for line in ALL if line not in ELSEWHERE and not NOT_HERE.search(line)]


def test_commands_are_found_and_every_exception_is_still_shown() -> None:
    assert len(RUN) > 10
    assert set(ALL) >= ELSEWHERE


@pytest.fixture(scope="module")
def clone(
    tmp_path_factory: pytest.TempPathFactory, astronaut: RGB, candidate: Candidate
) -> Iterator[Path]:
    """A clone with the files that the texts name."""
    here = tmp_path_factory.mktemp("clone")
    for path in ROOT.iterdir():
        if path.name in ("artifacts", ".streamlit"):
            shutil.copytree(path, here / path.name)
        elif not path.name.startswith(".") or path.name == ".venv":
            (here / path.name).symlink_to(path)
    if not (here / ".venv").exists():
        (here / ".venv").symlink_to(sys.prefix)
    picture = Image.fromarray(astronaut)
    picture.save(here / "holiday.jpg")
    pillow_heif.from_pillow(picture).save(here / "portrait.heic")
    for folder in ("archive", "more"):
        (here / folder).mkdir()
        picture.save(here / folder / "one.jpg")
    with zipfile.ZipFile(here / "photos.zip", "w") as packed:
        packed.write(here / "holiday.jpg", "one.jpg")
    _film(here / "holiday.mp4", astronaut)
    rng = np.random.default_rng(0)
    for label in ("female", "male"):
        for folder in ("PHOTOS", "MORE_PHOTOS"):
            (here / folder / label).mkdir(parents=True)
            for i in range(PHOTOS):
                made = Image.fromarray(variant(astronaut, rng, label == "male"))
                made.save(here / folder / label / f"{i}.png")
    queue = Queue(here / ".facespace" / "review.db")
    queue.add(candidate)
    queue.decide(queue.items()[0], "female")
    queue.close()
    yield here


def _film(path: Path, rgb: RGB) -> None:
    with av.open(str(path), "w") as film:
        stream = film.add_stream("libx264", rate=12)
        stream.width, stream.height, stream.pix_fmt = 480, 270, "yuv420p"
        for x in range(12):
            part = np.ascontiguousarray(cv2.resize(rgb, (512, 512))[30:300, x : x + 480])
            film.mux(stream.encode(av.VideoFrame.from_ndarray(np.asarray(part, np.uint8), "rgb24")))
        film.mux(stream.encode())


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the command that installing gives; the wheel's own is tested with the wheel."""
    folder = tmp_path_factory.mktemp("installed")
    (folder / "facespace").write_text(f'#!/bin/sh\nexec {sys.executable} -m facespace "$@"\n')
    (folder / "facespace").chmod(0o755)
    return folder


@pytest.fixture
def environment(clone: Path, installed: Path) -> dict[str, str]:
    """Programs as after ``. .venv/bin/activate``, and a home of its own."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("FACESPACE_")}
    path = os.pathsep.join([str(installed), str(Path(sys.executable).parent), os.environ["PATH"]])
    return kept | {"PATH": path, "HOME": str(clone)}


@pytest.mark.skipif(os.name == "nt", reason="the lines for Linux and macOS")
@pytest.mark.parametrize("line", RUN)
def test_a_command_does_what_the_text_says(
    line: str, clone: Path, environment: dict[str, str]
) -> None:
    run(line, clone, environment)


def run(line: str, clone: Path, environment: dict[str, str]) -> None:
    """Run a command to its end, which must be a good one."""
    done = subprocess.run(
        ["bash", "-c", line],
        cwd=clone, env=environment, capture_output=True, text=True, timeout=280,
    )  # fmt: skip
    assert done.returncode == 0, f"{line}\n{done.stdout[-800:]}\n{done.stderr[-1500:]}"
    assert "Traceback" not in done.stderr


PYTHON = [
    pytest.param(block, id=f"{name}-{number}")
    for name in TEXTS
    for number, block in enumerate(
        re.findall(r"^```python\n(.*?)^```", (ROOT / name).read_text("utf-8"), re.S | re.M)
    )
]


@pytest.mark.parametrize("block", PYTHON)
def test_python_as_shown(
    block: str, clone: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "shown.py").write_text(block)
    path = environment | {"PYTHONPATH": str(clone)}
    run(f"{sys.executable} {tmp_path / 'shown.py'}", clone, path)


def test_the_public_names_are_the_ones_that_are_shown() -> None:
    table = (ROOT / "docs" / "api.md").read_text("utf-8").split("|---|---|")[1].split("\n\n")[0]
    shown = re.findall(r"`(\w+)`(?=[^|]*\|[^|]*\|$)", table, re.M)
    assert sorted(shown) == sorted(facespace.__all__)
    assert all(getattr(facespace, name).__doc__ for name in shown)


def test_a_result_has_the_fields_that_are_shown(astronaut: RGB) -> None:
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    (block,) = re.findall(r"^```json\n(.*?)^```", text, re.S | re.M)
    shown, given = json.loads(block), analyze(astronaut).to_dict()
    assert list(shown) == list(given)
    assert shown["made_by"] == given["made_by"]
    assert len(shown["faces"]) == len(given["faces"]) == 1
    for name, value in given["faces"][0].items():
        told = shown["faces"][0][name]
        assert np.array_equal(told, value) or np.allclose(told, value, rtol=0.1), name


@pytest.mark.skipif(os.name == "nt", reason="the lines for Linux and macOS")
@pytest.mark.parametrize("line", SERVERS)
def test_a_dashboard_starts_as_shown(
    line: str, clone: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # What make has set up: here, what these tests run on.
    venv = tmp_path / ".venv"
    venv.mkdir()
    (venv / "bin").symlink_to(Path(sys.executable).parent)
    for path in clone.iterdir():
        if path.name != ".venv":
            (tmp_path / path.name).symlink_to(path)
    (venv / "app.stamp").touch()
    server = {"HEADLESS": "true", "ADDRESS": "127.0.0.1", "PORT": str(port)}
    more = {f"STREAMLIT_SERVER_{name}": value for name, value in server.items()}
    started = subprocess.Popen(
        ["bash", "-c", f"exec {line}"], cwd=tmp_path, env=environment | more, start_new_session=True
    )
    try:
        for _ in range(240):
            assert started.poll() is None
            try:
                address = f"http://127.0.0.1:{port}/_stcore/health"
                assert urllib.request.urlopen(address, timeout=5).status == 200
                break
            except OSError:
                time.sleep(0.25)
        else:
            pytest.fail("the dashboard did not start")
    finally:
        os.killpg(started.pid, signal.SIGTERM)
        started.wait(20)


def test_a_virtual_environment_is_made_as_shown(
    environment: dict[str, str], tmp_path: Path
) -> None:
    run("python3 -m venv .venv", tmp_path, environment)
    assert (tmp_path / ".venv" / "bin" / "pip").exists()


def test_a_browser_could_be_fetched_as_shown(environment: dict[str, str], tmp_path: Path) -> None:
    run("playwright install chromium --dry-run", tmp_path, environment)


def test_what_is_fetched_for_the_network_can_be_read() -> None:
    lines = (ROOT / "training" / "network-requirements.txt").read_text().splitlines()
    names = [Requirement(line.split("#")[0].strip()).name for line in lines if line[:1].isalpha()]
    assert names == ["torch"]


@pytest.mark.parametrize("name", TEXTS)
def test_links_lead_somewhere(name: str) -> None:
    path = ROOT / name
    for link in re.findall(r"\]\(([^)]+)\)", path.read_text("utf-8")):
        if link.startswith("https://"):
            continue
        file, _, heading = link.partition("#")
        target = path.parent / file if file else path
        assert target.exists(), link
        assert not heading or heading in anchors(target), link


@pytest.mark.parametrize("name", TEXTS)
def test_paths_lead_somewhere(name: str) -> None:
    text = re.sub(r"^```.*?^```$", "", (ROOT / name).read_text("utf-8"), flags=re.S | re.M)
    tops = "|".join(path.name for path in ROOT.iterdir() if path.is_dir() and path.name[0] != ".")
    for path in re.findall(rf"`((?:{tops})/[^`\s*]*)`", text):
        assert (ROOT / path).exists(), path


def test_the_tree_is_the_one_that_is_shown() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    tree = text.split("## The tree")[1].split("```")[1]
    shown: dict[str, set[str]] = {}
    for line in tree.strip().splitlines():
        name = line.split()[0].rstrip(",")
        if not line.startswith(" "):
            folder = name
            assert (ROOT / folder).exists(), folder
            shown[folder] = set()
        elif name.endswith("/"):
            shown[folder].add(name)
    for folder in ("dashboard/", "training/", "facespace/", "tests/"):
        paths = (path.relative_to(ROOT / folder) for path in (ROOT / folder).glob("*/*"))
        rooms = {f"{path.parts[0]}/" for path in paths if "__pycache__" not in path.parts}
        assert rooms == shown[folder]


def anchors(path: Path) -> list[str]:
    """What the headings of a page are called in links to them."""
    headings = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.M)
    return [re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings]


def test_a_stranger_reads_the_readme_in_three_minutes() -> None:
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 150
