"""A test of anybody's own photos: what is read, what is left out, what comes of it."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest

from facespace import analyze
from facespace.artifacts.manifest import load_manifest
from facespace.datasets import labelled_faces, scoring
from facespace.datasets.dataset import open_labelled, read_dataset
from facespace.faces import model
from facespace.faces.analyze import Settings
from facespace.types import RGB, FacespaceError
from tests.support.pictures import GREY, packed, png
from tests.support.present import present
from training.__main__ import main

MODELS = {name: model.load_model(name) for name in load_manifest().models}


def outcome(source: bytes | Path, name: str = "photos.zip") -> scoring.Outcome:
    with open_labelled(source, name) as data:
        return scoring.score(data, MODELS)


def test_good_photos_are_measured_and_bad_ones_named(labelled_zip: bytes) -> None:
    seen = []
    with open_labelled(labelled_zip, "photos.zip") as data:
        result = scoring.score(data, MODELS, lambda *step: seen.append(step))
    assert seen[0] == ("photo", 0, 10)
    assert seen[10:12] == [("photo", 10, 10), ("model", 0, len(MODELS))]
    assert {row["file"]: row["error"] for row in result.left_out} == {
        "again.png": scoring.TWICE,
        "grey.png": "No face was found.",
        "broken.png": "The picture is damaged or incomplete and cannot be read.",
        "missing.png": "There is no such file.",
    }
    figures = present(result.figures)
    assert figures["data"] == {"title": "Own", "photos": 10, "faces": 6, "female": 4, "male": 2}
    assert "1 rows without a label" in figures["remarks"][0]
    assert sum("with caution" in remark for remark in figures["remarks"]) == 2
    for name, entry in figures["models"].items():
        info = load_manifest().models[name]
        assert (entry["threshold"], entry["sha256"]) == (info.threshold, info.file.sha256)
        rows = [row for row in result.rows if not row["error"]]
        right = [
            (row["probabilities"][name] >= info.threshold) == (row["label"] == "female")
            for row in rows
        ]
        assert entry["metrics"]["accuracy"]["value"] == np.mean(right)
        assert sum(map(sum, entry["confusion"])) == len(rows)
        assert sum(entry["scores"]["female"]) == 4
        wrong = result.errors(name)
        assert len(wrong) == len(right) - sum(right)
        assert set(entry["groups"]) == {"age", "sex", "age, sex"}
    assert json.loads(result.to_json())["left_out"]["No face was found."] == 1
    assert "grey.png" not in result.to_json()
    table = list(csv.DictReader(io.StringIO(result.to_csv())))
    assert [row["file"] for row in table] == [row["file"] for row in result.rows]
    assert float(table[0]["embedding"]) == result.rows[0]["probabilities"]["embedding"]


def test_folder_and_zip_and_command_give_the_same(
    labelled_zip: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "photos.zip"
    path.write_bytes(labelled_zip)
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "unpacked")
    first = outcome(labelled_zip)
    assert outcome(path) == first
    assert outcome(tmp_path / "unpacked" / "Own") == first
    files = {kind: tmp_path / f"out.{kind}" for kind in ("json", "csv")}
    options = [f"--{kind}={file}" for kind, file in files.items()]
    assert main(["evaluate", "--data", str(path), *options]) == 0
    assert files["json"].read_text("utf-8") == first.to_json()
    assert files["csv"].read_text("utf-8-sig") == first.to_csv()
    printed, said = capsys.readouterr()
    value = present(first.figures)["models"]["embedding"]["metrics"]["balanced_accuracy"]["value"]
    assert f"balanced_accuracy                  {value:.3f}" in printed
    assert "left out: grey.png: No face was found." in said
    assert main(["evaluate", "--data", str(path), "--model", "gradients"]) == 0
    assert "eigenfaces" not in capsys.readouterr().out


def test_a_command_is_told_what_numbers_stand_for(
    variants: list[bytes], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Here named in quotes, as Windows copies a path."""
    path = tmp_path / "numbers.zip"
    table = "file;Sex\n" + "".join(f"{i}.png;{i % 2}\n" for i in range(4))
    files = {f"{i}.png": variants[i] for i in range(4)} | {"labels.csv": table.encode("utf-16")}
    path.write_bytes(packed(files))
    command = ["evaluate", "--data", f'"{path}"', "--model", "eigenfaces"]
    assert main(command) == 1
    assert "column Sex says '0' and '1'. Say which is which" in capsys.readouterr().err
    assert main([*command, "--labels", "0=male, 1=Female"]) == 0
    assert "4 photos, 4 faces, 2 labelled female, 2 male" in capsys.readouterr().out
    for wrong in ("0=male", "0,1", "0=male,1=man"):
        with pytest.raises(SystemExit):
            main([*command, "--labels", wrong])
        assert "0=male,1=female" in capsys.readouterr().err


