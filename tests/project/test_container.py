"""Dockerfile and compose.yaml, read: there is no Docker where the tests run.

Their steps are tried too: what the Dockerfile copies, and nothing else, starts the dashboard with
the command it names, and its health check passes.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import yaml
from aioice import stun, turn

from facespace import limits
from facespace.cli import doctor
from facespace.cli.serve import PORT
from facespace.video.relays import RELAYS
from tests.support.paths import ROOT
from tests.support.serving import serving

TEXT = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
LINES = [line for line in TEXT.splitlines() if line.strip() and not line.startswith("#")]
COMPOSE = (ROOT / "compose.yaml").read_text("utf-8")


def steps(name: str) -> list[str]:
    """What stands behind an instruction, as often as it comes."""
    return [line.removeprefix(name).strip() for line in LINES if line.startswith(f"{name} ")]


def command(text: str) -> list[str]:
    """The command in JSON at the end of an instruction, run by this Python."""
    words = json.loads(text[text.index("[") :])
    if words[0] == "python":
        return [sys.executable, *words[1:]]
    return [sys.executable, "-m", *words]


COPIES = [step.split() for step in steps("COPY")]


@pytest.mark.parametrize("source", [source for source, _ in COPIES])
def test_what_is_copied_is_there_and_goes_to_the_builder(source: str) -> None:
    assert (ROOT / source).exists()
    tracked = subprocess.run(["git", "ls-files", source], cwd=ROOT, capture_output=True, text=True)
    if tracked.returncode == 0:
        assert tracked.stdout, f"{source} is not in the repository"
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert "*" in ignored and f"!{source}" in ignored


def test_it_runs_as_a_user_and_as_the_documentation_says() -> None:
    assert steps("USER") == ["facespace"]
    assert LINES.index("USER facespace") > max(i for i, s in enumerate(LINES) if s[:4] == "COPY")
    (started,) = steps("CMD")
    assert " ".join(json.loads(started)[:3]) == "streamlit run streamlit_app.py"
    assert "streamlit run streamlit_app.py" in (ROOT / "docs" / "deployment.md").read_text("utf-8")


def test_its_python_is_one_that_the_project_is_for() -> None:
    (image,) = steps("FROM")
    version = re.fullmatch(r"python:(3\.\d+)-slim", image)
    assert version and tuple(map(int, version[1].split("."))) >= doctor.PYTHON


def test_what_it_copies_is_enough(tmp_path: Path) -> None:
    for source, target in COPIES:
        to = tmp_path / target
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, to)
        else:
            to.mkdir(exist_ok=True)
            shutil.copy(ROOT / source, to)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    given = dict(re.findall(r"(\w+)=(\S+)", " ".join(steps("ENV"))))
    health = [word.replace("8501", port) for word in command(steps("HEALTHCHECK")[0])]
    start = [word.replace("8501", port) for word in command(steps("CMD")[0])]
    start = [word.replace("0.0.0.0", "127.0.0.1") for word in start]
    server = subprocess.Popen(
        start, cwd=tmp_path, env=os.environ | given, stdout=subprocess.DEVNULL
    )
    try:
        assert subprocess.run(health, capture_output=True).returncode  # not yet
        for _ in range(240):
            if subprocess.run(health, capture_output=True).returncode == 0:
                break
            time.sleep(0.25)
        else:
            pytest.fail("the dashboard did not become healthy")
        from benchmarks.harness.photos import enlarged
        from benchmarks.harness.visitor import Visitor

        with Visitor(f"http://127.0.0.1:{port}", "photo") as visitor:
            visitor.upload("astronaut.jpg", enlarged(0.3, 0))
    finally:
        server.terminate()
        server.wait(20)


def test_compose_hands_on_every_way_to_a_relay() -> None:
    for way in ("Cloudflare", "Twilio", "a server of your own"):
        for key in RELAYS[way]:
            assert f"{key}: ${{{key}:-}}" in COMPOSE


def test_compose_starts_the_service_as_bounded_as_the_dashboard() -> None:
    services = yaml.safe_load(COMPOSE)["services"]
    dashboard, api = services["facespace"], services["api"]
    assert api["profiles"] == ["api"]
    for bound in ("image", "mem_limit", "read_only", "tmpfs", "cap_drop", "security_opt"):
        assert api[bound] == dashboard[bound]
    assert api["environment"]["FACESPACE_TOKEN"] == "${FACESPACE_TOKEN:-}"
    assert api["ports"] == [f"{PORT}:{PORT}"]


def test_the_service_starts_as_compose_starts_it_and_its_check_passes() -> None:
    api = yaml.safe_load(COMPOSE)["services"]["api"]
    program, *words = api["command"]
    assert (program, words[:3]) == ("python", ["-m", "facespace", "serve"])
    given = {name: str(value) for name, value in api["environment"].items()}
    assert not set(given) - {"FACESPACE_TOKEN", *(f"FACESPACE_{name}" for name in vars(limits))}
    with serving(*words[3:], **given | {"FACESPACE_TOKEN": "a-long-secret"}) as served:
        _, _, flag, code = api["healthcheck"]["test"]
        port = served.url.rpartition(":")[2]
        check = [sys.executable, flag, code.replace(str(PORT), port)]
        assert subprocess.run(check).returncode == 0


def test_compose_starts_the_relay_only_if_asked() -> None:
    _, relay = COMPOSE.split("\n  turn:\n")
    assert "profiles: [turn]" in relay and "coturn/coturn" in relay
    assert "--user=${TURN_USERNAME:-facespace}:${TURN_CREDENTIAL:-}" in relay
    ports = [int(port) for port in re.findall(r"port=(\d+)", relay)]
    assert ports[0] == 3478 and 1024 < ports[1] < ports[2] < 65536
    assert f"from\n# {ports[1]} to {ports[2]}" in COMPOSE


RELAY = COMPOSE.split("\n  turn:\n")[1].partition("\nnetworks:")[0]
FLAGS = re.findall(r"^ +- (--\S+)$", RELAY, re.MULTILINE)

#: The dashboard, as the relay sees it.
(DASHBOARD,) = re.findall(r"ipv4_address: (\S+)", COMPOSE)

#: Where a relay that lets everybody through would lead: this machine, the data of a cloud's
#: machine, networks at home, of a provider and of containers.
ELSEWHERE = (
    *("127.0.0.1", "169.254.169.254", "192.168.1.1", "10.0.0.1", "172.17.0.1", "100.64.0.1"),
    *("0.0.0.1", "203.0.113.9", "172.31.213.1"),
)


@pytest.fixture
def relay() -> Iterator[int]:
    """coturn with the flags of compose.yaml, and an address here that is the dashboard's there."""
    turnserver, ip = shutil.which("turnserver"), shutil.which("ip")
    if turnserver is None or ip is None:
        pytest.skip("coturn, or ip, is not installed")
    here = [ip, "address", "add", f"{DASHBOARD}/32", "dev", "lo"]
    if subprocess.run(here, capture_output=True).returncode:
        pytest.skip("this user may give the machine no address")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    mine = (f"--listening-port={port}", "--user=facespace:secret", "--listening-ip=127.0.0.1")
    flags = [flag for flag in FLAGS if not flag.startswith(("--listening-port", "--user="))]
    own = [*mine, "--relay-ip=127.0.0.1", "--log-file=stdout", "--pidfile=", "--db=:memory:"]
    server = subprocess.Popen(
        [turnserver, "-n", "--allow-loopback-peers", *flags, *own], stdout=subprocess.DEVNULL
    )
    try:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait(20)
        subprocess.run([ip, "address", "del", f"{DASHBOARD}/32", "dev", "lo"], check=True)


