"""The page Webcam where the camera is read in the visitor's browser, without one."""

from __future__ import annotations

import base64
import json
from types import SimpleNamespace

import pytest

from dashboard.views.webcam import in_browser, where
from facespace import limits
from facespace.browser.bundle import bundle
from facespace.browser.runtime import CDN, FILES, OWN
from facespace.faces.analyze import Settings
from facespace.video.relays import RELAYS
from tests.support.pages import opened, text

#: As it is before a fixture says what a test needs.
GETS_THROUGH = where.video_gets_through

pytestmark = pytest.mark.packages


def test_it_stands_on_the_page_and_says_where_frames_go(stream: SimpleNamespace) -> None:
    app = opened("webcam", where="browser")
    assert not app.exception
    assert "read by your own browser" in text(app)
    assert not app.warning


def test_it_is_first_where_no_video_would_get_through(
    stream: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "read by your own browser" not in text(opened("webcam"))
    for name in (key for keys in RELAYS.values() for key in keys):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(where, "video_gets_through", GETS_THROUGH)
    assert "read by your own browser" in text(opened("webcam"))
    for name in RELAYS["a server of your own"]:
        monkeypatch.setenv(name, "turn:example.org")
    assert "read by your own browser" not in text(opened("webcam"))


def test_a_model_that_is_too_large_has_a_sentence_and_the_other_ways(
    stream: SimpleNamespace,
) -> None:
    app = opened("webcam", where="browser", model="gradients")
    assert not app.exception
    (warning,) = app.warning
    assert "too large for a visitor’s browser" in warning.value
    assert any(toggle.key == "single" for toggle in app.toggle)


def test_a_browser_that_failed_may_try_again(stream: SimpleNamespace) -> None:
    app = opened("webcam", where="browser")
    app.session_state["the browser failed"] = "it has no WebAssembly."
    app.run()
    (warning,) = app.warning
    assert "it has no WebAssembly." in warning.value
    (again,) = [button for button in app.button if button.label == "Try again"]
    again.click().run()
    assert not app.warning


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ("data:image/png;base64,§", "arrived damaged"),
        (in_browser.PNG + base64.b64encode(b"no picture").decode(), "picture"),
    ],
)
def test_a_snapshot_that_is_none_has_a_sentence(
    stream: SimpleNamespace, sent: str, sentence: str
) -> None:
    app = opened("webcam", where="browser")
    app.session_state["snapshot of the browser"] = sent
    app.run()
    assert not app.exception
    (warning,) = app.warning
    assert sentence in warning.value


def test_a_snapshot_that_is_too_large_has_a_sentence(
    stream: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_BYTES", 2**20)
    app = opened("webcam", where="browser")
    app.session_state["snapshot of the browser"] = in_browser.PNG + "A" * 2**21
    app.run()
    (warning,) = app.warning
    assert "at most 1 MB" in warning.value


def test_a_snapshot_is_read_as_any_picture(stream: SimpleNamespace, astronaut_file: bytes) -> None:
    app = opened("webcam", where="browser")
    app.session_state["snapshot of the browser"] = (
        in_browser.PNG + base64.b64encode(astronaut_file).decode()
    )
    app.run()
    assert "Snapshot" in [header.value for header in app.subheader]


def test_what_is_asked_for_is_packed_and_nothing_else() -> None:
    made = bundle(Settings())
    facts = in_browser._facts(made, own=False, mirror=True)
    assert [asset.get("url", "").startswith(CDN) for asset in facts["assets"]].count(True) == 2
    packed = in_browser._packed(facts, made, None, ["face", "../secrets.toml", "wasm"])
    length = int.from_bytes(packed[:4], "little")
    table = json.loads(packed[4 : 4 + length])
    assert table["parts"] == [["face", len(made.models["face"])]]
    assert packed[4 + length :] == made.models["face"]


def test_all_of_it_is_at_most_25_megabytes() -> None:
    facts = in_browser._facts(bundle(Settings()), own=False, mirror=True)
    modules = sum((in_browser.MODULES / name).stat().st_size for name in facts["modules"])
    assets = sum(asset["bytes"] for asset in facts["assets"])
    assert modules + assets <= 25_000_000
    assert {asset["name"] for asset in facts["assets"]} >= set(FILES)


def test_a_folder_of_another_version_has_a_sentence(
    stream: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(OWN, "nowhere")
    (warning,) = opened("webcam", where="browser").warning
    assert OWN in warning.value.replace("\\", "")
