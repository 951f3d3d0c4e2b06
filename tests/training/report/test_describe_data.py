"""What is said of a data set, counted by hand on a small one."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from facespace.artifacts import mean_faces
from facespace.artifacts.dataset_description import LOWEST
from facespace.artifacts.manifest import load_manifest
from facespace.datasets.dataset import Photo
from facespace.faces import evidence
from facespace.io import images
from facespace.io.perceptual_hash import difference_hash
from facespace.types import RGB, FacespaceError
from tests.support.paths import ARTIFACTS
from tests.support.pictures import portrait, saved_again
from training.__main__ import main
from training.options import MeasureOptions
from training.photos import near_duplicates
from training.photos.crops import crop_all
from training.report.describe_data import describe
from training.report.distribution import distribution

TRAIN, TEST = 32, 6  # of each label


def age(i: int) -> str:
    return "25" if i % 2 else "41"


def race(i: int) -> str:
    return "" if i == 0 else "X" if i % 4 == 0 else "Y"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, astronaut: RGB) -> Path:
    """2 x (32 + 6) photos; one there twice, one copied into the test, one of it saved again."""
    root = tmp_path_factory.mktemp("photos") / "tiny"
    root.mkdir()
    rng = np.random.default_rng(3)
    rows = []
    for label in ("female", "male"):
        for split, count in (("train", TRAIN), ("test", TEST)):
            for i in range(count):
                name = f"{label}-{split}-{i}.png"
                Image.fromarray(portrait(astronaut, rng)).save(root / name)
                rows.append((name, label, age(i), race(i), split))
    shutil.copy(root / "female-train-1.png", root / "again.png")
    rows.append(("again.png", "female", age(1), race(1), "train"))
    shutil.copy(root / "male-train-1.png", root / "copied.png")
    rows.append(("copied.png", "male", age(1), race(1), "test"))
    (root / "small.jpg").write_bytes(saved_again(images.load(root / "male-test-2.png")))
    rows.append(("small.jpg", "male", age(2), race(2), "test"))
    Image.new("RGB", (90, 90)).save(root / "black.png")
    rows.append(("black.png", "female", age(1), race(1), "test"))
    rows.append(("small.jpg", "unknown", "", "", ""))
    with (root / "labels.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("file", "gender", "age", "race", "split"), *rows])
    (root / "dataset.json").write_text(json.dumps({"title": "FairFace", "licence": "CC0"}))
    return root


@pytest.fixture(scope="module")
def described(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Artifacts in which ``folder`` was described, and the cache of its crops."""
    out, cache = tmp_path_factory.mktemp("out"), tmp_path_factory.mktemp("cache")
    for name in ("manifest.json", "dataset.json", "report.json"):
        shutil.copy(ARTIFACTS / name, out)
    options = ["--data", folder, "--out", out, "--cache", cache, "--jobs", "1"]
    assert main(["describe", *map(str, options)]) == 0
    return out, cache


@pytest.fixture
def tiny(described: tuple[Path, Path]) -> dict[str, Any]:
    datasets: dict[str, dict[str, Any]] = load_manifest(described[0]).json("dataset.json")[
        "datasets"
    ]
    return datasets["tiny"]


def test_what_was_there_stays(described: tuple[Path, Path]) -> None:
    out, _ = described
    was, now = (
        json.loads((each / "manifest.json").read_text("utf-8")) for each in (ARTIFACTS, out)
    )
    assert now.pop("files").keys() == was.pop("files").keys() | {"means.npz"}
    assert now == was
    assert (out / "report.json").read_bytes() == (ARTIFACTS / "report.json").read_bytes()
    kept = json.loads((ARTIFACTS / "dataset.json").read_text("utf-8"))["datasets"]
    sets = load_manifest(out).json("dataset.json")["datasets"]
    assert {name: sets[name] for name in kept} == kept
    assert load_manifest(out).path(load_manifest(out).files["means.npz"])


