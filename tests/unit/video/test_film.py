"""Films of every kind in; annotated films that play out, or a sentence; nothing left behind."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import av
import numpy as np
import pytest
from PIL import Image

from dashboard.widgets import example_film
from facespace import limits, palette
from facespace.types import RGB, FacespaceError
from facespace.video.annotated_film import annotate_film
from facespace.video.film import (
    Film,
    Progress,
    frame_rows,
    frames_csv,
    track_rows,
    tracks_csv,
)
from tests.support.film_files import audio_stream, displayed, video_stream
from tests.support.present import present

pytestmark = pytest.mark.packages

#: Pixels and frames per second of the films that tests make.
SIZE, RATE = (320, 180), 12


#: So many pictures of a film.
Frames = Callable[[int], Iterator[RGB]]


@pytest.fixture
def frames(astronaut: RGB) -> Frames:
    """The first so many frames of the example film, small."""

    def made(count: int) -> Iterator[RGB]:
        for number in range(count):
            yield np.ascontiguousarray(example_film.frame(astronaut, 2 * number)[::2, ::2])

    return made


def write(
    path: Path,
    frames: Iterator[RGB],
    codec: str = "libx264",
    pix_fmt: str = "yuv420p",
    times: Callable[[int], Fraction] = lambda i: Fraction(i, RATE),
    sound: str = "",
) -> Path:
    """A film file; ``sound`` is the codec of a tone beside it."""
    with av.open(str(path), "w") as written:
        stream = video_stream(written, codec, RATE)
        stream.pix_fmt = pix_fmt
        stream.codec_context.time_base = Fraction(1, 12_000)
        tone = audio_stream(written, sound) if sound else None
        count = 0
        for count, rgb in enumerate(frames, 1):
            if count == 1:
                stream.height, stream.width = rgb.shape[:2]
            frame = av.VideoFrame.from_ndarray(rgb, "rgb24")
            frame.pts = round(times(count - 1) * 12_000)
            frame.time_base = Fraction(1, 12_000)
            written.mux(stream.encode(frame))
        written.mux(stream.encode())
        if tone is not None:
            wave = np.sin(np.arange(4000 * count) / 20, dtype=np.float32)[None]
            for start in range(0, wave.shape[1], 960):
                part = np.ascontiguousarray(wave[:, start : start + 960])
                chunk = av.AudioFrame.from_ndarray(part, "fltp", "mono")
                chunk.sample_rate, chunk.pts = 48_000, start
                chunk.time_base = Fraction(1, 48_000)
                written.mux(tone.encode(chunk))
            written.mux(tone.encode())
    return path


def annotated(source: Path, out: Path, **options: Any) -> Film:
    *steps, film = annotate_film(source, out, **options)
    assert all(isinstance(step, Progress) for step in steps)
    assert isinstance(film, Film)
    return film


def probed(path: Path) -> tuple[str, str, tuple[int, int], list[Any], list[float]]:
    """Codec, pixel format, size, all frames, and their times."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        decoded = list(container.decode(stream))
        pixels = [frame.to_ndarray(format="rgb24") for frame in decoded]
        assert {frame.rotation for frame in decoded} == {0}
        context = stream.codec_context
        size = context.width, context.height
        times = [float(present(frame.time)) for frame in decoded]
        return context.name, present(context.pix_fmt), size, pixels, times


def test_a_film_comes_back_annotated(tmp_path: Path, frames: Frames) -> None:
    source = write(tmp_path / "in.mp4", frames(36))
    film = annotated(source, tmp_path / "out.mp4")
    (track,) = film.tracks
    assert track.verdict.label == "female"
    assert sum(bool(film.in_view(when)) for when in film.times) >= 35
    codec, pix_fmt, size, pixels, times = probed(tmp_path / "out.mp4")
    assert (codec, pix_fmt, size, len(pixels)) == ("h264", "yuv420p", SIZE, 36)
    np.testing.assert_allclose(times, np.arange(36) / RATE, atol=1e-3)
    # The orange box is drawn around the face in every frame.
    orange = np.array(list(bytes.fromhex(palette.FEMALE[1:])))
    for rgb, when in zip(pixels, film.times, strict=True):
        [(_, box)] = film.in_view(when)
        top = rgb[round(box.y + 1), round(box.x + 12) : round(box.x + box.width - 12)].astype(int)
        assert np.abs(top - orange).mean() < 70
    assert (tmp_path / "out.mp4").read_bytes().find(b"moov") < 64  # before the pictures
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.mp4", "out.mp4"]


