"""``facespace doctor``: what is missing or odd on this machine, in words.

It is for the time when things do not work, so it needs the standard library alone, and an old one
will do: all else is imported only where it is looked at, and its absence is a finding.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.metadata
import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from facespace import limits
from facespace.cli.terminal import loading
from facespace.installation import IS_CLONE, ROOT, command
from facespace.video.relays import RELAYS

DESCRIPTION = "Says what is missing or odd on this machine."
EXIT_CODES = "Exit codes: 0 nothing is a problem, 1 something is."

#: The least Python, and the least memory in MB: what 16 visitors at once need.
PYTHON, MEMORY = (3, 11), 700

#: The package that the pages alone need, and by which they are known to be able to start.
SERVER = "streamlit"

#: Packages with compiled parts that load, or do not, on their own account.
COMPILED = {
    "cv2": "opencv-python-headless",
    "onnxruntime": "onnxruntime",
    "av": "av",
    "lap": "lap",
    "pillow_heif": "pillow-heif",
}

#: Wheels that would fight with opencv-python-headless over the same files.
RIVALS = ("opencv-python", "opencv-contrib-python", "opencv-contrib-python-headless")

#: Environment variables beside those of ``limits``.
VARIABLES = ("ARTIFACTS", "DATA", "ORT_WEB", "PROVIDERS", "PUBLIC", "REVIEWS", "TOKEN", "YUNET")

#: How a finding weighs: all is well; worth knowing; something will not work.
OK, NOTE, PROBLEM = "ok", "note", "PROBLEM"

#: How it weighs, and a sentence.
Finding = tuple[str, str]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """It has none."""


def run(options: argparse.Namespace) -> int:
    """Print all findings; the exit code: 0 if nothing is a problem, 1 if something is."""
    problems = 0
    with loading():
        for weight, sentence in findings():
            print(f"{weight:8} {sentence}")
            problems += weight == PROBLEM
    print("\nAll is well." if not problems else f"\nProblems: {problems}.")
    return int(problems > 0)


def findings() -> Iterator[Finding]:
    """All findings, in order; a check that fails itself is a finding too."""
    for check in CHECKS if sys.version_info >= PYTHON else CHECKS[:1]:  # else nothing would work
        try:
            yield from check()
        except Exception as error:  # the doctor must not fall ill
            name = check.__name__.strip("_")
            yield PROBLEM, f"The check of {name} failed: {type(error).__name__}: {error}"


def _python() -> Iterator[Finding]:
    version = sys.version.split()[0]
    if sys.version_info < PYTHON:
        yield PROBLEM, f"Python {version} is too old: install {'.'.join(map(str, PYTHON))} or newer"
    else:
        yield OK, f"Python {version}"
    if not IS_CLONE:
        return
    if not (ROOT / ".venv").is_dir():
        yield NOTE, "There is no .venv: make app makes one. Without make, see docs/deployment.md"
    elif Path(sys.prefix).resolve() != (ROOT / ".venv").resolve():
        yield NOTE, f"There is a .venv, but this is the Python of {sys.prefix}"


def _packages() -> Iterator[Finding]:
    again, fine = f"{sys.executable} -m {command('dashboard')}", 0
    for requirement in required():
        name, bounds = re.match(r"([\w.-]*)(.*)", requirement).groups()  # type: ignore[union-attr]
        version = installed(name)
        if version is None:
            yield PROBLEM, f"{name} is not installed: {again}"
        elif not within(version, bounds):
            yield PROBLEM, f"{name} is {version}, not {bounds}: {again}"
        else:
            fine += 1
    yield OK, f"{fine} packages are as {'requirements.txt' if IS_CLONE else 'Facespace'} asks"
    if not (IS_CLONE or installed(SERVER)):
        yield NOTE, f"The dashboard cannot be started without {SERVER}: {again}"
    for rival in RIVALS:
        if installed(rival):
            beside = f"{rival} is installed beside opencv-python-headless"
            yield PROBLEM, f"{beside}, and both are the module cv2: uninstall both, then {again}"
    for module, name in COMPILED.items():
        if installed(name):
            try:
                importlib.import_module(module)
            except Exception as error:  # a wheel of another machine fails in its own ways
                yield PROBLEM, f"{name} is installed but cannot be loaded: {error}"


def required() -> Iterator[str]:
    """Packages with their bounds; of a wheel the dashboard's only where that is installed."""
    if IS_CLONE:
        lines = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
        yield from filter(None, (line.partition("#")[0].strip() for line in lines))
        return
    for line in importlib.metadata.requires("facespace") or ():
        requirement, _, condition = line.partition(";")
        if not condition or ("dashboard" in condition and installed(SERVER)):
            yield requirement


