"""``facespace serve``: as documented, from its first line to its end, and what it will not do."""

from __future__ import annotations

import json
import shlex
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from dashboard.widgets.example_film import example_film
from facespace.cli.main import main
from facespace.cli.serve import HOST, PORT
from facespace.io import images
from tests.support.paths import ROOT
from tests.support.serving import serving

#: The commands of the documentation: the service's own, and those of its clients.
LINES = (ROOT / "docs" / "command_line.md").read_text("utf-8").splitlines()
(SERVE,) = (shlex.split(line) for line in LINES if line.startswith("facespace serve"))
CLIENTS = [line for line in LINES if line.startswith("curl ")]

ADDRESS = f"http://{HOST}:{PORT}"


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")
def test_photos_and_films_are_sent_as_documented(tmp_path: Path, astronaut_file: bytes) -> None:
    (tmp_path / "holiday.jpg").write_bytes(astronaut_file)
    (tmp_path / "holiday.mp4").write_bytes(example_film()[1])
    assert len(CLIENTS) == 3 and all(ADDRESS in line for line in CLIENTS)
    with serving(*SERVE[2:]) as served:
        photo, hidden, film = (
            subprocess.run(
                shlex.split(line.replace(ADDRESS, served.url)),
                cwd=tmp_path,
                check=True,
                capture_output=True,
            ).stdout
            for line in CLIENTS
        )
        assert [face["label"] for face in json.loads(photo)["faces"]] == ["female"]
        assert hidden == b"" and images.load(tmp_path / "hidden.jpg").shape == (512, 512, 3)
        assert json.loads(film)["state"] in ("waiting", "working")
        assert requests.get(f"{served.url}/v1/film/{json.loads(film)['id']}", timeout=60).ok


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there a process is ended without asking it")
@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_well_and_has_logged_no_name(asked: signal.Signals, astronaut_file: bytes) -> None:
    environment = {
        "FASTAPI_OTEL_AUTO_CONFIGURE": "true",
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9",
    }
    with serving(**environment) as served:
        for content in (astronaut_file, b"no picture"):
            files = {"file": ("anna-at-home.jpg", content)}
            query = {"model": "anna-at-home"} if content is astronaut_file else {}
            requests.post(f"{served.url}/v1/photo", files=files, params=query, timeout=60)
        served.process.send_signal(asked)
        assert served.process.wait(60) == 0
        served.end()
        assert served.all_said == (
            f"facespace: photos and films are read at {served.url}; Ctrl-C ends it\n"
        )


def test_others_on_the_network_need_a_token(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for token in ("", " \n"):
        monkeypatch.setenv("FACESPACE_TOKEN", token)
        assert main(["serve", "--host", "0.0.0.0", "--port", "0"]) == 2
        said = capsys.readouterr().err
        assert "at 0.0.0.0 others on the network can ask: set FACESPACE_TOKEN" in said


@pytest.mark.slow
def test_with_one_they_may_ask(astronaut_file: bytes) -> None:
    with serving("--host", "0.0.0.0", FACESPACE_TOKEN="secret") as served:
        url = served.url.replace("0.0.0.0", "127.0.0.1")
        headers = {"Authorization": "Bearer secret"}
        answer = requests.post(f"{url}/v1/photo", astronaut_file, headers=headers, timeout=60)
        assert answer.ok and requests.post(f"{url}/v1/photo", b"x", timeout=60).status_code == 401


@pytest.mark.slow
def test_settings_of_the_command_hold_where_a_request_has_none(astronaut_file: bytes) -> None:
    with serving("--detector", "haar", "--most-wrong", "7") as served:
        place = f"{served.url}/v1/photo"
        made = requests.post(place, astronaut_file, timeout=60).json()["made_by"]
        assert (made["detector"], made["most_wrong"]) == ("haar", 0.07)
        query = {"detector": "yunet"}
        made = requests.post(place, astronaut_file, params=query, timeout=60).json()["made_by"]
        assert (made["detector"], made["most_wrong"]) == ("yunet", 0.07)


def test_what_cannot_be_listened_at_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["serve", "--port", str(port)]) == 2
    assert f"nothing can listen at {HOST}, port {port}: " in capsys.readouterr().err
    assert main(["serve", "--port", "70000"]) == 2
    assert main(["serve", "--host", "no.such.host.invalid"]) == 2
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("package", ["uvicorn", "fastapi", "python_multipart"])
def test_what_is_missing_is_named(
    package: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.startswith("facespace.services")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    assert main(["serve", "--port", "0", "--host", "0.0.0.0"]) == 2
    said = capsys.readouterr().err
    assert "pip install" in said and "serve needs" in said
