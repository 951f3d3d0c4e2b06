"""The command line as a whole: its commands, its help, and what they have in common."""

from __future__ import annotations

import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest

import facespace
from facespace.cli import main, options
from facespace.types import FacespaceError


@pytest.mark.parametrize("command", main.COMMANDS)
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main.main([command, "--help"])
    assert ended.value.code == 0
    out = capsys.readouterr().out
    assert out.startswith(f"usage: facespace {command}") and "Exit code" in out


def test_the_help_lists_them_and_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main.main(["--help"])
    out = capsys.readouterr().out
    assert all(purpose in out for purpose in main.COMMANDS.values())
    with pytest.raises(SystemExit):
        main.main(["--version"])
    assert capsys.readouterr().out == f"facespace {facespace.__version__}\n"


@pytest.mark.parametrize("arguments", [[], ["nothing"], ["x.jpg", "photo"]])
def test_what_is_no_command_is_wrong_usage(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main.main(arguments)
    assert ended.value.code == 2
    assert "usage: facespace" in capsys.readouterr().err


def test_a_command_loads_nothing_of_the_others() -> None:
    code = (
        "import sys; from facespace.cli.main import main; main(['models']);"
        "print([name for name in ('av', 'lap', 'facespace.cli.video') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("outputs", "queue", "words"),
    [
        (["a.csv", "b.csv"], "c.db", None),
        ([], "new/c.db", None),
        (["none/a.csv"], None, "there is no folder none"),
        (["a.csv", "./a.csv"], None, "to one file"),
        (["a.csv"], "a.csv", "to one file"),
        (["in.jpg"], None, "in.jpg is the photo itself"),
        ([], "in.jpg", "in.jpg is the photo itself"),
        (["link.csv"], None, "link.csv is the photo itself"),
    ],
)
def test_where_results_go(
    outputs: list[str],
    queue: str | None,
    words: str | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("in.jpg").touch()
    Path("link.csv").symlink_to("in.jpg")
    files, reviews = [Path(name) for name in outputs], Path(queue) if queue else None
    with pytest.raises(FacespaceError, match=words) if words else nullcontext():
        options.check_outputs(files, reviews, [Path("in.jpg")], "is the photo itself")
