"""Facespace: where the faces are, and whether each reads as female, male, or "?".

    >>> import facespace
    >>> facespace.analyze("photo.jpg").to_dict()
    >>> facespace.to_frame([facespace.analyze("photo.jpg")])

A reading comes as plain data (``to_dict``), many of them as a pandas frame with a row a face.
Many photos at once are ``facespace.batch.run.read``.

The runtime imports neither streamlit nor scikit-learn.
"""

__version__ = "0.2.0"

try:
    from facespace.faces.analyze import Settings, analyze
    from facespace.io.tables import to_frame
    from facespace.types import FacespaceError, Reading
except (ImportError, TypeError) as error:  # a package is missing, or Python is too old
    _ill = error

    def __getattr__(name: str) -> object:
        """Fail where something is used, so that ``python -m facespace doctor`` can say why."""
        if name in __all__:
            raise _ill
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__all__ = ["FacespaceError", "Reading", "Settings", "analyze", "to_frame"]
