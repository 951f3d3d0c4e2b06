"""A film in a real browser: read, played, kept."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import av
from playwright.sync_api import Page, expect

from dashboard.widgets.example_film import FRAMES, SIZE, example_film
from tests.support.browser import download, visit


def test_a_film_is_read_plays_and_comes_down(page: Page, address: str, tmp_path: Path) -> None:
    name, content = example_film()
    (tmp_path / name).write_bytes(content)
    visit(page, f"{address}/video")
    page.locator("input[type=file]").set_input_files(str(tmp_path / name))
    page.get_by_role("button", name="Read the film").click()
    expect(page.get_by_test_id("stAlertContentSuccess")).to_contain_text("1 face followed")

    film = page.locator("video")
    expect(film).to_be_visible()
    film.evaluate("film => { film.muted = true; return film.play(); }")
    page.wait_for_function("document.querySelector('video').currentTime > 0.5")
    assert film.evaluate("film => [film.videoWidth, film.videoHeight]") == list(SIZE)

    for _ in range(2):  # the same button plays once more
        film.evaluate("film => film.pause()")
        page.get_by_role("button", name="Face 1, 0.0 s").click()
        page.wait_for_function("(film => film && !film.paused)(document.querySelector('video'))")

    kept = download(page, "MP4", tmp_path)
    with av.open(str(kept)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        frames = list(container.decode(stream))
    assert len(frames) == FRAMES
    assert {frame.rotation for frame in frames} == {0}
    with download(page, "CSV per frame", tmp_path).open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert {row["label"] for row in rows} == {"female"}
    assert len(rows) > 0.97 * FRAMES
    (track,) = json.loads(download(page, "JSON", tmp_path).read_text("utf-8"))["tracks"]
    assert track["label"] == "female"


def test_a_film_can_be_stopped(page: Page, address: str) -> None:
    visit(page, f"{address}/video?from=Example&every=1")
    page.get_by_role("button", name="Read the film").click()
    page.get_by_role("button", name="Stop, and keep what is read").click()
    expect(page.get_by_text("Stopped after")).to_be_visible()
    expect(page.locator("video")).to_be_visible()
