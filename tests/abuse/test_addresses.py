"""Addresses with settings that are none, too many, or too long; and the caps of pages."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from facespace import limits
from facespace.cli import main
from facespace.faces.analyze import analyze
from facespace.types import RGB
from tests.support.outcomes import opened, words
from tests.support.pages import as_read
from tests.support.paths import APP, PAGES
from tests.support.pictures import png

#: Every name that a widget of any page reads from the address.
KEYS = sorted(
    {
        *("model", "detector", "small_faces", "lens_x", "lens_y"),
        *(f"{name}_threshold" for name in ("yunet", "haar", "haar_profile", "haar_first_app")),
        *(f"{model}_most_wrong" for model in ("eigenfaces", "gradients", "embedding")),
        *(
            key
            for folder in ("pages", "dashboard")
            for path in (APP.parent / folder).rglob("*.py")
            for key in re.findall(r'\bkey="(\w+)"', path.read_text("utf-8"))
        ),
    }
)

#: By page the choices that say what they do not know: their labels, and their keys in the address.
CHOICES: dict[str, dict[str, str]] = {
    "card": {"Model": "model"},
    "data": {"Data set": "dataset", "Part": "part", "Cross": "crossing"},
    "detectors": {"Fault": "fault", "Faces found, by": "found_by"},
    "eigenfaces": {"Face from": "face_from", "Part": "part"},
    "evaluation": {"Model": "model", "Test set": "test", "Part": "part"},
    "fairness": {
        **{"Model": "model", "Test set": "test", "Groups by": "groups", "Show": "group_metric"},
        **{"A threshold for each": "threshold_by", "So that this is equal": "criterion"},
    },
    "folder": {"Photos from": "from", "Model": "model", "Detector": "detector"},
    "grayscale": {"Picture from": "from", "Part": "lesson", "Numbers of": "channel"},
    "home": {},
    "own_photos": {},
    "photo": {"Pictures from": "from", "Model": "model", "Detector": "detector"},
    "review": {"Show": "view"},
    "video": {"Film from": "from", "Model": "model", "Detector": "detector"},
    "webcam": {"Model": "model", "Detector": "detector"},
}
KEYS = sorted({*KEYS, *(key for keys in CHOICES.values() for key in keys.values())})

#: How one complains, of what and under which label.
COMPLAINT = re.compile(
    r"The address of this page asks for “(.*)” under “(.*)”, which is not there\. "
    r"The page shows what it shows at first\."
)

#: What they are set to, in turn.
ODD = (
    *("", "NaN", "-1", "1e999", "9" * 300, "../../etc/passwd", "<script>alert(1)</script>"),
    *("\0", "\u202e", "null", "[]", "None", "true", "'; DROP TABLE reviews; --", "%00", "{}"),
)


@pytest.mark.parametrize("turn", range(2))
@pytest.mark.parametrize("page", PAGES)
def test_odd_settings(page: str, turn: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A setting that is none counts as none, and every choice says it of its own."""
    monkeypatch.setattr(limits, "MAX_QUERY", 100_000)
    odd = {key: ODD[(i * 5 + turn * 7) % len(ODD)] for i, key in enumerate(KEYS)}
    app = opened(page, **odd, unknown="x")
    said = [COMPLAINT.fullmatch(sentence) for sentence in words(app)]
    complaints = [(found[2], found[1]) for found in said if found]
    assert len(complaints) == len(said)
    expected = {label: odd[key] for label, key in CHOICES[page].items()}
    assert dict(complaints) == {
        label: f"{value[:40]}…" if len(value) > 40 else value for label, value in expected.items()
    }
    assert len(complaints) == len(expected)
    assert len(app.title) == 1


@pytest.mark.parametrize(
    "query",
    [
        {"certainty": "x" * 400_000},
        {"x" * 5_000: ""},
        {f"key{i}": "1" for i in range(900)},
        {"model": ["embedding"] * 1_000},
    ],
    ids=["a long setting", "a long name", "many", "one often"],
)
def test_an_address_has_a_cap(query: dict[str, str | list[str]]) -> None:
    app = opened("photo", **query)
    (sentence,) = words(app)
    assert "characters of settings" in sentence
    assert not app.query_params
    assert words(app.run()) == []


def test_faces_have_a_cap(
    astronaut: RGB,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The surest are judged, and it is said that there are more."""
    crowd = np.tile(astronaut[20:240, 120:340], (2, 3, 1))
    assert len(analyze(crowd).faces) == 6
    monkeypatch.setattr(limits, "MAX_FACES", 4)
    reading = analyze(crowd)
    assert len(reading.faces) == 4
    assert reading.note == "6 faces were found; the 4 surest are judged."
    path = tmp_path / "crowd.png"
    path.write_bytes(png(crowd))
    assert main.main(["photo", str(path)]) == 0
    assert capsys.readouterr().err == f"facespace: {path}: {reading.note}\n"
    app = opened("photo")
    app.file_uploader(key="uploads").set_value([("crowd.png", path.read_bytes(), "image/png")])
    words(app.run())
    assert f"**crowd.png**: {reading.note}" in [as_read(info.value) for info in app.info]


def test_reading_on_a_page_has_a_cap(
    variants: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It pauses and asks whether to go on, and each turn brings it further."""
    monkeypatch.setattr(limits, "MAX_SECONDS", 0)
    app = opened("photo")
    files = [(f"{i}.png", content, "image/png") for i, content in enumerate(variants)]
    app.file_uploader(key="uploads").set_value(files)
    words(app.run())
    assert "Stopped after 0 seconds: 1 of 6" in app.info[0].value
    (go_on,) = [button for button in app.button if button.label == "Go on"]
    words(go_on.click().run())
    assert "Stopped after 0 seconds: 2 of 6" in app.info[0].value


@pytest.mark.parametrize("value", ["²", "-1", "0", "1e6", "many", "", "9" * 5000, "٣"])
def test_a_cap_that_is_no_number_counts_as_none(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FACESPACE_ANYTHING", value)
    assert limits._read("ANYTHING", 7) == 7
