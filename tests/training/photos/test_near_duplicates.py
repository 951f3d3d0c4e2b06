"""Several data sets at once: kept apart, and what they share not trained on where it is tested."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.error import URLError

import numpy as np
import pytest
import sklearn.datasets
from PIL import Image

from facespace.datasets.label_table import Photo
from facespace.datasets.layouts import NAMES
from facespace.io import images
from facespace.io.perceptual_hash import Hashes, difference_hash
from facespace.types import RGB, FacespaceError
from tests.support.pictures import portrait, saved_again
from tests.support.training_sets import blank
from training.__main__ import main
from training.photos import download, near_duplicates
from training.photos.material import WAYS, Material, load
from training.photos.sample import Sample
from training.photos.split import CHOICE, FIT, SEARCH, TEST

TRAINED, TESTED, PERSONS, OTHERS = 42, 6, 30, 5  # of each label
SHARED = 5


def picture(astronaut: RGB, rng: np.random.Generator, label: str) -> RGB:
    rgb = portrait(astronaut, rng)
    if label == "male":
        rgb[122:150, 95:150] //= 3  # a dark jaw
    return rgb


def save(rgb: RGB, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(rgb).save(path, "JPEG", quality=95)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory, astronaut: RGB) -> tuple[Path, Path, Path]:
    """A table with a split, a tree of LFW with lists, and names of UTKFace for the test alone.

    The tree has five training photos of the table, saved again, and persons of the table's test;
    UTKFace has one training photo of the table and one of the tree.
    """
    root, rng = tmp_path_factory.mktemp("sets"), np.random.default_rng(8)
    table, tree, names = (root / name for name in ("table", "tree", "names"))
    rows = []
    for label in ("female", "male"):
        for split, count in (("train", TRAINED), ("test", TESTED)):
            for i in range(count):
                name = f"{label}-{split}-{i}.jpg"
                save(picture(astronaut, rng, label), table / name)
                person = f"{label}_{i}" if split == "test" else ""
                rows.append((name, label, "25", "X", person, split))
        for i in range(PERSONS):
            person = f"{label}_{i}"
            path = tree / "lfw_home/lfw_funneled" / person / f"{person}_0001.jpg"
            save(picture(astronaut, rng, label), path)
            if i >= PERSONS - SHARED and label == "female":
                again = images.load(table / f"female-train-{i % SHARED}.jpg")
                path.write_bytes(saved_again(again))
        people = "\n".join(f"{label}_{i}" for i in range(PERSONS))
        (tree / "lfw_home" / NAMES[label]).write_text(people)
        for i in range(OTHERS):
            sex = int(label == "female")
            save(picture(astronaut, rng, label), names / f"4{i}_{sex}_2_20170116{i:09d}.jpg")
    with (table / "labels.csv").open("w", newline="") as file:
        top = ("file", "gender", "age", "race", "person", "split")
        csv.writer(file).writerows([top, *rows])
    for source in (table / "male-train-3.jpg", _last(tree)):
        copy = names / f"30_0_1_2018{len(list(names.iterdir())):013d}.jpg"
        copy.write_bytes(saved_again(images.load(source)))
    return table, tree, names


def _last(tree: Path) -> Path:
    """A photo of the tree whose person is in no other set."""
    return next(tree.rglob(f"male_{PERSONS - 1}_0001.jpg"))


@pytest.fixture(scope="module", autouse=True)
def one_way() -> Iterator[None]:
    """Faces of the test are looked for in one way, not in six."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("training.photos.material.WAYS", {"yunet": WAYS["yunet"]})
        yield


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def material(folders: tuple[Path, Path, Path], cache: Path) -> Material:
    table, tree, names = folders
    return load([table, tree], [names], None, cache / "crops", 1)


