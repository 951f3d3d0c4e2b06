"""What is sent is counted while it comes: too much, too slow and too many at once are refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.support.serving import Served, half_sent, serving, until

pytestmark = pytest.mark.slow

MB = 2**20


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Path]]:
    """A service with little room, and the folder of its files."""
    folder = tmp_path_factory.mktemp("small")
    given = {
        "MAX_BYTES": 2 * MB,
        "MAX_UPLOAD": 3 * MB,
        "MAX_UPLOADS": 7 * MB // 2,
        "MAX_FILM_BYTES": 2 * MB,
        "MAX_REQUESTS": 2,
        "UPLOAD_SECONDS": 2,
    }
    environment = {f"FACESPACE_{name}": str(value) for name, value in given.items()}
    environment |= dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder))
    with serving(**environment) as served:
        yield served, folder


@pytest.fixture
def url(small: tuple[Served, Path]) -> Iterator[str]:
    """Where it is; at the end it has let every file go, and has nothing to complain about."""
    served, folder = small
    yield served.url
    until(lambda: not list(folder.iterdir()))
    assert "Traceback" not in served.all_said


def chunks(count: int) -> Iterator[bytes]:
    """So many MB of which nobody says beforehand how many they are."""
    for _ in range(count):
        yield bytes(MB)


@pytest.mark.parametrize("path", ["photo", "film"])
def test_more_bytes_than_are_read(path: str, url: str) -> None:
    for content in (bytes(2 * MB + 1), chunks(3), chunks(200)):
        answer = requests.post(f"{url}/v1/{path}", content, timeout=60)
        said = {"error": "More than 2 MB were sent, which is all that is read at once."}
        assert (answer.status_code, answer.json()) == (413, said)


def test_one_photo_of_a_form_and_all_of_them(url: str) -> None:
    place = f"{url}/v1/photo"
    answer = requests.post(place, files={"file": bytes(2 * MB + 9)}, timeout=60)
    said = {"error": "The file has 2 MB; at most 2 MB are read."}
    assert (answer.status_code, answer.json()) == (413, said)
    many = [("file", bytes(2 * MB - 9))] * 2
    answer = requests.post(place, files=many, timeout=60)
    assert answer.status_code == 413 and "More than 3 MB" in answer.json()["error"]
    answer = requests.post(f"{url}/v1/film", files={"file": bytes(3 * MB)}, timeout=60)
    assert answer.status_code == 413


@pytest.mark.parametrize("path", ["photo", "film"])
def test_what_does_not_come_is_not_waited_for(path: str, url: str) -> None:
    with half_sent(url, f"/v1/{path}") as client:
        client.settimeout(20)  # well before a connection that is kept would be closed
        answer = client.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 408") and b"took over 2 seconds" in answer


def test_more_requests_than_there_are_places(url: str) -> None:
    def refused() -> bool:
        with half_sent(url, "/v1/photo"), half_sent(url, "/v1/photo"):
            answer = requests.post(f"{url}/v1/photo", b"x", timeout=60)
            assert requests.get(f"{url}/health", timeout=60).ok
        said = {"error": "Too many photos are waiting. Try again in 2 seconds."}
        return (answer.status_code, answer.headers.get("Retry-After"), answer.json()) == (
            *(429, "2"),
            said,
        )

    until(refused)
    until(lambda: requests.post(f"{url}/v1/photo", b"x", timeout=60).status_code == 415)


def test_more_bytes_than_there_is_room_for_at_once(url: str) -> None:
    """Two photos of 2 MB, the one half sent, where there is room for 3.5 MB."""
    length = 2 * MB

    def refused() -> bool:
        with half_sent(url, "/v1/photo", length) as client:
            client.sendall(bytes(length - 9))
            answer = requests.post(f"{url}/v1/photo", bytes(length), timeout=60)
        return answer.status_code == 429

    until(refused)
    until(lambda: requests.post(f"{url}/v1/photo", bytes(length), timeout=60).status_code == 415)
