"""What a client sends: counted while it comes, on disk where it is large, gone at the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from tempfile import SpooledTemporaryFile

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.types import Message

from facespace import limits
from facespace.io.names import written
from facespace.services.errors import Busy, Slow
from facespace.types import FacespaceError, TooLarge

#: The field of a form that has the files, and bytes that a form takes beside each of them.
FIELD, BESIDE = "file", 4096

#: Bytes of a file from which it lies on disk: photos of phones are smaller.
SPOOL = 8 * 2**20


class _Parser(MultiPartParser):
    """Of forms."""

    spool_max_size = SPOOL


class Room:
    """Room for what clients send, for the thread of the event loop.

    Args:
        requests: that may be there at once.
        size: bytes of all of them together.
        said: why one more is not taken, and ``seconds`` after which it may be.
    """

    def __init__(self, requests: int, size: int, said: str, seconds: int) -> None:
        self._requests, self._bytes = requests, size
        self._said, self._seconds = said, seconds

    @contextmanager
    def place(self) -> Iterator[Place]:
        """A place for one request, for the length of a ``with`` block.

        Raises:
            Busy: there is none.
        """
        if not self._requests:
            raise self.busy()
        self._requests -= 1
        place = Place(self)
        try:
            yield place
        finally:
            self._requests += 1
            self._bytes += place.held

    def take(self, count: int) -> None:
        """Take up so many bytes, where there is room for them."""
        if count > self._bytes:
            raise self.busy()
        self._bytes -= count

    def busy(self) -> Busy:
        """What to raise where there is no room."""
        return Busy(self._said, self._seconds)


class Place:
    """The place of one request: ``held`` are the bytes that it takes up."""

    def __init__(self, room: Room) -> None:
        self._room, self.held = room, 0

    def hold(self, count: int) -> None:
        """Take up more bytes.

        Raises:
            Busy: there is no room for them.
        """
        self._room.take(count)
        self.held += count


@asynccontextmanager
async def received(
    request: Request, place: Place, most: int, files: int, what: str
) -> AsyncIterator[list[UploadFile]]:
    """The files of a request: of the field ``file`` of a form, or else its body, called ``what``.

    Args:
        most: bytes of all of them together.
        files: how many a form may have.

    Raises:
        TooLarge: there are more bytes.
        Busy: there is no room for them.
        Slow: they take longer than ``limits.UPLOAD_SECONDS`` to come.
        FacespaceError: there is no file, or the form cannot be read.
    """
    try:
        async with asyncio.timeout(limits.UPLOAD_SECONDS):
            uploads = await _received(request, place, most, files, what)
    except TimeoutError as error:
        raise Slow(f"The {what} took over {limits.UPLOAD_SECONDS} seconds to come.") from error
    try:
        if not any(upload.size for upload in uploads):
            raise FacespaceError(
                f"There is no {what}: send its bytes as the body, or a form with a field {FIELD}."
            )
        yield uploads
    finally:
        for upload in uploads:
            await upload.close()


async def _received(
    request: Request, place: Place, most: int, files: int, what: str
) -> list[UploadFile]:
    form = is_form(request)
    room = most + files * BESIDE if form else most
    too_large = TooLarge(
        f"More than {most // 2**20} MB were sent, which is all that is read at once."
    )
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > room:
        raise too_large

    async def counted() -> Message:
        message = await request.receive()
        more = len(message.get("body", b""))
        if place.held + more > room:
            raise too_large
        place.hold(more)
        return message

    bounded = Request(request.scope, counted)
    if form:
        return await _files_of(bounded, files)
    spooled = SpooledTemporaryFile[bytes](SPOOL)
    upload = UploadFile(spooled, size=0, filename=what)  # type: ignore[arg-type]
    try:
        async for chunk in bounded.stream():
            await upload.write(chunk)
        await upload.seek(0)
    except BaseException:
        await upload.close()
        raise
    return [upload]


async def _files_of(request: Request, most: int) -> list[UploadFile]:
    """What a form has in the field ``FIELD``."""
    parser = _Parser(request.headers, request.stream(), max_files=most, max_fields=most)
    try:
        form = await parser.parse()
    except MultiPartException as error:
        raise FacespaceError(f"The form cannot be read: {error.message}") from error
    files = [(field, file) for field, file in form.multi_items() if isinstance(file, UploadFile)]
    for field, file in files:
        if field != FIELD:
            await file.close()
    return [file for field, file in files if field == FIELD]


def is_form(request: Request) -> bool:
    """Whether files come as fields of a form, and not as the body."""
    return request.headers.get("content-type", "").lower().startswith("multipart/form-data")


def name_of(file: UploadFile) -> str:
    """The name that a file was sent with, as text."""
    return written(file.filename or "")
