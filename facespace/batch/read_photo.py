"""One photo -> its reading as plain data, the pictures made of it, and its faces for review."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import NamedTuple

from facespace import limits
from facespace.artifacts.files import fingerprint
from facespace.artifacts.manifest import load_manifest
from facespace.batch import output_pictures
from facespace.batch.dask_connection import code
from facespace.batch.journal import NOTE, THUMBS, Entry
from facespace.faces import detectors
from facespace.faces.analyze import Settings, analyze, failed_reading
from facespace.faces.anonymise import Way
from facespace.faces.detectors import yunet
from facespace.io.atomic import atomic_write
from facespace.io.find_photos import Photo
from facespace.io.pixels import Pixels
from facespace.review.item import Candidate, origin_of
from facespace.types import RGB, Face, FacespaceError, Reading

#: Where faces kept for review come from.
PLACE = "folder"


class Kind(NamedTuple):
    """A kind of pictures: the folder that they go to, what gives their names, and what makes them.

    ``names`` and ``files`` are called as those of ``facespace.batch.output_pictures``.
    """

    folder: Path
    names: Callable[[str, str, Sequence[str]], list[str]]
    files: Callable[[RGB, str, str, Sequence[Face]], Iterator[tuple[str, bytes]]]


@dataclass(frozen=True, slots=True)
class Outputs:
    """What is made of each photo beside its reading.

    ``annotated`` and ``crops`` are folders for pictures (see ``facespace.batch.output_pictures``),
    None for none. Where ``anonymise`` says how, the annotated pictures have no boxes, and faces
    that nobody can recognise. With ``thumbs`` an entry has a small JPEG file a face, in base64,
    under ``thumbs``. With ``reviews``, the name of a queue, faces marked "?" are made ready for it.
    """

    annotated: Path | None = None
    crops: Path | None = None
    thumbs: bool = False
    reviews: str = ""
    anonymise: Way | None = None

    def kinds(self) -> list[Kind]:
        """The kinds of pictures that are made of each photo."""
        kinds = []
        if self.annotated and self.anonymise:
            drawn = partial(output_pictures.anonymous, way=self.anonymise)
            kinds.append(Kind(self.annotated, output_pictures.anonymous_names, drawn))
        elif self.annotated:
            boxed = output_pictures.annotated
            kinds.append(Kind(self.annotated, output_pictures.annotated_names, boxed))
        if self.crops:
            kinds.append(Kind(self.crops, output_pictures.crop_names, output_pictures.crops))
        return kinds


@dataclass(frozen=True, slots=True)
class PhotoRead:
    """What came of a photo.

    ``key`` is the sha256 of its content, "" where it could not be read; ``entry`` its reading as
    plain data; ``candidates`` are its faces for review; ``pictures`` are files to be written.
    """

    key: str
    entry: Entry
    candidates: list[Candidate] = field(default_factory=list)
    pictures: list[tuple[Path, bytes]] = field(default_factory=list)

    def write_pictures(self, outputs: Outputs) -> None:
        """Write the files, and the folders that they are in; crops of an earlier reading go.

        Raises:
            OSError: one cannot be written.
        """
        for path, content in self.pictures:
            path.parent.mkdir(parents=True, exist_ok=True)
            with atomic_write(path) as file:
                file.write(content)
        self.pictures.clear()
        if outputs.crops and self.key:
            labels = [face["label"] for face in self.entry["faces"]]
            output_pictures.remove_others(outputs.crops, self.entry["source"], self.key, labels)


def read_photo(photo: Photo, settings: Settings, outputs: Outputs) -> PhotoRead:
    """Read a photo and write nothing; one that cannot be read has an ``error`` in its entry."""
    try:
        content = photo.content()
        pixels = Pixels(content)
        reading = analyze(pixels, settings, photo.name)
    except FacespaceError as error:
        return unread(photo, settings, error)
    except Exception as error:  # one picture does not end the run of all others
        unforeseen = FacespaceError(f"The picture could not be read: {type(error).__name__}.")
        return unread(photo, settings, unforeseen)
    key = hashlib.sha256(content).hexdigest()
    entry = reading.to_dict()
    if reading.note:
        entry[NOTE] = reading.note
    if outputs.thumbs:
        boxes = [face.detection.box for face in reading.faces[: output_pictures.THUMBS]]
        seen = pixels.at_least(0)
        thumbs = [output_pictures.thumb(seen.rgb, box.scaled(1 / seen.back[0])) for box in boxes]
        entry[THUMBS] = [base64.b64encode(thumb).decode() for thumb in thumbs]
    candidates = _unsure(pixels, reading, key) if outputs.reviews else []
    return PhotoRead(key, entry, candidates, pictures_of(pixels, reading, key, outputs))


def read_and_write(photo: Photo, settings: Settings, outputs: Outputs) -> PhotoRead:
    """The same, with the pictures written already.

    Raises:
        OSError: one cannot be written.
    """
    read = read_photo(photo, settings, outputs)
    read.write_pictures(outputs)
    return read


def unread(photo: Photo, settings: Settings, error: FacespaceError) -> PhotoRead:
    """What comes of a photo that could not be read."""
    return PhotoRead("", failed_reading(photo.name, settings, error).to_dict())


def pictures_of(
    pixels: Pixels, reading: Reading, key: str, outputs: Outputs
) -> list[tuple[Path, bytes]]:
    """The files that are made of a photo, with where they go; ``key`` is its content's sha256."""
    return [
        (kind.folder / name, content)
        for kind in outputs.kinds()
        for name, content in kind.files(pixels.rgb, reading.source, key, reading.faces)
    ]


def _unsure(pixels: Pixels, reading: Reading, key: str) -> list[Candidate]:
    faces = [face for face in reading.faces if face.verdict.label == "?"]
    if not faces:
        return []
    info = load_manifest().model(reading.model)
    origin = origin_of(pixels.rgb, reading.source, PLACE, key)
    return [Candidate.of(pixels.rgb, face, info, origin) for face in faces]


def settings_fingerprint(settings: Settings) -> str:
    """Names all that readings depend on beside the photos: detector, settings, artifacts.

    Raises:
        FacespaceError: there are no artifacts, or no such detector.
    """
    manifest = fingerprint(load_manifest().folder / "manifest.json")
    text = json.dumps([asdict(settings), _detector(settings), manifest], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _detector(settings: Settings) -> str:
    """The detector that works, and which file of one's own it is made of."""
    detector = detectors.working(settings.detector)[0].name
    if detector != yunet.YuNet.name or not os.environ.get(yunet.OWN):
        return detector
    return f"{detector} {fingerprint(yunet.weights())}"


def needs(settings: Settings) -> dict[str, str]:
    """What readings depend on beside photos and packages: the same here and on every worker.

    Raises:
        FacespaceError: there are no artifacts.
    """
    manifest = load_manifest()
    manifest.path(manifest.model(settings.model).file)  # there and unaltered
    return {
        "code": code(Path(__file__).parents[1]),
        "artifacts": fingerprint(manifest.folder / "manifest.json"),
        "a detector": _detector(settings),
        "limits (FACESPACE_MAX_...)": f"{limits.MAX_BYTES} {limits.MAX_PIXELS} {limits.BATCH}",
    }
