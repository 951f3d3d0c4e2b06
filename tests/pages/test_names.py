"""Names of a stranger's files on every page that shows one: as they are, whatever Markdown says."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.app import access
from dashboard.app.markdown import plain, said_of
from dashboard.views.folder import choose as of_folder
from dashboard.views.own_photos import choose as of_own
from facespace.review.exchange import pack
from facespace.review.item import Candidate
from tests.support.hostile.names import NAME
from tests.support.pages import as_read, button, elements, opened, text, turned_on, waited
from tests.support.paths import PAGES
from tests.support.pictures import packed
from tests.support.reviewing import filled

PHOTO, BAD = f"{NAME}.png", b"no picture"


def marked_up(app: AppTest) -> Iterator[str]:
    """All that a page hands to Markdown, as it is."""
    for kind in (app.markdown, app.caption, app.warning, app.info, app.success, app.error):
        yield from (element.value for element in kind)
    for element in elements(app, "button"):
        yield element.proto.help
    for element in elements(app, "progress"):
        yield element.proto.text


def shown_as_it_is(app: AppTest, times: int = 1, name: str = NAME) -> None:
    """That a page shows a name so often or more, and never as Markdown."""
    assert not app.exception
    words = list(marked_up(app))
    assert [line for line in words if name in line] == []
    assert sum(name in as_read(line) for line in words) >= times, words


@pytest.mark.parametrize(
    ("words", "markdown"),
    [
        ("photo-1_a.jpg", r"photo-1\_a.jpg"),
        ("- 1.jpg", r"\- 1.jpg"),
        ("1. one", r"1\. one"),
        ("# a", r"\# a"),
        ("  a \n\n - b ", "a - b"),
        ("&lt;b>", r"\&lt;b\>"),
        ("http://a.b", "http\\:\u2060//a.b"),
        ("www.a.b x@2x.png", "www\u2060.a.b x@\u20602x.png"),
        (":material/bug_report: :smile:", "\\:\u2060material/bug\\_report\\: \\:\u2060smile\\:"),
        ("a -> b -- c", "a -\u2060\\> b -\u2060- c"),
        ("C:\\a", r"C\:\\a"),
    ],
)
def test_what_is_escaped(words: str, markdown: str) -> None:
    assert plain(words) == markdown
    assert as_read(markdown) == " ".join(words.split())


def test_a_name_and_what_is_said_of_it() -> None:
    assert said_of("a*", "b*") == r"**a\***: b\*"


@pytest.mark.parametrize("page", PAGES)
def test_a_folder_of_artifacts(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FACESPACE_ARTIFACTS", NAME)
    shown_as_it_is(opened(page))


def test_photo(variants: list[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened("photo")
    files = [(PHOTO, variants[0], "image/png"), (PHOTO, BAD, "image/png")]
    shown_as_it_is(app.file_uploader(key="uploads").set_value(files).run(), 2)


def test_a_note_on_a_photo(variants: list[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("facespace.limits.MAX_FACES", 0)
    app = opened("photo")
    app.file_uploader(key="uploads").set_value((PHOTO, variants[0], "image/png"))
    shown_as_it_is(app.run(), 2)


@pytest.mark.parametrize("page", ["eigenfaces", "grayscale"])
def test_a_single_photo(page: str, variants: list[bytes]) -> None:
    first, key = {"eigenfaces": ("face_from", "face_upload"), "grayscale": ("from", "upload")}[page]
    app = opened(page, **{first: "Upload"})
    content = BAD if page == "eigenfaces" else variants[0]
    shown_as_it_is(app.file_uploader(key=key).set_value((PHOTO, content, "image/png")).run())


def test_a_film() -> None:
    app = opened("video")
    app.file_uploader(key="film_upload").set_value((f"{NAME}.mp4", BAD, "video/mp4")).run()
    shown_as_it_is(waited(button(app, "Read the film").click().run(), "film"))


def test_a_zip_of_photos(variants: list[bytes]) -> None:
    """Its own name, those in it, and those that are passed over."""
    app = opened("folder", **{"from": "ZIP"})
    content = packed({PHOTO: variants[0], f"b{PHOTO}": BAD, f"c{NAME}.txt": BAD})
    app.file_uploader(key="zip").set_value((f"{NAME}.zip", content, "application/zip")).run()
    shown_as_it_is(app, name=f"c{NAME}.txt")
    app = waited(button(app, "Read 2 photos").click().run())
    shown_as_it_is(app, 2)
    shown_as_it_is(app, name=f"b{PHOTO}")


def test_a_zip_that_leads_out() -> None:
    app = opened("folder", **{"from": "ZIP"})
    content = packed({f"../{NAME}": b"x"})
    shown_as_it_is(
        app.file_uploader(key="zip").set_value((f"{NAME}.zip", content, "application/zip")).run()
    )


def test_a_path_of_photos(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(of_folder, "may_name_a_path", lambda: True)
    app = opened("folder", **{"from": "Path on this machine"})
    shown_as_it_is(app.text_input(key="path").set_value(f"/{NAME}").run())


def test_labelled_photos(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a table says, names in a ZIP, and a path."""
    app = opened("own_photos")

    def brought(content: bytes) -> AppTest:
        app.file_uploader(key="zip").set_value((f"{NAME}.zip", content, "application/zip"))
        return waited(app.run(), "own_photos")

    shown_as_it_is(brought(packed({"labels.csv": f"file,gender\na.png,{NAME}\n"})), name=NAME[:30])
    shown_as_it_is(brought(packed({f"../{NAME}": b"x"})))
    monkeypatch.setattr(of_own, "may_name_a_path", lambda: True)
    app = opened("own_photos")
    shown_as_it_is(waited(app.text_input(key="path").set_value(f"/{NAME}").run(), "own_photos"))


