"""``facespace serve``: the library over HTTP, until it is asked to end."""

from __future__ import annotations

import argparse
import os
import socket

from facespace import installation
from facespace.cli import arguments
from facespace.cli.terminal import complain
from facespace.types import FacespaceError

DESCRIPTION = "Reads the photos and films that are sent to it over HTTP; Ctrl-C ends it."
EXIT_CODES = (
    "Exit codes: 0 it was asked to end, 1 it failed, 2 wrong usage, or what it needs is not "
    "installed."
)

#: Where it listens unless told otherwise, and the variable that has its token.
HOST, PORT, TOKEN = "127.0.0.1", 8700, "FACESPACE_TOKEN"

#: Seconds that requests have to end after the service was asked to, and for which a connection
#: waits for the next one.
GRACE, KEPT = 30, 60


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument(
        "--host",
        default=HOST,
        metavar="ADDRESS",
        help=f"where to listen; anywhere but on this machine alone it needs a {TOKEN}, which "
        f"clients send too. Default: {HOST}",
    )
    parser.add_argument(
        "--port",
        type=int,
        default=PORT,
        metavar="N",
        help=f"default: {PORT}; 0 takes one that is free",
    )
    arguments.add_settings(parser)


def run(options: argparse.Namespace) -> int:
    """Serve until Ctrl-C, or until the system says to end.

    Raises:
        FacespaceError: what it needs is not installed, the detector or the model cannot be used,
            or the address cannot be listened at.
    """
    try:
        import python_multipart  # noqa: F401  which forms are read with
        import uvicorn

        from facespace.services.guard import is_loopback
        from facespace.services.http import application
    except ImportError as error:
        raise installation.not_installed("serve", error.name or "a package", "serve") from error
    token = os.environ.get(TOKEN, "").strip()
    settings = arguments.settings_of(options)
    with _listener(options.host, options.port) as listener:
        host, port = listener.getsockname()[:2]
        if not token and not is_loopback(host):
            raise FacespaceError(
                f"at {options.host} others on the network can ask: set {TOKEN} to a long secret, "
                "which they then need"
            )
        config = uvicorn.Config(
            application(settings, token),
            log_config=None,
            access_log=False,
            ws="none",
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=KEPT,
            timeout_graceful_shutdown=GRACE,
        )
        server = uvicorn.Server(config)
        shown = f"[{host}]" if ":" in host else host
        complain(f"photos and films are read at http://{shown}:{port}; Ctrl-C ends it")
        try:
            server.run([listener])
        except (KeyboardInterrupt, SystemExit):  # it has ended in order, and says why
            if not server.started:
                raise
    return 0 if server.started else 1


def _listener(host: str, port: int) -> socket.socket:
    """What listens at an address.

    Raises:
        FacespaceError: nothing can.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=1024)
    except (OSError, OverflowError) as error:
        why = getattr(error, "strerror", None) or error
        raise FacespaceError(f"nothing can listen at {host}, port {port}: {why}") from error
