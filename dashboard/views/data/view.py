"""What the Data page shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import streamlit as st

from facespace.artifacts.dataset_description import Described
from facespace.artifacts.manifest import Manifest

_AGAIN = (
    "These artifacts are older and do not say {}. "
    "Measure the photos with: python -m training describe --data FOLDER --out artifacts"
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows: the manifest, a data set's name, and what is said of it."""

    manifest: Manifest
    name: str
    data: Described


def part(content: T | None, words: str) -> T:
    """A part of what is said of the data set; stops the page where older artifacts lack it."""
    if content is None:
        st.info(_AGAIN.format(words), icon=":material/history:")
        st.stop()
    return content
