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
import socket
from collections.abc import Mapping
from contextlib import closing
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from urllib.parse import urlsplit

import streamlit as st

Address = IPv4Address | IPv6Address

#: Where Streamlit says nothing of where a connection comes from, it comes from here.
_HERE = "127.0.0.1"

#: Headers with which a proxy says that it hands on a request.
FORWARDED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")


def at_this_machine() -> bool:
    """Whether browser and dashboard are on one machine.

    The address in the browser and the one asked for (``Host``) are this machine's own; as a
    visitor can forge both, the connection comes from this machine too, and was passed on by nobody.
    """
    came = st.context.ip_address or _HERE
    return asked_for_here(st.context.url or "", st.context.headers, came)


def asked_for_here(url: str, headers: Mapping[str, str], came: str) -> bool:
    """Whether a request was made on this machine to itself, and directly.

    It was where both ends are loopback, or both the same address of this machine in its network,
    as Streamlit prints it: what is sent there comes from that very address.

    Args:
        url: in the browser.
        headers: of the request.
        came: the address that the connection comes from.
    """
    names = {name.lower(): value for name, value in headers.items()}
    if any(name in names for name in FORWARDED):
        return False
    client = _parsed(came)
    asked = [_host(url), _host(f"//{names.get('host', '')}")]
    if client is None or None in asked:
        return False
    if client.is_loopback:
        return all(host.is_loopback or host.is_unspecified for host in asked if host)
    return asked == [client, client] and _of_this_machine(client)


def _host(address: str) -> Address | None:
    """The host of an address where it is a number, or ``localhost``; any other name may lie."""
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return None
    return _parsed(_HERE if host == "localhost" else host)


def _parsed(address: str) -> Address | None:
    """A numerical address; of an IPv4 one in the clothes of IPv6, as ``::ffff:127.0.0.1``, itself.

    Servers that listen to both kinds give it so.
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return None
    return (parsed.ipv4_mapped or parsed) if isinstance(parsed, IPv6Address) else parsed


def _of_this_machine(address: Address) -> bool:
    """Whether an address is one of this machine's own: nobody can listen at another's."""
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    with closing(socket.socket(family)) as listener:
        try:
            listener.bind((str(address), 0))
        except OSError:
            return False
    return True


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
