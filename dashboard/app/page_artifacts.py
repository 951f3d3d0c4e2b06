"""The artifacts, or a sentence in the page where they cannot be used."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from dashboard.app.markdown import plain
from dashboard.app.navigation import ensure_navigation
from facespace.artifacts.manifest import Manifest, load_manifest
from facespace.types import FacespaceError


@contextmanager
def sentences() -> Iterator[None]:
    """Turn a FacespaceError of the block into a hint on the page, and stop the page there."""
    try:
        yield
    except FacespaceError as error:
        st.warning(plain(error), icon=":material/build:")
        st.stop()


def page_artifacts() -> Manifest:
    """The manifest that a page draws from; stops the page where there is none."""
    ensure_navigation()
    with sentences():
        return load_manifest()