def test_what_a_zip_of_labelled_photos_leaves_out_is_said(variants: list[bytes]) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for i, folder in enumerate(("female", "male")):
            archive.writestr(f"{folder}/{i}.png", variants[i])
        linked = zipfile.ZipInfo("male/linked.png")
        linked.external_attr = 0o120777 << 16
        archive.writestr(linked, "1.png")
        archive.writestr("clip.mp4", bytes(100))
    result = present(outcome(file.getvalue()).figures)
    links = (
        "Left out of the ZIP: 1, 'male/linked.png'. Links and devices in a ZIP are not followed."
    )
    assert links in result["remarks"]


def test_folders_named_female_and_male(variants: list[bytes]) -> None:
    files = {f"female/{i}.png": variants[i] for i in range(3)} | {"male/3.png": variants[3]}
    figures = present(outcome(packed(files), "holiday.zip").figures)
    assert figures["data"]["title"] == "holiday"
    assert (figures["data"]["female"], figures["data"]["male"]) == (3, 1)


def test_a_column_split_chooses(variants: list[bytes]) -> None:
    files = {f"{i}.png": variants[i] for i in range(4)}
    sides = ("test", "train", "test", "test")
    rows = [f"{i}.png,{'male' if i > 2 else 'female'},{sides[i]}\n" for i in range(4)]
    result = outcome(packed(files | {"labels.csv": "file,gender,split\n" + "".join(rows)}))
    assert [row["file"] for row in result.rows] == ["0.png", "2.png", "3.png"]
    assert "3 photos of the split test, of 4" in present(result.figures)["remarks"][0]
    rows = [row.replace("test", "train") for row in rows]
    result = outcome(packed(files | {"labels.csv": "file,gender,split\n" + "".join(rows)}))
    assert len(result.rows) == 4


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"a.png": b"x"}, "^The ZIP has no labelled photos. It may hold a labels.csv"),
        ({"labels.csv": "name,colour\na.png,male\n"}, "^labels.csv has no column file or gender"),
        ({"labels.csv": b"\xff\xfe\x00"}, "^labels.csv cannot be read as a table"),
        ({"Top/female/a.png": b"x"}, "^The ZIP has no photo labelled male"),
        ({"labels.csv": "file,gender\na.png,\n"}, "^The ZIP has no labelled photos"),
    ],
)
def test_what_cannot_be_tested_on_is_said(
    files: dict[str, bytes] | dict[str, str],
    words: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(FacespaceError, match=words), open_labelled(packed(files)):
        pass
    path = tmp_path / "photos.zip"
    path.write_bytes(packed(files))
    assert main(["evaluate", "--data", str(path)]) == 1
    assert capsys.readouterr().err.startswith("training: ")
    assert main(["evaluate", "--data", str(tmp_path / "nowhere")]) == 1


@pytest.mark.parametrize("option", ["--json", "--csv"])
def test_places_are_looked_at_before_the_work(
    option: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "photos.zip"
    path.write_text("no ZIP")
    for place, words in (
        (tmp_path, "is a folder, not a file"),
        (tmp_path / "none" / "x", "there is no folder"),
        (path, "is the data itself"),
    ):
        assert main(["evaluate", "--data", str(path), option, str(place)]) == 1
        assert words in capsys.readouterr().err
    assert path.read_text() == "no ZIP"


def test_photos_without_faces_give_no_figures(
    variants: list[bytes], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {"female/a.png": variants[0], "male/b.png": png(GREY), "male/c.png": b"x"}
    result = outcome(packed(files))
    assert result.figures is None
    assert "None of the 2 photos labelled male shows a face" in result.problem
    assert len(result.left_out) == 2
    assert json.loads(result.to_json())["problem"] == result.problem
    path = tmp_path / "photos.zip"
    path.write_bytes(packed(files))
    assert main(["evaluate", "--data", str(path)]) == 1
    assert "None of the 2 photos" in capsys.readouterr().err


def agrees(contents: dict[str, bytes]) -> list[str]:
    """Labelled photos have the verdicts that other pages give; return those of the default."""
    result = outcome(packed(contents))
    for row in result.rows:
        for name in MODELS:
            faces = analyze(contents[row["file"]], Settings(model=name)).faces
            assert bool(faces) == (row["error"] == "")
            if len(faces) == 1:
                assert row["verdicts"][name] == faces[0].verdict.label
                given = faces[0].score.probability_female
                assert row["probabilities"][name] == pytest.approx(given, abs=1e-5)
    for name, entry in present(result.figures)["models"].items():
        opened = [row for row in result.rows if row["error"] in ("", labelled_faces.NO_FACE)]
        answers = [row for row in opened if row["verdicts"].get(name, "?") != "?"]
        whole = entry["end_to_end"]
        assert whole["photos"] == len(opened)
        assert whole["coverage"]["value"] == pytest.approx(len(answers) / len(opened))
        wrong = [row for row in answers if row["verdicts"][name] != row["label"]]
        assert whole["wrong"]["value"] == pytest.approx(len(wrong) / len(opened))
    return [row["verdicts"].get("embedding", "") for row in result.rows]


def test_a_photo_has_the_verdict_of_every_other_page(astronaut: RGB) -> None:
    """Also a chip so tight that another border would move the landmarks; one without a face."""
    tight, dark = astronaut[60:180, 170:280], np.asarray(astronaut // 8, np.uint8)
    blurred = np.asarray(cv2.GaussianBlur(astronaut, (0, 0), 7), np.uint8)
    pictures = {"female/a": astronaut, "female/b": tight, "male/c": blurred, "male/d": dark}
    files = {f"{name}.png": png(picture) for name, picture in pictures.items()}
    verdicts = agrees({**files, "male/e.png": png(GREY)})
    assert verdicts[0] == "female" and verdicts[-1] == "" and "?" in verdicts


@pytest.mark.slow
def test_photos_of_data_sets_have_the_verdicts_of_every_other_page(data: Path) -> None:
    photos = []
    for name in ("fairface", "lfw", "us_congress", "london_frl"):
        photos += read_dataset(data / name, 12).photos
    names = (f"{photo.label}/{i}{photo.path.suffix}" for i, photo in enumerate(photos))
    agrees({name: photo.path.read_bytes() for name, photo in zip(names, photos, strict=True)})


def test_the_command_needs_no_scikit_learn(labelled_zip: bytes, tmp_path: Path) -> None:
    path = tmp_path / "photos.zip"
    path.write_bytes(labelled_zip)
    code = (
        "import sys\nfor name in ('sklearn', 'skl2onnx', 'joblib', 'streamlit'):\n"
        "    sys.modules[name] = None\n"
        "from training.__main__ import main\nsys.exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", code, "evaluate", "--data", str(path), "--model", "embedding"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "photo/s" not in done.stderr  # no bar where nobody looks
    assert "labelled female, predicted female" in done.stdout
