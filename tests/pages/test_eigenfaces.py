"""The Eigenfaces page: every tab, with a face and without, with measured files and without."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from dashboard.views.eigenfaces.explain import STEPS, WALKED
from facespace.artifacts import coordinates, face_space
from facespace.artifacts.manifest import artifacts_folder, load_manifest
from facespace.faces import model
from facespace.faces.analyze import Settings, analyze
from facespace.types import RGB
from tests.support.artifact_files import add_means
from tests.support.pages import opened, text

PARTS = ["Eigenfaces", "Rebuild", "Walk", "Female or male", "All test faces", "What it looks at"]
NEED_FACE = [part for part in PARTS if part not in ("Eigenfaces", "All test faces")]


def shown(part: str, **query: str) -> AppTest:
    """The page with one of its tabs open."""
    app = opened("eigenfaces", **query)
    app.session_state["part"] = part
    return app.run()


def png(rgb: RGB) -> bytes:
    file = io.BytesIO()
    Image.fromarray(rgb).save(file, "PNG")
    return file.getvalue()


def uploaded(app: AppTest, content: bytes) -> AppTest:
    app.segmented_control(key="face_from").set_value("Upload").run()
    app.file_uploader(key="face_upload").set_value(("picture.png", content, "image/png"))
    return app.run()


def without(folder: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Artifacts as they are committed, but for one file."""
    manifest = json.loads((artifacts_folder() / "manifest.json").read_text("utf-8"))
    manifest["files"].pop(name, None)
    if name.removesuffix(".onnx") in manifest["models"]:
        del manifest["models"][name.removesuffix(".onnx")]
    for path in artifacts_folder().iterdir():
        if path.name not in (name, "manifest.json"):
            (folder / path.name).symlink_to(path)
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    monkeypatch.setenv("FACESPACE_ARTIFACTS", str(folder))


@pytest.mark.parametrize("part", PARTS)
def test_every_tab_opens_on_the_example(part: str) -> None:
    app = shown(part)
    assert not app.exception
    assert not app.warning
    assert [tab.label for tab in app.tabs] == PARTS
    (drawn,) = (tab for tab in app.tabs if len(tab.children))
    assert drawn.label == part
    charts = app.get("plotly_chart")
    assert bool(charts) == (part != "Walk")
    assert all(chart.proto.alt for chart in charts)


@pytest.mark.parametrize("part", PARTS)
def test_every_tab_of_a_picture_without_a_face(part: str) -> None:
    app = uploaded(shown(part), png(np.full((200, 300, 3), 128, np.uint8)))
    assert not app.exception
    words = "No face was found in this picture."
    assert (words in text(app)) == (part != "Eigenfaces")
    assert bool(app.get("plotly_chart")) == (part not in NEED_FACE)


def test_before_a_picture_is_added_the_page_says_what_to_do() -> None:
    app = shown("Rebuild")
    for origin in ("Upload", "Camera"):
        app.segmented_control(key="face_from").set_value(origin).run()
        assert not app.exception
        assert "Add a picture" in text(app)
    app = uploaded(shown("Rebuild"), b"no picture")
    assert "not a JPEG" in text(app)
    assert not app.exception


def test_the_camera(astronaut_file: bytes) -> None:
    app = shown("Rebuild")
    whole = app.metric[0].value
    app.segmented_control(key="face_from").set_value("Camera").run()
    app.camera_input[0].set_value(("shot.jpg", astronaut_file, "image/jpeg")).run()
    assert app.metric[0].value == whole
    assert not app.exception