def test_counts_and_crossings(tiny: dict[str, Any]) -> None:
    # The copy in the training went, so did the training photo that is in the test too.
    assert tiny["split"] == {
        "train": {"female": TRAIN, "male": TRAIN - 1},
        "test": {"female": TEST, "male": TEST + 2},
    }
    assert tiny["age"] == {
        "20-29": {"female": 16 + 3, "male": 16 + 3},
        "40-49": {"female": 16 + 3, "male": 16 + 3 + 1},
    }
    # X: 4, 8, ... 28 of each 32, 4 of each 6; even numbers alone. Of 0 the group is not known.
    assert tiny["race"] == {
        "X": {"female": 8, "male": 8},
        "Y": {"female": 24 + 4, "male": 24 + 4 + 1},
    }
    assert tiny["crossings"] == {
        "age, race": {
            "20-29": {"X": 0, "Y": 2 * 19},
            "40-49": {"X": 2 * 8, "Y": 2 * (8 + 1) + 1},
        }
    }


def test_what_was_dropped(tiny: dict[str, Any]) -> None:
    assert tiny["left_out"] == {"No face was found.": 1, "The same photo is there twice.": 2}
    assert tiny["problems"] == [
        "1 rows without a label of female or male ('unknown') were left out."
    ]
    assert tiny["not_tested"] == 0


def test_how_the_sides_were_drawn_is_told(tiny: dict[str, Any]) -> None:
    """The test is declared."""
    assert tiny["drawn"] == {"validation": LOWEST}


def test_duplicates(tiny: dict[str, Any]) -> None:
    near = tiny["duplicates"]["near"]
    assert tiny["duplicates"]["exact"] == {"photos": 2, "across": 1}
    assert (near["pairs"], near["photos"], near["across"]) == (1, 2, 0)
    assert near["with_training"] is None
    assert sum(near["nearest"]) == tiny["photos"]
    assert sum(near["nearest"][: near["cut"] + 1]) == 2


def test_detection_counts_the_test_photos(tiny: dict[str, Any]) -> None:
    photos = 2 * TEST + 3
    assert set(tiny["detection"]) == {
        *("labelled", "yunet", "haar", "haar_profile", "haar_first_app", "lower", "upper")
    }
    for way, attributes in tiny["detection"].items():
        assert attributes["all"]["all"]["photos"] == photos
        assert attributes["sex"]["female"]["photos"] == TEST + 1
        for table in attributes.values():
            assert all(row["found"] <= row["photos"] for row in table.values()), way
    assert tiny["detection"]["labelled"]["sex"] == {
        "female": {"photos": TEST + 1, "found": TEST},
        "male": {"photos": TEST + 2, "found": TEST + 2},
    }


def test_measures_are_those_of_the_photos(tiny: dict[str, Any], folder: Path) -> None:
    names = [path for path in folder.glob("*.*g") if path.name not in ("black.png", "again.png")]
    names.remove(folder / "male-train-1.png")
    light = np.array([evidence.light(images.load(path)) for path in names])
    grey = images.load(names[0]) @ (0.299, 0.587, 0.114)
    np.testing.assert_allclose(light[0], [grey.mean(), grey.std()], atol=0.5)
    for name, values in zip(("brightness", "contrast"), light.T, strict=True):
        table = tiny["quality"][name]
        assert sum(table["counts"]) == tiny["photos"] == len(names)
        assert sum(table["female"]) == TRAIN + TEST
        assert table["median"] == pytest.approx(np.median(values), rel=1e-4)
        assert sum(row["photos"] for row in table["by"]["sex"].values()) == len(names)
    assert tiny["sizes"]["width"]["counts"][-1] == len(names) - 1
    assert 0 < tiny["quality"]["turn"]["max"] < 0.1
    assert tiny["quality"]["sharpness"]["min"] > 0


