"""One picture, decoded only as finely as is asked for."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from facespace.io import images
from facespace.io.images import Decoded
from facespace.types import RGB, FacespaceError


class Pixels:
    """The pixels of one picture, at first perhaps at an eighth, a quarter or a half of its size.

    Most of a large photo is decoded for nothing: to find faces it is shrunk, and of a face only
    so many pixels are seen as a crop has. The finest that was decoded is kept; an array is as fine
    as it is. For one thread.

    Args:
        source: uint8 (H, W, 3) RGB, or the content of a picture file, or its path.

    Raises:
        FacespaceError: an array of another kind, or a file that cannot be read.
    """

    def __init__(self, source: RGB | bytes | str | Path) -> None:
        self._content = b""
        self._finest: Decoded | None = None
        if isinstance(source, np.ndarray):
            rgb = _checked(source)
            self._finest = Decoded(rgb, *rgb.shape[:2])
        else:
            self._content = source if isinstance(source, bytes) else images.read(Path(source))

    def at_least(self, longer: float = math.inf) -> Decoded:
        """The picture with so many pixels or more on its longer side, or all that it has.

        Raises:
            FacespaceError: it cannot be read (see ``images.load``).
        """
        finest = self._finest
        if finest is None or max(finest.rgb.shape) < min(longer, max(finest.height, finest.width)):
            self._finest = finest = None  # one at a time in memory
            self._finest = finest = images.load_reduced(self._content, longer)
        return finest

    @classmethod
    def of(cls, picture: RGB | bytes | str | Path | Pixels) -> Pixels:
        """The pixels of such a source, or these themselves."""
        return picture if isinstance(picture, Pixels) else cls(picture)

    @property
    def rgb(self) -> RGB:
        """All pixels, uint8 (H, W, 3)."""
        return self.at_least().rgb


def _checked(rgb: RGB) -> RGB:
    if rgb.dtype != np.uint8 or rgb.ndim != 3 or rgb.shape[2] != 3 or not rgb.size:
        raise FacespaceError(
            f"A picture as an array must be uint8 (H, W, 3), not {rgb.dtype} {rgb.shape}."
        )
    return np.ascontiguousarray(rgb)
