"""Who may ask: this machine, or whoever has the token; and what no log sees."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from starlette.types import Message, Receive, Scope, Send

from facespace.services.guard import Guard, is_loopback
from tests.support.hostile.headers import FORGED
from tests.support.serving import serving

TOKEN = "a long secret ✓"

ASKED = ("/v1/models", "/openapi.json", "/v1/film/1", "/nothing")


@pytest.mark.parametrize("path", [*ASKED, "/health", "/ready"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "facespace.example"},
        {"Host": "localhost.facespace.example"},
        {"Host": "127.0.0.1.facespace.example:8700"},
        {"Host": "192.168.1.7"},
        {"Host": ""},
        FORGED["a host of junk"],
        {"Origin": "https://facespace.example"},
        {"Origin": "null"},
        {"Origin": ""},
    ],
)
def test_no_page_of_the_web_is_answered(headers: dict[str, str], path: str, url: str) -> None:
    answer = requests.get(f"{url}{path}", headers=headers, timeout=60)
    # An empty Host is refused before anything is asked.
    assert answer.status_code == 403 or (answer.status_code == 400 and not headers.get("Host", "x"))
    assert not [name for name in answer.headers if name.lower().startswith("access-control")]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Host": "localhost:1"},
        {"Host": "[::1]:8700", "Origin": "http://127.0.0.1:3000"},
        {"Host": "LOCALHOST", "X-Forwarded-For": "facespace.example"},
    ],
)
def test_this_machine_is_answered(headers: dict[str, str], url: str) -> None:
    assert requests.get(f"{url}/v1/models", headers=headers, timeout=60).ok


def test_a_photo_of_a_stranger_is_refused_after_it_was_sent(url: str) -> None:
    """One that sends before it listens hears why."""
    headers = {"Origin": "https://facespace.example"}
    answer = requests.post(f"{url}/v1/photo", bytes(10_000_000), headers=headers, timeout=60)
    assert answer.status_code == 403 and "no page of the web" in answer.json()["error"]


@pytest.fixture(scope="module")
def locked() -> Iterator[str]:
    """A service that has a token."""
    with serving(FACESPACE_TOKEN=f"{TOKEN}\n") as served:
        yield served.url


@pytest.mark.parametrize(
    "given", ["", "Bearer", "Bearer a", f"Bearer {TOKEN}!", f"Basic {TOKEN}", TOKEN, "Bearer \xff"]
)
def test_without_the_token_only_its_health_is_told(given: str, locked: str) -> None:
    headers = {"Authorization": given.encode()} if given else {}
    for path in ASKED:
        answer = requests.get(f"{locked}{path}", headers=headers, timeout=60)
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
        assert answer.json() == {
            "error": "Send the token of this service: Authorization: Bearer TOKEN."
        }
    for path in ("/health", "/ready"):
        assert requests.get(f"{locked}{path}", headers=headers, timeout=60).ok


def test_with_the_token_all_is_answered_at_any_name(locked: str, astronaut_file: bytes) -> None:
    headers: dict[str, str | bytes] = {
        "Authorization": f"bearer {TOKEN}".encode(),
        "Host": "facespace.example",
    }
    assert requests.get(f"{locked}/v1/models", headers=headers, timeout=60).ok
    answer = requests.post(f"{locked}/v1/photo", astronaut_file, headers=headers, timeout=60)
    assert answer.json()["faces"][0]["label"] == "female"


def test_a_log_has_no_words_of_an_error(caplog: pytest.LogCaptureFixture) -> None:
    name = "-".join(("anna", "at-home.jpg"))

    async def fails(scope: Scope, receive: Receive, send: Send) -> None:
        raise ValueError(name)

    async def nothing() -> Message:
        return {"type": "http.disconnect"}

    async def sent(message: Message) -> None:
        raise AssertionError(message)

    scope = {"type": "http", "path": "/health", "headers": [(b"host", b"localhost")]}
    # In a thread of its own: this one may have a loop already, as where browser tests ran in it.
    with caplog.at_level(logging.DEBUG), ThreadPoolExecutor(1) as own:
        own.submit(asyncio.run, Guard(fails, "")(scope, nothing, sent)).result()
    assert "ValueError" in caplog.text and "in fails" in caplog.text
    assert "anna" not in caplog.text


@pytest.mark.parametrize(
    ("host", "here"),
    {
        **dict.fromkeys(("127.0.0.1", "127.8.8.8", "::1", "localhost"), True),
        **dict.fromkeys(("0.0.0.0", "::", "192.168.1.7", "facespace.example", ""), False),
    }.items(),
)
def test_what_only_this_machine_reaches(host: str, here: bool) -> None:
    assert is_loopback(host) is here
