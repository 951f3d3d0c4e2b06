"""Photos -> aligned crops, on all processors, kept on disk so that no photo is cropped twice."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import cv2
import numpy as np
import numpy.typing as npt
from joblib import Parallel, delayed
from tqdm import tqdm

from facespace import limits
from facespace.batch import remote
from facespace.batch.run import DEADLY
from facespace.datasets import labelled_faces
from facespace.datasets.dataset import Photo
from facespace.faces import align, detectors
from facespace.io import images
from facespace.io.atomic import atomic_write
from facespace.types import RGB, Crops, Detection, FacespaceError

if TYPE_CHECKING:
    from facespace.batch.cluster import Cluster

try:
    import fcntl
except ImportError:  # Windows has none
    fcntl = None  # type: ignore[assignment]

#: What photo and way become as a crop. A change that makes any crop another takes a new number,
#: and crops that are kept are made anew; the golden crops of ``tests/training`` hold it.
VERSION = 1

#: Photos a worker crops before its result is written: what an interruption can cost.
CHUNK = 256

#: Photos that are sent to a worker of a cluster at once, and bytes from which on it is fewer.
SENT, SENT_BYTES = 16, 16 * 2**20

#: All crops one behind the other, 4,096 bytes each, and their rows of ``ROW``. A worker writes its
#: chunk as a file of its own; these two take it in.
CROPS, ROWS = "crops.bin", "rows.bin"

#: Parts of a face that ``Way.cover`` hides, from and to these fractions of the crop's height.
COVERS = {"lower": (0.52, 1.25), "upper": (-0.25, 0.52)}

#: What a cover looks like: its mean grey and the standard deviation of its grain. Without grain
#: the equalised histogram of the crop would hold nothing but the cover.
COVER_GREY, COVER_GRAIN = 120, 12

ROW = np.dtype(
    [
        ("key", "S32"),  # which photo, as it was on disk, cropped how
        ("content", "S32"),  # hash of the file, equal for equal photos
        ("width", "i4"),  # of the photo, pixels
        ("height", "i4"),
        ("face", "f4"),  # shorter side of the face's box, pixels of the photo
        ("score", "f4"),  # of the detection, 0 to 1; NaN where there is no face
        ("landmarks", "f4", (5, 2)),  # pixels of the photo
        ("error", "U200"),  # why there is no crop, a sentence; "" where there is one
    ]
)


@dataclass(frozen=True, slots=True)
class Way:
    """How the face of a labelled photo is found.

    ``detector`` is its name. Where ``serving``, the photo is read as the dashboard would read it:
    as it is, at the detector's own threshold; otherwise as a photo that is known to show a face,
    padded and at ``labelled_faces.THRESHOLD``. ``cover`` is a key of ``COVERS`` or "": that part
    of the face is painted over once it has been found, and the face is looked for again.
    """

    detector: str = detectors.DEFAULT
    serving: bool = False
    cover: str = ""


@dataclass(frozen=True, slots=True)
class Cropped:
    """The crops of some photos, in the photos' order.

    ``crops`` is uint8 (N, side, side); ``rows`` a structured array (N,) of dtype ``ROW``. Where
    ``rows["error"]`` is not empty the crop is all zero and not to be used.
    """

    crops: Crops
    rows: npt.NDArray[Any]

    @property
    def found(self) -> npt.NDArray[np.bool_]:
        """bool (N,): which photos have a crop."""
        return np.asarray(self.rows["error"] == "")


def crop_all(
    photos: Sequence[Photo], cache: Path, jobs: int | Cluster = -1, way: Way | None = None
) -> Cropped:
    """Crop the face nearest the middle of every photo, or take it from the cache.

    Args:
        photos: what to crop.
        cache: folder of earlier results, made if need be. A photo is cropped again only if its
            file changed, or ``VERSION``, or OpenCV's own.
        jobs: worker processes, -1 for one a processor; or a cluster, to which photos are sent.
        way: how the faces are found; ``Way()`` where None.

    Raises:
        FacespaceError: the detector, or the cluster, cannot be used.
    """
    way = way or Way()
    detectors.get(way.detector)  # a fault of the installation is not the photos' own
    cache.mkdir(parents=True, exist_ok=True)
    keys = [_key(photo.path, way) for photo in photos]
    rows, crops = _load(cache)
    known = {key: i for i, key in enumerate(rows["key"].tolist())}
    todo = [p.path for p, key in zip(photos, keys, strict=True) if key not in known]
    lost: list[_Made] = []
    work = (
        _by_processes(todo, cache, way, jobs)
        if isinstance(jobs, int)
        else _by_cluster(todo, cache, way, jobs, lost)
    )
    with tqdm(total=len(todo), desc="cropping", unit="photo", disable=not todo) as bar:
        for done in work:
            bar.update(done)
    if todo:
        rows, crops = _load(cache)
        if lost:
            more = _stacked(lost)
            rows, crops = np.concatenate([rows, more[0]]), np.concatenate([crops, more[1]])
        known = {key: i for i, key in enumerate(rows["key"].tolist())}
    order = [known[key] for key in keys]
    return Cropped(crops[order], rows[order])


def _by_processes(todo: list[Path], cache: Path, way: Way, jobs: int) -> Iterator[int]:
    chunks = [todo[i : i + CHUNK] for i in range(0, len(todo), CHUNK)]
    done: Iterator[int] = Parallel(n_jobs=jobs, return_as="generator_unordered")(
        delayed(_crop_chunk)(chunk, cache, way) for chunk in chunks
    )
    return done


def _by_cluster(
    todo: list[Path], cache: Path, way: Way, cluster: Cluster, lost: list[_Made]
) -> Iterator[int]:
    """Crop by workers that need not see this disk; photos that ended theirs come to ``lost``."""
    kept: list[_Made] = []
    for sent, results in cluster.map(_crop_sent, _parts(todo, way), way):
        for photo, made in zip(sent, results, strict=True):
            if made is not None:
                kept.append(made)
            else:  # perhaps for want of memory: not to be kept
                lost.append(_failed(photo.key, DEADLY))
        if len(kept) >= CHUNK:
            _keep(kept, cache)
            kept = []
        yield len(sent)
    if kept:
        _keep(kept, cache)


def needs() -> dict[str, str]:
    """What crops and search depend on beside photos and packages; see ``batch.cluster``."""
    here = Path(__file__).parents[1]
    limit = f"{limits.MAX_BYTES} {limits.MAX_PIXELS}"
    detectors.get()  # a worker without YuNet would find no face
    return {"code": remote.code(here, here.parent / "facespace"), "limits (FACESPACE_...)": limit}


def _key(path: Path, way: Way) -> bytes:
    """Names a photo by place and content, and by how it would be cropped."""
    try:
        content = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        content = "missing"
    text = f"{path.resolve()} {content} {way} {VERSION} {cv2.__version__}"
    return hashlib.sha256(os.fsencode(text)).hexdigest()[:32].encode()


def _load(cache: Path) -> tuple[npt.NDArray[Any], Crops]:
    """All rows and crops, (N,) and (N, side, side), mapped from the files: only what is taken of
    them is read."""
    side = align.TEMPLATE.side
    with (cache / ROWS).open("a+b") as rows, (cache / CROPS).open("a+b") as crops:
        if fcntl is not None:
            fcntl.flock(rows, fcntl.LOCK_EX)  # another training may be gathering too
        for path in sorted(cache.glob("*.npz")):
            with np.load(path, allow_pickle=False) as chunk:
                _append(rows, chunk["rows"], crops, chunk["crops"])
            path.unlink()
        count = _count(rows)
    if count == 0:  # an empty file cannot be mapped
        return np.empty(0, ROW), np.empty((0, side, side), np.uint8)
    return (
        np.memmap(cache / ROWS, ROW, "r", shape=(count,)),
        np.memmap(cache / CROPS, np.uint8, "r", shape=(count, side, side)),
    )


def _append(
    rows: BinaryIO, new_rows: npt.NDArray[Any], crops: BinaryIO, new_crops: npt.NDArray[Any]
) -> None:
    """Crops first: a row is there only once its crop is. What an interruption left is cut off."""
    count = _count(rows)
    rows.truncate(count * ROW.itemsize)
    crops.truncate(count * new_crops[0].nbytes)
    for file, values in ((crops, new_crops), (rows, new_rows)):
        file.write(values.tobytes())
        file.flush()


def _count(rows: BinaryIO) -> int:
    """Whole rows in the file."""
    return os.fstat(rows.fileno()).st_size // ROW.itemsize


@dataclass(frozen=True, slots=True)
class _Sent:
    """A photo's key and file; ``problem`` says why there is none."""

    key: bytes
    content: bytes
    problem: str = ""


