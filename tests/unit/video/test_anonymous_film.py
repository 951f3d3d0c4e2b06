"""Films whose faces nobody can recognise, in no frame, and that tell nothing of the camera."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import cast

import av
import numpy as np
import pytest

from dashboard.widgets import example_film
from facespace.faces import detectors
from facespace.faces.anonymise import WAYS, Way
from facespace.types import RGB, Box
from facespace.video import frames
from facespace.video.anonymous_film import MOST, Frame, anonymise_film, held
from facespace.video.film import Film, Progress
from tests.support.film_files import audio_stream, video_stream

EMPTY = np.zeros((4, 4, 3), np.uint8)
HERE, THERE, FAR = Box(10, 10, 40, 40), Box(26, 10, 40, 40), Box(200, 200, 40, 40)


def pictures(path: Path) -> list[RGB]:
    with frames.opened(path) as film:
        return [film.upright(frame) for frame in film.frames()]


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory, astronaut: RGB) -> Path:
    """Two seconds of a face over which a bar passes, with sound, and with names and a place."""
    path = tmp_path_factory.mktemp("film") / "in.mov"
    with av.open(str(path), "w") as written:
        written.metadata.update(title="my street", location="+48.85+002.29/", artist="somebody")
        stream, sound = video_stream(written, "libx264", 12), audio_stream(written, "aac")
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuv420p"
        stream.metadata["handler_name"] = sound.metadata["handler_name"] = "somebody's phone"
        for number in range(24):
            rgb = example_film.frame(astronaut, 2 * number)
            written.mux(stream.encode(av.VideoFrame.from_ndarray(rgb, "rgb24")))
            tone = av.AudioFrame.from_ndarray(np.full((1, 4000), 0.5, np.float32), "fltp", "mono")
            tone.sample_rate = 48_000
            written.mux(sound.encode(tone))
        written.mux([*stream.encode(), *sound.encode()])
    assert b"my street" in path.read_bytes() and b"phone" in path.read_bytes()
    return path


@pytest.mark.parametrize("way", WAYS)
def test_no_frame_shows_a_face(film: Path, way: Way, tmp_path: Path) -> None:
    *steps, read = anonymise_film(film, tmp_path / "out.mp4", way)
    assert all(isinstance(step, Progress) for step in steps) and isinstance(read, Film)
    assert [track.verdict.label for track in read.tracks] == ["female"]
    before, after = pictures(film), pictures(tmp_path / "out.mp4")
    assert len(after) == len(before) == len(read.times)
    detector = detectors.get()
    assert sum(bool(detector.detect(rgb)) for rgb in before) > 12
    assert not any(detector.detect(rgb) for rgb in after)
    changed = np.abs(after[5].astype(int) - before[5]).max(axis=2) > 40
    assert 0.02 < changed.mean() < 0.3  # the rest is as it was


def test_the_sound_stays_and_names_and_places_do_not(film: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    for _ in anonymise_film(film, out):
        pass
    with av.open(str(out)) as written:
        assert sum(frame.samples for frame in written.decode(audio=0)) > 80_000
        brands = {"major_brand", "minor_version", "compatible_brands"}
        assert set(written.metadata) <= brands | {"encoder"}
    content = out.read_bytes()
    assert not any(words in content for words in (b"my street", b"+48.85", b"somebody"))


def boxes(finds: dict[int, Box], count: int, rate: int = 25) -> list[list[Box]]:
    """What is hidden in each of so many frames where these are the finds, by number of frame."""
    given = [Frame(n / rate, EMPTY, [finds[n]] if n in finds else []) for n in range(count)]
    out = list(held(iter(given)))
    assert [frame.time for frame in out] == [n / rate for n in range(count)]
    return [frame.boxes for frame in out]


def test_a_face_that_is_lost_stays_hidden_on_its_way() -> None:
    hidden = boxes({0: HERE, 4: THERE}, 5)
    assert hidden[0] == [HERE] and hidden[4] == [THERE]
    for number in (1, 2, 3):  # where it was, and where it is by then
        assert hidden[number] == [HERE, HERE.toward(THERE, number / 4)]


@pytest.mark.parametrize(("rate", "held_for"), [(10, 2), (25, 6), (120, MOST)])
def test_it_is_hidden_a_little_before_it_is_found_and_after_it_is_lost(
    rate: int, held_for: int
) -> None:
    hidden = boxes({12: HERE}, 25, rate)
    assert [bool(each) for each in hidden] == [abs(n - 12) <= held_for for n in range(25)]


def test_two_faces_are_not_taken_for_one() -> None:
    found = [HERE, FAR]
    given = [Frame(0, EMPTY, list(found)), Frame(0.1, EMPTY, []), Frame(0.2, EMPTY, list(found))]
    middle = list(held(iter(given)))[1].boxes
    assert sorted(set(middle)) == [HERE, FAR]


def test_a_film_given_up_leaves_nothing(film: Path, tmp_path: Path) -> None:
    steps = cast("Generator[Progress]", anonymise_film(film, tmp_path / "out.mp4"))
    while next(steps).stage == "reading":
        pass
    steps.close()
    assert list(tmp_path.iterdir()) == []


def test_stopping_keeps_what_was_read(film: Path, tmp_path: Path) -> None:
    asked = iter([False] * 5 + [True] * 100)
    *_, read = anonymise_film(film, tmp_path / "out.mp4", stop=lambda: next(asked))
    assert isinstance(read, Film) and read.stopped
    assert len(pictures(tmp_path / "out.mp4")) == len(read.times) < 24
