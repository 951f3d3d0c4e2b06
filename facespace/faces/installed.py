"""What is installed: models, other files of the artifacts, and detectors, each checked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from facespace.artifacts.manifest import load_manifest
from facespace.faces import detectors
from facespace.faces.detectors import yunet
from facespace.types import FacespaceError

COLUMNS = ("kind", "name", "file", "bytes", "sha256", "state")


def rows() -> Iterator[dict[str, Any]]:
    """One row a file, of the columns ``COLUMNS``.

    ``state`` is ``ok``, ``default`` for what is taken where nothing else is chosen, or a sentence
    that says what is wrong. ``sha256`` is the one that the file must have.

    Raises:
        FacespaceError: there are no artifacts.
    """
    manifest = load_manifest()
    kinds = [("model", name) for name in manifest.models]
    kinds += [("data", name) for name in manifest.files]
    for (kind, name), file in zip(kinds, manifest.verify(), strict=True):
        fine = "default" if (kind, name) == ("model", manifest.default) else "ok"
        row = {"kind": kind, "name": name, "file": file.info.name, "bytes": file.info.bytes}
        yield row | {"sha256": file.info.sha256, "state": file.problem or fine}
    for name in detectors.NAMES:
        state = "default" if name == detectors.DEFAULT else "ok"
        try:
            detectors.get(name)
        except FacespaceError as error:
            state = str(error)
        row = dict.fromkeys(COLUMNS) | {"kind": "detector", "name": name, "state": state}
        if name == "yunet":  # the others are part of OpenCV
            row |= {"file": yunet.WEIGHTS, "sha256": yunet.SHA256}
            row["bytes"] = yunet.weights().stat().st_size if state == "default" else None
        yield row
