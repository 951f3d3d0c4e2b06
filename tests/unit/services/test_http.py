"""Photos over HTTP: a real client and a real server, and results that are the library's."""

from __future__ import annotations

import io
from typing import Any

import cv2
import numpy as np
import pytest
import requests
from PIL import Image

from facespace import limits
from facespace.faces import detectors, installed
from facespace.faces.analyze import Settings, analyze
from facespace.faces.detectors import NAMES
from facespace.io import images
from facespace.services import contract
from facespace.types import RGB, FacespaceError
from tests.support.pictures import progressive, saved

FILE = tuple[str, tuple[str, bytes]]


def posted(url: str, *files: bytes, accept: str = "", **query: Any) -> requests.Response:
    """What the service answers to photos in a form."""
    sent: list[FILE] = [("file", (f"{number}.png", one)) for number, one in enumerate(files)]
    headers = {"Accept": accept} if accept else {}
    address = f"{url}/v1/photo"
    return requests.post(address, files=sent, params=query, headers=headers, timeout=60)


def timeless(reading: dict[str, Any]) -> dict[str, Any]:
    """A reading but for how long it took."""
    return reading | {"milliseconds": None}


def test_a_photo_is_read_as_the_library_reads_it(url: str, astronaut_file: bytes) -> None:
    answer = posted(url, astronaut_file)
    assert answer.status_code == 200
    read = analyze(astronaut_file, source="0.png").to_dict()
    assert timeless(answer.json()) == timeless(read)
    assert list(answer.json()) == list(read)
    assert answer.json()["milliseconds"] > 0
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_bytes_of_a_photo_are_enough(url: str, astronaut_file: bytes) -> None:
    for kind in ("image/png", "application/x-www-form-urlencoded", ""):
        headers = {"Content-Type": kind} if kind else {}
        answer = requests.post(f"{url}/v1/photo", astronaut_file, headers=headers, timeout=60)
        reading = analyze(astronaut_file, source="photo").to_dict()
        assert timeless(answer.json()) == timeless(reading)


def test_of_many_photos_one_that_cannot_be_read_stops_no_other(
    url: str, variants: list[bytes]
) -> None:
    answer = posted(url, variants[0], b"no picture", variants[1])
    assert answer.status_code == 200
    first, broken, last = answer.json()
    for number, reading in ((0, first), (2, last)):
        read = analyze(variants[number // 2], source=f"{number}.png")
        assert timeless(reading) == timeless(read.to_dict())
    assert (broken["source"], broken["faces"], broken["made_by"]) == ("1.png", [], None)
    assert "is not a JPEG" in broken["error"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"no picture", 415),
        (saved(Image.new("RGB", (64, 64)), "TIFF", tiffinfo={254: 1}), 415),
        (saved(Image.effect_noise((64, 64), 90).convert("RGB"))[:-900], 422),
        (progressive(Image.new("RGB", (48, 32)), limits.MAX_SCANS + 1), 413),
        (saved(Image.new("1", (9_000, 9_000)), "PNG"), 413),
    ],
)
def test_one_that_cannot_be_read_has_the_librarys_sentence(
    content: bytes, code: int, url: str
) -> None:
    with pytest.raises(FacespaceError) as said:
        analyze(content)
    answer = posted(url, content)
    assert (answer.status_code, answer.json()) == (code, {"error": str(said.value)})


def test_where_there_is_no_photo_it_is_said(url: str) -> None:
    address = f"{url}/v1/photo"
    for answer in (
        requests.post(address, timeout=60),
        requests.post(address, files={"photo": b"x"}, timeout=60),
        requests.post(address, files={"file": ("x.jpg", b"")}, timeout=60),
        requests.post(address, data={"file": "x"}, files={"other": b"x"}, timeout=60),
    ):
        assert answer.status_code == 422
        assert "a form with a field file" in answer.json()["error"]
    headers = {"Content-Type": "multipart/form-data"}
    answer = requests.post(address, b"x", headers=headers, timeout=60)
    assert answer.status_code == 422 and "cannot be read" in answer.json()["error"]
    answer = posted(url, *([b"x"] * (limits.MAX_FILES + 1)))
    assert answer.status_code == 422 and str(limits.MAX_FILES) in answer.json()["error"]


def test_settings_are_those_of_the_command_line(url: str, astronaut_file: bytes) -> None:
    settings = Settings("haar", "gradients", 0.5, 0.2)
    query: dict[str, Any] = {
        "detector": "haar",
        "model": "gradients",
        "threshold": 0.5,
        "most_wrong": 0.2,
    }
    answer = posted(url, astronaut_file, **query)
    read = analyze(astronaut_file, settings, "0.png").to_dict()
    assert timeless(answer.json()) == timeless(read)
    small = posted(url, astronaut_file, small_faces="true").json()
    assert small["made_by"]["small_faces"] is True


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"detector": "nobody"}, ", ".join(NAMES)),
        ({"model": "nobody"}, "There is no model 'nobody'"),
        ({"threshold": 2}, "threshold: Input should be less than or equal to 1"),
        ({"most_wrong": 0.9}, "most_wrong: "),
        ({"detektor": "haar"}, "detektor: "),
        ({"anonymise": "smear"}, "anonymise: "),
        ({"anonymise": "blur"}, "needs Accept"),
    ],
)
def test_a_wrong_setting_is_named(
    query: dict[str, Any], said: str, url: str, astronaut_file: bytes
) -> None:
    for contents in ([astronaut_file], [astronaut_file, b"no picture"]):
        answer = posted(url, *contents, **query)
        assert answer.status_code == 422 and said in answer.json()["error"]


