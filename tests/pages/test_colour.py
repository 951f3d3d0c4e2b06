"""Pages over a default model that eats a wide crop in colour."""

from __future__ import annotations

from pathlib import Path

import pytest

from facespace.faces.analyze import analyze
from facespace.types import RGB
from tests.support import colour_model
from tests.support.pages import opened, text


@pytest.fixture(autouse=True)
def _colour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    colour_model.write(tmp_path)
    monkeypatch.setenv("FACESPACE_ARTIFACTS", str(tmp_path))


@pytest.mark.parametrize("page", ["home", "photo", "webcam"])
def test_pages_show_what_it_saw(page: str) -> None:
    app = opened(page)
    assert not app.exception and not app.error
    if page == "home":
        assert "112 by 112 pixels in colour" in text(app)


@pytest.mark.parametrize(
    "part", ["Eigenfaces", "Rebuild", "Walk", "Female or male", "What it looks at"]
)
def test_face_space_stays_grey_and_covers_are_in_colour(part: str, astronaut: RGB) -> None:
    app = opened("eigenfaces", stride="8")
    app.session_state["part"] = part
    app.run()
    assert not app.exception and not app.error
    if part == "What it looks at":
        assert "patch of its mean colour" in text(app) and "112 × 112" in text(app)
        expected = analyze(astronaut).faces[0].score.probability_female
        assert f"{expected:.1%}" in [metric.value for metric in app.metric]


def test_the_lesson_on_the_crop_follows_a_model_that_eats_it() -> None:
    app = opened("grayscale")
    app.session_state["lesson"] = "The crop"
    app.run()
    assert not app.exception and not app.error
    assert "judges by a wider crop in colour. This lesson follows" in text(app)
