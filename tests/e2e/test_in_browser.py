"""The page Webcam with the camera read in the visitor's own browser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, WebSocket, expect

from dashboard.widgets.example import example
from facespace.browser.runtime import CDN, FILES, OWN
from facespace.io import images
from tests.support.browser import FLAGS, SECONDS, Launch, dashboard, settled
from tests.support.camera import film

#: A browser without WebRTC.
BLOCKED = "delete window.RTCPeerConnection;"

#: Bytes that a page may send at once without it being a picture.
NO_PICTURE = 20_000

#: The name of the browser's answer, by which tests know a verdict.
VERDICT = "Face 1: predicted female."


@pytest.fixture(scope="module")
def served(ort_web: Path) -> Iterator[str]:
    """A dashboard that needs no internet for ONNX Runtime Web."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(OWN, str(ort_web))
        with dashboard() as url:
            yield url


@pytest.fixture(scope="module")
def with_face(launch: Launch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser before whose camera a real face moves about."""
    path = tmp_path_factory.mktemp("camera") / "face.mjpeg"
    film(path, images.load(example()[1]), seconds=20)
    with closing(launch([*FLAGS, f"--use-file-for-fake-video-capture={path}"])) as browser:
        yield browser


def opened(context: BrowserContext, address: str) -> Page:
    """The page before the camera is started."""
    expect.set_options(timeout=SECONDS * 1000)
    context.set_default_timeout(SECONDS * 1000)
    page = context.new_page()
    page.goto(f"{address}/webcam?where=browser")
    settled(page)
    expect(page.get_by_role("button", name="Start the camera")).to_be_visible()
    return page


def started(page: Page) -> None:
    page.get_by_role("button", name="Start the camera").click()
    expect(page.get_by_role("status")).to_have_text(VERDICT)


def visitor(browser: Browser, width: int = 1280) -> BrowserContext:
    context = browser.new_context(viewport={"width": width, "height": 844})
    context.grant_permissions(["camera"])
    context.add_init_script(BLOCKED)
    return context


def test_a_verdict_and_no_picture_leaves_the_browser(with_face: Browser, served: str) -> None:
    with closing(visitor(with_face)) as context:
        requests: list[Request] = []
        sent: list[int] = []
        context.on("request", lambda request: requests.append(request))

        def listen(socket: WebSocket) -> None:
            socket.on("framesent", lambda frame: sent.append(len(frame)))

        context.on("page", lambda page: page.on("websocket", listen))
        page = opened(context, served)
        assert page.evaluate("typeof RTCPeerConnection") == "undefined"
        started(page)
        page.wait_for_function("document.querySelector('h1')")  # the page lives on
        page.wait_for_timeout(3000)
        assert page.locator("[data-part=rows] tr").count() == 1
        assert "14.3 MB of ONNX Runtime Web" in page.locator("[data-part=loaded]").inner_text()
        assert requests and {request.method for request in requests} == {"GET"}
        assert {request.url.split("/")[2] for request in requests} == {served.split("/")[2]}
        assert sent and max(sent) < NO_PICTURE

        # One goes to the dashboard once the visitor presses the button.
        page.get_by_role("button", name="Snapshot").click()
        expect(page.get_by_role("heading", name="Snapshot")).to_be_visible()
        expect(page.get_by_test_id("stDownloadButton").first).to_be_visible()
        assert max(sent) > NO_PICTURE
        page.get_by_role("button", name="Stop").click()
        expect(page.get_by_role("button", name="Start the camera")).to_be_visible()


def test_what_was_fetched_is_kept(with_face: Browser, served: str) -> None:
    with closing(visitor(with_face)) as context:
        started(opened(context, served))
        page = opened(context, served)
        started(page)
        expect(page.locator("[data-part=loaded]")).to_contain_text("all of it kept by this browser")

        # What was altered in the cache is fetched again.
        page.evaluate(
            "async () => { const kept = await caches.open('facespace');"
            "for (const asked of await kept.keys()) await kept.put(asked, new Response('x')); }"
        )
        page.reload()
        settled(page)
        started(page)
        expect(page.locator("[data-part=loaded]")).to_contain_text("fetched now")


def test_a_phone_has_room_and_a_hidden_tab_stops(with_face: Browser, served: str) -> None:
    with closing(visitor(with_face, width=390)) as context:
        page = opened(context, served)
        started(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert page.locator("[data-part=video]").bounding_box()["width"] <= 390  # type: ignore[index]
        page.evaluate(
            "Object.defineProperty(document, 'hidden', { get: () => true });"
            "document.dispatchEvent(new Event('visibilitychange'))"
        )
        expect(page.get_by_role("status")).to_contain_text("hidden")
        assert page.locator("[data-part=video]").evaluate("video => video.srcObject") is None


@pytest.mark.slow
def test_twenty_starts_and_stops_leave_nothing(with_face: Browser, served: str) -> None:
    with closing(visitor(with_face)) as context:
        page = opened(context, served)
        session = context.new_cdp_session(page)
        session.send("Performance.enable")

        def kept() -> dict[str, float]:
            started(page)
            page.get_by_role("button", name="Stop").click()
            session.send("HeapProfiler.collectGarbage")
            metrics = session.send("Performance.getMetrics")["metrics"]
            return {metric["name"]: metric["value"] for metric in metrics}

        for _ in range(3):
            before = kept()
        for _ in range(17):
            after = kept()
        assert len(page.workers) == 1
        assert after["JSHeapUsedSize"] - before["JSHeapUsedSize"] < 3e6
        assert after["Nodes"] - before["Nodes"] < 100
        assert after["JSEventListeners"] - before["JSEventListeners"] < 20


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("NotAllowedError", "The camera was refused."),
        ("NotReadableError", "The camera is taken by another program."),
        ("NotFoundError", "No camera was found."),
    ],
)
def test_without_a_camera_it_says_why(
    with_face: Browser, served: str, name: str, sentence: str
) -> None:
    with closing(visitor(with_face)) as context:
        context.add_init_script(
            "navigator.mediaDevices.getUserMedia = "
            f"() => Promise.reject(new DOMException('', '{name}'))"
        )
        page = opened(context, served)
        page.get_by_role("button", name="Start the camera").click()
        expect(page.get_by_role("status")).to_contain_text(sentence)
        expect(page.get_by_role("button", name="Start the camera")).to_be_visible()


def test_from_the_network_only_the_very_files_are_taken(with_face: Browser, ort_web: Path) -> None:
    """The test answers in the place of the network."""
    answers = {file.name: (ort_web / file.name).read_bytes() for file in FILES.values()}
    with pytest.MonkeyPatch.context() as patch, closing(visitor(with_face)) as context:
        patch.delenv(OWN, raising=False)
        context.route(
            f"{CDN}**",
            lambda route: route.fulfill(
                body=answers[route.request.url.rsplit("/", 1)[1]],
                headers={"Access-Control-Allow-Origin": "*"},
            ),
        )
        with dashboard() as address:
            page = opened(context, address)
            started(page)
            expect(page.locator("[data-part=loaded]")).to_contain_text(CDN.split("/")[2])

            answers[FILES["module"].name] += b"// and more"
            page.evaluate("caches.delete('facespace')")
            page.reload()
            settled(page)
            page.get_by_role("button", name="Start the camera").click()
            warning = page.get_by_test_id("stAlertContentWarning").first
            expect(warning).to_contain_text("sends another file than it should")
            expect(page.get_by_text("Take single pictures instead")).to_be_visible()
