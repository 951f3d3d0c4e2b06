"""Artifacts, altered."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from facespace.artifacts import mean_faces
from facespace.artifacts.manifest import artifacts_folder


def add_means(folder: Path, arrays: Mapping[str, npt.ArrayLike]) -> None:
    """Artifacts as they are committed, with these mean faces."""
    for path in artifacts_folder().iterdir():
        if path.name not in ("manifest.json", mean_faces.FILE):
            (folder / path.name).symlink_to(path)
    np.savez(folder / mean_faces.FILE, allow_pickle=False, **arrays)
    content = (folder / mean_faces.FILE).read_bytes()
    manifest = json.loads((artifacts_folder() / "manifest.json").read_text("utf-8"))
    sha256 = hashlib.sha256(content).hexdigest()
    manifest["files"][mean_faces.FILE] = {"bytes": len(content), "sha256": sha256}
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