#: A row and its crop.
_Made = tuple[Any, npt.NDArray[np.uint8]]


def _sent(path: Path, way: Way) -> _Sent:
    key = _key(path, way)
    try:
        return _Sent(key, images.read(path))
    except FacespaceError as error:
        return _Sent(key, b"", str(error))


def _parts(todo: list[Path], way: Way) -> Iterator[tuple[list[_Sent], int]]:
    """Photos in parts, each with its bytes."""
    part: list[_Sent] = []
    size = 0
    for path in todo:
        part.append(_sent(path, way))
        size += len(part[-1].content)
        if len(part) == SENT or size >= SENT_BYTES:
            yield part, size
            part, size = [], 0
    if part:
        yield part, size


def _crop_chunk(paths: Sequence[Path], cache: Path, way: Way) -> int:
    cv2.setNumThreads(1)  # the processes share the processors already
    _keep(_crop_sent((_sent(path, way) for path in paths), way), cache)
    return len(paths)


def _crop_sent(photos: Iterable[_Sent], way: Way) -> list[_Made]:
    return [_crop_one(photo, way) for photo in photos]


def _failed(key: bytes, error: str) -> _Made:
    row = np.zeros((), ROW)
    row["key"], row["score"], row["error"] = key, np.nan, error[:200]
    return row, np.zeros((align.TEMPLATE.side,) * 2, np.uint8)


