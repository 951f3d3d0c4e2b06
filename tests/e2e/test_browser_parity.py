"""A browser reads pictures as this runtime does: the same boxes, probabilities and verdicts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from playwright.sync_api import Browser

from facespace.browser import bundle as bundles
from facespace.browser.bundle import bundle
from facespace.faces.analyze import Settings, analyze, rules_of
from facespace.io import images
from facespace.types import RGB, Box, Detection, Evidence, Face, Score, Verdict
from facespace.video.tracker import Tracker
from tests.support.browser_models import Bench, bench
from tests.support.pictures import portrait, variant

#: How far a chance of being wrong may be from the largest allowed where verdicts differ.
EDGE = 0.02

#: Share of faces whose probability lies within 0.01. Of a face of some 20 pixels two neighbouring
#: finds may score alike to the last digit; then either gives the landmarks.
ALIKE = 0.99


@pytest.fixture(scope="module")
def chromium(browser: Browser, ort_web: Path) -> Iterator[Bench]:
    with bench(browser, bundle(Settings()), ort_web) as made:
        yield made


def off(face: Face, seen: dict[str, Any]) -> float:
    """How far two boxes are apart: at 1 by a pixel, or by 1 % of the side if that is more."""
    box = face.detection.box
    most = max(1.0, max(box.width, box.height) / 100)
    return float(np.abs(np.subtract(box, seen["detection"]["box"])).max() / most)


def compared(chromium: Bench, pictures: list[RGB]) -> list[float]:
    """How far probabilities are apart; boxes agree, and verdicts but at edges."""
    apart = []
    for rgb in pictures:
        faces, seen = list(analyze(rgb).faces), chromium.analyze(rgb)
        pairs = [min(((off(f, s), s) for s in seen), key=lambda pair: pair[0]) for f in faces]
        assert len(seen) == len(faces)
        for face, (distance, other) in zip(faces, pairs, strict=True):
            assert distance <= 1
            said, verdict = other["verdict"], face.verdict
            if (said["label"], said["reasons"]) != (verdict.label, list(verdict.reasons)):
                assert "?" in (said["label"], verdict.label)
                assert abs(said["chance_wrong"] - verdict.chance_wrong) < EDGE
            apart.append(abs(other["score"]["probability_female"] - face.score.probability_female))
    return apart


def test_drawn_pictures(chromium: Bench, astronaut: RGB) -> None:
    rng = np.random.default_rng(0)
    frame = np.zeros((480, 640, 3), np.uint8)
    frame[:] = (96, 104, 112)
    frame[:, 64:576] = astronaut[:480]
    turned = cv2.warpAffine(astronaut, cv2.getRotationMatrix2D((256, 256), 25, 1.0), (512, 512))
    pictures = [astronaut, frame, np.asarray(turned, np.uint8)]
    for side in (150, 300, 777, 1400):
        pictures.append(np.asarray(cv2.resize(astronaut[:400, 50:450], (side, side)), np.uint8))
    pictures += [variant(astronaut, rng, dark) for dark in (False, True) for _ in range(4)]
    pictures += [portrait(astronaut, rng) for _ in range(4)]
    pictures.append(np.full((240, 320, 3), 90, np.uint8))  # nobody
    apart = compared(chromium, pictures)
    assert len(apart) >= 19
    assert max(apart) < 0.01


def test_real_photos(chromium: Bench, data: Path) -> None:
    kinds = {
        "fairface/val/*.jpg": 30,
        "lfw/lfw_funneled/*/*.jpg": 30,
        "us_congress/images/*": 20,
        "detect/wider_val/images/**/*.jpg": 10,
        "detect/negatives/images/*": 10,
    }
    chosen = []
    for pattern, count in kinds.items():
        found = sorted(data.glob(pattern))
        chosen += found[:: max(1, len(found) // count)][:count]
    if len(chosen) < 100:
        pytest.skip("the data folder holds fewer than 100 of the photos")
    apart = np.array(compared(chromium, [images.load(path.read_bytes()) for path in chosen]))
    assert len(apart) >= 100
    assert np.mean(apart < 0.01) >= ALIKE


def test_a_model_of_grey_crops(
    browser: Browser, ort_web: Path, astronaut: RGB, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundles, "LARGEST", 20_000_000)
    settings = Settings(model="eigenfaces")
    with bench(browser, bundle(settings), ort_web) as made:
        (seen,) = made.analyze(astronaut)
    (face,) = analyze(astronaut, settings).faces
    assert abs(seen["score"]["probability_female"] - face.score.probability_female) < 0.01
    assert seen["verdict"]["label"] == face.verdict.label


def people(rng: np.random.Generator) -> Iterator[tuple[float, list[Face]]]:
    """Four people who walk, meet, are lost from view and come back: times and their faces."""
    starts, ways = rng.uniform(50, 400, (4, 2)), rng.uniform(-60, 60, (4, 2))
    looks = rng.normal(0, 1, (4, 32)).astype(np.float32)
    female = rng.uniform(0.02, 0.98, 4)
    time = 0.0
    for step in range(120):
        time += float(rng.choice([0.08, 0.2, 2.5], p=[0.7, 0.27, 0.03]))
        faces = []
        for who in np.flatnonzero(rng.uniform(size=4) > (0.6 if step % 40 > 30 else 0.15)):
            x, y = starts[who] + ways[who] * (time % 8)
            side = float(80 + 20 * np.sin(time + who) + rng.normal())
            box = Box(float(x + rng.normal()), float(y + rng.normal()), side, side * 1.3)
            chance = float(np.clip(female[who] + rng.normal(0, 0.1), 0.001, 0.999))
            coordinates = (looks[who] + rng.normal(0, 0.4, 32)).astype(np.float32)
            age, covered, like, score = (float(v) for v in rng.uniform(0.5, 1.0, 4))
            evidence = Evidence(covered**8, like, float(rng.uniform(50, 3000)), 0.02, 4.0)
            faces.append(
                Face(
                    *(Detection(box, score), np.empty(0, np.uint8), np.empty(0, np.uint8)),
                    *(Score(chance, 0.2, coordinates, 40 * age), Verdict("?", ("unsure",), 1.0)),
                    evidence,
                )
            )
        yield time, faces


def test_tracks(chromium: Bench) -> None:
    rules = rules_of(Settings())
    for seed in range(5):
        tracker, readings, expected = Tracker(rules), [], []
        for time, faces in people(np.random.default_rng(seed)):
            expected.append(tracker.update(faces, time))
            readings.append((time, [_plain(face) for face in faces]))
        script = """
        async (readings) => {
            const { Tracker } = await load("tracker");
            const tracker = new Tracker(facts);
            return readings.map(([time, faces]) => tracker.update(faces.map((face) => {
                face.score.coordinates = Float32Array.from(face.score.coordinates);
                return face;
            }), time));
        }
        """
        for tracks, seen in zip(expected, chromium.page.evaluate(script, readings), strict=True):
            assert [track.number for track in tracks] == [track["number"] for track in seen]
            for track, other in zip(tracks, seen, strict=True):
                assert other["box"] == pytest.approx(track.box, abs=0.01)
                assert other["verdict"]["label"] == track.verdict.label
                assert tuple(other["verdict"]["reasons"]) == track.verdict.reasons
                assert other["verdict"]["chance_wrong"] == pytest.approx(track.verdict.chance_wrong)
        assert tracker.count >= 4


def _plain(face: Face) -> dict[str, Any]:
    score, detection = face.score, face.detection
    return {
        "detection": {"box": list(detection.box), "score": detection.score},
        "score": {**asdict(score), "coordinates": score.coordinates.tolist()},
        "evidence": asdict(face.evidence),
    }
