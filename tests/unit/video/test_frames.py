"""Films as they come: pixels that are not square, covers, late sound, damage, colours, length."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from dashboard.widgets import example_film
from facespace import limits
from facespace.faces import annotate
from facespace.io.formats import FILM_ENDINGS
from facespace.types import RGB, Box, FacespaceError, TooLarge, UnknownFormat
from facespace.video import frames, sound, written_film
from facespace.video.annotated_film import annotate_film
from facespace.video.film import Film
from tests.support.film_files import audio_stream, displayed, video_stream
from tests.support.present import present

pytestmark = pytest.mark.packages

SIZE, RATE = (320, 180), 12

#: Of a file whose first packets lie before its beginning: an edit list says so.
EDITED = {"avoid_negative_ts": "disabled", "use_editlist": "1"}


def faces(astronaut: RGB, count: int) -> Iterator[RGB]:
    for number in range(count):
        yield np.ascontiguousarray(example_film.frame(astronaut, 2 * number)[::2, ::2])


def write(path: Path, pictures: Iterator[RGB], codec: str = "libx264", **context: object) -> Path:
    with av.open(str(path), "w") as written:
        stream = video_stream(written, codec, RATE)
        stream.pix_fmt = "yuv420p"
        for name, value in context.items():
            setattr(stream.codec_context, name, value)
        for number, rgb in enumerate(pictures):
            if not number:
                stream.height, stream.width = rgb.shape[:2]
            written.mux(stream.encode(av.VideoFrame.from_ndarray(rgb, "rgb24")))
        written.mux(stream.encode())
    return path


def annotated(source: Path, out: Path) -> Film:
    *_, film = annotate_film(source, out)
    assert isinstance(film, Film)
    return film


def pictures(path: Path) -> list[RGB]:
    with frames.opened(path) as source:
        return [source.upright(frame) for frame in source.frames()]


def test_pixels_that_are_not_square_are_stretched(tmp_path: Path, astronaut: RGB) -> None:
    squeezed = (np.ascontiguousarray(rgb[:, ::2]) for rgb in faces(astronaut, 6))
    source = write(tmp_path / "in.mp4", squeezed, sample_aspect_ratio=Fraction(2))
    film = annotated(source, tmp_path / "out.mp4")
    assert (film.width, film.height) == SIZE
    assert [track.verdict.label for track in film.tracks] == ["female"]
    with av.open(str(tmp_path / "out.mp4")) as written:
        stream = written.streams.video[0]
        assert (stream.width, stream.height) == SIZE
        assert stream.sample_aspect_ratio in (None, 0, 1)


def test_a_frame_of_another_size_is_brought_to_the_first_ones(
    tmp_path: Path, astronaut: RGB
) -> None:
    """Two films one after the other in one transport stream, as cameras write them."""
    first = write(tmp_path / "a.ts", faces(astronaut, 12))
    small = (np.ascontiguousarray(rgb[::2, ::2]) for rgb in faces(astronaut, 12))
    second = write(tmp_path / "b.ts", small)
    source = tmp_path / "in.ts"
    source.write_bytes(first.read_bytes() + second.read_bytes())
    assert {rgb.shape for rgb in pictures(source)} == {(180, 320, 3)}
    film = annotated(source, tmp_path / "out.mp4")
    assert len(pictures(tmp_path / "out.mp4")) == len(film.times) > 12


def test_the_limit_holds_for_each_frame(
    tmp_path: Path, astronaut: RGB, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = write(tmp_path / "in.mp4", faces(astronaut, 3))
    with frames.opened(source) as film:
        monkeypatch.setattr(limits, "MAX_FILM_PIXELS", 1000)
        with pytest.raises(TooLarge, match="320 × 180 pixels are too large"):
            list(film.frames())


def test_colours_are_kept_and_said(tmp_path: Path) -> None:
    flat = np.zeros((180, 320, 3), np.uint8)
    flat[:, :160], flat[:, 160:] = (200, 60, 40), (30, 160, 90)
    annotated(write(tmp_path / "in.mp4", iter([flat] * 4)), tmp_path / "out.mp4")
    with av.open(str(tmp_path / "out.mp4")) as container:
        frame = next(container.decode(video=0))
        assert (frame.colorspace, frame.color_range) == (
            written_film.BT709,
            written_film.LIMITED,
        )
        assert frame.color_primaries == frame.color_trc == written_film.BT709
        rgb = frame.to_ndarray(format="rgb24").astype(int)
    np.testing.assert_allclose(rgb[90, 80], (200, 60, 40), atol=6)
    np.testing.assert_allclose(rgb[90, 240], (30, 160, 90), atol=6)


def test_words_do_not_change_while_a_face_comes_nearer() -> None:
    def words(width: float, wide: float | None) -> int:
        box = Box(100, 100, width, width)
        drawn = annotate.draw_marks(
            np.zeros((400, 400, 3), np.uint8),
            [annotate.Mark(box, "male", ("1  male 93%", "male 93%", "M"), wide=wide)],
        )
        return int((drawn[:98] > 200).all(axis=2).sum())

    assert words(20, None) < words(90, None)
    assert words(40, 60) == words(60, 60) == words(90, 60) == words(60, None)


def test_a_cover_is_no_film(tmp_path: Path, astronaut: RGB) -> None:
    """A song with a picture on it, as music players keep them."""
    path = tmp_path / "song.m4a"
    with av.open(str(path), "w", "mp4") as written:
        cover = written.add_stream("mjpeg", rate=1)
        cover.pix_fmt, cover.width, cover.height = "yuvj420p", *SIZE
        cover.disposition = av.stream.Disposition.attached_pic
        tone(written, 1.0)
        written.mux(cover.encode(av.VideoFrame.from_ndarray(next(faces(astronaut, 1)), "rgb24")))
        written.mux(cover.encode())
    with pytest.raises(UnknownFormat, match="only sound"):
        annotated(path, tmp_path / "out.mp4")


def tone(
    written: av.container.OutputContainer, seconds: float, codec: str = "aac"
) -> Callable[[float], None]:
    """A sound track beside a film; call the result to write it from a second on."""
    stream = audio_stream(written, codec)

    def play(start: float) -> None:
        wave = np.sin(np.arange(round(48_000 * seconds)) / 20, dtype=np.float32)[None] / 2
        for at in range(0, wave.shape[1], 960):
            part = np.ascontiguousarray(wave[:, at : at + 960])
            chunk = av.AudioFrame.from_ndarray(part, "fltp", "mono")
            chunk.sample_rate, chunk.time_base = 48_000, Fraction(1, 48_000)
            chunk.pts = at + round(start * 48_000)
            written.mux(stream.encode(chunk))
        written.mux(stream.encode())

    return play


@pytest.mark.parametrize(("name", "codec"), [("in.mp4", "aac"), ("in.mkv", "pcm_s16le")])
def test_sound_that_begins_late_stays_late(
    tmp_path: Path, astronaut: RGB, name: str, codec: str
) -> None:
    with av.open(str(tmp_path / name), "w") as written:
        stream = written.add_stream("libx264", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        play = tone(written, 1.0, codec)
        for rgb in faces(astronaut, 24):
            written.mux(stream.encode(av.VideoFrame.from_ndarray(rgb, "rgb24")))
        written.mux(stream.encode())
        play(1.0)
    annotated(tmp_path / name, tmp_path / "out.mp4")
    loud = np.zeros(3 * 48_000, bool)
    with av.open(str(tmp_path / "out.mp4")) as container:
        for frame in container.decode(audio=0):
            begin = round(float(present(frame.time)) * 48_000)
            wave = np.abs(frame.to_ndarray()[0])
            loud[begin : begin + len(wave)] = wave > 0.1
    assert np.flatnonzero(loud)[0] / 48_000 == pytest.approx(1, abs=2 * sound.LATE)
    assert loud[int(1.2 * 48_000) : int(1.8 * 48_000)].mean() > 0.8


def test_a_damaged_moment_is_left_out(tmp_path: Path, astronaut: RGB) -> None:
    source = write(tmp_path / "in.ts", faces(astronaut, 48), "mpeg2video")
    content = bytearray(source.read_bytes())
    middle = len(content) // 2 // 188 * 188
    content[middle : middle + 188 * 10] = bytes(188 * 10)
    source.write_bytes(content)
    film = annotated(source, tmp_path / "out.mp4")
    assert 36 <= len(film.times) <= 48
    assert len(pictures(tmp_path / "out.mp4")) == len(film.times)
    assert [track.verdict.label for track in film.tracks] == ["female"]


def test_times_only_go_forward(tmp_path: Path, astronaut: RGB) -> None:
    class Frame:
        def __init__(self, time: float | None) -> None:
            self.time = time
            self.duration, self.time_base = 3, Fraction(1, 4)

    with frames.opened(write(tmp_path / "in.mp4", faces(astronaut, 2))) as film:
        when = film.times()
        assert [when(Frame(time)) for time in (3.0, 3.0, 2.0, None, 4.0)] == pytest.approx(
            [3.0, 3.001, 3.002, 3.002 + 1 / RATE, 4.0]
        )
        assert film.last == 0.75


@pytest.mark.parametrize(
    "name", ["take:final.mp4", "10:30 take.mp4", "file:x.mp4", "http:a.mp4", "concat:a|b.mp4"]
)
def test_a_name_is_no_address(
    name: str, tmp_path: Path, astronaut: RGB, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "in.mp4", faces(astronaut, 4)).rename(tmp_path / name)
    monkeypatch.chdir(tmp_path)
    for source in (Path(name), tmp_path / name):
        film = annotated(source, Path(f"out:{name}"))
        assert len(film.times) == len(pictures(tmp_path / f"out:{name}")) == 4
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([name, f"out:{name}"])


def test_the_last_picture_is_shown_as_long_as_it_was(tmp_path: Path, astronaut: RGB) -> None:
    slides = [Image.fromarray(rgb) for rgb in faces(astronaut, 2)]
    source, out = tmp_path / "in.gif", tmp_path / "out.mp4"
    slides[0].save(source, save_all=True, append_images=slides[1:], duration=[400, 4900])
    film = annotated(source, out)
    assert film.seconds == pytest.approx(5.3)
    assert not film.problem
    with av.open(str(out)) as container:
        assert present(container.duration) / av.time_base == pytest.approx(5.3, abs=0.01)


def test_what_was_cut_out_without_encoding_anew_is_whole(tmp_path: Path, astronaut: RGB) -> None:
    """Players skip what lies before the cut; the header still counts it. The song is longer."""
    whole, cut = (
        write(tmp_path / "whole.mp4", faces(astronaut, 48), gop_size=48),
        tmp_path / "cut.mp4",
    )
    with av.open(str(whole)) as read, av.open(str(cut), "w", options=EDITED) as written:
        stream = written.add_stream_from_template(read.streams.video[0])
        play = tone(written, 8.0)
        for packet in read.demux(video=0):
            if packet.dts is not None and packet.pts is not None:
                shift = round(2 / packet.time_base)
                packet.pts, packet.dts, packet.stream = (
                    packet.pts - shift,
                    packet.dts - shift,
                    stream,
                )
                written.mux(packet)
        play(0.0)
    with frames.opened(cut) as source:
        shown = sum(1 for _ in source.frames())
        assert source.total == shown == 24
    film = annotated(cut, tmp_path / "out.mp4")
    assert (len(film.times), film.problem) == (24, "")


def test_of_several_pictures_and_sounds_the_marked_ones_are_taken(
    tmp_path: Path, astronaut: RGB
) -> None:
    path = tmp_path / "in.mkv"
    with av.open(str(path), "w") as written:
        empty, shown = (video_stream(written, "libx264", RATE) for _ in range(2))
        silent, heard = (audio_stream(written, "aac") for _ in range(2))
        for stream in (empty, shown):
            stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        for other, default in ((empty, shown), (silent, heard)):
            other.disposition = av.stream.Disposition(0)
            default.disposition = av.stream.Disposition.default
        for rgb in faces(astronaut, 12):
            written.mux(empty.encode(av.VideoFrame.from_ndarray(np.zeros_like(rgb), "rgb24")))
            written.mux(shown.encode(av.VideoFrame.from_ndarray(rgb, "rgb24")))
        for stream in (empty, shown):
            written.mux(stream.encode())
    with frames.opened(path) as source:
        assert [sound.index for sound in source.sounds] == [3]
    assert [track.verdict.label for track in annotated(path, tmp_path / "out.mp4").tracks] == [
        "female"
    ]


MATRICES: dict[str, tuple[tuple[int, ...], Callable[[RGB], RGB]]] = {
    "mirrored": ((-1, 0, 0, 1), lambda rgb: rgb[:, ::-1]),
    "upside down": ((1, 0, 0, -1), lambda rgb: rgb[::-1]),
    "turned round": ((-1, 0, 0, -1), lambda rgb: rgb[::-1, ::-1]),
    "turned to the right": ((0, 1, -1, 0), lambda rgb: np.rot90(rgb, -1)),
    "turned to the left": ((0, -1, 1, 0), lambda rgb: np.rot90(rgb)),
    "turned and mirrored": ((0, 1, 1, 0), lambda rgb: rgb.transpose(1, 0, 2)),
}


@pytest.mark.parametrize("way", MATRICES)
def test_a_film_is_shown_as_players_show_it(way: str, tmp_path: Path, astronaut: RGB) -> None:
    matrix, moved = MATRICES[way]
    path = write(tmp_path / "in.mp4", faces(astronaut, 2))
    stored = pictures(path)[0]
    displayed(path, *matrix)
    np.testing.assert_array_equal(pictures(path)[0], moved(stored))


def test_places_are_looked_at_before_the_work(tmp_path: Path, astronaut: RGB) -> None:
    source = write(tmp_path / "in.mp4", faces(astronaut, 2))
    content = source.read_bytes()
    for out, words in ((source, "over itself"), (tmp_path / "none" / "out.mp4", "no folder")):
        with pytest.raises(FacespaceError, match=words):
            annotated(source, out)
    assert source.read_bytes() == content


MEMORY = """
import resource, sys
from pathlib import Path
from facespace.video.annotated_film import annotate_film
peaks = []
for path in sys.argv[1:]:
    for step in annotate_film(Path(path), Path(path).with_suffix(".out.mp4")):
        pass
    status = Path("/proc/self/status").read_text()
    peaks.append(int(status.split("VmHWM:")[1].split()[0]))