def test_rebuilding_with_fewer_is_worse() -> None:
    app = shown("Rebuild")
    space = face_space.load()
    errors = []
    for k in (space.components, space.components // 2, 0):
        app.slider(key="k").set_value(k).run()
        errors.append([float(metric.value) for metric in app.metric])
    assert errors == sorted(errors)
    assert errors[0][0] < errors[1][0] < errors[2][0]
    assert "more than that of" in text(app)
    assert "measures by which a verdict becomes “?”" in text(app)


def test_of_several_faces_one_is_chosen(astronaut: RGB) -> None:
    """The astronaut beside her mirror image, darker."""
    pair = np.concatenate([astronaut, astronaut[:, ::-1] // 2], axis=1)
    faces = analyze(pair).faces
    assert len(faces) == 2
    app = uploaded(shown("Rebuild"), png(pair))
    space = face_space.load()
    for number, face in enumerate(faces):
        app.selectbox(key="face").select_index(number).run()
        left = space.errors(face.grey)[1][-1]
        assert app.metric[0].value == f"{left:.3f}"
    assert not app.exception


def probability(app: AppTest) -> str:
    return next(metric.value for metric in app.metric if metric.label.startswith("Female, by "))


def test_a_walk_starts_at_the_face_and_the_verdict_follows(astronaut_file: bytes) -> None:
    app = shown("Walk")
    space, judge = face_space.load(), model.load_model("eigenfaces")
    (face,) = analyze(astronaut_file).faces
    own = space.coordinates(face.grey[None])

    def expected(placed: np.ndarray) -> str:
        return f"{judge.run(space.rebuilt(placed))[0][0, 0]:.1%}"

    assert probability(app) == expected(own)
    assert app.metric[1].value == "?"  # nearly even: this model alone would not answer
    standard = own[0] / space.deviations
    for i in range(WALKED):
        assert app.slider(key=f"walk_{i + 1}").value == pytest.approx(standard[i], abs=0.051)
    slider: Any = app.slider(key="walk_3")
    slider.set_value(round(slider.value + 2, 1)).run()
    moved = own.copy()
    moved[0, 2] += 2 * space.deviations[2]
    assert probability(app) == expected(moved) != expected(own)
    app.button[1].click().run()
    assert probability(app) == expected(np.zeros_like(own))
    assert {app.slider(key=f"walk_{i + 1}").value for i in range(WALKED)} == {0}
    app.button[0].click().run()
    assert probability(app) == expected(own)
    assert not app.exception


def test_a_walk_is_kept_from_tab_to_tab_but_not_from_face_to_face(astronaut: RGB) -> None:
    app = shown("Walk")
    app.slider(key="walk_1").set_value(2.0).run()
    walked = probability(app)
    for part in ("Rebuild", "Walk"):
        app.session_state["part"] = part
        app.run()
    assert (app.slider(key="walk_1").value, probability(app)) == (2.0, walked)
    uploaded(app, png(astronaut[:, ::-1]))
    assert app.slider(key="walk_1").value != 2.0
    assert not app.exception


def test_a_walk_far_enough_gets_an_answer() -> None:
    app = shown("Walk")
    info = load_manifest().model("eigenfaces")
    answers = set()
    for value in (-3.0, 3.0):
        for i in (2, 3, 7):
            app.slider(key=f"walk_{i}").set_value(value)
        app.run()
        female = float(probability(app).rstrip("%")) / 100
        sure = max(female, 1 - female) >= info.certainty
        expected = ("female" if female >= info.threshold else "male") if sure else "?"
        assert app.metric[1].value == expected
        answers.add(expected)
    assert answers - {"?"}


def test_the_path_leads_from_male_to_female() -> None:
    app = shown("Female or male")
    (path,) = (c for c in app.get("plotly_chart") if "Probability" in c.proto.alt)
    curve = json.loads(path.proto.spec)["data"][0]
    assert len(curve["x"] if isinstance(curve["x"], list) else STEPS) == len(STEPS)
    low, high = (int(word.rstrip("%")) for word in path.proto.alt.split() if word.endswith("%"))
    assert low < high
    for step in (-3.0, 1.0):
        app.slider(key="steps").set_value(step).run()
        assert not app.exception


def test_test_faces_of_every_set_and_axis() -> None:
    app = shown("All test faces")
    for name, placed in coordinates.load().tests.items():
        app.selectbox(key="set").select(name).run()
        alt = app.get("plotly_chart")[0].proto.alt
        assert f"{len(placed.female):,} test faces" in alt
        assert f"{placed.female.sum():,} labelled female" in alt
    app.selectbox(key="y").select("PC8").run()
    assert "PC1 and PC8" in app.get("plotly_chart")[0].proto.alt
    app.toggle(key="solid").set_value(True).run()
    assert "PC1 and PC8 and PC3" in app.get("plotly_chart")[0].proto.alt
    assert not app.exception


def test_the_nearest_mean_face(
    astronaut_file: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (face,) = analyze(astronaut_file).faces
    other = np.full_like(face.grey, 128)
    arrays: dict[str, Any] = {}
    for name, crop in (("sex/male", other), ("sex/female", face.grey), ("age/20-29", other)):
        arrays[name], arrays[f"faces/{name}"] = crop.astype(np.float32), np.int64(40)
    add_means(tmp_path, arrays)
    monkeypatch.setenv("FACESPACE_ARTIFACTS", str(tmp_path))
    app = shown("All test faces")
    assert "Nearest: **female**" in text(app)
    # Nobody's age or race is said, whatever the mean faces are of.
    charts = [chart.proto.alt for chart in app.get("plotly_chart")]
    assert "20-29" not in text(app) + "".join(charts)
    assert not app.exception


@pytest.mark.parametrize(
    ("name", "part", "words"),
    [
        ("coordinates.npz", "Rebuild", "python -m training space"),
        ("coordinates.npz", "All test faces", "python -m training space"),
        ("means.npz", "All test faces", "no means.npz"),
        ("eigenfaces.onnx", "Walk", "There is no model 'eigenfaces'"),
        ("eigenfaces.onnx", "Female or male", "There is no model 'eigenfaces'"),
        ("dataset.json", "All test faces", "Every dot"),
        ("face_space.npz", "Eigenfaces", "no face_space.npz"),
    ],
)
def test_a_missing_file_gets_a_sentence(
    name: str, part: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without(tmp_path, name, monkeypatch)
    app = shown(part)
    assert not app.exception
    headings = " ".join(heading.value for heading in app.subheader)
    assert words in text(app) + headings


@pytest.mark.parametrize("name", list(load_manifest().models))
def test_covers_for_every_model(name: str, astronaut_file: bytes) -> None:
    app = shown("What it looks at")
    app.select_slider(key="stride").set_value(8)
    app.selectbox(key="model").select(name).run()
    (face,) = analyze(astronaut_file, Settings(model=name)).faces
    expected = face.score.probability_female
    assert app.metric[0].value == f"{expected:.1%}"
    assert app.metric[1].value != app.metric[0].value
    app.slider(key="patch").set_value(32).run()
    assert "32 × 32" in text(app)
    assert not app.exception
