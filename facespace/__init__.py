"""Facespace: where the faces are, and whether each looks female or male, or "?".

    >>> import facespace
    >>> reading = facespace.analyze("photo.jpg")
    >>> reading.to_dict()
    >>> facespace.to_frame([reading])

Names are loaded when they are first used, so that a script that reads photos loads nothing of
films, and ``facespace doctor`` runs where packages are missing. The runtime imports neither
streamlit nor scikit-learn.
"""

import os
from importlib import import_module
from typing import TYPE_CHECKING

from facespace.version import VERSION

__version__ = VERSION

# onnxruntime's own builds send events to their maker, unless they are told not to before they load.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

if TYPE_CHECKING:
    from facespace.batch.run import read_folder
    from facespace.faces import detectors
    from facespace.faces.analyze import FaceAnalyzer, Settings, analyze
    from facespace.faces.anonymise import anonymise
    from facespace.io.tables import to_frame
    from facespace.review.queue import Queue
    from facespace.types import FacespaceError, Reading
    from facespace.video.annotated_film import annotate_film
    from facespace.video.anonymous_film import anonymise_film
    from facespace.video.read_film import read_film
    from facespace.video.tracker import Tracker

_HOMES = {
    "FaceAnalyzer": "facespace.faces.analyze",
    "FacespaceError": "facespace.types",
    "Queue": "facespace.review.queue",
    "Reading": "facespace.types",
    "Settings": "facespace.faces.analyze",
    "Tracker": "facespace.video.tracker",
    "analyze": "facespace.faces.analyze",
    "annotate_film": "facespace.video.annotated_film",
    "anonymise": "facespace.faces.anonymise",
    "anonymise_film": "facespace.video.anonymous_film",
    "detectors": "facespace.faces",
    "read_film": "facespace.video.read_film",
    "read_folder": "facespace.batch.run",
    "to_frame": "facespace.io.tables",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = import_module(_HOMES[name])
    public = getattr(home, name, None) or import_module(f"{_HOMES[name]}.{name}")
    globals()[name] = public
    return public


__all__ = [
    "FaceAnalyzer",
    "FacespaceError",
    "Queue",
    "Reading",
    "Settings",
    "Tracker",
    "analyze",
    "annotate_film",
    "anonymise",
    "anonymise_film",
    "detectors",
    "read_film",
    "read_folder",
    "to_frame",
]
