"""Photos -> readings by the workers of a Dask cluster, which need not see this machine's disk.

with remote.connect("tcp://host:8786", partial(remote.needs, settings)) as cluster:
    for step in folder.read(photos, settings, start=partial(remote.Readers, cluster)):
        print(step.entry["source"], len(step.entry["faces"]))
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from facespace import installation, limits
from facespace.artifacts.files import fingerprint
from facespace.artifacts.manifest import load_manifest
from facespace.batch import output_pictures
from facespace.batch import run as folder
from facespace.batch.run import Made, Read, Wanted
from facespace.faces import detectors
from facespace.faces.analyze import Settings
from facespace.io.find_photos import Photo
from facespace.types import FacespaceError

if TYPE_CHECKING:
    from facespace.batch.cluster import Cluster, Work


def connect(
    address: str, needs: Callable[[], Mapping[str, str]], packages: Sequence[str] = ()
) -> Cluster:
    """A ``cluster.Cluster``, which see.

    Raises:
        FacespaceError: also where Dask is not installed.
    """
    try:
        from facespace.batch.cluster import Cluster
    except ImportError as error:
        raise installation.not_installed("Work on several machines", "Dask", "dask") from error
    return Cluster(address, needs, packages)


def needs(settings: Settings) -> dict[str, str]:
    """What readings depend on beside photos and packages.

    Raises:
        FacespaceError: there are no artifacts.
    """
    path = load_manifest().folder / "manifest.json"
    model = load_manifest().model(settings.model)
    load_manifest().path(model.file)  # there and unaltered
    return {
        "code": code(Path(__file__).parents[1]),
        "artifacts": fingerprint(path),
        "a detector": detectors.working(settings.detector)[0].name,
        "limits (FACESPACE_MAX_...)": f"{limits.MAX_BYTES} {limits.MAX_PIXELS} {limits.BATCH}",
    }


def code(*folders: Path) -> str:
    """The sha256 of all Python files in and below folders, in hexadecimal; pages do not count."""
    files = [
        file
        for folder in folders
        for file in sorted(folder.rglob("*.py"))
        if installation.CARRIED not in file.parents
    ]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


class Readers:
    """The workers of a cluster, for ``run.read``; it stays connected."""

    def __init__(self, cluster: Cluster, settings: Settings, wanted: Wanted) -> None:
        self._cluster, self._how = cluster, (settings, wanted)

    def full(self, waiting: int) -> bool:
        """Whether the cluster has enough to do, or too much is on its way."""
        return self._cluster.full

    def submit(self, photos: list[Photo]) -> folder.Reads:
        """Send photos."""
        sent = [_sent(photo) for photo in photos]
        size = sum(len(photo.origin) for photo in sent if isinstance(photo.origin, bytes))
        work = self._cluster.submit(folder.read_elsewhere, sent, *self._how, size=size)
        return _Reads(work, self._how[0])

    def close(self) -> None:
        """The cluster is its owner's to leave."""


@dataclass(frozen=True, slots=True)
class _Reads:
    work: Work[Photo, Made]
    settings: Settings

    def cancel(self) -> bool:
        return self.work.cancel()

    def results(self) -> list[Read]:
        read = []
        for photo, made in zip(self.work.items, self.work.results(), strict=True):
            if made is None:
                read.append(folder.deadly(photo, self.settings))
                continue
            read.append(made[0])
            for path, file in made[1]:
                output_pictures.write(path, file)
        return read


def _sent(photo: Photo) -> Photo:
    """A photo with its content, or why it has none."""
    try:
        return Photo(photo.name, photo.content())
    except FacespaceError as error:
        return Photo(photo.name, problem=str(error))
