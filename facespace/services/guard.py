"""Before and around every request: who may ask, and what no log and no cache sees."""

from __future__ import annotations

import asyncio
import hmac
import logging
import traceback
from contextlib import suppress
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: What needs no token: whoever watches over the service asks it, and it tells nothing.
OPEN = ("/health", "/ready")

#: Seconds for which what a client still sends is read and dropped before it is refused: one that
#: writes before it listens would see a broken connection, not the sentence.
LINGER = 2.0

#: Of every answer. Pictures are of people: nothing between the two ends keeps one.
HEADERS = {"cache-control": "no-store", "x-content-type-options": "nosniff"}


class Guard:
    """The outermost layer of the service.

    With a token, whoever has it may ask. Without one the service is for this machine alone, and
    a page of the web that a browser here has open is not of this machine: it may send a form to a
    loopback address, or give its own name one (DNS rebinding). So ``Host`` and ``Origin``, where
    a browser sends it, must be loopback too.

    Args:
        app: all that is inside.
        token: what clients must send as ``Authorization: Bearer``; "" for none.
    """

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app, self._token = app, token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        exchange = _Exchange(Headers(scope=scope), receive, send)
        app = self._refusal(scope["path"], exchange.headers) or self._app
        try:
            await app(scope, exchange.receive, exchange.send)
        except ClientDisconnect:
            pass  # nobody is there to be answered
        except Exception as error:
            log(error)

    def _refusal(self, path: str, headers: Headers) -> ASGIApp | None:
        if self._token:
            given = headers.get("authorization", "").encode("latin-1")
            scheme, _, word = given.partition(b" ")
            if path in OPEN or (
                scheme.lower() == b"bearer" and hmac.compare_digest(word.strip(), self._token)
            ):
                return None
            said = "Send the token of this service: Authorization: Bearer TOKEN."
            return JSONResponse({"error": said}, 401, {"www-authenticate": "Bearer"})
        origin = headers.get("origin")
        asked = [f"//{headers.get('host', '')}", *([] if origin is None else [origin])]
        if all(map(_is_here, asked)):
            return None
        said = (
            "Without FACESPACE_TOKEN this service answers localhost alone, and no page of the web."
        )
        return JSONResponse({"error": said}, 403)


def log(error: Exception) -> None:
    """Say of what nobody foresaw what it is and where; its words may have a file's name in them."""
    where = "".join(traceback.format_tb(error.__traceback__))
    logging.getLogger(__name__).error("%s\n%s", type(error).__name__, where)


class _Exchange:
    """What goes to and fro in one request."""

    def __init__(self, headers: Headers, receive: Receive, send: Send) -> None:
        self.headers = headers
        self._receive, self._send = receive, send
        length = headers.get("content-length", "0")
        self._more = length != "0" or "transfer-encoding" in headers
        # Who asks before it sends anything is told no at once.
        self._asks = "expect" in headers

    async def receive(self) -> Message:
        message = await self._receive()
        self._more, self._asks = message.get("more_body", False), False
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if self._more and not self._asks:
                with suppress(TimeoutError):
                    async with asyncio.timeout(LINGER):
                        while self._more:
                            await self.receive()
            MutableHeaders(scope=message).update(HEADERS)
        await self._send(message)


def _is_here(address: str) -> bool:
    """Whether an address is a loopback one, as a number or by its name."""
    try:
        host = urlsplit(address).hostname or ""
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches what listens at ``host``, a number or ``localhost``."""
    return _is_here(f"//[{host}]" if ":" in host else f"//{host}")
