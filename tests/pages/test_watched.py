"""A camera in the network on the Webcam page: offered to whom, what is seen, and what is not."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.views.webcam import watched, where
from dashboard.views.webcam.watched import CameraJob
from facespace.faces.analyze import Settings
from facespace.services.address import Address
from facespace.types import RGB
from tests.support.pages import as_read, button, elements, opened, text
from tests.support.streams import Web, scene, web

#: Name, password and query of the camera, none of which is shown.
SECRET = "geheim"


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Browser and dashboard are on one machine."""
    monkeypatch.setattr(where, "may_name_a_path", lambda: True)


@pytest.fixture(scope="module")
def camera(astronaut: RGB) -> Iterator[Web]:
    """A face for three seconds and nobody for three."""
    with web({}, scene(astronaut, 3, 3)) as server:
        yield server


def address(camera: Web) -> str:
    return f"{camera.address.replace('//', f'//anna:{SECRET}@')}/live?token={SECRET}"


def at_the_camera(app: AppTest, camera: Web) -> AppTest:
    (field,) = app.text_input
    field.set_value(address(camera))
    return button(app, "Watch").click().run()


def stage(job: CameraJob) -> str:
    return job.progress.state.stage if job.progress else ""


def left(job: CameraJob) -> int:
    """How many people have left, in this minute or one before it, in which perhaps nobody did."""
    periods = [*job.periods, job.progress.now] if job.progress else []
    return sum(sum(period.people.values()) for period in periods)


def until(app: AppTest, true: Callable[[CameraJob], object]) -> AppTest:
    """The page once something is true of its camera."""
    end = time.monotonic() + 90
    job = app.session_state["watched"]
    while not true(job):
        assert time.monotonic() < end and job.running, job.error
        time.sleep(0.05)
    return app.run()


def test_it_is_offered_where_a_path_may_be_named_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for allowed in (False, True):
        monkeypatch.setattr(where, "may_name_a_path", lambda allowed=allowed: allowed)
        app = opened("webcam", where="another")
        assert not app.exception
        assert bool(app.text_input) is allowed
        assert ("Start the camera" in text(app)) is not allowed
        assert ("A computer labels faces here" in text(app)) is allowed


@pytest.mark.usefixtures("here")
def test_a_camera_is_watched_and_people_are_counted(camera: Web) -> None:
    app = at_the_camera(opened("webcam", where="another"), camera)
    assert not app.exception and not app.text_input
    app = until(app, lambda job: job.progress and job.progress.tracks)
    values = {metric.label: metric.value for metric in app.metric}
    assert values["Faces in view"] in ("0", "1")
    (picture,) = app.get("image")
    assert picture.proto.imgs[0].url.startswith("data:image/jpeg")
    app = until(app, left)
    (chart,) = elements(app, "plotly_chart")
    assert "People per minute by verdict: 1 female" in chart.proto.alt
    assert "A computer labels faces here" in text(app)
    assert f"facespace watch '{camera.address}/live?…'" in app.code[0].value
    assert "Put back what is not shown here" in text(app)
    shown = as_read(str(app.main)) + str(app.session_state["watched"].name)
    assert camera.address.partition("//")[2] in shown
    assert SECRET not in shown and "anna" not in shown
    button(app, "Stop").click().run()
    until_over(app)
    app.run()
    assert not app.exception
    assert "is no longer being watched" in text(app)
    assert app.text_input[0].value == ""
    assert app.session_state["watched"].picture is None
    assert elements(app, "plotly_chart")  # whom it saw stays


def until_over(app: AppTest) -> None:
    end = time.monotonic() + 60
    while app.session_state["watched"].running:
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.usefixtures("here")
def test_what_is_no_camera_is_said(camera: Web) -> None:
    app = opened("webcam", where="another")
    app.text_input[0].set_value(f"ftp://anna:{SECRET}@camera/live")
    button(app, "Watch").click().run()
    assert "is no source" in text(app) and SECRET not in text(app)
    app = opened("webcam", where="another")
    camera.refused = True
    try:
        at_the_camera(app, camera)
        until_over(app)
    finally:
        camera.refused = False
    assert "asks for a name and a password" in text(app.run())
    assert SECRET not in text(app)


@pytest.mark.usefixtures("here")
def test_a_camera_that_is_lost_is_said_and_comes_back(camera: Web) -> None:
    app = at_the_camera(opened("webcam", where="another"), camera)
    until(app, lambda job: job.progress and job.progress.tracks)
    camera.broken = True
    app = until(app, lambda job: stage(job) == "lost")
    assert "Lost: " in text(app)
    camera.broken = False
    app = until(app, lambda job: stage(job) == "on")
    assert "Lost: " not in text(app)
    button(app, "Stop").click().run()
    until_over(app)


def test_it_ends_once_nobody_looks(camera: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watched, "ABANDONED", 0.5)
    job = CameraJob(Address.of(f"{camera.address}/live"), Settings())
    job._thread.join(60)
    assert not job.running and not job.error


def test_the_browser_is_where_it_was(stream: SimpleNamespace, here: None) -> None:
    app = opened("webcam")
    assert "Start the camera" in text(app) and not app.text_input
