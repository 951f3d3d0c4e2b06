"""Face detectors, chosen by name."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import cv2

from facespace import limits
from facespace.faces.detectors.base import Detector, search
from facespace.faces.detectors.haar import Haar
from facespace.faces.detectors.yunet import YuNet
from facespace.types import FacespaceError

cv2.setNumThreads(limits.THREADS)

_MAKERS: dict[str, Callable[[], Detector]] = {
    "yunet": YuNet,
    "haar": lambda: Haar("haar", scale_factor=1.1, min_neighbors=5),
    "haar_profile": lambda: Haar("haar_profile", scale_factor=1.1, min_neighbors=5, profile=True),
    "haar_first_app": lambda: Haar("haar_first_app", scale_factor=1.5, min_neighbors=3),
}

#: The names of all detectors, the default first.
NAMES = tuple(_MAKERS)
DEFAULT = NAMES[0]

#: Those that give landmarks; the others give boxes alone.
WITH_LANDMARKS = ("yunet",)

#: Takes the place of a detector whose weights cannot be used; its own come with OpenCV.
FALLBACK = "haar_profile"

#: What people call them; pages put these into the address.
TITLES = {
    "yunet": "YuNet",
    "haar": "Haar",
    "haar_profile": "Haar with profiles",
    "haar_first_app": "Haar, first app",
}


@cache
def get(name: str = DEFAULT) -> Detector:
    """The detector of that name, shared and kept warm; safe to use from many threads.

    Raises:
        FacespaceError: there is none of that name, or its weights cannot be used.
    """
    if name not in _MAKERS:
        raise FacespaceError(f"There is no detector {name!r}. Choose from: {', '.join(NAMES)}.")
    return _MAKERS[name]()


def working(name: str = DEFAULT) -> tuple[Detector, str]:
    """The detector of that name, or ``FALLBACK`` where its weights cannot be used.

    Returns:
        the detector, and the sentence that says why it is another than was asked for, or "".

    Raises:
        FacespaceError: there is none of that name.
    """
    try:
        return get(name), ""
    except FacespaceError as error:
        if name not in _MAKERS:
            raise
        return get(FALLBACK), f"{error} Until then faces are found by {TITLES[FALLBACK]}."


__all__ = ["DEFAULT", "FALLBACK", "NAMES", "TITLES", "Detector", "get", "search", "working"]
