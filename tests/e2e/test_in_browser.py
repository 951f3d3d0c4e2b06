"""The page Webcam with the camera read in the visitor's own browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, WebSocket, expect

from dashboard.views.webcam import in_browser
from dashboard.widgets.example import example
from facespace.browser.bundle import bundle
from facespace.browser.runtime import CDN, FILES, OWN
from facespace.faces.analyze import Settings
from facespace.io import images
from tests.support import browser_models
from tests.support.browser import FLAGS, Launch, dashboard, patient, settled, visit
from tests.support.camera import film

#: A browser without WebRTC.
BLOCKED = "delete window.RTCPeerConnection;"

#: Another tab comes to the front.
HIDE = """() => {
    Object.defineProperty(document, "hidden", { get: () => true });
    document.dispatchEvent(new Event("visibilitychange"));
}"""

#: Shows the component without Streamlit: what it asks for is in ``sent``, ``show`` is a new run.
MOUNT = """async () => {
    const facts = await (await fetch("/facts.json")).json();
    const packed = new Uint8Array(await (await fetch("/packed")).arrayBuffer());
    const mount = (await import("/static/browser/webcam.js")).default;
    const [sent, main] = [[], document.querySelector("main")];
    const setTriggerValue = (name, value) => sent.push([name, value]);
    const base = new URL("/static/browser/", location);
    const show = (data) => mount({ data, parentElement: main, setTriggerValue }, base);
    const asked = (name) => sent.filter((one) => one[0] === name).length;
    Object.assign(window, { facts, packed, sent, main, show, asked, leave: show(facts) });
}"""

#: Counts the workers that were made and ended.
WORKERS = """
window.workers = { made: 0, ended: 0 };
window.Worker = class extends Worker {
    constructor(...given) { super(...given); workers.made++; }
    terminate() { super.terminate(); workers.ended++; }
};
"""

#: The visitor leaves the page as soon as its worker starts.
LEAVES = """
const post = Worker.prototype.postMessage;
Worker.prototype.postMessage = function (...given) {
    post.apply(this, given);
    main.remove();
    leave();
};
"""

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
    page = context.new_page()
    visit(page, f"{address}/webcam?where=browser")
    expect(page.get_by_role("button", name="Start the camera")).to_be_visible()
    return page


def started(page: Page) -> None:
    page.get_by_role("button", name="Start the camera").click()
    expect(page.get_by_role("status")).to_have_text(VERDICT)


def visitor(browser: Browser, width: int = 1280) -> BrowserContext:
    context = browser.new_context(viewport={"width": width, "height": 844})
    patient(context)
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
        for room in (page.get_by_test_id("stMain"), page.locator(".webcam")):
            assert room.evaluate("room => room.scrollWidth <= room.clientWidth")
        assert page.locator("[data-part=video]").bounding_box()["width"] <= 390  # type: ignore[index]
        page.evaluate(HIDE)
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
        page.evaluate(HIDE)  # nothing runs that could stop
        expect(page.get_by_role("status")).to_contain_text(sentence)


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


@pytest.fixture(scope="module")
def alone(ort_web: Path) -> Iterator[str]:
    """The address of a page with the component's HTML, and of what a dashboard would send."""
    made = bundle(Settings())
    facts = in_browser._facts(made, own=True, mirror=True)
    html = Path(in_browser.__file__).with_suffix(".html").read_text("utf-8")
    files = {
        "/": f"<!doctype html><meta charset=utf-8><main>{html}</main>".encode(),
        "/facts.json": json.dumps(facts).encode(),
        "/packed": in_browser._packed(facts, made, ort_web, [*FILES, *made.models]),
    }
    with browser_models.served(files) as address:
        yield address


def shown(context: BrowserContext, address: str, script: str = "") -> Page:
    """The component without a dashboard, which the test plays."""
    context.add_init_script(WORKERS + script)
    page = context.new_page()
    page.goto(address)
    page.evaluate(MOUNT)
    return page


def loading(page: Page) -> None:
    page.get_by_role("button", name="Start the camera").click()
    page.wait_for_function("asked('want')")


