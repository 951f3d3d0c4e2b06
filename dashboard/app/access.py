"""Whether a page may read from this machine's disk, and what.

Whoever may name a path can look at what is there, so only the person who runs the dashboard may:

- ``FACESPACE_DATA`` names a folder: then its data sets, and no other path, are shown to whoever
  opens the page. That is the decision of who set it; leave it unset on a public deployment.
- It is set to nothing: then no photos are shown from the disk at all.
- It is not set: then any path may be named, but only where all signs say that browser and server
  are one machine (``at_this_machine``). A public deployment such as Streamlit Community Cloud
  stands behind a proxy and fails them, and so does a container. Behind a proxy on this machine
  that says nothing of itself, set ``FACESPACE_DATA`` to nothing.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import streamlit as st

#: The names of this machine to itself.
LOOPBACK = ("localhost", "127.0.0.1", "::1")

#: Headers with which a proxy says that it hands on a request.
FORWARDED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")


def at_this_machine() -> bool:
    """Whether browser and dashboard are on one machine.

    The address in the browser and the one asked for (``Host``) are this machine's own; as a
    visitor can forge both, the connection comes from this machine too, and was passed on by nobody.
    """
    # Streamlit gives no address of a connection from this machine.
    return (
        st.context.ip_address is None
        and _host(st.context.url or "") in LOOPBACK
        and asked_for_here(st.context.headers)
    )


def asked_for_here(headers: Mapping[str, str]) -> bool:
    """Whether a request with these headers was made to this machine by name, and directly."""
    names = {name.lower(): value for name, value in headers.items()}
    here = _host(f"//{names.get('host', '')}") in LOOPBACK
    return here and not any(name in names for name in FORWARDED)


def _host(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None


def data_folder() -> Path | None:
    """The folder that ``FACESPACE_DATA`` names, None where it names none."""
    chosen = os.environ.get("FACESPACE_DATA")
    return Path(chosen) if chosen else None


def may_name_a_path() -> bool:
    """Whether whoever sits at the browser may name any path of this machine."""
    return "FACESPACE_DATA" not in os.environ and at_this_machine()


def offered() -> bool:
    """Whether photos from the disk can be shown at all."""
    return data_folder() is not None or may_name_a_path()