@pytest.mark.parametrize("every", [18, 30])
def test_a_face_is_boxed_between_looks_far_apart(
    tmp_path: Path, frames: Frames, every: int
) -> None:
    """One and a half and two and a half seconds: longer than a face may be out of sight."""
    film = annotated(write(tmp_path / "in.mp4", frames(61)), tmp_path / "out.mp4", every=every)
    (track,) = film.tracks
    assert len(film.looks) == track.hits == {18: 5, 30: 3}[every]
    assert all(film.in_view(when) for when in film.times)
    assert film.stretches(track) == [(film.times[0], film.times[-1])]


def test_a_film_from_a_phone_is_turned_upright(tmp_path: Path, frames: Frames) -> None:
    lying = (np.ascontiguousarray(np.rot90(rgb)) for rgb in frames(12))  # a quarter to the left
    # To be turned by 90 degrees clockwise.
    source = displayed(write(tmp_path / "in.mp4", lying), 0, 1, -1, 0)
    film = annotated(source, tmp_path / "out.mp4")
    assert (film.width, film.height) == SIZE
    assert [track.verdict.label for track in film.tracks] == ["female"]
    assert probed(tmp_path / "out.mp4")[2] == SIZE


@pytest.mark.parametrize(
    ("name", "codec", "pix_fmt", "size"),
    [
        ("odd.mkv", "ffv1", "bgr0", (321, 179)),
        ("ten-bit.mkv", "libx264", "yuv420p10le", SIZE),
        ("alpha.mov", "qtrle", "argb", SIZE),
        ("web.webm", "libvpx-vp9", "yuv420p", SIZE),
        ("old.avi", "mpeg4", "yuv420p", SIZE),
    ],
)
def test_kinds_of_film(
    tmp_path: Path,
    frames: Frames,
    name: str,
    codec: str,
    pix_fmt: str,
    size: Any,
) -> None:
    padded = (
        np.pad(rgb, ((0, 2), (0, 2), (0, 0)), "edge")[: size[1], : size[0]] for rgb in frames(12)
    )
    source = write(tmp_path / name, map(np.ascontiguousarray, padded), codec, pix_fmt)
    film = annotated(source, tmp_path / "out.mp4")
    assert (film.width, film.height) == size
    assert len(film.tracks) == 1
    codec, pix_fmt, even, pixels, _ = probed(tmp_path / "out.mp4")
    assert (codec, pix_fmt, len(pixels)) == ("h264", "yuv420p", 12)
    assert even == (size[0] // 2 * 2, size[1] // 2 * 2)


def test_frames_keep_their_times(tmp_path: Path, frames: Frames) -> None:
    """A film of variable frame rate: slow at first, then fast."""

    def when(i: int) -> Fraction:
        return Fraction(i, 6) if i < 12 else 2 + Fraction(i - 12, 24)

    source = write(tmp_path / "in.mkv", frames(24), times=when)
    annotated(source, tmp_path / "out.mp4")
    times = probed(tmp_path / "out.mp4")[4]
    np.testing.assert_allclose(times, [float(when(i)) for i in range(24)], atol=2e-3)


@pytest.mark.parametrize(("name", "codec"), [("in.mp4", "aac"), ("in.mkv", "pcm_s16le")])
def test_the_sound_is_kept(tmp_path: Path, frames: Frames, name: str, codec: str) -> None:
    source = write(tmp_path / name, frames(24), sound=codec)
    annotated(source, tmp_path / "out.mp4")
    with av.open(str(tmp_path / "out.mp4")) as container:
        (sound,) = container.streams.audio
        assert sound.codec_context.name == "aac"
        samples = np.concatenate([f.to_ndarray()[0] for f in container.decode(sound)])
    assert len(samples) / 48_000 == pytest.approx(2, abs=0.15)
    assert np.abs(samples[4800:-4800]).mean() > 0.3


def test_stopping_keeps_what_was_read(tmp_path: Path, frames: Frames) -> None:
    source = write(tmp_path / "in.mp4", frames(48))
    asked = iter([False] * 5 + [True] * 100)
    film = annotated(source, tmp_path / "out.mp4", stop=lambda: next(asked))
    assert film.stopped
    assert 0 < len(film.times) < 48
    assert len(probed(tmp_path / "out.mp4")[3]) == len(film.times)


def test_a_film_given_up_leaves_nothing(tmp_path: Path, frames: Frames) -> None:
    source = write(tmp_path / "in.mp4", frames(24))
    steps = cast("Generator[Progress]", annotate_film(source, tmp_path / "out.mp4"))
    while next(steps).stage == "reading":
        pass
    steps.close()
    assert [path.name for path in tmp_path.iterdir()] == ["in.mp4"]


def test_tables(tmp_path: Path, frames: Frames) -> None:
    film = annotated(write(tmp_path / "in.mp4", frames(24)), tmp_path / "out.mp4", name="in.mp4")
    rows = list(frame_rows(film))
    assert [row["frame"] for row in rows] == sorted(row["frame"] for row in rows)
    assert {row["track"] for row in rows} == {1}
    assert len(rows) >= 23
    (track,) = track_rows(film)
    assert track["label"] == "female"
    assert track["first"] == 0
    assert frames_csv(film).count("\n") == len(rows) + 1
    assert tracks_csv(film).startswith("track,label,probability_female,chance_wrong,reasons")
    plain = film.to_dict()
    assert (plain["source"], plain["frames"], plain["error"]) == ("in.mp4", 24, None)


def nothing(path: Path, frames: Frames) -> Path:
    path.write_bytes(b"")
    return path


def picture(path: Path, frames: Frames) -> Path:
    Image.fromarray(next(frames(1))).save(path, "JPEG")
    return path


def playlist(path: Path, frames: Frames) -> Path:
    path.write_text("#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n")
    return path


def cut_off(path: Path, frames: Frames) -> Path:
    content = write(path, frames(24)).read_bytes()
    path.write_bytes(content[: len(content) // 2])
    return path


def one_frame(path: Path, frames: Frames) -> Path:
    return write(path, frames(1))


def no_frame(path: Path, frames: Frames) -> Path:
    """A film whose table of samples is empty: its pictures were wiped out."""
    content = bytearray(write(path, frames(12)).read_bytes())
    for box, size in ((b"stsz", 8), (b"stts", 4), (b"stsc", 4), (b"stco", 4), (b"stss", 4)):
        place = content.find(box) + 4 + size
        content[place : place + 4] = bytes(4)
    path.write_bytes(content)
    return path


def only_sound(path: Path, frames: Frames) -> Path:
    with av.open(str(path), "w") as written:
        tone = written.add_stream("aac", rate=48_000)
        for start in range(0, 48_000, 1024):
            chunk = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
            chunk.sample_rate, chunk.pts, chunk.time_base = 48_000, start, Fraction(1, 48_000)
            written.mux(tone.encode(chunk))
        written.mux(tone.encode())
    return path


def huge(path: Path, frames: Frames) -> Path:
    return write(path, iter([np.zeros((4320, 7680, 3), np.uint8)] * 2), "mpeg4")


def long(path: Path, frames: Frames) -> Path:
    """Five hours by its header."""
    return write(path, frames(2), times=lambda i: Fraction(i * 5 * 3600))


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (nothing, "not a film"),
        (picture, "as a photo"),
        (playlist, "not a film"),
        (cut_off, "not a film"),
        (one_frame, "one picture only"),
        (no_frame, "no picture that can be read"),
        (only_sound, "only sound"),
        (huge, "too large"),
        (long, "longer than 60 minutes"),
    ],
)
def test_bad_films_get_a_sentence(tmp_path: Path, frames: Frames, made: Any, words: str) -> None:
    source = made(tmp_path / "in.mp4", frames)
    with pytest.raises(FacespaceError, match=words):
        list(annotate_film(source, tmp_path / "out.mp4"))
    assert [path.name for path in tmp_path.iterdir()] == ["in.mp4"]


def test_a_film_that_breaks_off_is_read_as_far_as_it_goes(tmp_path: Path, frames: Frames) -> None:
    source = write(tmp_path / "in.mkv", frames(48))
    content = source.read_bytes()
    source.write_bytes(content[: len(content) * 2 // 3])
    film = annotated(source, tmp_path / "out.mp4")
    assert 2 <= len(film.times) < 48
    assert len(probed(tmp_path / "out.mp4")[3]) == len(film.times)


def test_a_large_file_is_refused(
    tmp_path: Path, frames: Frames, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = write(tmp_path / "in.mp4", frames(2))
    monkeypatch.setattr(limits, "MAX_FILM_BYTES", 100)
    with pytest.raises(FacespaceError, match="larger than"):
        list(annotate_film(source, tmp_path / "out.mp4"))


def clips(data: Path) -> list[Path]:
    return sorted((data / "video").glob("intel_*.m*"))


@pytest.mark.slow
def test_real_films(data: Path, tmp_path: Path) -> None:
    """Whom the detector sees is boxed, nobody changes number or verdict; no face, no box."""
    for path in clips(data):
        film = annotated(path, tmp_path / "out.mp4")
        if "people-detection" in path.name:
            assert film.tracks == ()
        else:
            assert film.tracks
            boxed = np.mean([bool(film.in_view(when)) for when in film.times])
            assert boxed >= 0.97
        if "head-pose" in path.name:
            assert [track.verdict.label for track in film.tracks] == [
                "female",
                "male",
            ]  # from the left
            gaps = [b - a for track in film.tracks for (a, _), (b, _) in pairwise(track.trail)]
            assert max(gaps) < 1
