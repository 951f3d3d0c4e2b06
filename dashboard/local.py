"""Whether a page may read photos from this machine's disk, and which.

Whoever may name a folder can look at the labelled photos in it, so only the person who runs the
dashboard may:

- ``FACESPACE_DATA`` names a folder: then its data sets, and no other path, are shown to whoever
  opens the page. That is the decision of who set it; leave it unset on a public deployment.
- It is set to nothing: then no photos are shown from the disk at all.
- It is not set: then any path may be named, but only where all signs say that browser and server
  are one machine: the address in the browser and the one asked for (``Host``) are this machine's
  own, the connection comes from it, and no proxy says that it hands the request on. A visitor can
  forge the first two, never the last two; a public deployment such as Streamlit Community Cloud
  stands behind a proxy and fails them, and so does a container. Behind a proxy on this machine
  that says nothing of itself, set ``FACESPACE_DATA`` to nothing.
"""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

import streamlit as st

#: The names of this machine to itself.
LOOPBACK = ("localhost", "127.0.0.1", "::1")

#: Headers with which a proxy says that it hands on a request.
FORWARDED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")


def data_folder() -> Path | None:
    """The folder that ``FACESPACE_DATA`` names, None where it names none."""
    chosen = os.environ.get("FACESPACE_DATA")
    return Path(chosen) if chosen else None


def may_name_a_path() -> bool:
    """Whether whoever sits at the browser may name any folder of this machine."""
    if "FACESPACE_DATA" in os.environ:
        return False
    headers = {name.lower(): value for name, value in st.context.headers.items()}
    asked_for = (st.context.url or "", f"//{headers.get('host', '')}")
    # Streamlit gives no address of a connection from this machine.
    return (
        all(_host(address) in LOOPBACK for address in asked_for)
        and st.context.ip_address is None
        and not any(name in headers for name in FORWARDED)
    )


def _host(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None


def offered() -> bool:
    """Whether photos from the disk can be shown at all."""
    return data_folder() is not None or may_name_a_path()
