"""Face detectors, chosen by name."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import cv2

from facespace import limits
from facespace.detectors.base import Detector
from facespace.detectors.haar import Haar
from facespace.detectors.yunet import YuNet
from facespace.types import FacespaceError

cv2.setNumThreads(limits.THREADS)

_MAKERS: dict[str, Callable[[], Detector]] = {
    "yunet": YuNet,
    "haar": lambda: Haar("haar", scale_factor=1.1, min_neighbors=5),
    "haar_first_app": lambda: Haar("haar_first_app", scale_factor=1.5, min_neighbors=3),
}

#: The names of all detectors, the default first.
NAMES = tuple(_MAKERS)
DEFAULT = NAMES[0]

#: What people call them; pages put these into the address.
TITLES = {"yunet": "YuNet", "haar": "Haar", "haar_first_app": "Haar, first app"}


@cache
def get(name: str = DEFAULT) -> Detector:
    """The detector of that name, shared and kept warm; safe to use from many threads.

    Raises:
        FacespaceError: there is none of that name, or its weights cannot be used.
    """
    if name not in _MAKERS:
        raise FacespaceError(f"There is no detector {name!r}. Choose from: {', '.join(NAMES)}.")
    return _MAKERS[name]()


__all__ = ["DEFAULT", "NAMES", "TITLES", "Detector", "get"]
