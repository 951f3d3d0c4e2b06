"""The webcam page around its stream: a browser test plays the stream itself."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.views.webcam import stream as webcam_stream
from facespace.types import RGB
from facespace.video.live import Live, Options
from facespace.video.relays import RELAYS
from tests.support.pages import elements, opened, text

pytestmark = pytest.mark.packages


def test_before_the_start_it_says_what_to_do(stream: SimpleNamespace) -> None:
    app = opened("webcam")
    assert not app.exception
    assert "Start the camera" in text(app)
    assert "kept nowhere" in text(app)
    assert not app.warning


@pytest.fixture
def playing(stream: SimpleNamespace, astronaut: RGB) -> Iterator[Live]:
    """A stream that shows the astronaut."""
    live = Live(Options(mirror=False))
    stream.state.playing = True
    stream.video_processor = SimpleNamespace(live=live)
    over = threading.Event()

    def play() -> None:
        while not over.wait(0.05):
            live.show(astronaut)

    player = threading.Thread(target=play, daemon=True)
    player.start()
    end = time.monotonic() + 60
    while not live.look().tracks and time.monotonic() < end:
        time.sleep(0.02)
    yield live
    over.set()
    player.join()
    live.close()


def faces_in_view(app: AppTest) -> str:
    (value,) = (metric.value for metric in app.metric if metric.label == "Faces in view")
    return str(value)


def test_the_panel_says_who_is_in_view(playing: Live) -> None:
    app = opened("webcam", crops="true")
    end = time.monotonic() + 60
    while faces_in_view(app) != "1":  # a busy machine loses sight of the face now and then
        assert time.monotonic() < end
        app.run()
    assert not app.exception
    (table,) = app.dataframe
    assert list(table.value["Verdict"]) == ["female"]
    assert app.toggle(key="crops").value
    assert len(app.get("image")) == 1


def test_controls_reach_the_running_stream(playing: Live) -> None:
    app = opened("webcam")
    app.toggle(key="landmarks").set_value(True)
    app.toggle(key="mirror").set_value(False)
    app.run()
    assert playing.options.landmarks and not playing.options.mirror
    app.selectbox(key="detector").set_value("haar").run()
    assert playing.options.settings.detector == "haar"


def test_a_snapshot_can_be_kept(playing: Live) -> None:
    app = opened("webcam")
    (button,) = [button for button in app.button if button.label == "Snapshot"]
    button.click().run()
    assert not app.exception
    assert "Snapshot" in [header.value for header in app.subheader]
    labels = {button.label for button in elements(app, "download_button")}
    assert labels == {"Annotated PNG", "CSV", "JSON", "Sign to print (HTML)"}


def test_a_single_picture_stands_below_a_snapshot(
    playing: Live, stream: SimpleNamespace, astronaut_file: bytes
) -> None:
    app = opened("webcam")
    (button,) = [button for button in app.button if button.label == "Snapshot"]
    button.click().run()
    stream.state.playing = False
    app.toggle(key="single").set_value(True).run()
    app.camera_input[0].set_value(("shot.jpg", astronaut_file, "image/jpeg")).run()
    assert not app.exception
    assert len(app.get("download_button")) == 7  # the sign to print among them


def test_a_snapshot_stays_when_the_camera_stops(playing: Live, stream: SimpleNamespace) -> None:
    app = opened("webcam")
    (button,) = [button for button in app.button if button.label == "Snapshot"]
    button.click().run()
    stream.state.playing = False
    assert "Snapshot" in [header.value for header in app.run().subheader]


def test_a_snapshot_before_the_first_picture_says_so(stream: SimpleNamespace) -> None:
    live = Live(Options())
    stream.state.playing = True
    stream.video_processor = SimpleNamespace(live=live)
    app = opened("webcam")
    (button,) = [button for button in app.button if button.label == "Snapshot"]
    button.click().run()
    live.close()
    assert not app.exception
    (toast,) = app.toast
    assert "no picture yet" in toast.value
    assert [b.label for b in elements(app, "download_button")] == ["Sign to print (HTML)"]


def test_a_connection_that_does_not_come_is_replaced(
    stream: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened("webcam")
    stream.state.signalling = True
    app.run()
    assert "Connecting" in text(app)
    assert not app.warning
    monkeypatch.setattr(webcam_stream, "PATIENCE", 0.0)
    app.run()
    app.run()
    (warning,) = app.warning
    assert "Single pictures work all the same" in warning.value
    assert app.get("camera_input")


def test_a_connection_that_ends_before_it_stood_is_replaced(stream: SimpleNamespace) -> None:
    app = opened("webcam")
    stream.state.signalling = True
    app.run()
    stream.state.signalling = False
    app.run()
    (warning,) = app.warning
    assert "could not" in warning.value
    stream.state.playing = True  # a second try succeeds
    stream.video_processor = SimpleNamespace(live=Live())
    app.run()
    assert not app.warning


@pytest.mark.parametrize(
    ("environment", "here", "expected"),
    [
        ({}, True, {"iceServers": []}),
        ({}, False, None),
        (
            {"TURN_URL": "turn:t:3478", "TURN_USERNAME": "u", "TURN_CREDENTIAL": "c"},
            False,
            {"iceServers": [{"urls": "turn:t:3478", "username": "u", "credential": "c"}]},
        ),
    ],
)
def test_which_servers_are_asked(
    monkeypatch: pytest.MonkeyPatch,
    environment: Any,
    here: bool,
    expected: dict[str, Any] | dict[str, list[dict[str, str]]] | None,
) -> None:
    for keys in RELAYS.values():
        for key in keys:
            monkeypatch.delenv(key, raising=False)
    for key, value in environment.items():
        monkeypatch.setenv(key, value)
    assert webcam_stream.rtc_configuration(here) == expected


def test_the_relay_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for keys in RELAYS.values():
        for key in keys:
            monkeypatch.delenv(key, raising=False)
    assert webcam_stream.turn_server() is None
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", "a")
    assert webcam_stream.turn_server() is None
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "b")
    assert webcam_stream.turn_server() == "Twilio"