def picture(answer: requests.Response, kind: str) -> RGB:
    """The picture of an answer, which has nothing beside its pixels."""
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == f"image/{kind.lower()}"
    with Image.open(io.BytesIO(answer.content)) as opened:
        assert opened.format == kind
        assert not opened.getexif() and not {"exif", "xmp", "comment"} & set(opened.info)
    return images.load(answer.content)


@pytest.fixture(scope="module")
def with_metadata(astronaut: RGB) -> bytes:
    """The astronaut as a phone would save her, with where that was."""
    exif = Image.Exif()
    exif[0x010F] = "a camera"
    exif.get_ifd(0x8825)[1] = "N"
    return saved(Image.fromarray(astronaut), quality=95, exif=exif, comment=b"at home")


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_the_annotated_picture(kind: str, url: str, with_metadata: bytes) -> None:
    drawn = picture(posted(url, with_metadata, accept=f"image/{kind.lower()}"), kind)
    plain = images.load(with_metadata)
    changed = cv2.absdiff(drawn, plain).max(2) > 60
    assert drawn.shape == plain.shape and 200 < changed.sum() < 20_000
    (face,) = analyze(with_metadata).faces
    x, y = round(face.detection.box.x), round(face.detection.box.y)
    assert changed[y + 20 : y + 60, x - 3 : x + 4].any(1).mean() > 0.8


@pytest.mark.parametrize("way", ["blur", "pixelate", "fill"])
def test_a_picture_whose_faces_nobody_can_recognise(
    way: str, url: str, with_metadata: bytes
) -> None:
    made = picture(posted(url, with_metadata, accept="image/png", anonymise=way), "PNG")
    assert not detectors.get().detect(made)
    plain = images.load(with_metadata)
    np.testing.assert_array_equal(made[300:], plain[300:])  # but for the face it is as it was


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("*/*", "application/json"),
        ("application/*;q=0.5, image/png;q=0.4", "application/json"),
        ("application/json;q=0.5, image/png;q=0.8", "image/png"),
        ("image/*", "image/jpeg"),
        ("text/html, IMAGE/PNG; q=0.1", "image/png"),
        ("image/png;q=0, */*;q=0.1", "application/json"),
        ("image/png;q=1.2.3", "image/png"),
    ],
)
def test_what_is_asked_for_most_is_given(
    accept: str, kind: str, url: str, astronaut_file: bytes
) -> None:
    answer = posted(url, astronaut_file, accept=accept)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, kind)


def test_what_there_is_not_is_said(url: str, variants: list[bytes]) -> None:
    assert posted(url, variants[0], accept="text/html").status_code == 406
    answer = posted(url, *variants[:2], accept="image/png")
    assert answer.status_code == 406 and "one photo" in answer.json()["error"]
    answer = requests.get(f"{url}/v1/photos", timeout=60)
    assert (answer.status_code, answer.json()) == (404, {"error": "Not Found."})
    answer = requests.get(f"{url}/v1/photo", timeout=60)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


def test_what_is_installed_is_what_the_command_lists(url: str) -> None:
    answer = requests.get(f"{url}/v1/models", timeout=60).json()
    assert answer == list(installed.rows())
    assert all(contract.Installed(**row) for row in answer)


def test_it_says_that_it_runs_and_is_ready(url: str) -> None:
    for name in ("health", "ready"):
        answer = requests.get(f"{url}/{name}", timeout=60)
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_its_description_has_every_address_and_no_page_fetches_anything(url: str) -> None:
    told = requests.get(f"{url}/openapi.json", timeout=60).json()
    film = "/v1/film/{id}"
    assert set(told["paths"]) == {
        *("/v1/photo", "/v1/film", film, f"{film}/written.mp4", "/v1/models"),
        *("/health", "/ready"),
    }
    post = told["paths"]["/v1/photo"]["post"]
    assert set(post["requestBody"]["content"]) == {"multipart/form-data", "*/*"}
    assert {name["name"] for name in post["parameters"]} == {
        *("detector", "model", "threshold", "most_wrong", "small_faces", "anonymise")
    }
    given = post["responses"]["200"]["content"]
    assert set(given) == {"application/json", "image/jpeg", "image/png"}
    assert {*contract.Reading.model_fields} == {
        *told["components"]["schemas"]["Reading"]["properties"]
    }
    assert "HTTPValidationError" not in told["components"]["schemas"]
    for page in ("docs", "redoc"):
        assert requests.get(f"{url}/{page}", timeout=60).status_code == 404
