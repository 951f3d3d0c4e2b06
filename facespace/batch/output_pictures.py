"""What is kept of a read photo as pictures: annotated, cut into faces, small."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count
from pathlib import Path, PurePosixPath

import cv2
import numpy as np

from facespace import gate
from facespace.faces import annotate, anonymise
from facespace.faces.anonymise import Way
from facespace.io import encode, images
from facespace.io.find_photos import Photo
from facespace.types import RGB, Box, Face, FacespaceError

#: The folders that crops are sorted into; training reads the first two.
FOLDERS = {"female": "female", "male": "male", "?": "unsure"}

#: Margin of a cut-out face, as a share of its box on each side: room for a detector to find it.
MARGIN = 0.25

#: Longer side of a thumbnail in pixels, and how many a crowd has at most.
THUMB, THUMBS = 96, 40


def cut(rgb: RGB, box: Box) -> RGB:
    """A face with ``MARGIN`` around its box, as far as the picture, uint8 (H, W, 3), reaches."""
    height, width = rgb.shape[:2]
    wide, high = box.width * MARGIN, box.height * MARGIN
    left, right = _within(box.x - wide, box.x + box.width + wide, width)
    top, bottom = _within(box.y - high, box.y + box.height + high, height)
    return rgb[top:bottom, left:right]


def thumb(rgb: RGB, box: Box) -> bytes:
    """A cut-out face as a small JPEG file."""
    face = cut(rgb, box)
    scale = THUMB / max(face.shape[:2])
    size = max(1, round(face.shape[1] * scale)), max(1, round(face.shape[0] * scale))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return encode.to_jpeg(np.asarray(cv2.resize(face, size, interpolation=way), np.uint8), 80)


def annotated_names(name: str, key: str, labels: Sequence[str]) -> list[str]:
    """The file of an annotated picture, after the photo's name and the sha256 of its content."""
    return [f"{_stem(name)}-{key[:12]}.jpg"]


def anonymous_names(name: str, key: str, labels: Sequence[str]) -> list[str]:
    """The same of a picture whose faces nobody can recognise; never that of an annotated one."""
    return [f"{_stem(name)}-{key[:12]}-anonymous.jpg"]


def crop_names(name: str, key: str, labels: Sequence[str]) -> list[str]:
    """The files of a photo's cut-out faces with their folders: ``female/anna-0a1b2c3d4e5f-1.png``.

    ``labels`` are its faces' verdicts, in order.
    """
    return [_crop_name(name, key, number, label) for number, label in enumerate(labels, 1)]


def _crop_name(name: str, key: str, number: int, label: str) -> str:
    return f"{FOLDERS[label]}/{_stem(name)}-{key[:12]}-{number}.png"


def remove_others(folder: Path, name: str, key: str, labels: Sequence[str]) -> None:
    """Of a photo's cut-out faces leave only those of this reading, named as ``crop_names`` does.

    Raises:
        OSError: a file cannot be removed.
    """
    own = set(crop_names(name, key, labels))
    for number in count(1):
        files = [_crop_name(name, key, number, label) for label in FOLDERS]
        there = [file for file in files if (folder / file).is_file()]
        for file in set(there) - own:
            (folder / file).unlink(missing_ok=True)
        if number > len(labels) and not there:
            return


def crops_in(folder: Path) -> int:
    """How many cut-out faces are in a folder, of whichever run."""
    return sum(1 for kind in FOLDERS.values() for _ in (folder / kind).glob("*.png"))


def annotated(
    rgb: RGB, name: str, key: str, faces: Sequence[Face], leaning: bool = False
) -> Iterator[tuple[str, bytes]]:
    """A picture, uint8 (H, W, 3), with its faces boxed, as a JPEG file with its name."""
    for file in annotated_names(name, key, ()):
        yield file, encode.to_jpeg(annotate.draw(rgb, faces, leaning=leaning))


def anonymous(
    rgb: RGB, name: str, key: str, faces: Sequence[Face], way: Way
) -> Iterator[tuple[str, bytes]]:
    """A picture, uint8 (H, W, 3), whose faces nobody can recognise, as a JPEG file with its name.

    ``faces`` are hidden too, though they are looked for anew, and more carefully. The file has no
    metadata.
    """
    boxes = [face.detection.box for face in faces]
    for file in anonymous_names(name, key, ()):
        yield file, encode.to_jpeg(anonymise.anonymised(rgb, way, boxes))


def crops(rgb: RGB, name: str, key: str, faces: Sequence[Face]) -> Iterator[tuple[str, bytes]]:
    """Every face of a picture, uint8 (H, W, 3), as a PNG file with its name."""
    names = crop_names(name, key, [face.verdict.label for face in faces])
    for file, face in zip(names, faces, strict=True):
        yield file, encode.to_png(np.ascontiguousarray(cut(rgb, face.detection.box)))


def _stem(name: str) -> str:
    """A photo's name as every file system takes it: no folder, no sign with a meaning, not long."""
    stem = PurePosixPath(name.replace("\\", "/")).stem
    return re.sub(r"[^\w -]", "_", stem).strip()[:50] or "photo"


def _within(low: float, high: float, end: int) -> tuple[int, int]:
    """Whole pixels from ``low`` to ``high``, at least one, inside 0 to ``end``."""
    first = int(np.clip(np.floor(low), 0, end - 1))
    return first, int(np.clip(np.ceil(high), first + 1, end))


def packed(
    photos: Iterable[tuple[Photo, Sequence[Face]]],
    files: Callable[..., Iterator[tuple[str, bytes]]],
) -> bytes:
    """A ZIP with what ``files`` makes of each photo: ``crops`` or ``annotated``.

    Args:
        photos: that were read, with their faces; one that cannot be read any more is left out.
        files: takes pixels, name, sha256 of the content, and faces; does not enter the gate.
    """
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        taken: set[str] = set()
        for photo, faces in photos:
            try:
                with gate.enter():
                    content = photo.content()
                    key = hashlib.sha256(content).hexdigest()
                    made = list(files(images.load(content), photo.name, key, faces))
            except FacespaceError:
                continue
            for name, file in made:
                if name not in taken:  # one content under two names alike
                    taken.add(name)
                    archive.writestr(name, file)
    return whole.getvalue()
