"""What a visit remembers between two runs of a page: each under one key, and of one type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar, cast

import streamlit as st

T = TypeVar("T")


@dataclass(frozen=True)
class Remembered(Generic[T]):
    """One thing that a visit may remember, by its key in Streamlit's session state."""

    key: str

    def get(self) -> T | None:
        """What is remembered; None where nothing is."""
        return cast("T | None", st.session_state.get(self.key))

    def put(self, value: T) -> None:
        """Remember this from now on."""
        st.session_state[self.key] = value

    def forget(self) -> None:
        """Remember it no longer."""
        st.session_state.pop(self.key, None)
