"""Is the person at the page sitting at the machine that serves it?"""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

#: What a browser calls its own machine.
_HERE = ("localhost", "127.0.0.1", "[::1]")

#: Headers that something between browser and dashboard adds.
_PASSED_ON = ("X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Forwarded", "Via")


def at_this_machine() -> bool:
    """Whether a path on this machine may be asked for.

    Seen from the server, as a browser can say anything of its own address: the connection comes
    from this machine, asks for this machine, and was passed on by nobody.
    """
    return st.context.ip_address is None and asked_for_here(st.context.headers)


def asked_for_here(headers: Mapping[str, str]) -> bool:
    """Whether a request with these headers was made to ``localhost`` directly."""
    host = headers.get("Host", "")
    name = host.rpartition(":")[0] if not host.endswith("]") and ":" in host else host
    return name in _HERE and not any(header in headers for header in _PASSED_ON)
