"""The page Grayscale, run by Streamlit's own AppTest."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Tab

from dashboard.views.grayscale.lessons import LESSONS
from facespace.explain import grayscale
from facespace.faces.analyze import Settings, analyze
from facespace.types import RGB
from tests.support.pages import elements, opened, text
from tests.support.present import present


def png(
    width: int, height: int, mode: str = "RGB", colour: str | float | tuple[int, ...] = "gray"
) -> bytes:
    file = io.BytesIO()
    Image.new(mode, (width, height), colour).save(file, "PNG")
    return file.getvalue()


def page(lesson: str, content: bytes | None = None, name: str = "own.png") -> AppTest:
    """The page with a lesson open, on the example or on an upload."""
    app = opened("grayscale")
    app.session_state["lesson"] = lesson
    app.run()
    if content is not None:
        app.segmented_control(key="from").set_value("Upload").run()
        app.file_uploader(key="upload").set_value((name, content, "image/png")).run()
    assert not app.exception
    return app


def drawn(app: AppTest) -> Tab:
    """The one lesson that is drawn."""
    (tab,) = (tab for tab in app.tabs if len(tab.children))
    return tab


def captions(app: AppTest) -> str:
    """The words under all pictures."""
    return "\n".join(image.caption for each in app.get("image") for image in each.proto.imgs)


PICTURES = {
    "example": None,
    "grey": png(300, 200, mode="L", colour=90),
    "one_pixel": png(1, 1, colour=(200, 30, 10)),
    "one_row": png(900, 1),
    "small": png(5, 9, colour=(200, 30, 10)),
    "large": png(3000, 1500, colour=(0, 0, 255)),
}


@pytest.mark.parametrize("picture", list(PICTURES))
@pytest.mark.parametrize("lesson", list(LESSONS))
def test_every_lesson_opens_on_every_picture(lesson: str, picture: str) -> None:
    app = page(lesson, PICTURES[picture])
    assert drawn(app).label == lesson
    assert all(chart.proto.alt for chart in app.get("plotly_chart"))
    assert not app.warning


def test_large_pictures_are_shrunk_and_it_is_said() -> None:
    words = text(page("Numbers", PICTURES["large"], "lake*1.png"))
    assert "lake*1.png · 3,000 × 1,500 pixels, here 512 × 256 · 393,216 numbers" in words


def test_without_a_picture_and_with_none_that_can_be_read() -> None:
    app = opened("grayscale")
    app.segmented_control(key="from").set_value("Upload").run()
    assert "Add a picture" in text(app)
    app.file_uploader(key="upload").set_value(("bad.jpg", b"no picture", "image/jpeg")).run()
    assert "not a JPEG" in app.warning[0].value
    assert not app.tabs
    assert not app.exception


def test_the_camera(astronaut_file: bytes) -> None:
    app = opened("grayscale")
    app.segmented_control(key="from").set_value("Camera").run()
    app.camera_input(key="camera").set_value(("shot.jpg", astronaut_file, "image/jpeg")).run()
    assert "camera.jpg · 512 × 512 pixels" in text(app)
    assert not app.exception


def test_the_lens_follows_its_sliders(astronaut: RGB) -> None:
    app = page("Numbers")
    grey = grayscale.luma(astronaut)
    app.slider(key="lens_x").set_value(300)
    app.slider(key="lens_y").set_value(40).run()
    assert f"column 300, row 40 is **{grey[40, 300]}**" in text(app)
    app.segmented_control(key="channel").set_value("Blue")
    app.slider(key="lens").set_value(8).run()
    assert f"column 300, row 40 is **{astronaut[40, 300, 2]}**" in text(app)
    part = astronaut[36:44, 296:304, 2]
    alts = [chart.proto.alt for chart in app.get("plotly_chart")]
    assert alts[0] == "The picture; a frame marks columns 296 to 303, rows 36 to 43"
    assert alts[1] == f"64 numbers, from {part.min()} to {part.max()}, their mean {part.mean():.0f}"


def test_a_new_picture_brings_the_lens_back_to_its_middle() -> None:
    app = page("Numbers")
    app.slider(key="lens_x").set_value(500).run()
    app.segmented_control(key="from").set_value("Upload").run()
    app.file_uploader(key="upload").set_value(
        ("a.png", present(PICTURES["small"]), "image/png")
    ).run()
    assert "column 2, row 4 is" in text(app)
    assert not app.exception


def test_channels_of_grey_and_colour() -> None:
    app = page("Channels", PICTURES["grey"])
    assert "this picture is grey" in text(app)
    app = page("Channels", png(40, 40, colour=(10, 200, 30)))
    assert "**green** is the lightest on average (200.0) and **red** the darkest (10.0)" in text(
        app
    )
    app.toggle(key="tinted").set_value(True).run()
    assert "Blue: mean 30.0" in captions(app)
    assert not app.exception


def test_formulas_say_where_they_differ() -> None:
    rgb = np.full((20, 30, 3), 100, np.uint8)
    rgb[7, 11] = (255, 255, 0)
    file = io.BytesIO()
    Image.fromarray(rgb).save(file, "PNG")
    app = page("Grey", file.getvalue())
    assert "differ most at column 11, row 7, where the colour is (255, 255, 0)" in text(app)
    assert "average 170, BT.601 luma 226, lightness 128. That is **98 levels**" in text(app)
    app.segmented_control(key="difference").set_value("Average − luma").run()
    assert "Average − luma at every pixel" in app.get("plotly_chart")[0].proto.alt
    app.color_picker(key="colour").set_value("#0000ff").run()
    assert [metric.value for metric in app.metric] == ["85", "29", "128"]
    assert "Nowhere" in text(page("Grey", PICTURES["grey"]))


def test_histogram_of_one_level() -> None:
    app = page("Histogram", PICTURES["grey"])
    assert "Before: 1 levels used, mean 90, contrast 0" in captions(app)
    assert "nothing to spread" in text(app)


def test_resizing_measures_what_is_lost(astronaut: RGB) -> None:
    app = page("Resizing")
    grey = grayscale.luma(astronaut)
    for how in grayscale.SHRUNK_BY:
        app.segmented_control(key="shrink").set_value(how)
        for side in (8, 64):
            app.select_slider(key="side").set_value(side).run()
            for name, (error,) in grayscale.resizing_errors(grey, [side], how).items():
                assert f"{name}: error {error:.1f} levels" in captions(app)
    assert not app.exception
    assert "nothing is lost" in text(page("Resizing", PICTURES["one_pixel"]))


def test_the_crop_is_what_the_model_gets(astronaut_file: bytes) -> None:
    app = page("The crop")
    (face,) = analyze(astronaut_file, Settings(model="gradients")).faces  # the lesson's own
    assert "Its 4,096 numbers" in [header.value for header in app.subheader]
    assert f"column 19, row 21 is **{face.grey[21, 19]}**" in text(app)
    assert app.metric[0].value.startswith(face.verdict.label)
    assert [button.label for button in elements(app, "download_button")] == ["Crop CSV", "Crop PNG"]


def test_of_several_faces_one_is_chosen(astronaut: RGB) -> None:
    file = io.BytesIO()
    Image.fromarray(np.hstack([astronaut, astronaut[:, ::-1]])).save(file, "PNG")
    app = page("The crop", file.getvalue())
    faces = analyze(file.getvalue()).faces
    assert len(faces) == 2
    for number, face in enumerate(faces, 1):
        app.selectbox(key="face").set_value(number).run()
        assert f"column 19, row 21 is **{face.grey[21, 19]}**" in text(app)
    assert not app.exception


def test_without_a_face_the_other_lessons_work() -> None:
    app = page("The crop", PICTURES["grey"])
    assert "No face was found" in text(app)
    app.session_state["lesson"] = "Histogram"
    app.run()
    assert "Before: 1 levels" in captions(app)
