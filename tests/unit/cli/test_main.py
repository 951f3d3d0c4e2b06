"""The command line as a whole: its commands, its help, and what they have in common."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest

import facespace
from facespace.cli import arguments, main
from facespace.types import FacespaceError
from tests.support.paths import ROOT


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


@pytest.mark.parametrize("command", main.COMMANDS)
def test_ctrl_c_ends_every_command_with_a_line(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(f"facespace.cli.{command}.run", interrupted)
    sources = ["x"] if command in ("photo", "folder", "video", "watch") else []
    assert main.main([command, *sources]) == 130
    assert capsys.readouterr() == ("", "facespace: given up\n")


def test_ctrl_c_while_a_command_is_loaded() -> None:
    """A library that is being loaded makes another error of it, which must not be seen."""
    code = (
        "import signal; from facespace.cli import main\n"
        "def load(name):\n"
        "    try: signal.raise_signal(signal.SIGINT)\n"
        "    except KeyboardInterrupt: raise ImportError('initialization failed')\n"
        "main.import_module = load; main.main(['photo', 'x.jpg'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "facespace: given up\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
@pytest.mark.parametrize(
    "words",
    ["models", "models --format json", "doctor", "photo x.jpg --format csv", "folder x.jpg"],
)
def test_what_cannot_be_printed_is_said(words: str, tmp_path: Path) -> None:
    (tmp_path / "x.jpg").write_text("x")
    command = [sys.executable, "-m", "facespace", *words.split()]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            command,
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert done.returncode == 1
    *_, last = done.stderr.splitlines()
    assert last == "facespace: what is printed: No space left on device"
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("closed", [">&-", "2>&-", "2>/dev/full"])
def test_nobody_listens(closed: str, tmp_path: Path) -> None:
    (tmp_path / "x.jpg").write_text("x")
    command = f"{shlex.quote(sys.executable)} -m facespace photo {tmp_path / 'x.jpg'} {closed}"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert ("is not a JPEG" in done.stderr) == (closed == ">&-")
    assert ("is not a JPEG" in done.stdout) == (closed != ">&-")


@pytest.mark.parametrize(
    ("outputs", "queue", "words"),
    [
        (["a.csv", "b.csv"], "c.db", None),
        ([], "new/c.db", None),
        (["none/a.csv"], None, "there is no folder none"),
        (["."], None, ". is a folder, not a file"),
        (["/dev/null"], None, "/dev/null is a device"),
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
        arguments.check_outputs(files, reviews, [Path("in.jpg")], "is the photo itself")
