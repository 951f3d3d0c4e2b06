"""The Data page: every part, from artifacts alone, from older ones, and with photos at hand."""

from __future__ import annotations

import csv
import json
import shutil
import socket
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from dashboard.app import access
from dashboard.views.data import tables
from dashboard.views.data.gallery import SHEET
from facespace.artifacts import mean_faces
from facespace.artifacts.files import fingerprint
from facespace.artifacts.manifest import artifacts_folder, load_manifest
from facespace.types import RGB
from tests.support.pages import elements, opened, text
from tests.support.paths import PAGES
from tests.support.present import present

PARTS = {
    "Who is in them": "Sex, age and group (CSV)",
    "Photo quality": "All measures (CSV)",
    "Whose faces are found": "Found by group (CSV)",
    "Mean faces": "Faces behind each mean (CSV)",
    "Excluded and duplicates": "Left out (CSV)",
}
DATASETS = load_manifest().json("dataset.json")["datasets"]
OLDER = ("title", "licence", "source", "photos", "persons", "left_out", "split", "age", "race")


@pytest.fixture(autouse=True)
def no_photos_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FACESPACE_DATA", raising=False)


def older(folder: Path) -> Path:
    """Artifacts of before ``describe``: no means, and less said of every data set."""
    shutil.copytree(artifacts_folder(), folder, ignore=shutil.ignore_patterns("*.onnx"))
    path, manifest_path = folder / "dataset.json", folder / "manifest.json"
    datasets = {name: {key: entry[key] for key in OLDER} for name, entry in DATASETS.items()}
    for name, entry in datasets.items():
        sizes = DATASETS[name]["sizes"]
        entry["sizes"] = {
            key: {k: v for k, v in table.items() if k not in ("by", "female")}
            for key, table in sizes.items()
        }
    path.write_text(json.dumps({"datasets": datasets}), "utf-8")
    manifest = json.loads(manifest_path.read_text("utf-8"))
    del manifest["files"][mean_faces.FILE]
    known = {"bytes": path.stat().st_size, "sha256": fingerprint(path)}
    manifest["files"]["dataset.json"] = known
    manifest_path.write_text(json.dumps(manifest), "utf-8")
    return folder


def part(name: str, **query: str) -> AppTest:
    app = opened("data", part=name, **query)
    assert not app.exception
    return app


@pytest.mark.parametrize("name", DATASETS)
@pytest.mark.parametrize("part_name", PARTS)
def test_every_part_of_every_data_set(part_name: str, name: str) -> None:
    app = part(part_name, dataset=DATASETS[name]["title"])
    assert app.metric[0].value == f"{DATASETS[name]['photos']:,}"
    if DATASETS[name]["left_out"] or part_name != "Excluded and duplicates":
        assert PARTS[part_name] in [button.label for button in elements(app, "download_button")]
    assert not app.warning
    assert not [info for info in app.info if "older" in info.value]


def test_a_choice_survives_another_data_set_that_does_not_know_it() -> None:
    app = part("Photo quality", dataset="FairFace")
    app.segmented_control(key="by").set_value("race").run()
    for name in DATASETS:
        app.selectbox(key="dataset").select(name).run()
        assert not app.exception
        assert app.segmented_control(key="by").value in DATASETS[name]["sizes"]["face"]["by"]


def test_crossings_tell_the_largest_and_smallest() -> None:
    table = DATASETS["fairface"]["crossings"]["age, race"]
    cells = {(a, r): n for a, row in table.items() for r, n in row.items()}
    app = part("Who is in them")
    age, race = max(cells, key=cells.__getitem__)
    assert f"Most are {age} and {race}, {cells[age, race]:,}; fewest" in text(app)
    app.segmented_control(key="crossing").set_value("sex and age").run()
    assert "This crossing (CSV)" in [button.label for button in elements(app, "download_button")]
    assert "Most are 20-29 and female, " in text(app)


@pytest.mark.parametrize("measure", tables.MEASURES)
def test_every_measure_says_its_median(measure: str) -> None:
    measured = {**DATASETS["fairface"]["sizes"], **DATASETS["fairface"]["quality"]}
    app = part("Photo quality", measure=tables.MEASURES[measure][0])
    row = app.dataframe[0].value.set_index("Measure").loc[tables.MEASURES[measure][0]]
    assert float(row["Median"].replace(",", "")) == pytest.approx(
        measured[measure]["median"], rel=0.02, abs=1e-3
    )
    assert f"{tables.MEASURES[measure][0]}: " in text(app)


def test_found_counts_every_way() -> None:
    app = part("Whose faces are found")
    yunet = DATASETS["fairface"]["detection"]["yunet"]["race"]["Black"]
    rows = app.dataframe[0].value
    row = rows[(rows["Found by"] == "YuNet") & (rows["group"] == "Black")].iloc[0]
    assert (row["photos"], row["found"]) == (yunet["photos"], yunet["found"])
    app.segmented_control(key="look").set_value("something over the face").run()
    assert set(app.dataframe[0].value["Found by"]) == set(tables.WAYS.values())


