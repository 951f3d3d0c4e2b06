"""ONNX Runtime Web, which runs the models in a visitor's browser: which files, and from where."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from facespace.artifacts.files import FileInfo, State, verify
from facespace.types import FacespaceError

#: The npm package and its exact version.
PACKAGE, VERSION = "onnxruntime-web", "1.30.0"

#: Where a visitor's browser fetches it from, unless ``OWN`` names a folder.
CDN = f"https://cdn.jsdelivr.net/npm/{PACKAGE}@{VERSION}/dist/"

#: The variable that names a folder with the files, as the package has them in ``dist``: then they
#: come from the dashboard, for machines without internet.
OWN = "FACESPACE_ORT_WEB"


@dataclass(frozen=True, slots=True)
class RuntimeFile(FileInfo):
    """A file of the package, with the ``integrity`` that a browser's ``fetch`` compares it with."""

    integrity: str


#: The JavaScript, which carries all that one thread needs, and the WebAssembly.
FILES = {
    "module": RuntimeFile(
        "ort.wasm.bundle.min.mjs",
        73_054,
        "11e64bd8ffe11bd1a2a2f0d6275fdfbbba7262f0b76b99b53d228a8a22ef3d90",
        "sha384-PLWz+nHEVHpjwBsO0YVdvQj6n5814Iv8E3b8FG0Rp/uIAtjFMCKOpP66iPzedrIG",
    ),
    "wasm": RuntimeFile(
        "ort-wasm-simd-threaded.wasm",
        14_239_897,
        "3398c10d07d229bd91b364548e130e0e51a8e5704b88c7c083ebbeb78842dee2",
        "sha384-vjBJ1z7qrhkTyYsNqKeF6c7N+nOJSU94czEo+tvZcu8G75JparGq9kB+kTnEUNVM",
    ),
}


def own_folder() -> Path | None:
    """The folder that ``FACESPACE_ORT_WEB`` names, once its files were compared; None without it.

    Raises:
        FacespaceError: a file is missing there, or is of another version.
    """
    named = os.environ.get(OWN)
    if not named:
        return None
    folder = Path(named)
    for file in FILES.values():
        if verify(folder / file.name, file).state is not State.OK:
            raise FacespaceError(
                f"{OWN} names {folder}, and {file.name} there is missing or not that of "
                f"{PACKAGE} {VERSION}. Unpack that package, and name its folder dist."
            )
    return folder
