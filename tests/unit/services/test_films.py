"""Films over HTTP: a job that says how far it is, what was read, and nothing left behind."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import Any

import av
import pytest
import requests

from dashboard.widgets.example_film import FRAMES, SIZE, example_film
from facespace.faces import detectors
from facespace.faces.analyze import Settings
from facespace.services import contract
from facespace.video import frames
from facespace.video.film import Film
from facespace.video.read_film import read_film
from tests.support.serving import film_read, half_sent, serving, until

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def film() -> bytes:
    """Six seconds of the astronaut."""
    return example_film()[1]


def sent(url: str, film: bytes, **query: Any) -> dict[str, Any]:
    """The job of a film that was taken."""
    files = {"file": ("film.mp4", film)}
    answer = requests.post(f"{url}/v1/film", files=files, params=query, timeout=60)
    assert answer.status_code == 202, answer.text
    job: dict[str, Any] = answer.json()
    assert answer.headers["Location"] == f"/v1/film/{job['id']}"
    return job


def test_a_film_is_read_as_the_library_reads_it(url: str, film: bytes, tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(film)
    *_, read = read_film(path, Settings(model="gradients"), 10, name="film.mp4")
    assert isinstance(read, Film)
    job = film_read(url, sent(url, film, model="gradients", every=10))
    assert (job["state"], job["error"], job["written"]) == ("done", None, None)
    assert job["film"] == read.to_dict()
    typed = contract.Job(**job)
    assert typed.progress and typed.progress.done == FRAMES
    assert requests.get(f"{url}/v1/film/{job['id']}/written.mp4", timeout=60).status_code == 404


def test_the_film_with_boxes_plays(url: str, film: bytes, tmp_path: Path) -> None:
    answer = requests.post(f"{url}/v1/film", film, params={"annotated": True}, timeout=60)
    job = film_read(url, answer.json())
    assert job["film"]["source"] == "film"
    answer = requests.get(f"{url}{job['written']}", timeout=60)
    assert answer.headers["Content-Type"] == "video/mp4"
    (tmp_path / "out.mp4").write_bytes(answer.content)
    with av.open(str(tmp_path / "out.mp4")) as played:
        assert (played.streams.video[0].width, played.streams.video[0].height) == SIZE
        assert sum(1 for _ in played.decode(video=0)) == FRAMES


def test_the_film_without_faces(url: str, film: bytes, tmp_path: Path) -> None:
    job = film_read(url, sent(url, film, anonymise="fill", every=30))
    assert len(job["film"]["tracks"]) == 1
    (tmp_path / "out.mp4").write_bytes(requests.get(f"{url}{job['written']}", timeout=60).content)
    with frames.opened(tmp_path / "out.mp4") as hidden:
        shown = [hidden.upright(frame) for frame in hidden.frames()]
    assert len(shown) == FRAMES
    assert not any(detectors.get().detect(rgb) for rgb in shown[::5])
    answer = requests.post(f"{url}/v1/film", film, params={"anonymise": "none"}, timeout=60)
    assert answer.status_code == 422


def test_what_is_no_film_is_said_at_once(url: str, astronaut_file: bytes) -> None:
    for content in (b"no film", astronaut_file):
        answer = requests.post(f"{url}/v1/film", content, timeout=60)
        assert answer.status_code == 415 and "not a film" in answer.json()["error"]
    answer = requests.post(f"{url}/v1/film", timeout=60)
    assert answer.status_code == 422 and "There is no film" in answer.json()["error"]
    answer = requests.post(f"{url}/v1/film", b"x", params={"detector": "x"}, timeout=60)
    assert answer.status_code == 422 and "no detector" in answer.json()["error"]


def test_nobody_guesses_a_film(url: str) -> None:
    for method in ("GET", "DELETE"):
        answer = requests.request(method, f"{url}/v1/film/1", timeout=60)
        assert answer.status_code == 404 and "no such film" in answer.json()["error"]


@pytest.fixture
def here(tmp_path: Path) -> dict[str, str]:
    """What lets a service put its files into a folder of the test."""
    return dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(tmp_path))


def test_a_film_is_given_up_wherever_it_is(
    film: bytes, tmp_path: Path, here: dict[str, str]
) -> None:
    with serving(**here, FACESPACE_MAX_FILMS="3") as served:
        jobs = [sent(served.url, film, every=1, detector="haar") for _ in range(3)]
        places = [f"{served.url}/v1/film/{job['id']}" for job in jobs]
        files = {"file": film}
        answer = requests.post(f"{served.url}/v1/film", files=files, timeout=60)
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "30")
        until(lambda: requests.get(places[0], timeout=60).json()["progress"])
        assert requests.get(places[1], timeout=60).json()["state"] == "waiting"
        for place in (places[1], places[0]):
            assert requests.delete(place, timeout=60).status_code == 204
            assert requests.get(place, timeout=60).status_code == 404
        until(lambda: requests.get(places[2], timeout=60).json()["state"] == "working")
        assert requests.get(f"{served.url}/health", timeout=60).ok
        assert requests.delete(places[2], timeout=60).status_code == 204
        until(lambda: not list(tmp_path.iterdir()))
        assert "Traceback" not in served.all_said


def test_results_are_forgotten(film: bytes, tmp_path: Path, here: dict[str, str]) -> None:
    with serving(**here, FACESPACE_MAX_RESULTS="1") as served:
        jobs = [sent(served.url, film, every=30, annotated=True) for _ in range(2)]
        assert film_read(served.url, jobs[1])["state"] == "done"
        assert requests.get(f"{served.url}/v1/film/{jobs[0]['id']}", timeout=60).status_code == 404
        assert [place.name for place in tmp_path.glob("*/*")] == ["written.mp4"]


def test_one_that_breaks_off_on_its_way_is_forgotten(tmp_path: Path, here: dict[str, str]) -> None:
    with serving(**here, FACESPACE_MAX_FILMS="1") as served:
        with half_sent(served.url, "/v1/film"):
            until(lambda: list(tmp_path.iterdir()))
            assert requests.post(f"{served.url}/v1/film", b"x", timeout=60).status_code == 429
        until(lambda: not list(tmp_path.iterdir()))
        assert requests.post(f"{served.url}/v1/film", b"x", timeout=60).status_code == 415
        assert "Traceback" not in served.all_said


@pytest.mark.skipif(sys.platform == "win32", reason="there a process is ended without asking it")
def test_the_end_waits_for_photos_and_for_no_film(
    film: bytes, tmp_path: Path, here: dict[str, str], astronaut_file: bytes
) -> None:
    with serving(**here) as served:
        for _ in range(2):
            sent(served.url, film, every=1, detector="haar")
        length = len(astronaut_file)
        with half_sent(served.url, "/v1/photo", length) as client:
            assert requests.get(f"{served.url}/health", timeout=60).ok
            served.process.send_signal(signal.SIGTERM)
            until(lambda: _refuses(served.url))
            client.sendall(b"x" * (length - 1))
            assert client.recv(1000).startswith(b"HTTP/1.1 415")
        assert served.process.wait(60) == 0
        assert not list(tmp_path.iterdir())
        assert "Traceback" not in served.all_said


@pytest.mark.skipif(sys.platform == "win32", reason="there a process is ended without asking it")
def test_asked_twice_it_waits_for_nobody(film: bytes, tmp_path: Path, here: dict[str, str]) -> None:
    with serving(**here) as served:
        sent(served.url, film, every=1, detector="haar", small_faces=True)
        with half_sent(served.url, "/v1/photo"):
            served.process.send_signal(signal.SIGINT)
            until(lambda: _refuses(served.url))
            served.process.send_signal(signal.SIGINT)
            assert served.process.wait(60) == 0
        assert not list(tmp_path.iterdir())


def _refuses(url: str) -> bool:
    try:
        requests.get(f"{url}/health", timeout=5)
    except requests.ConnectionError:
        return True
    return False
