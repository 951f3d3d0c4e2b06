"""What keeps the tests apart; that lanes share ``tests.support`` alone is a contract of imports."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.support.paths import ROOT


def imported(path: Path) -> set[str]:
    """The last part of each module that a file imports, and what it imports from packages."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom):
            names |= {(node.module or "").rpartition(".")[2], *(name.name for name in node.names)}
        elif isinstance(node, ast.Import):
            names |= {name.name.rpartition(".")[2] for name in node.names}
    return names


def test_no_test_imports_another() -> None:
    """What two of them need lies in ``tests.support``, fixtures in ``conftest``."""
    files = sorted((ROOT / "tests").rglob("*.py"))
    modules = {path.stem for path in files if path.stem.startswith(("test_", "conftest"))}
    for path in files:
        assert not imported(path) & modules, path