def test_nothing_of_a_test_is_trained_on(material: Material) -> None:
    """Looked at pair by pair, and not by the hashes that the cache holds."""

    def prints(photos: Iterable[Photo]) -> Hashes:
        return np.array([difference_hash(images.load(photo.path)) for photo in photos])

    learned = [*material.fitting.photos, *material.validation.photos]
    tested = [photo for sample in material.tests.values() for photo in sample.photos]
    bits = prints(learned)[:, None] ^ prints(tested)[None]
    assert np.bitwise_count(bits).sum(axis=2).min() > near_duplicates.DOUBTFUL
    assert not {photo.person for photo in learned} & {photo.person for photo in tested} - {""}
    own = prints(learned)
    twice = np.bitwise_count(own[:, None] ^ own[None]).sum(axis=2) + 256 * np.eye(
        len(own), dtype=int
    )
    assert twice.min() > near_duplicates.DOUBTFUL


def test_what_is_shared_is_counted(material: Material) -> None:
    assert material.shared_pairs == {
        "table": {"tree": SHARED, "names": 1},
        "tree": {"table": SHARED, "names": 1},
        "names": {"table": 1, "tree": 1},
    }
    table, tree = (material.left_out[name] for name in ("table", "tree"))
    # Of each pair one goes: that on the earlier side, or else the tree's. Of the pairs with the
    # third set it is the training photo.
    in_test = {photo.person for photo in material.tests["tree"].photos}
    last = f"male_{PERSONS - 1}"
    near = (near_duplicates.TESTED, near_duplicates.HELD, near_duplicates.LEARNED)
    lost = sum(counts.get(why, 0) for counts in (table, tree) for why in near)
    assert lost == SHARED + 1 + (last not in in_test)
    assert table[near_duplicates.TESTED] >= 1
    known = {f"{label}_{i}" for label in ("female", "male") for i in range(TESTED)}
    assert tree[near_duplicates.PERSON] == len(known - in_test) > 0
    gone = sum(sum(material.left_out[name].values()) for name in material.learned)
    learned = len(material.fitting.photos) + len(material.validation.photos)
    assert learned == 2 * (TRAINED + PERSONS) - len(material.tests["tree"].photos) - gone
    assert len(material.tests["names"].photos) == 2 * OTHERS + 2


def compared(
    monkeypatch: pytest.MonkeyPatch, **sets: list[tuple[str, int, int]]
) -> dict[str, list[str]]:
    """Why photos are left out; each is given by its person, its side, and what it looks like."""
    looks = np.random.default_rng(0).integers(0, 2**63, (20, 4), np.uint64)

    def hashed(sample: Sample, *_: object) -> near_duplicates.Hashed:
        prints = np.array([looks[int(photo.path.stem)] for photo in sample.photos])
        return near_duplicates.Hashed(prints, prints)

    monkeypatch.setattr(near_duplicates, "hashed", hashed)
    samples = {
        name: blank([Photo(Path(f"{look}.jpg"), "male", person=person) for person, _, look in rows])
        for name, rows in sets.items()
    }
    sides = {name: np.array([side for _, side, _ in rows]) for name, rows in sets.items()}
    shared = near_duplicates.compare(samples, sides, Path(), 1)
    return {name: reasons.tolist() for name, reasons in shared.reasons.items()}