def test_a_test_of_labelled_photos(variants: list[bytes]) -> None:
    app = opened("own_photos")
    table = f"file,gender\na.png,f\nb.png,m\nc.png,{NAME}\n"
    content = packed({"labels.csv": table, "a.png": variants[0], "b.png": variants[2]})
    app.file_uploader(key="zip").set_value((f"{NAME}.zip", content, "application/zip"))
    shown_as_it_is(waited(app.run(), "own_photos"))
    shown_as_it_is(app, name=NAME[:30])


def test_photos_of_a_folder(
    variants: list[bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / NAME
    folder.mkdir()
    (folder / PHOTO).write_bytes(variants[0])
    (folder / f"b{PHOTO}").write_bytes(BAD)
    row = f"female,30,{NAME}"
    table = f"file,gender,age,race\n{PHOTO},{row}\nb{PHOTO},{row}\nc,male\nd,{NAME}\n"
    (folder / "labels.csv").write_text(table, "utf-8")
    monkeypatch.setattr(access, "may_name_a_path", lambda: True)
    app = opened("data", part="Look at photos")
    app.text_input(key="folder").set_value(f"/{NAME}").run()
    shown_as_it_is(app)
    app.text_input(key="folder").set_value(str(folder)).run()
    shown_as_it_is(app, 3)
    shown_as_it_is(app.button(key="open 1").click().run(), 4)
    monkeypatch.setenv("FACESPACE_DATA", f"/{NAME}")
    shown_as_it_is(opened("data", part="Look at photos"))


def test_faces_for_review(candidate: Candidate, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their photos' names, and whatever a ZIP of them says."""
    queue = filled(replace(candidate, place=NAME, model=NAME, model_sha256="*" * 64), 1)
    (item,) = queue.items()
    content = pack(queue, [replace(item, source=NAME)])
    app = turned_on(opened("review", view="files"))
    app.file_uploader(key="review_zip").upload("x.zip", content, "application/zip").run()
    shown_as_it_is(app.segmented_control(key="view").set_value("one").run())
    caption = next(c.value for c in app.caption if NAME in as_read(c.value))
    assert as_read(caption).count(NAME) == 3 and caption.endswith(r"\*" * 8)


def test_the_file_of_the_queue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FACESPACE_PUBLIC", "0")
    path = tmp_path / NAME
    path.write_bytes(b"no queue")
    monkeypatch.setenv("FACESPACE_REVIEWS", str(path))
    shown_as_it_is(opened("review"), 2)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_names_that_are_no_text(
    variants: list[bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file of this machine may have any bytes in its name."""
    folder = tmp_path / "caf\udce9"
    for label, content in zip(("female", "male"), variants, strict=False):
        (folder / label).mkdir(parents=True)
        (folder / label / "a\udce9.png").write_bytes(content)
    (folder / "female" / "b\udce9.png").write_bytes(BAD)
    monkeypatch.setattr(of_folder, "may_name_a_path", lambda: True)
    app = opened("folder", **{"from": "Path on this machine"})
    app.text_input(key="path").set_value(rf"{tmp_path}/caf\udce9").run()
    app = waited(button(app, "Read 3 photos").click().run())
    assert r"female/b\udce9.png: The file is not a" in text(app)
    assert app.dataframe[0].value["Photo"].str.endswith(r"\udce9.png").all()
    monkeypatch.setenv("FACESPACE_DATA", str(tmp_path))
    app = opened("data", part="Look at photos")
    assert r"b\udce9.png: The file is not a" in text(app)
    assert r"a\udce9.png, labelled female" in text(app.button(key="open 1").click().run())
    monkeypatch.delenv("FACESPACE_DATA")
    monkeypatch.setattr(of_own, "may_name_a_path", lambda: True)
    app = opened("own_photos")
    app.text_input(key="path").set_value(rf"{tmp_path}/caf\udce9").run()
    assert r"**caf\udce9**: 3 photos, 2 faces" in text(waited(app, "own_photos")), text(app)
    assert not app.exception