print((peaks[-1] - peaks[0]) / 1024)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak from /proc")
def test_a_longer_film_takes_no_more_memory(tmp_path: Path, astronaut: RGB) -> None:
    """Frames of the long one would take 100 MB more than those of the short one."""
    cycle = list(faces(astronaut, 60))
    short = write(tmp_path / "short.mp4", iter(cycle))
    long = write(tmp_path / "long.mp4", iter(cycle * 12))
    command = [sys.executable, "-c", MEMORY, str(short), str(long)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) < 40


#: How films of each ending are written: muxer, codec and pixels.
WRITTEN = dict.fromkeys(("mp4", "m4v", "mov", "qt"), ("mp4", "libx264", "yuv420p"))
WRITTEN |= {ending: (ending, "libx264", "yuv420p") for ending in ("3gp", "3g2", "f4v")}
WRITTEN |= dict.fromkeys(("ts", "mts", "m2ts"), ("mpegts", "libx264", "yuv420p"))
WRITTEN |= dict.fromkeys(("mpg", "mpeg"), ("mpeg", "mpeg1video", "yuv420p"))
WRITTEN |= dict.fromkeys(("ogv", "ogg"), ("ogg", "libvpx", "yuv420p"))
WRITTEN |= dict.fromkeys(("wmv", "asf"), ("asf", "wmv2", "yuv420p"))
WRITTEN |= {
    "mkv": ("matroska", "libx264", "yuv420p"),
    "webm": ("webm", "libvpx", "yuv420p"),
    "avi": ("avi", "mpeg4", "yuv420p"),
    "vob": ("vob", "mpeg2video", "yuv420p"),
    "flv": ("flv", "flv", "yuv420p"),
    "gif": ("gif", "gif", "rgb8"),
}


@pytest.mark.parametrize("ending", FILM_ENDINGS)
def test_a_film_of_every_ending_that_is_offered_is_read(
    tmp_path: Path, astronaut: RGB, ending: str
) -> None:
    kind, codec, pixels = WRITTEN[ending]
    path = tmp_path / f"film.{ending}"
    with av.open(str(path), "w", kind) as written:
        stream = video_stream(written, codec, 25)
        stream.width, stream.height, stream.pix_fmt = 320, 176, pixels
        for rgb in faces(astronaut, 5):
            frame = av.VideoFrame.from_ndarray(rgb, "rgb24")
            written.mux(stream.encode(frame.reformat(320, 176, format=pixels)))
        written.mux(stream.encode())
    assert [picture.shape for picture in pictures(path)] == 5 * [(176, 320, 3)]
