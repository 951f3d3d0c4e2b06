"""What a picture is to a program: grey levels, their histogram, and what resizing costs.

``Grey`` is uint8 (H, W): 0 is black, 255 is white.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import cv2
import numpy as np
import numpy.typing as npt

from facespace.types import RGB

Grey = npt.NDArray[np.uint8]

#: Ways to enlarge, by OpenCV's flags.
ENLARGED_BY = MappingProxyType(
    {
        "Nearest": cv2.INTER_NEAREST,
        "Bilinear": cv2.INTER_LINEAR,
        "Bicubic": cv2.INTER_CUBIC,
        "Lanczos": cv2.INTER_LANCZOS4,
    }
)

#: Ways to shrink: the mean of all the pixels that one pixel replaces, or one of them.
SHRUNK_BY = MappingProxyType({"Area": cv2.INTER_AREA, "Nearest": cv2.INTER_NEAREST})

#: Tables from grey levels to colours, by OpenCV's flags; plain grey has none.
MAPS = MappingProxyType(
    {
        "Grey": None,
        "Viridis": cv2.COLORMAP_VIRIDIS,
        "Inferno": cv2.COLORMAP_INFERNO,
        "Jet": cv2.COLORMAP_JET,
    }
)


def average(rgb: RGB) -> Grey:
    """(R + G + B) / 3, rounded."""
    return np.asarray(np.rint(rgb.mean(-1)), np.uint8)


def luma(rgb: RGB) -> Grey:
    """0.299 R + 0.587 G + 0.114 B, rounded (ITU-R BT.601): what the model's crops are made by."""
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8)


def lightness(rgb: RGB) -> Grey:
    """(largest + smallest) / 2 of the three channels, the L of HSL; halves are rounded up."""
    most, least = rgb.max(-1).astype(np.uint16), rgb.min(-1).astype(np.uint16)
    return np.asarray((most + least + 1) // 2, np.uint8)


#: The grey formulas. Each eats uint8 (H, W, 3) and gives uint8 (H, W).
FORMULAS: Mapping[str, Callable[[RGB], Grey]] = MappingProxyType(
    {"Average": average, "BT.601 luma": luma, "Lightness": lightness}
)


@dataclass(frozen=True, slots=True)
class Spread:
    """The pixel whose formulas lie furthest apart: where it is, and each formula's grey level."""

    x: int
    y: int
    levels: Mapping[str, int]

    @property
    def levels_apart(self) -> int:
        """The largest level less the smallest."""
        return max(self.levels.values()) - min(self.levels.values())


def furthest(greys: Mapping[str, Grey]) -> Spread:
    """Where grey pictures of one shape differ most; the first such pixel, row by row."""
    stack = np.stack(list(greys.values()))
    apart = stack.max(0) - stack.min(0)
    y, x = (int(i) for i in np.unravel_index(int(apart.argmax()), apart.shape))
    return Spread(x, y, {name: int(grey[y, x]) for name, grey in greys.items()})


def window(shape: Sequence[int], x: int, y: int, size: int) -> tuple[int, int, int, int]:
    """A square of ``size`` pixels about (x, y), pushed inside the picture.

    Returns:
        left, top, right, bottom, the last two not included; smaller than ``size`` only where the
        picture is.
    """
    height, width = shape[:2]
    left = min(max(x - size // 2, 0), max(width - size, 0))
    top = min(max(y - size // 2, 0), max(height - size, 0))
    return left, top, min(left + size, width), min(top + size, height)


def painted(grey: Grey, name: str) -> RGB:
    """A grey picture through one of ``MAPS``: every level gets the colour the table has for it."""
    table = MAPS[name]
    if table is None:
        return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), np.uint8)
    painting = cv2.applyColorMap(np.ascontiguousarray(grey), table)
    return np.asarray(cv2.cvtColor(painting, cv2.COLOR_BGR2RGB), np.uint8)


def histogram(grey: Grey) -> npt.NDArray[np.int64]:
    """How many pixels have each level, int64 (256,)."""
    return np.bincount(grey.ravel(), minlength=256)


def equalised(grey: Grey) -> Grey:
    """Levels spread so that their cumulative curve is as straight as it can be.

    Gonzalez and Woods, Digital Image Processing, 3.3.1; the last step of every crop (``align``).
    """
    return np.asarray(cv2.equalizeHist(np.ascontiguousarray(grey)), np.uint8)


def shrunk(grey: Grey, side: int, how: str = "Area") -> Grey:
    """A picture whose longer side has ``side`` pixels; as it is where it is no larger."""
    height, width = grey.shape[:2]
    scale = side / max(height, width)
    if scale >= 1:
        return grey
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(cv2.resize(grey, size, interpolation=SHRUNK_BY[how]), np.uint8)


def enlarged(grey: Grey, shape: Sequence[int], how: str) -> Grey:
    """A picture brought to ``shape`` (H, W) by one of ``ENLARGED_BY``."""
    size = shape[1], shape[0]
    return np.asarray(cv2.resize(grey, size, interpolation=ENLARGED_BY[how]), np.uint8)


def rms(one: Grey, other: Grey) -> float:
    """The root mean square of the differences of two pictures, in grey levels."""
    return float(np.sqrt(np.mean(np.square(one.astype(np.float32) - other))))


def resizing_errors(grey: Grey, sides: Sequence[int], how: str) -> dict[str, list[float]]:
    """By way to enlarge, the error (``rms``) of a picture that went through each of ``sides``."""
    small = [shrunk(grey, side, how) for side in sides]
    return {
        name: [rms(enlarged(each, grey.shape, name), grey) for each in small]
        for name in ENLARGED_BY
    }


def to_csv(grey: Grey) -> str:
    """The levels alone, without a header: one line a row, from the top."""
    text = io.StringIO()
    np.savetxt(text, grey, fmt="%d", delimiter=",")
    return text.getvalue()