def installed(name: str) -> str | None:
    """The version of a package, None where it is not installed."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def within(version: str, bounds: str) -> bool:
    """Whether a version such as ``1.2.3`` keeps bounds such as ``>=1.2,<2`` or ``==1.2.3``."""
    try:
        from packaging.specifiers import SpecifierSet
    except ImportError:  # which is a finding of its own
        return True
    return SpecifierSet(bounds).contains(version, prereleases=True)


def _weights() -> Iterator[Finding]:
    try:
        from facespace.faces.detectors import yunet
        from facespace.types import FacespaceError
    except ImportError as error:
        yield NOTE, f"YuNet’s weights cannot be looked at before the packages are there: {error}"
        return
    try:
        yield OK, f"YuNet’s weights: {yunet.weights().name}"
    except FacespaceError as error:
        yield PROBLEM, f"{error} Until then faces are found by Haar"


def _artifacts() -> Iterator[Finding]:
    from facespace.artifacts.files import TRAIN_AGAIN, FileInfo, verify

    chosen = os.environ.get("FACESPACE_ARTIFACTS")
    folder = Path(chosen) if chosen else ROOT / "artifacts"
    again = "take it from git again" if IS_CLONE else "install Facespace again"
    train = f"{TRAIN_AGAIN}, or {again}"
    try:
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        entries = {entry["file"]: entry for entry in manifest["models"].values()}
        entries |= manifest["files"]
        listed = [FileInfo(name, it["bytes"], it["sha256"]) for name, it in entries.items()]
    except OSError:
        yield PROBLEM, f"There are no artifacts in {folder}. {train}"
        return
    except (ValueError, KeyError, TypeError, AttributeError):
        yield PROBLEM, f"{folder / 'manifest.json'} is damaged. {train}"
        return
    problems = [problem for info in listed if (problem := verify(folder / info.name, info).problem)]
    for problem in problems:
        yield PROBLEM, f"{problem}, or {again}"
    yield OK, f"{len(listed) - len(problems)} files of {folder} are what manifest.json says"


def _films() -> Iterator[Finding]:
    try:
        import av

        av.codec.Codec("libx264", "w")
        yield OK, "Films can be written as H.264"
    except ImportError:
        yield NOTE, "Films can neither be read nor written without the package av"
    except Exception:  # av raises its own type where an encoder is missing
        yield PROBLEM, "This av cannot write H.264, which browsers play: install its wheel"


def _disk() -> Iterator[Finding]:
    queue = os.environ.get("FACESPACE_REVIEWS")
    own = Path(queue).parent if queue else Path.home() / ".facespace"
    for folder, use in ((Path(tempfile.gettempdir()), "films"), (own, "the review queue")):
        there = next(path for path in (folder, *folder.parents) if path.exists())
        if not os.access(there, os.W_OK | os.X_OK):
            yield PROBLEM, f"{there} cannot be written to, where {use} would go"
            continue
        free = shutil.disk_usage(there).free / 2**20
        if free < limits.MAX_FILM_BYTES / 2**20:
            yield NOTE, f"{there}, for {use}, has only {free:.0f} MB free"
        else:
            yield OK, f"{folder} can be written to, for {use}"


def _memory() -> Iterator[Finding]:
    free = memory()
    if free is None:
        yield NOTE, "How much memory there is could not be seen"
    elif free < MEMORY:
        yield NOTE, f"{free:.0f} MB of memory are free; many visitors at once need {MEMORY}"
    else:
        yield OK, f"{free:.0f} MB of memory are free"


def memory(system: Path = Path("/")) -> float | None:
    """MB of memory that a process may still take: the machine's, or less where a container ends."""
    free = []
    with suppress(OSError, ValueError, IndexError):
        facts = (system / "proc/meminfo").read_text()
        free.append(int(re.findall(r"MemAvailable:\s+(\d+)", facts)[0]) / 2**10)
        limit = (system / "sys/fs/cgroup/memory.max").read_text().strip()
        used = int((system / "sys/fs/cgroup/memory.current").read_text())
        if limit != "max":
            free.append((int(limit) - used) / 2**20)
    return min(free, default=None)


def _relay() -> Iterator[Finding]:
    sources: list[Mapping[str, object]] = [os.environ]
    secrets = ROOT / ".streamlit" / "secrets.toml"
    if secrets.is_file():  # Streamlit makes environment variables of those at its top
        import tomllib

        sources.append(tomllib.loads(secrets.read_text("utf-8")))
    given = {name for source in sources for name, value in source.items() if value}
    ways = [name for name, keys in RELAYS.items() if given.issuperset(keys)]
    if ways:
        yield OK, f"Live video over the internet goes through TURN: {ways[0]}"
    else:
        alone = "No TURN server is configured: live video works on this computer alone"
        yield NOTE, f"{alone}. See .streamlit/secrets.toml.example"


def _variables() -> Iterator[Finding]:
    caps = {name for name in vars(limits) if name.isupper()}
    for variable, value in os.environ.items():
        name = variable.removeprefix("FACESPACE_")
        if name == variable or name in VARIABLES:
            continue
        if name not in caps:
            yield NOTE, f"{variable} is set, but nothing reads it"
        elif not (value.isdigit() and int(value)):
            yield NOTE, f"{variable} is {value!r}, which is no whole number above 0: it is ignored"


def chromium() -> str | None:
    """The Chromium that browser tests use: the one named ``CHROMIUM``, else the system's.

    The shell, which has no window to draw, comes first: it is faster.
    """
    names = ("chromium-headless-shell", "chromium", "chrome")
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


def _browser() -> Iterator[Finding]:
    if not IS_CLONE:
        return
    if named := chromium():
        yield OK, f"The browser tests use {named}"
    else:
        yield NOTE, "There is no Chromium: browser tests use Playwright’s own, or are skipped"


CHECKS = (
    _python,
    _packages,
    _weights,
    _artifacts,
    _films,
    _disk,
    _memory,
    _variables,
    _relay,
    _browser,
)
