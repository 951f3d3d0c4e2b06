"""The webcam page in a real browser, before a fake camera that shows a real face."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Error, FrameLocator, Page, expect

from dashboard.widgets.example import example
from facespace import palette
from facespace.artifacts.manifest import load_manifest
from facespace.io import images
from tests.support.browser import FLAGS, Launch, download, patient, settled, visit
from tests.support.camera import film

#: A network that lets video through a relay alone, and there is none.
BLOCKED = """
window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(configuration) {
        super({ ...configuration, iceServers: [], iceTransportPolicy: "relay" });
    }
};
"""


def started(browser: Browser, address: str, script: str = "") -> tuple[Page, FrameLocator]:
    """The page once its camera was started; ``script`` runs in every frame before all else."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    patient(context)
    context.grant_permissions(["camera"])
    context.add_init_script(script)
    page = context.new_page()
    # However hard the browser compresses a frame, the verdict is an answer.
    visit(page, f"{address}/webcam?{load_manifest().default}_most_wrong=50")
    stream = page.frame_locator("iframe[title*=webrtc]")
    stream.get_by_role("button", name="Start the camera").click()
    return page, stream


#: The button that downloads a snapshot.
PICTURE = "Annotated PNG"

#: The colour of a box around a face that reads as female.
FEMALE = tuple(bytes.fromhex(palette.FEMALE[1:]))


@pytest.fixture(scope="module")
def with_camera(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    path = tmp_path_factory.mktemp("camera") / "face.mjpeg"
    film(path, images.load(example()[1]), seconds=4)
    local = "--disable-features=WebRtcHideLocalIpsWithMdns"
    return [*FLAGS, local, f"--use-file-for-fake-video-capture={path}"]


def counted(path: Path) -> dict[tuple[int, ...], int]:
    """How many pixels of a picture have which colour."""
    with Image.open(path) as picture:
        colours = np.asarray(picture.convert("RGB")).reshape(-1, 3)
    return dict(Counter(map(tuple, colours.tolist())))


def test_the_live_page(
    launch: Launch, address: str, with_camera: list[str], tmp_path: Path
) -> None:
    with closing(launch(with_camera)) as browser:
        page, stream = started(browser, address)
        video = stream.locator("video")
        expect(video).to_be_visible()
        video.evaluate(
            "video => new Promise(done => { const look = () => "
            "video.currentTime > 1 ? done() : setTimeout(look, 100); look(); })"
        )
        faces = page.get_by_test_id("stMetric").filter(has_text="Faces in view")
        expect(faces.get_by_test_id("stMetricValue")).to_have_text("1")

        # Turned round, the picture is another; the box is drawn in the verdict's colour.
        page.get_by_test_id("stSidebar").get_by_text("Mirror").click()
        page.get_by_test_id("stSidebar").get_by_text("Show what the model sees").click()
        expect(page.get_by_role("img", name="Face 1, the crop 1")).to_be_visible()

        # A browser that has just begun, or has no time, sends pictures too poor for a verdict; a
        # machine with no time may lose the stream, and then the page is opened anew.
        start = stream.get_by_role("button", name="Start the camera")
        for _ in range(10):
            try:
                page.get_by_role("button", name="Snapshot").click(timeout=15_000)
            except Error:
                page.reload()
                settled(page)
                start.click()
                continue
            page.wait_for_timeout(2000)  # the button of the snapshot before is still there
            settled(page)
            if not page.get_by_test_id("stDownloadButton").filter(has_text=PICTURE).count():
                continue
            try:
                kept = download(page, PICTURE, tmp_path)
            except Error:  # the page drew the button anew meanwhile
                continue
            if counted(kept).get(FEMALE, 0) > 100:
                break
        else:
            pytest.fail("no box says female")

        stream.get_by_role("button", name="Stop").click()
        expect(start).to_be_visible()


def test_where_webrtc_is_blocked_single_pictures_take_its_place(
    launch: Launch, address: str, with_camera: list[str]
) -> None:
    with closing(launch(with_camera)) as browser:
        page, _ = started(browser, address, BLOCKED)
        expect(page.get_by_test_id("stAlertContentWarning")).to_contain_text("Single pictures")
        page.wait_for_function("document.querySelector('video')?.readyState >= 3")
        page.get_by_role("button", name="Take Photo").click()
        expect(page.get_by_test_id("stAlertContentSuccess")).to_contain_text("1 female")