def _stacked(made: Sequence[_Made]) -> tuple[npt.NDArray[Any], Crops]:
    rows, crops = zip(*made, strict=True)
    return np.stack(rows), np.stack(crops)


def _keep(made: Sequence[_Made], cache: Path) -> None:
    rows, crops = _stacked(made)
    name = hashlib.sha256(rows["key"].tobytes()).hexdigest()[:32]
    with atomic_write(cache / f"{name}.npz") as file:
        np.savez(file, rows=rows, crops=crops)


def _crop_one(photo: _Sent, way: Way) -> _Made:
    """A row and a crop of one photo, or why there is none."""
    row, crop = _failed(photo.key, photo.problem)
    try:
        if not photo.problem:
            crop = _cut(photo.content, way, row)
    except FacespaceError as error:
        if isinstance(error.__cause__, MemoryError):
            raise  # no fault of the photo, and not to be kept
        row["error"] = str(error)[:200]
    return row, crop


def _cut(content: bytes, way: Way, row: Any) -> npt.NDArray[np.uint8]:
    """The crop of one photo; fills in what ``row`` says of it."""
    rgb = images.load(content)
    row["content"] = hashlib.sha256(content).hexdigest()[:32].encode()
    row["height"], row["width"] = rgb.shape[:2]
    alone = (0.0,)
    threshold = None if way.serving else labelled_faces.THRESHOLD
    paddings = alone if way.serving else labelled_faces.PADDINGS
    padded, face = labelled_faces.face_of(rgb, way.detector, threshold, paddings)
    if way.cover:
        hidden = _covered(padded, face, way.cover)
        padded, face = labelled_faces.face_of(hidden, way.detector, threshold, alone)
    border = (np.array(padded.shape[1::-1]) - rgb.shape[1::-1]) // 2
    row["face"], row["score"] = face.box.side, face.score
    row["landmarks"] = np.array(align.landmarks_of(face)) - border
    return np.asarray(align.crop(padded, [face])[0])


def _covered(rgb: RGB, face: Detection, cover: str) -> RGB:
    """The picture with a part of one face painted over: an upright mask would be, in the crop."""
    top, right, down = align.axes(align.landmarks_of(face))
    first, last = (top + height * down for height in COVERS[cover])
    corners = [first - 0.6 * right, first + 0.6 * right, last + 0.6 * right, last - 0.6 * right]
    mask = np.zeros(rgb.shape[:2], np.uint8)
    cv2.fillConvexPoly(mask, np.rint(corners).astype(np.int32), 1)
    grain = np.random.default_rng(0).normal(COVER_GREY, COVER_GRAIN, (*mask.shape, 1))
    return np.where(mask[..., None] == 1, np.clip(grain, 0, 255).astype(np.uint8), rgb)
