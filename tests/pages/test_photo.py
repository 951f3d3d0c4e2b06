"""What the page Photo keeps, shows, and hands to other pages."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from facespace.faces.analyze import analyze
from facespace.types import RGB
from tests.support.pages import elements, opened, text
from tests.support.pictures import png
from tests.support.reviewing import covered


def with_files(*files: tuple[str, bytes]) -> AppTest:
    app = opened("photo")
    app.file_uploader(key="uploads").set_value([(n, c, "image/png") for n, c in files])
    app.run()
    assert not app.exception
    return app


def labelled(app: AppTest, label: str) -> list[str]:
    """The keys of buttons with these words on them."""
    return [button.key or "" for button in app.button if button.label == label]


def test_the_reason_stands_in_full_beside_the_face(astronaut: RGB) -> None:
    app = with_files(("covered.png", png(covered(astronaut))))
    (card,) = (m.value for m in app.markdown if m.value.startswith("**1 · "))
    assert card == "**1 · ? covered**"
    assert "covered, or not like a face" in [
        caption.value.partition(";")[0] for caption in app.caption
    ]
    boxed = next(element.body for element in elements(app, "html") if "fs-face" in element.body)
    assert "1 · ? covered" in boxed and "fs-unsure" in boxed
    assert not re.search(r"\d% (fe)?male", boxed)
    app.toggle(key="leaning").set_value(True).run()
    boxed = next(element.body for element in elements(app, "html") if "fs-face" in element.body)
    assert re.search(r"1 · \? covered, \d\d% (fe)?male", boxed)


def test_results_stay_while_other_pages_are_visited(
    astronaut_file: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = with_files(("one.png", astronaut_file), ("two.png", astronaut_file))
    app.switch_page("pages/home.py").run()

    def unread(*_: object) -> None:
        raise AssertionError("a picture is read a second time")

    monkeypatch.setattr("dashboard.widgets.read_pictures.analyze", unread)
    app.switch_page("pages/photo.py").run()
    assert not app.exception
    assert "2 pictures, 2 faces" in app.success[0].value
    assert "Still here: one.png, two.png." in text(app)
    next(button for button in app.button if button.label == "Remove").click().run()
    assert not app.success and "Add a picture" in text(app)


def test_a_face_is_explained_on_the_pages_that_show_how_it_came_about(
    astronaut_file: bytes, astronaut: RGB
) -> None:
    app = with_files(("one.png", png(astronaut[:, ::-1])))
    (key,) = labelled(app, "What its eigenfaces say")
    app.button(key=key).click().run()
    assert not app.exception and app.title[0].value == "Eigenfaces"
    assert app.segmented_control(key="face_from").value == "Chosen"
    app.switch_page("pages/photo.py").run()
    (key,) = labelled(app, "From pixels to its crop")
    app.button(key=key).click().run()
    assert not app.exception and app.title[0].value == "Grayscale"
    assert "one.png" in text(app)


def test_keeping_is_explained_and_turned_on_where_a_verdict_is_called_wrong(
    astronaut_file: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FACESPACE_PUBLIC", "1")
    app = with_files(("one.png", astronaut_file))
    assert "the button turns keeping on" in text(app)
    (key,) = labelled(app, "Turn keeping on, and put it there")
    app.button(key=key).click().run()
    assert not app.exception
    assert "In the review queue" in text(app)
    app.switch_page("pages/review.py").run()
    assert app.toggle(key="review_switch").value is True
    assert "someone disputes the verdict" in text(app)


def test_faces_are_hidden_in_what_is_shown_and_given_out(astronaut_file: bytes) -> None:
    app = with_files(("me.png", astronaut_file))
    assert any('class="fs-face' in element.body for element in elements(app, "html"))
    app.selectbox(key="anonymise").set_value("pixelate").run()
    assert not app.exception
    assert not any('class="fs-face' in element.body for element in elements(app, "html"))
    (shown,) = (e.body for e in elements(app, "html") if "fs-picture" in e.body)
    content = base64.b64decode(shown.partition("base64,")[2].partition('"')[0])
    assert "every face found in it hidden" in shown
    assert analyze(content).faces == ()
    assert "look the picture over" in text(app)
    (code,) = (block.value for block in app.code if block.value.startswith("facespace"))
    assert code == "facespace photo me.png --out anonymous --anonymise pixelate"
