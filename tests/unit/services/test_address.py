"""What a source may be, what is shown of it, and what no answer of a server may lead to."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from facespace.services.address import Address
from facespace.services.camera import Camera, State
from facespace.types import RGB, FacespaceError
from tests.support.streams import film, scene, web

pytestmark = pytest.mark.packages


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("rtsp://camera.example/stream", "rtsp://camera.example/stream"),
        ("rtsp://anna:secret@camera.example:8554/one/two", "rtsp://camera.example:8554/one/two"),
        ("RTSPS://anna:se%40cret@[fe80::1]:322/", "rtsps://[fe80::1]:322/"),
        ("http://anna@camera.example/live?pwd=secret&x=1", "http://camera.example/live?…"),
        (
            "rtsp://10.0.0.1:554/user=anna_password=secret_channel=1.sdp?real_stream",
            "rtsp://10.0.0.1:554/…?…",
        ),
        (" https://camera.example/live.m3u8#secret ", "https://camera.example/live.m3u8"),
    ],
)
def test_an_address_is_shown_without_name_password_and_query(text: str, shown: str) -> None:
    address = Address.of(text)
    assert (address.shown, address.kind) == (shown, "network")
    assert address.target.lower() == text.strip().lower()
    assert "secret" not in repr(address) and "anna" not in repr(address)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "this is no source"),
        ("none.mp4", "none.mp4 is no source"),
        ("anna:secret@camera.example/live", "this is no source"),
        ("rtsp://anna:se#cret@camera.example/live", "%23 for #"),
        ("rtsp://anna:1/secret@camera.example/live", "%2F for /"),
        ("rtsp://anna:1?secret@camera.example/live", "%3F for ?"),
        ("rtsp://anna:p@ss/secret@camera.example/live", "%2F for /"),
        ("rtsp://anna:p@ss?secret@camera.example/live", "%3F for ?"),
        ("camera.example/live?pwd=secret", "this is no source"),
        ("rtsp:///secret", "rtsp:// is no source"),
        ("file:///etc/secret", "file:// is no source"),
        ("concat://secret", "concat:// is no source"),
        ("ftp://anna:secret@camera.example/live", "ftp:// is no source"),
    ],
)
def test_what_is_no_source_is_said_without_a_password(text: str, said: str) -> None:
    if "://" not in text and sys.platform != "linux":
        pytest.skip("there it may be the name of a camera")
    with pytest.raises(FacespaceError) as error:
        Address.of(text)
    assert said in str(error.value)
    assert "secret" not in str(error.value) and "anna" not in str(error.value)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems name cameras otherwise")
def test_a_camera_of_this_machine(tmp_path: Path) -> None:
    camera = Address.of("7")
    assert (camera.target, camera.device) == ("/dev/video7", "video4linux2")
    assert Address.of("/dev/null").kind == "camera"
    assert ended(camera).error == "camera 7: there is no such camera"
    with pytest.raises(FacespaceError):
        Address.of(str(tmp_path))


def test_a_file_is_a_film_whatever_its_name(tmp_path: Path, astronaut: RGB) -> None:
    path = tmp_path / "7.mp4"
    path.write_bytes(film(scene(astronaut, 0.5, 0)))
    assert Address.of(str(path)).kind == "film"
    assert ended(Address.of(str(path))) == State("over")
    path.write_bytes(b"no film")
    assert "not a film" in ended(Address.of(str(path))).error


def ended(address: Address) -> State:
    """How it stands with a source once it is on no more."""
    with Camera(address) as camera:
        for _ in range(200):
            camera.picture(0.1)
            if camera.state.stage not in ("connecting", "on"):
                break
        return camera.state


def playlist(*names: str) -> bytes:
    lines = ["#EXTM3U", "#EXT-X-TARGETDURATION:4"]
    lines += [part for name in names for part in ("#EXTINF:1.0,", name)]
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""]).encode()


def test_a_playlist_is_followed_within_the_network_alone(tmp_path: Path, astronaut: RGB) -> None:
    part = film(scene(astronaut, 1, 0), "mpegts")
    local = tmp_path / "local.ts"
    local.write_bytes(part)
    assert ended(Address.of(str(local))) == State("over")  # it could be read
    files = {
        "/good.m3u8": playlist("part.ts"),
        "/part.ts": part,
        "/file.m3u8": playlist(f"file://{local}"),
        "/path.m3u8": playlist(f"file:{local}"),
        "/concat.m3u8": playlist(f"concat:{local}"),
        "/concat.txt": f"ffconcat version 1.0\nfile {local}\n".encode(),
        "/sdp": b"v=0\nc=IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n",
        "/page.html": b"<html>Welcome</html>",
    }
    with web(files) as server:
        assert ended(Address.of(f"{server.address}/good.m3u8")) == State("over")
        for name in list(files)[2:]:
            assert "no video that can be read" in ended(Address.of(server.address + name)).error
