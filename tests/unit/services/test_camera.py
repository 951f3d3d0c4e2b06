"""The next picture is a new one, however slow who asks; what is lost is connected again."""

from __future__ import annotations

import gc
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import numpy as np
import pytest

from facespace.services import camera as module
from facespace.services.address import SILENCE, Address
from facespace.services.camera import NO_ANSWER, NO_PICTURE, TRIES, Camera, Pace
from facespace.types import RGB
from tests.support import rtsp_server
from tests.support.streams import RATE, Web, film, scene, units, web

pytestmark = pytest.mark.packages


@pytest.fixture
def server(astronaut: RGB) -> Iterator[Web]:
    """A film of a second, and a live stream whose pictures grow lighter."""
    steps = [np.full((64, 64, 3), light, np.uint8) for light in range(0, 250, 10)]
    with web({"/film.mp4": film(scene(astronaut, 1, 0))}, steps) as at_work:
        yield at_work


def until(true: Callable[[], object]) -> None:
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


def light(taken: tuple[RGB, float] | None) -> float:
    assert taken is not None
    return float(taken[0].mean())


def test_who_is_slow_gets_the_newest_picture(server: Web) -> None:
    with Camera(Address.of(f"{server.address}/live")) as camera:
        first = camera.picture(10)
        time.sleep(1.0)
        second = camera.picture(10)
        third = camera.picture(10)
        assert first and second and third
        # Each picture is 10 lighter than the one before: some were left out, and then none.
        assert light(second) - light(first) > 60
        assert 5 < light(third) - light(second) < 45
        assert first[1] < second[1] < third[1] <= time.monotonic()
    assert camera.picture(0) is None


def test_a_film_plays_at_its_own_speed_and_ends(server: Web, tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(server.files["/film.mp4"])
    for source in (str(path), f"{server.address}/film.mp4"):
        times = []
        with Camera(Address.of(source)) as camera:
            while taken := camera.picture(10):
                times.append(taken[1])
        assert camera.state.stage == "over" and not camera.state.error
        steps = np.diff(times)
        assert len(times) > RATE / 2 and times[-1] - times[0] > 0.8
        assert np.median(steps) > 0.5 / RATE


def test_a_stream_that_breaks_off_is_connected_again_and_later_each_time(
    server: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FIRST_WAIT", 0.25)
    waits: list[float] = []
    pause = Camera._pause

    def noted(self: Camera, seconds: float) -> None:
        waits.append(seconds)
        pause(self, seconds)

    monkeypatch.setattr(Camera, "_pause", noted)
    with Camera(Address.of(f"{server.address}/live?x=1")) as camera:
        assert camera.picture(10)
        server.broken = True
        until(lambda: camera.state.stage == "lost")
        assert camera.state.why == "the stream has broken off"
        until(lambda: len(waits) >= 3)
        assert camera.state.why == "its server has an error of its own"
        server.broken = False
        until(lambda: camera.state.stage == "on")
        assert camera.picture(10) and camera.picture(10)
    assert waits[:3] == [0.25, 0.5, 1.0]


def test_what_was_lost_leaves_no_frame_behind(
    server: Web, monkeypatch: pytest.MonkeyPatch, astronaut: RGB
) -> None:
    """Else a camera that is lost every minute would fill the memory for hours."""
    monkeypatch.setattr(module, "FIRST_WAIT", 0.01)
    server.files = {"/film.ts": film(scene(astronaut, 0.5, 0), "mpegts")}
    gc.disable()
    try:
        with Camera(Address.of(f"{server.address}/film.ts")) as camera:
            while len(server.asked) < 10:
                camera.picture(1)
        until(lambda: camera.state.stage == "lost")
        frames = [each for each in gc.get_objects() if isinstance(each, av.VideoFrame)]
    finally:
        gc.enable()
    assert len(frames) < 5


def test_what_nobody_answers_is_tried_again_and_a_refusal_is_not(server: Web) -> None:
    with Camera(Address.of("http://127.0.0.1:9/live")) as camera:
        until(lambda: camera.state.stage == "lost")
        assert camera.state.why == "nothing answers there"
    with Camera(Address.of(f"{server.address}/none")) as camera:
        until(lambda: camera.state.stage == "lost")
        assert camera.state.why == "there is no stream of this name"
    server.refused = True
    with Camera(Address.of(f"{server.address}/live")) as camera:
        until(lambda: camera.state.stage == "over")
        assert "asks for a name and a password" in camera.state.error
        assert len([path for path in server.asked if path == "/live"]) == 1


def test_a_password_that_was_right_is_tried_twice_more(
    server: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FIRST_WAIT", 0.05)
    with Camera(Address.of(f"{server.address}/live")) as camera:
        assert camera.picture(10)
        server.refused = server.broken = True
        until(lambda: camera.state.stage == "lost")
        server.broken = False
        server.asked.clear()
        until(lambda: camera.state.stage == "over")
        assert "asks for a name and a password" in camera.state.error
    assert server.asked.count("/live") in (TRIES, TRIES + 1)  # one may be on its way already


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows holds no process")
def test_a_stream_that_falls_silent_is_lost(astronaut: RGB) -> None:
    if why := rtsp_server.missing():
        pytest.skip(why)
    with (
        rtsp_server.serving(units(scene(astronaut, 1, 1)), RATE) as (process, port),
        Camera(Address.of(f"rtsp://127.0.0.1:{port}/camera")) as camera,
    ):
        assert camera.picture(20)
        process.send_signal(signal.SIGSTOP)
        until(lambda: camera.state.stage == "lost")
        assert camera.state.why == NO_PICTURE
        until(lambda: camera.state.why == NO_ANSWER)
        process.send_signal(signal.SIGCONT)
        until(lambda: camera.state.stage == "on")
        assert camera.picture(10)


def test_closing_ends_the_thread(server: Web) -> None:
    camera = Camera(Address.of(f"{server.address}/live"))
    assert camera.picture(10)
    camera.close()
    until(lambda: not [t for t in threading.enumerate() if t.name == "facespace-camera"])


def test_a_pace_waits_for_no_leap_and_catches_nothing_up() -> None:
    pace = Pace()
    assert pace.ahead(None) == 0
    assert pace.ahead(5.0) == 0
    assert 0.9 < pace.ahead(6.0) <= 1
    assert pace.ahead(6.0 + 2 * SILENCE) == 0
    assert 0.4 < pace.ahead(6.5 + 2 * SILENCE) <= 0.5
    assert pace.ahead(0.0) == 0
    assert 0.4 < pace.ahead(0.5) <= 0.5
