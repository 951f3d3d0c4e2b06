"""``python -m training rules`` on real pixels: what it adds to artifacts, and what these say."""

from __future__ import annotations

import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from facespace import analyze
from facespace.artifacts import verdicts
from facespace.artifacts.manifest import load_manifest
from facespace.artifacts.report import load_report
from facespace.faces import detectors
from facespace.metrics import thresholds
from facespace.types import RGB
from tests.support.pictures import variant
from training.__main__ import main
from training.abstain.observations import CONDITIONS
from training.abstain.promise import PLAIN

#: People of whom there are a front and a side view.
PEOPLE = ("002", "003", "004", "005")


@pytest.fixture(scope="module")
def detect(tmp_path_factory: pytest.TempPathFactory, astronaut: RGB) -> Path:
    """Marked faces: textures without any, and people from the front and, so marked, the side."""
    folder, rng = tmp_path_factory.mktemp("detect"), np.random.default_rng(0)
    for name in ("empty", "sides"):
        (folder / name / "images").mkdir(parents=True)
    for i in range(16):
        coarse = rng.integers(0, 256, (9, 9, 3)).astype(np.uint8)
        smooth = cv2.resize(coarse, (180, 180), interpolation=cv2.INTER_CUBIC)
        Image.fromarray(np.asarray(smooth)).save(folder / "empty" / "images" / f"{i}.png")
    (folder / "empty" / "annotations.csv").write_text("file,x,y,w,h\n")
    rows = ["file,x,y,w,h,pose"]
    for person in PEOPLE:
        for pose, step in (("frontal", 1), ("profile", -1)):
            picture = variant(astronaut, rng, False)[:, ::step]
            name = f"images/{person}_{pose}.png"
            Image.fromarray(np.ascontiguousarray(picture)).save(folder / "sides" / name)
            (face,) = detectors.get().detect(picture)
            rows.append(f"{name},{','.join(f'{value:.0f}' for value in face.box)},{pose}")
    (folder / "sides" / "annotations.csv").write_text("\n".join(rows) + "\n")
    return folder


@pytest.mark.slow
def test_rules_are_learned_and_users_get_them(
    photos: Path,
    trained: tuple[Path, Path],
    detect: Path,
    tmp_path: Path,
    astronaut: RGB,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out = shutil.copytree(trained[0], tmp_path / "out")
    before = load_manifest(out)
    assert all(set(info.chance.terms) <= {"margin"} for info in before.models.values())
    options = ["--data", photos, "--out", out, "--cache", trained[1], "--jobs", "1"]
    assert main(["rules", *map(str, options), "--detect", str(detect)]) == 0
    after = load_manifest(out)
    assert not [one.problem for one in after.verify() if one.problem]
    assert "second_opinion.onnx" in after.files
    assert set(after.finds.sure) == set(after.finds.thrown_out) == set(detectors.NAMES)
    for name, info in after.models.items():
        facts = info.chosen["rules"]
        assert facts["conditions"][PLAIN]["faces"] > 2
        assert {PLAIN, "blur"} <= set(facts["conditions"]) <= {*CONDITIONS, "full profiles"}
        assert "as they are and spoilt" in facts["on"]
        assert info.child is None  # these models give no age
        # What was chosen in training stays.
        earlier = before.models[name]
        assert (info.threshold, info.certainty) == (earlier.threshold, earlier.certainty)
    entry = load_report(after).model(after.default)
    (test,) = entry.tests
    assert {"sex"} <= set(entry.served[test]) <= {"sex", "skin_tone"}
    unsure = entry.end_to_end[test][detectors.DEFAULT].metrics["unsure"].value
    groups = entry.served[test]["sex"].by_group.values()
    unanswered = sum(group.metrics["unsure"].value * group.count("unsure") for group in groups)
    photos_tested = entry.end_to_end[test][detectors.DEFAULT].photos
    assert unanswered == pytest.approx(unsure * photos_tested)
    judged = verdicts.judged(after)[test]
    assert set(judged) == set(after.models)
    for name, one in judged.items():
        most_wrong = after.models[name].most_wrong
        cells = thresholds.at_most_wrong(one.wrong, one.chance, one.child, one.persons, most_wrong)
        whole = load_report(after).model(name).end_to_end[test][detectors.DEFAULT].metrics
        values = {key: whole[key].value for key in cells}
        assert {key: cell.value for key, cell in cells.items()} == pytest.approx(values)
    if entry.profiles is not None:
        assert entry.profiles.photos <= len([person for person in PEOPLE if int(person) % 2])
    monkeypatch.setenv("FACESPACE_ARTIFACTS", str(out))
    (face,) = analyze(astronaut).faces
    assert 0 < face.verdict.chance_wrong < 1
    card = (out / "MODEL_CARD.md").read_text("utf-8")
    assert f"| {PLAIN} | " in card and "### What each group gets" in card
