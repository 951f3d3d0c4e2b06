"""The example picture: NASA's portrait of Eileen Collins (public domain), from scikit-image."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from facespace.types import FacespaceError

NAME = "astronaut.png"
CREDIT = "Example: the astronaut Eileen Collins, photographed by NASA (public domain)."


def example() -> tuple[str, bytes]:
    """The example's name and content, found without importing scikit-image (58 MB of memory).

    Raises:
        FacespaceError: scikit-image is not installed.
    """
    spec = importlib.util.find_spec("skimage")
    path = Path(spec.origin).parent / "data" / NAME if spec and spec.origin else None
    if path is None or not path.is_file():
        raise FacespaceError("The example needs scikit-image: pip install scikit-image")
    return NAME, path.read_bytes()