def test_the_means_are_numpys(described: tuple[Path, Path], folder: Path) -> None:
    out, cache = described
    found = mean_faces.load(out)
    # Fewer than 30 faces of X: their mean would come close to a picture of one.
    assert {key: list(values) for key, values in found.items()} == {
        "sex": ["female", "male"],
        "age": ["20-29", "40-49"],
        "race": ["Y"],
    }
    with (folder / "labels.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["split"] == "train"]
    rows = [row for row in rows if row["file"] not in ("again.png", "male-train-1.png")]
    photos = [Photo(folder / row["file"], row["gender"]) for row in rows]
    crops = crop_all(photos, cache / "crops", jobs=1).crops
    for attribute, value, column, text in (
        ("sex", "female", "gender", "female"),
        ("age", "40-49", "age", "41"),
        ("race", "Y", "race", "Y"),
    ):
        chosen = np.array([row[column] == text for row in rows])
        mean = found[attribute][value]
        assert mean.faces == chosen.sum() >= 30
        assert mean.picture.dtype == np.float32
        np.testing.assert_allclose(mean.picture, crops[chosen].mean(axis=0), rtol=1e-5)
    with np.load(out / mean_faces.FILE, allow_pickle=False) as arrays:
        assert arrays["sex/male"].shape == (64, 64)
        assert arrays["faces/sex/male"].dtype == np.int64
        assert arrays["faces/sex/male"] == TRAIN - 1


def test_other_photos_than_the_models_saw_are_refused(
    described: tuple[Path, Path], folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, cache = described
    shutil.copytree(folder, tmp_path / "tiny")
    (tmp_path / "tiny" / "dataset.json").write_text('{"title": "Mine"}')
    before = (out / "dataset.json").read_bytes()
    with pytest.raises(FacespaceError, match="trained on FairFace, not on Mine"):
        describe(MeasureOptions(data=[tmp_path / "tiny"], out=out, cache=cache, jobs=1))
    assert (out / "dataset.json").read_bytes() == before
    assert main(["describe", "--data", str(folder), "--out", str(tmp_path / "none")]) == 1
    assert "no artifacts" in capsys.readouterr().err


def test_values_that_are_all_the_same_are_one_class() -> None:
    table = distribution(np.full(4, 128), {"sex": np.array(["female"] * 3 + ["male"])})
    assert (table["counts"], table["female"]) == ([4], [3])
    assert table["edges"] == [127.5, 128.5]


def test_a_few_odd_photos_do_not_blur_the_others() -> None:
    values = np.append(np.linspace(0, 100, 1000), [290.0])
    table = distribution(values, {"sex": np.full(len(values), "male")})
    assert np.diff(table["edges"]) == pytest.approx(3.3, abs=0.1)  # 30 classes below 99
    assert (table["counts"][0], table["counts"][-1], sum(table["counts"])) == (33, 1, 1001)


@pytest.fixture(scope="module")
def different(astronaut: RGB) -> list[RGB]:
    rng = np.random.default_rng(5)
    return [portrait(astronaut, rng) for _ in range(6)]


def hashed(pictures: list[RGB]) -> near_duplicates.Hashed:
    prints = np.array([difference_hash(picture) for picture in pictures])
    return near_duplicates.Hashed(prints, prints)


@pytest.mark.parametrize("block", [2, 500])
def test_near_duplicates_are_found_wherever_they_are(
    different: list[RGB], block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(near_duplicates, "_BLOCK", block)
    small = images.load(saved_again(different[4]))
    near = near_duplicates.near(hashed([*different, small, different[0]]))
    assert sorted(map(tuple, near.pairs.tolist())) == [(0, 7), (4, 6)]
    assert near.nearest[[0, 7]].tolist() == [0, 0]
    assert near.nearest[4] == near.nearest[6] <= near_duplicates.SURE
    assert near.nearest[[1, 2, 3, 5]].min() > near_duplicates.DOUBTFUL
    assert near_duplicates.between(hashed(different), hashed([small])) == 1


@pytest.mark.parametrize(
    ("photo", "crop", "pairs"), [(16, 99, 1), (17, 40, 1), (24, 41, 0), (25, 0, 0)]
)
def test_where_photos_leave_a_doubt_the_crops_decide(photo: int, crop: int, pairs: int) -> None:
    def differing(bits: int) -> np.ndarray:
        flags = np.zeros((2, 256), bool)
        flags[1, :bits] = True
        return np.packbits(flags, axis=1).view(np.uint64)

    near = near_duplicates.near(near_duplicates.Hashed(differing(photo), differing(crop)))
    assert len(near.pairs) == pairs
    assert near.nearest.tolist() == [photo, photo]
