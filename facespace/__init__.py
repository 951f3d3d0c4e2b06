"""Facespace: where the faces are, and whether each reads as female, male, or "?".

    >>> import facespace
    >>> facespace.analyze("photo.jpg").to_dict()
    >>> facespace.analyze("photo.jpg").to_frame()

A reading comes as plain data (``to_dict``) or as a pandas frame with a row a face (``to_frame``).
Many photos at once are ``facespace.folder.read``.

The runtime imports neither streamlit nor scikit-learn.
"""

from facespace.analyze import Settings, analyze
from facespace.types import FacespaceError, Reading

__all__ = ["FacespaceError", "Reading", "Settings", "analyze"]
