"""The files that a repository's host and a contributor's tools read say what is true, and work."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.support.paths import ROOT

WORKFLOW = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8"))
CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))


def tracked() -> list[str]:
    """The names of the repository's files; skips the test where this is no clone."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("no clone")
    return [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A repository of its own with the files as they stand here, those of artifacts/ left out."""
    for name in tracked():
        if not name.startswith("artifacts/"):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tmp_path / name)
    for words in ("init", "add ."):
        subprocess.run(["git", *words.split()], cwd=tmp_path, check=True, capture_output=True)
    return tmp_path


def pre_commit(clone: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run pre-commit with the tools of the environment that these tests run on."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["pre-commit", *words], cwd=clone, env=os.environ | {"PATH": path},
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip


def test_the_repository_passes_its_own_hooks(clone: Path) -> None:
    done = pre_commit(clone, "run", "--all-files")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("Passed") == 9


def test_the_hooks_stop_what_they_are_there_for(clone: Path) -> None:
    (clone / "odd.py").write_text("import os  \nx=1")
    (clone / "large.bin").write_bytes(bytes(2_000_000))
    subprocess.run(["git", "add", "odd.py", "large.bin"], cwd=clone, check=True)
    done = pre_commit(clone, "run", "--all-files")
    failed = set(re.findall(r"hook id: (\S+)", done.stdout))
    assert done.returncode == 1
    assert {"ruff-check", "large-files"} <= failed


def test_the_hooks_are_set_up_as_shown(clone: Path) -> None:
    assert pre_commit(clone, "install").returncode == 0
    assert "pre-commit" in (clone / ".git" / "hooks" / "pre-commit").read_text("utf-8")


def test_the_workflow_runs_everything_on_linux_and_the_unit_lane_elsewhere() -> None:
    linux, unit = WORKFLOW["jobs"]["linux"], WORKFLOW["jobs"]["unit"]
    assert {"run": ".ci/run"} in linux["steps"]
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    assert unit["strategy"]["matrix"]["os"] == ["windows-latest", "macos-latest"]
    assert unit["steps"][-1] == {"run": "python -m pytest tests/unit"}
    assert WORKFLOW["permissions"] == {"contents": "read"}


def test_known_holes_are_looked_for_in_the_workflow_alone() -> None:
    steps = [step.get("run") for step in WORKFLOW["jobs"]["audit"]["steps"]]
    assert steps[-1] == "pip-audit -r requirements.txt -r serve-requirements.txt"
    assert WORKFLOW["jobs"]["audit"]["continue-on-error"] is True
    assert "audit" not in (ROOT / "Makefile").read_text("utf-8")


#: What would let a file or a visitor run code, by the keyword that asks for it.
ASKED_FOR = ("allow_pickle", "unsafe_allow_html", "unsafe_allow_javascript", "shell")


def test_no_pickle_is_read_and_no_html_is_shown_unescaped() -> None:
    """HTML comes by ``st.html`` alone, and of names what ``html.escape`` has gone over."""
    folders = ("facespace", "dashboard", "pages", "training")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    calls = [
        (path, node)
        for path in files
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
    ]
    assert len(calls) > 5000
    for path, call in calls:
        for word in call.keywords:
            if word.arg in ASKED_FOR:
                assert isinstance(word.value, ast.Constant) and word.value.value is False, path
    drawn = [ast.unparse(call) for _, call in calls if ast.unparse(call.func) == "st.html"]
    assert len(drawn) == 9
    whole = {f"st.html({name})" for name in ("_TABLES", "_TOUCH", "_CHARTS", "_DARK", "_STYLE")}
    for line in set(drawn) - whole:
        inserted = re.findall(r"\{([^{}]+)\}", line.replace("_GRID.format", ""))
        escaped = (
            *("html.escape(", "encode.to_address(", "''.join(spots)", "DRAWINGS[", "content"),
            *("_STYLE", "few"),  # of dashboard/widgets/boxes.py, which are its own words
        )
        assert all(text.startswith(escaped) for text in inserted), line


def test_the_citation_names_the_licence_and_the_version_of_the_changelog() -> None:
    assert CITATION["license"] == (ROOT / "LICENSE").read_text("utf-8").split()[0]
    assert CITATION["authors"] == [{"name": "Facespace contributors"}]
    newest = re.search(r"^## \[(\d\S*)\]", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M)
    assert newest and newest[1] == CITATION["version"]