def test_any_two_means_are_told_apart() -> None:
    app = part("Mean faces")
    everyone = {
        value: mean for table in mean_faces.load().values() for value, mean in table.items()
    }
    app.selectbox(key="mean").select(("age", "0-2"))
    app.selectbox(key="minus").select(("race", "White")).run()
    most = np.abs(everyone["0-2"].picture - everyone["White"].picture).max()
    assert f"at most {most:.1f} of 255" in text(app)
    app.selectbox(key="minus").select(("age", "0-2")).run()
    assert "at most 0.0 of 255" in text(app)
    assert not app.exception


@pytest.mark.parametrize("part_name", PARTS)
def test_older_artifacts_get_a_sentence(
    part_name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FACESPACE_ARTIFACTS", str(older(tmp_path / "older")))
    app = part(part_name)
    said = [element.value for element in (*app.info, *app.warning)]
    assert len(said) == 1
    assert "python -m training describe" in said[0]


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory, astronaut: RGB) -> Path:
    """A data set of 30 photos: the astronaut, mirrored, noise, and one that is no picture."""
    folder = tmp_path_factory.mktemp("photos") / "mine"
    folder.mkdir()
    portrait = cv2.resize(astronaut[0:256, 100:356], (160, 160), interpolation=cv2.INTER_AREA)
    rows = []
    for i in range(SHEET + 6):
        label, split = ("male", "test") if i % 3 == 0 else ("female", "train")
        Image.fromarray(portrait[:, ::-1] if i % 2 else portrait).save(folder / f"{i}.png")
        rows.append((f"{i}.png", label, 20 + i, "X" if i < 20 else "Y", split))
    Image.fromarray(np.full((90, 90, 3), 90, np.uint8)).save(folder / "1.png")
    (folder / "2.png").write_text("no picture")
    with (folder / "labels.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("file", "gender", "age", "race", "split"), *rows])
    return folder


@pytest.fixture
def gallery(photos: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The gallery on a folder that the operator named."""
    monkeypatch.setenv("FACESPACE_DATA", str(photos))
    return part("Look at photos")


def buttons(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def test_the_gallery_pages(gallery: AppTest) -> None:
    assert len(buttons(gallery)) == SHEET
    assert "1 to 24 of 30" in text(gallery)
    assert "2.png: The file is not a JPEG" in text(gallery)
    gallery.number_input(key="sheet").set_value(2).run()
    assert buttons(gallery) == [
        f"{n} · {'male' if n % 3 == 1 else 'female'}" for n in range(SHEET + 1, SHEET + 7)
    ]
    assert not gallery.exception


def test_the_gallery_sifts(gallery: AppTest) -> None:
    gallery.number_input(key="sheet").set_value(2).run()
    gallery.selectbox(key="gallery_label").select("male").run()
    assert buttons(gallery) == [f"{n} · male" for n in range(1, 11)]
    gallery.selectbox(key="gallery_race").select("Y").run()
    assert "1 to 3 of 3" in text(gallery)  # 21, 24 and 27
    gallery.selectbox(key="gallery_age").select("20-29").run()
    assert "No photo is all of this." in text(gallery)
    gallery.selectbox(key="gallery_race").select("all").run()
    assert "1 to 4 of 4" in text(gallery)  # 0, 3, 6 and 9
    gallery.selectbox(key="gallery_split").select("train").run()
    assert "No photo is all of this." in text(gallery)
    assert not gallery.exception


def test_a_photo_opens_with_its_steps(gallery: AppTest) -> None:
    gallery.button(key="open 1").click().run()
    assert not gallery.exception
    words = text(gallery)
    assert "0.png, labelled male, 20, X, test" in words
    assert "5 · Verdict 1" in words
    (table,) = gallery.dataframe
    rgb = np.asarray(Image.open(Path(present(gallery.selectbox(key="folder").value)) / "0.png"))
    grey = rgb @ (0.299, 0.587, 0.114)
    assert table.value["brightness"].item() == pytest.approx(grey.mean(), abs=0.5)
    assert table.value["face"].item() > 30
    gallery.button(key="open 2").click().run()
    assert "No face was found" in text(gallery)
    gallery.button(key="open 3").click().run()
    assert "not a JPEG" in gallery.warning[0].value
    assert not gallery.exception


def test_the_operators_folder_may_hold_many_sets(
    photos: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FACESPACE_DATA", str(photos.parent))
    app = part("Look at photos")
    assert [Path(value).name for value in app.selectbox(key="folder").options] == ["mine"]
    assert len(buttons(app)) == SHEET
    monkeypatch.setenv("FACESPACE_DATA", str(tmp_path))
    assert "no labelled photos" in part("Look at photos").warning[0].value


def visit(
    monkeypatch: pytest.MonkeyPatch, url: str, host: str, ip: str | None = None, **headers: str
) -> None:
    context = SimpleNamespace(url=url, ip_address=ip, headers={"Host": host, **headers})
    monkeypatch.setattr(access, "st", SimpleNamespace(context=context))


HERE = "http://localhost:8501/data"


def own_address() -> str | None:
    """This machine's own address in its network, if it is in one."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # a datagram's way is looked up, and nothing sent
        except OSError:
            return None
        return str(probe.getsockname()[0])


@pytest.mark.parametrize(
    ("url", "host", "ip", "headers", "allowed"),
    [
        (HERE, "localhost:8501", None, {}, True),
        ("http://127.0.0.1:8501/data", "127.0.0.1:8501", None, {}, True),
        ("http://[::1]:8501/data", "[::1]:8501", None, {}, True),
        # A server that listens to both kinds of addresses sees loopback in these clothes.
        (HERE, "localhost:8501", "::ffff:127.0.0.1", {}, True),
        ("http://127.0.0.1:8501/data", "127.0.0.1:8501", "::ffff:127.0.0.1", {}, True),
        ("http://0.0.0.0:8501/data", "0.0.0.0:8501", "::ffff:127.0.0.1", {}, True),
        # The address in the network that Streamlit prints: OWN stands for this machine's.
        ("http://OWN:8501/data", "OWN:8501", "OWN", {}, True),
        ("http://OWN:8501/data", "OWN:8501", "::ffff:OWN", {}, True),
        ("http://OWN:8501/data", "OWN:8501", "203.0.113.9", {}, False),
        ("http://OWN:8501/data", "OWN:8501", None, {}, False),  # handed on by a program here
        ("http://203.0.113.9:8501/data", "203.0.113.9:8501", "203.0.113.9", {}, False),
        (HERE, "localhost:8501", "OWN", {}, False),
        (HERE, "localhost:8501", "::ffff:203.0.113.9", {}, False),
        ("http://127.0.0.1:8501/data", "127.0.0.1", None, {"Forwarded": "for=127.0.0.1"}, False),
        (HERE, "localhost:8501", "no address", {}, False),
        ("https://facespace.streamlit.app/data", "facespace.streamlit.app", None, {}, False),
        # Who lies about the address still comes from elsewhere, or through a proxy.
        (HERE, "localhost:8501", "203.0.113.9", {}, False),
        (HERE, "localhost:8501", None, {"X-Forwarded-For": "203.0.113.9"}, False),
        (HERE, "localhost:8501", None, {"via": "1.1 proxy"}, False),
        (HERE, "facespace.streamlit.app", None, {}, False),
        ("http://localhost.example.org/data", "localhost", None, {}, False),
        ("http://[", "localhost", None, {}, False),
        (None, "", None, {}, False),
    ],
)
def test_who_may_name_a_path(
    url: Any,
    host: str,
    ip: str | None,
    headers: Any,
    allowed: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own = own_address()
    if "OWN" in f"{url}{ip}" and own is None:
        pytest.skip("this machine has no address in a network")
    named: list[Any] = [text and text.replace("OWN", str(own)) for text in (url, host, ip)]
    visit(monkeypatch, *named, **headers)
    assert access.may_name_a_path() is allowed
    assert access.offered() is allowed
    monkeypatch.setenv("FACESPACE_DATA", "")
    assert not access.offered()


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    ("url", "host", "ip", "headers", "chosen"),
    [
        (HERE, "localhost", None, {"X-Forwarded-For": "127.0.0.1"}, None),
        (HERE, "localhost", "203.0.113.9", {}, None),
        ("https://a.example", "localhost", None, {}, None),
        (HERE, "localhost", None, {}, ""),  # the operator lets nobody name a path
    ],
)
def test_no_page_lets_a_stranger_name_a_path(
    page: str,
    url: str,
    host: str,
    ip: str | None,
    headers: Any,
    chosen: str | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if chosen is not None:
        monkeypatch.setenv("FACESPACE_DATA", chosen)
    visit(monkeypatch, url, host, ip, **headers)
    origin = "Path on this machine"
    app = opened(page, **({"from": origin} if page == "folder" else {}))
    assert not app.exception
    assert not any("path" in box.label.casefold() for box in app.text_input)
    for control in elements(app, "segmented_control") + elements(app, "button_group"):
        assert origin not in [option.content for option in control.proto.options]


def test_elsewhere_there_is_no_gallery(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = part("Look at photos")
    assert not app.text_input
    assert "Look at photos" not in [tab.label for tab in app.tabs]
    monkeypatch.setattr(access, "may_name_a_path", lambda: True)
    app = part("Look at photos")
    app.text_input(key="folder").set_value(str(photos)).run()
    assert len(buttons(app)) == SHEET
    app.text_input(key="folder").set_value("/nowhere").run()
    assert "There is no folder" in app.warning[0].value
    app.text_input(key="folder").set_value(str(photos.parent)).run()
    assert "no labelled photos" in app.warning[0].value
    assert not app.exception


def test_nothing_of_the_photos_is_stored(gallery: AppTest, photos: Path) -> None:
    before = sorted((path, path.stat().st_mtime_ns) for path in photos.parent.rglob("*"))
    gallery.button(key="open 1").click().run()
    assert sorted((path, path.stat().st_mtime_ns) for path in photos.parent.rglob("*")) == before