@pytest.mark.parametrize(("person", "gone"), [("Ann", 1), ("7", 0), ("", 0)])
@pytest.mark.parametrize("side", [SEARCH, CHOICE, TEST])
def test_the_same_number_is_somebody_else(
    person: str, gone: int, side: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A person on a later side of another set is not trained on, if it is a name."""
    one, other = [(person, FIT, 0), (person, FIT, 1)], [(person, FIT, 2), (person, side, 3)]
    reasons = compared(monkeypatch, one=one, other=other)
    assert reasons["one"] == [near_duplicates.PERSON if gone else ""] * 2
    assert reasons["other"] == ["", ""]


@pytest.mark.parametrize(
    ("sides", "left_out"),
    [
        ((FIT, FIT), ("", "")),
        ((FIT, SEARCH), (near_duplicates.HELD, "")),
        ((CHOICE, FIT), ("", near_duplicates.HELD)),
        ((SEARCH, CHOICE), (near_duplicates.HELD, "")),
        ((TEST, FIT), ("", near_duplicates.TESTED)),
        ((CHOICE, TEST), (near_duplicates.TESTED, "")),
        ((TEST, TEST), ("", "")),
    ],
)
def test_near_duplicates_never_change_side(
    sides: tuple[int, int], left_out: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within a data set as between two, where of two on one side of the training one goes too."""
    one, other = (("", side, 5) for side in sides)
    alone = compared(monkeypatch, one=[one, ("", FIT, 1), other])
    assert alone == {"one": [left_out[0], "", left_out[1]]}
    both = compared(monkeypatch, one=[one, ("", FIT, 1)], other=[other])
    if sides == (FIT, FIT):
        left_out = ("", near_duplicates.LEARNED)
    assert both == {"one": [left_out[0], ""], "other": [left_out[1]]}


def test_copies_within_a_data_set_stay_on_one_side(
    tmp_path: Path, astronaut: RGB, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of the photos are there once more, saved again: of a pair on two sides one is left."""
    monkeypatch.setattr("training.photos.material.WAYS", {})
    rng = np.random.default_rng(3)
    for label in ("female", "male"):
        for i in range(60):
            rgb = picture(astronaut, rng, label)
            save(rgb, tmp_path / "set" / label / f"{i}.jpg")
            if i % 2:
                (tmp_path / "set" / label / f"{i}-again.jpg").write_bytes(saved_again(rgb))
    material = load(tmp_path / "set", (), None, tmp_path / "cache", 1)
    side_of: dict[str, set[str]] = {}
    parts = {"fit": material.fitting, "search": material.search, "choice": material.choice}
    for side, sample in {**parts, **material.tests}.items():
        for photo in sample.photos:
            name = f"{photo.label} {photo.path.stem.removesuffix('-again')}"
            side_of.setdefault(name, set()).add(side)
    assert len(side_of) == 120
    assert {len(sides) for sides in side_of.values()} == {1}
    counts = material.left_out["set"]
    kept = sum(len(sample.photos) for sample in (*parts.values(), *material.tests.values()))
    assert counts[near_duplicates.TESTED] > 0 and counts[near_duplicates.HELD] > 0
    assert kept + counts[near_duplicates.TESTED] + counts[near_duplicates.HELD] == 180


def test_weights_are_shares_of_the_photos(material: Material) -> None:
    weights = material.weights
    assert list(weights) == ["table", "tree"]
    assert sum(part["weight"] for part in weights.values()) == pytest.approx(1)
    for side, sample in (("training", material.fitting), ("validation", material.validation)):
        folders = [photo.path.relative_to(material.datasets["table"].folder.parent).parts[0]
                   for photo in sample.photos]  # fmt: skip
        for name, part in weights.items():
            assert part[side] == folders.count(name) > 0
    assert material.trained_on.title == "table and tree"


def test_photos_are_hashed_once(
    folders: tuple[Path, Path, Path],
    cache: Path,
    material: Material,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(near_duplicates, "_hash", None)  # would fail if it were called
    table, tree, names = folders
    again = load([table, tree], [names], None, cache / "crops", 1)
    assert again.shared_pairs == material.shared_pairs


def test_one_data_set_alone_is_as_it_was(folders: tuple[Path, Path, Path], cache: Path) -> None:
    table, *_ = folders
    alone = load(table, (), None, cache / "crops", 1)
    assert alone.shared_pairs == {"table": {}}
    assert alone.trained_on == alone.datasets["table"]
    assert len(alone.fitting.photos) + len(alone.validation.photos) == 2 * TRAINED
    with pytest.raises(FacespaceError, match="Two data sets are called 'table'"):
        load([table, table], (), None, cache / "crops", 1)


def test_the_whole_way_keeps_them_apart(
    folders: tuple[Path, Path, Path],
    cache: Path,
    material: Material,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    table, tree, names = folders
    options = ["--data", table, "--data", tree, "--test", names, "--out", tmp_path]
    options += ["--cache", cache, "--jobs", "1", "--model", "eigenfaces"]
    assert main(["train", *map(str, options)]) == 0
    told = capsys.readouterr().out
    weights = material.weights
    for name, part in weights.items():
        assert f"{name}: {part['training']} of these to fit on, a weight of " in told
    report = json.loads((tmp_path / "report.json").read_text("utf-8"))["models"]["eigenfaces"]
    assert {name: test["kind"] for name, test in report["tests"].items()} == {
        "table": "same data set",
        "tree": "same data set",
        "names": "other data set",
    }
    assert report["learned"] == weights
    described = json.loads((tmp_path / "dataset.json").read_text("utf-8"))["datasets"]
    for name, entry in described.items():
        assert entry["learned"] == weights.get(name)
        assert entry["duplicates"]["sets"] == material.shared_pairs[name]
        assert entry["left_out"] == dict(material.left_out[name])
    assert described["names"]["duplicates"]["near"]["with_training"] == 0
    card = (tmp_path / "MODEL_CARD.md").read_text("utf-8")
    assert f"| {weights['tree']['training']} | {weights['tree']['validation']} |" in card
    assert f"{weights['tree']['weight']:.1%}" in card
    assert "train --data table --data tree --test names --model eigenfaces\n" in card
    assert "rules --data table --data tree --test names --detect DIR\n" in card
    assert 'datasets: ["table", "tree"]' in card
    manifest = json.loads((tmp_path / "manifest.json").read_text("utf-8"))
    assert manifest["models"]["eigenfaces"]["data"]["title"] == "table and tree"


@pytest.fixture
def names(tmp_path: Path) -> Path:
    folder = tmp_path / "lists"
    folder.mkdir()
    (folder / NAMES["female"]).write_text("Ann_A\n")
    (folder / NAMES["male"]).write_text("Cal_C\n")
    return folder


def test_lfw_is_fetched_once(
    tmp_path: Path,
    names: Path,
    monkeypatch: pytest.MonkeyPatch,
    astronaut: RGB,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    calls = []

    def fetch(data_home: Path, **_: object) -> None:
        calls.append(data_home)
        for person in ("Ann_A", "Cal_C"):
            save(astronaut, data_home / f"lfw_home/lfw_funneled/{person}/{person}_0001.jpg")
        (data_home / "lfw_home/joblib").mkdir()

    monkeypatch.setattr(sklearn.datasets, "fetch_lfw_people", fetch)
    folder = download.lfw(tmp_path, names)
    assert download.lfw(tmp_path, None) == folder == tmp_path / "lfw"
    assert len(calls) == len(caplog.messages) == 1
    assert {path.name for path in (folder / "lfw_home").iterdir()} == {
        "lfw_funneled",
        *NAMES.values(),
    }
    # An archive that is still there was not unpacked to the end.
    (folder / "lfw_home/lfw-funneled.tgz").touch()
    download.lfw(tmp_path, None)
    assert len(calls) == 2


def test_without_a_network_or_lists_there_is_a_sentence(
    tmp_path: Path, names: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(**_: object) -> None:
        raise URLError("no route to host")

    monkeypatch.setattr(sklearn.datasets, "fetch_lfw_people", refuse)
    options = ["train", "--download", "lfw", "--cache", str(tmp_path / "cache")]
    assert main(options) == 1
    assert "says of nobody whether female or male. Give --names" in capsys.readouterr().err
    assert main([*options, "--names", str(tmp_path)]) == 1
    assert "female_names.txt cannot be read" in capsys.readouterr().err
    assert main([*options, "--names", str(names)]) == 1
    assert "LFW could not be downloaded" in capsys.readouterr().err
    with pytest.raises(SystemExit) as stopped:
        main(["train"])
    assert stopped.value.code == 2
    assert "--data" in capsys.readouterr().err