def test_the_relay_leads_to_the_dashboard_and_to_nowhere_else(relay: int) -> None:
    async def reached(peer: str) -> bool:
        """Whether bytes that a client sends through the relay arrive at a peer."""
        loop = asyncio.get_running_loop()
        came: asyncio.Future[bytes] = loop.create_future()

        class Peer(asyncio.DatagramProtocol):
            def datagram_received(self, data: bytes, _: object) -> None:
                if not came.done():
                    came.set_result(data)

        listens = peer in (DASHBOARD, "127.0.0.1")
        local = (peer if listens else "127.0.0.1", 0)
        listener, _ = await loop.create_datagram_endpoint(Peer, local_addr=local)
        client, _ = await turn.create_turn_endpoint(
            asyncio.DatagramProtocol,
            server_addr=("127.0.0.1", relay),
            username="facespace",
            password="secret",
        )
        try:
            transport: Any = client
            to = peer, listener.get_extra_info("sockname")[1]
            await transport._TurnTransport__inner_protocol.send_data(b"hello", to)
            return await asyncio.wait_for(came, 5) == b"hello"
        except stun.TransactionFailed as error:
            assert error.response.attributes["ERROR-CODE"][0] == 403  # forbidden
            return False
        finally:
            client.close()
            listener.close()

    async def all_of_them() -> list[str]:
        return [peer for peer in (DASHBOARD, *ELSEWHERE) if await reached(peer)]

    with ThreadPoolExecutor(1) as thread:  # this one may have a browser's loop
        assert thread.submit(asyncio.run, all_of_them()).result() == [DASHBOARD]
