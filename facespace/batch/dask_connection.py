"""The way to the workers of a Dask scheduler, and what tells that their code is this one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from facespace import installation

if TYPE_CHECKING:
    from facespace.batch.dask_cluster import Cluster


def connect(
    address: str, needs: Callable[[], Mapping[str, str]], packages: Sequence[str] = ()
) -> Cluster:
    """The workers of a scheduler as a ``dask_cluster.Cluster``, which see.

    Raises:
        FacespaceError: also where Dask is not installed.
    """
    try:
        from facespace.batch.dask_cluster import Cluster
    except ImportError as error:
        raise installation.not_installed("Work on several machines", "Dask", "dask") from error
    return Cluster(address, needs, packages)


def code(*folders: Path) -> str:
    """The sha256 of all Python files in and below folders, in hexadecimal; pages do not count."""
    files = [
        file
        for folder in folders
        for file in sorted(folder.rglob("*.py"))
        if installation.CARRIED not in file.parents
    ]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
