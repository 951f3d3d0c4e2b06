"""``facespace serve`` in a process of its own, and clients that are slower than any library."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import requests

from tests.support.paths import ROOT

#: Seconds that something may take on a busy machine.
PATIENCE = 120


class Served:
    """A running service: its ``url``, its ``process``, and the lines ``said`` on standard error."""

    def __init__(self, words: Sequence[str], environment: dict[str, str]) -> None:
        own = {name: value for name, value in os.environ.items() if "FACESPACE_" not in name}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "facespace", *words],
            env=own | {"PYTHONPATH": str(ROOT)} | environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.said: list[str] = []
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()
        until(lambda: "Ctrl-C ends it" in self.all_said or self.process.poll() is not None)
        found = re.search(r"http://\S+:\d+", self.all_said)
        assert found, self.all_said
        self.url = found[0]
        until(self._answers)

    @property
    def all_said(self) -> str:
        return "".join(self.said)

    def end(self) -> int:
        """Its exit code once it was asked to end and has."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(PATIENCE)
        self._reading.join(PATIENCE)
        return code

    def _answers(self) -> bool:
        try:
            return requests.get(f"{self.url}/health", timeout=5).ok
        except requests.ConnectionError:
            assert self.process.poll() is None, self.all_said
            return False

    def _read(self) -> None:
        assert self.process.stderr
        self.said.extend(self.process.stderr)


@contextmanager
def serving(*words: str, **environment: str) -> Iterator[Served]:
    """The service at a port that is free, with more words of its command, and variables."""
    served = Served(["serve", "--port", "0", *words], environment)
    try:
        yield served
    finally:
        served.process.kill()
        served.process.wait()


def until(true: Callable[[], object]) -> None:
    """Wait for something."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def film_read(url: str, job: dict[str, Any]) -> dict[str, Any]:
    """The job of a film once it has ended."""
    newest = [job]

    def ended() -> bool:
        newest[0] = requests.get(f"{url}/v1/film/{job['id']}", timeout=60).json()
        return newest[0]["state"] in ("done", "failed")

    until(ended)
    return newest[0]


@contextmanager
def half_sent(url: str, path: str, length: int = 1000) -> Iterator[socket.socket]:
    """A connection whose request says so many bytes and has sent one of them."""
    address = urlsplit(url)
    assert address.hostname and address.port
    with socket.create_connection((address.hostname, address.port), PATIENCE) as client:
        head = f"POST {path} HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Length: {length}\r\n\r\n"
        client.sendall(head.encode() + b"x")
        yield client
