"""How the server keeps its memory small."""

from __future__ import annotations

import ctypes
import gc

import streamlit as st

#: glibc's names in malloc.h, and what they are set to: heaps at most, and the bytes from which a
#: piece of memory is asked of the system itself, and so given back once it is free.
_M_ARENA_MAX, _ARENAS = -8, 2
_M_MMAP_THRESHOLD, _PIECE = -3, 2**20

#: Seconds after which what was left out of garbage collections is looked through once more.
LOOKED_THROUGH = 600


@st.cache_resource(show_spinner=False)
def give_back() -> bool:
    """Let pictures go back to the system once nobody holds them; whether that could be arranged.

    Each visit runs in threads of its own, and glibc gives threads heaps of their own, which
    seldom shrink: 16 visitors with a photo of 12 megapixels each left 500 MB behind, now 370.
    ``MALLOC_ARENA_MAX=2`` and ``MALLOC_MMAP_THRESHOLD_=1048576`` in the environment do the same.
    """
    try:
        choose = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):  # another C library, or another system
        return False
    return bool(choose(_M_ARENA_MAX, _ARENAS)) and bool(choose(_M_MMAP_THRESHOLD, _PIECE))


@st.cache_resource(show_spinner=False, ttl=LOOKED_THROUGH)
def at_rest(page: str) -> None:
    """Leave what the first run of a page has loaded out of later garbage collections.

    Streamlit collects after every run, and the many objects of the libraries take it a tenth of a
    second, in which no thread can work: the camera's frames would wait. Sessions that were open
    then are left out too; once they have ended, the next time lets them go.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