def test_two_starts_load_once_and_hold_the_focus(with_face: Browser, alone: str) -> None:
    with closing(visitor(with_face)) as context:
        page = shown(context, alone)
        page.get_by_role("button", name="Start the camera").focus()
        for name in ("Start the camera", "Stop", "Start the camera"):
            expect(page.get_by_role("button", name=name)).to_be_focused()
            page.keyboard.press("Enter")
            page.wait_for_function("asked('want')")
        expect(page.get_by_role("button", name="Stop")).to_be_focused()
        expect(page.get_by_role("button", name="Snapshot")).to_be_hidden()
        page.evaluate("void show(packed)")
        expect(page.get_by_role("status")).to_have_text(VERDICT)
        assert page.evaluate("asked('want')") == 1
        assert page.evaluate("workers.made - workers.ended") == 1

        # Nothing of a run before is shown, and a snapshot that fails has a sentence.
        page.evaluate("window.FileReader = null")
        page.get_by_role("button", name="Snapshot").click()
        expect(page.get_by_role("alert")).to_contain_text("could not be taken")
        page.get_by_role("button", name="Stop").click()
        page.evaluate("void (navigator.mediaDevices.getUserMedia = () => new Promise(() => {}))")
        page.get_by_role("button", name="Start the camera").click()
        expect(page.get_by_role("status")).to_contain_text("Asking")
        expect(page.locator("[data-part=panel]")).to_be_hidden()


def test_a_page_that_was_left_while_it_loads_leaves_no_worker(
    with_face: Browser, alone: str
) -> None:
    with closing(visitor(with_face)) as context:
        page = shown(context, alone, LEAVES)
        loading(page)
        page.evaluate("void show(packed)")
        page.wait_for_function("!main.isConnected && workers.made === workers.ended")


def test_settings_that_change_while_it_loads_count(with_face: Browser, alone: str) -> None:
    with closing(visitor(with_face)) as context:
        page = shown(context, alone)
        loading(page)
        page.evaluate(
            "const rules = { ...facts.judging.rules, most_wrong: 0 };"
            "show(packed); void show({ ...facts, judging: { ...facts.judging, rules } })"
        )
        expect(page.get_by_role("status")).to_contain_text("“?”")

        # Another model has another worker.
        before = page.evaluate("workers.made")
        page.evaluate(
            "const models = { ...facts.judging.models, another: {} };"
            "void show({ ...facts, judging: { ...facts.judging, models } })"
        )
        expect(page.get_by_role("status")).to_have_text(VERDICT)
        assert page.evaluate("workers.made") > before
        assert page.evaluate("workers.made - workers.ended") == 1


def test_files_that_were_lost_are_asked_for_again(with_face: Browser, alone: str) -> None:
    soon = "const after = setTimeout; window.setTimeout = (f, ms) => after(f, Math.min(ms, 3000));"
    with closing(visitor(with_face)) as context:
        page = shown(context, alone, soon)
        loading(page)
        page.evaluate("void show({ ...facts, mirror: false })")
        assert page.evaluate("asked('want')") == 2
        page.wait_for_function("asked('failed')")
        assert "did not send its models" in page.evaluate("sent.at(-1)[1]")
        assert page.evaluate("asked('want')") == 2


def test_a_camera_that_looks_away_is_no_mirror(with_face: Browser, alone: str) -> None:
    with closing(visitor(with_face)) as context:
        page = shown(context, alone)
        page.locator("[data-part=camera]").select_option("back")  # there is none
        loading(page)
        expect(page.locator("[data-part=video]")).to_have_class("mirror")
        page.get_by_role("button", name="Stop").click()
        page.evaluate(
            "void (MediaStreamTrack.prototype.getSettings = () => ({ facingMode: 'environment' }))"
        )
        page.get_by_role("button", name="Start the camera").click()
        expect(page.locator("[data-part=video]")).not_to_have_class("mirror")


@pytest.mark.parametrize(
    "old",
    [
        "delete window.OffscreenCanvas;",
        "WebAssembly.validate = () => false;",
        "window.Worker = class { terminate() {} };",
    ],
)
def test_a_browser_that_is_too_old_loads_nothing(with_face: Browser, alone: str, old: str) -> None:
    with closing(visitor(with_face)) as context:
        page = shown(context, alone, old)
        page.get_by_role("button", name="Start the camera").click()
        page.wait_for_function("asked('failed')")
        assert "this browser is too old" in page.evaluate("sent[0][1]")
        assert not page.evaluate("asked('want')")


def test_over_plain_http_it_says_what_to_use(with_face: Browser, alone: str) -> None:
    with closing(visitor(with_face)) as context:
        page = shown(context, alone, "delete Navigator.prototype.mediaDevices;")
        page.get_by_role("button", name="Start the camera").click()
        expect(page.get_by_role("status")).to_contain_text("use https")
