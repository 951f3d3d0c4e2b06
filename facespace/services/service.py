"""The library over HTTP: photos at once, films as jobs. No second way to read either."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Annotated, Any, ParamSpec, TypeVar

from fastapi import FastAPI, Query, Request, Response
from fastapi.responses import FileResponse, JSONResponse
from starlette.datastructures import UploadFile
from starlette.requests import ClientDisconnect

from facespace import limits
from facespace.faces import installed
from facespace.faces.analyze import Settings
from facespace.services import contract
from facespace.services.errors import Unacceptable, Unknown, Unready
from facespace.services.films import ADDRESS, FilmJob, FilmJobs
from facespace.services.photos import JSON, accepted, analyzer_of, drawn, read, read_or_why
from facespace.services.uploads import BESIDE, Room, is_form, name_of, received
from facespace.types import FacespaceError
from facespace.video import frames

P = ParamSpec("P")
T = TypeVar("T")

#: Threads beyond those that the gate lets in: the next picture waits at it, not in the event loop.
AHEAD = 2

#: Seconds between two looks at results that are too old.
SWEEP = 30.0


class Service:
    """What is behind the addresses.

    Args:
        settings: by which pictures are read where a request says nothing.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings, self._films = settings, FilmJobs()
        self._room = Room(
            limits.MAX_REQUESTS, limits.MAX_UPLOADS, "Too many photos are waiting.", 2
        )
        self._threads = ThreadPoolExecutor(limits.AT_ONCE + AHEAD)
        self._turns = asyncio.Semaphore(limits.AT_ONCE + AHEAD)

    @asynccontextmanager
    async def running(self, _: FastAPI) -> AsyncIterator[None]:
        """From the start to the end of the service."""

        async def sweep() -> None:
            while True:
                await asyncio.sleep(SWEEP)
                self._films.forget_old()

        sweeping = asyncio.create_task(sweep())
        try:
            yield
        finally:  # where it is not asked to end but has to, too
            sweeping.cancel()
            await asyncio.to_thread(self._films.end)
            self._threads.shutdown()

    async def photo(
        self, request: Request, chosen: Annotated[contract.ChosenOfPhoto, Query()]
    ) -> Response:
        """Read one photo, or some; of one its picture with boxes, too, or without faces."""
        kind = accepted(request.headers.get("accept", JSON))
        if chosen.anonymise and kind == JSON:
            raise FacespaceError("anonymise needs Accept: image/jpeg or image/png.")
        settings = self._chosen(chosen)
        analyzer = await asyncio.to_thread(analyzer_of, settings)
        most = limits.MAX_UPLOAD if is_form(request) else limits.MAX_BYTES
        with self._room.place() as place:
            async with received(request, place, most, limits.MAX_FILES, "photo") as files:
                if kind != JSON:
                    if len(files) > 1:
                        raise Unacceptable("Pictures are made of one photo at a time.")
                    way = chosen.anonymise
                    made = await self._run(request, drawn, files[0], analyzer, kind, way)
                    return Response(made, media_type=kind)
                if len(files) == 1:
                    return JSONResponse(await self._run(request, read, files[0], analyzer))
                few = asyncio.Semaphore(limits.AT_ONCE)  # others have their turns meanwhile

                async def one(file: UploadFile) -> dict[str, Any]:
                    async with few:
                        return await self._run(request, read_or_why, file, analyzer, settings)

                readings = await asyncio.gather(*map(one, files), return_exceptions=True)
                for reading in readings:  # once all are done: none reads a file that is closed
                    if isinstance(reading, BaseException):
                        raise reading
                return JSONResponse(readings)

    async def film(
        self, request: Request, chosen: Annotated[contract.ChosenOfFilm, Query()]
    ) -> Response:
        """Take a film; its job says how far it is, and then what was read."""
        settings, most = self._chosen(chosen), limits.MAX_FILM_BYTES
        await asyncio.to_thread(analyzer_of, settings)
        with self._films.place(settings, chosen.every, chosen.annotated, chosen.anonymise) as job:
            one = Room(1, most + BESIDE, "", 0)
            with one.place() as place:
                async with received(request, place, most, 1, "film") as (file,):
                    await asyncio.to_thread(_kept, file, job)
                    self._films.start(job, name_of(file))
            return JSONResponse(job.to_dict(), 202, {"location": f"{ADDRESS}/{job.id}"})

    async def progress(self, id: str) -> Response:
        """How far a film is, and what was read once it is done."""
        return JSONResponse(self._films[id].to_dict())

    async def written(self, id: str) -> Response:
        """The film with boxes or hidden faces, where that was asked for and once it is done."""
        job = self._films[id]
        if not job.has_written:
            raise Unknown("No film was written of it, or not yet.")
        return FileResponse(job.out, media_type="video/mp4")

    async def remove(self, id: str) -> Response:
        """Give up a film that waits or is read, or forget its result."""
        self._films.remove(self._films[id].id)
        return Response(status_code=204)

    def models(self) -> Response:
        """Models, other files of the artifacts, and detectors, each checked."""
        try:
            return JSONResponse(list(installed.rows()))
        except FacespaceError as error:
            raise Unready(str(error)) from error

    async def health(self) -> Response:
        """Whether the service runs."""
        return JSONResponse({"status": "ok"})

    def ready(self) -> Response:
        """Whether the service can read pictures."""
        try:
            analyzer_of(self._settings)
        except FacespaceError as error:  # its words may have a path in them, and anybody may ask
            raise Unready("The service cannot read pictures; /v1/models says why.") from error
        return JSONResponse({"status": "ok"})

    def _chosen(self, chosen: contract.Chosen) -> Settings:
        names = contract.Chosen.model_fields
        given = {name: value for name in names if (value := getattr(chosen, name)) is not None}
        return replace(self._settings, **given)

    async def _run(
        self, request: Request, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Work on a picture, in turn, unless whoever asked has left."""
        async with self._turns:
            if await request.is_disconnected():
                raise ClientDisconnect
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, lambda: work(*args, **kwargs))


def _kept(file: UploadFile, job: FilmJob) -> None:
    """Put a film where its job reads it, and see that it is one."""
    with job.source.open("wb") as target:
        shutil.copyfileobj(file.file, target)
    with frames.opened(job.source):
        pass
