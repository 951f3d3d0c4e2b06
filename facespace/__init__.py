"""Facespace: where the faces are, and whether each reads as female, male, or "?".

    >>> import facespace
    >>> facespace.analyze("photo.jpg").to_dict()

The runtime imports neither streamlit nor scikit-learn.
"""

from facespace.analyze import Settings, analyze
from facespace.types import FacespaceError, Reading

__all__ = ["FacespaceError", "Reading", "Settings", "analyze"]
