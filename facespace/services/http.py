"""The addresses of the service: what they take, what they give, and how errors are told."""

from __future__ import annotations

import errno
from typing import Any

from fastapi import FastAPI, Request, Security
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import HTTPBearer
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from facespace.faces.analyze import Settings
from facespace.services import contract, errors
from facespace.services.films import ADDRESS
from facespace.services.guard import Guard
from facespace.services.photos import ENCODERS
from facespace.services.service import Service
from facespace.services.uploads import FIELD
from facespace.types import FacespaceError
from facespace.version import VERSION

#: FastAPI can send what it sees to a collector that the environment names. Nothing is sent.
NO_TELEMETRY: Any = dict.fromkeys(("tracing", "metrics", "logs", "auto_configure"), False)

_FILE = {"type": "string", "format": "binary"}


def application(settings: Settings, token: str) -> ASGIApp:
    """The service.

    Args:
        settings: by which pictures are read where a request says nothing.
        token: that clients must send; "" where this machine alone may ask.
    """
    service = Service(settings)
    # The pages that FastAPI can show fetch scripts from elsewhere.
    app = FastAPI(
        title="Facespace",
        version=VERSION,
        description="Finds faces and predicts for each female, male, or “?”.",
        docs_url=None,
        redoc_url=None,
        lifespan=service.running,
        telemetry=NO_TELEMETRY,
    )
    _add_routes(app, service)
    app.add_exception_handler(FacespaceError, _library)
    app.add_exception_handler(RequestValidationError, _query)
    app.add_exception_handler(HTTPException, _address)
    app.add_exception_handler(OSError, _disk)
    app.add_exception_handler(Exception, _unforeseen)
    return Guard(app, token)


def _add_routes(app: FastAPI, service: Service) -> None:
    pictures = {"content": {kind: {"schema": _FILE} for kind in ENCODERS}}

    def add(method: str, path: str, endpoint: Any, model: Any = None, **more: Any) -> None:
        codes = (401, 403, *more.pop("errors", ())) if "/v1" in path else more.pop("errors", ())
        told = {code: {"model": contract.Problem} for code in codes}
        summary, _, words = (endpoint.__doc__ or "").partition("\n")
        app.add_api_route(
            path,
            endpoint,
            methods=[method],
            response_model=model,
            summary=summary.rstrip("."),
            description=words,
            responses=told | more.pop("responses", {}),
            dependencies=[Security(HTTPBearer(auto_error=False))] if "/v1" in path else [],
            **more,
        )

    taken = (408, 413, 415, 422, 429, 503)
    add(
        "POST", "/v1/photo", service.photo, contract.Reading | list[contract.Reading],
        errors=(406, *taken), responses={200: pictures}, openapi_extra=_body(many=True),
    )  # fmt: skip
    add(
        "POST", ADDRESS, service.film, contract.Job,
        errors=taken, status_code=202, openapi_extra=_body(many=False),
    )  # fmt: skip
    film = f"{ADDRESS}/{{id}}"
    add("GET", film, service.progress, contract.Job, errors=(404, 422))
    add(
        "GET", f"{film}/written.mp4", service.written,
        errors=(404, 422), responses={200: {"content": {"video/mp4": {"schema": _FILE}}}},
    )  # fmt: skip
    add("DELETE", film, service.remove, errors=(404, 422), status_code=204)
    add("GET", "/v1/models", service.models, list[contract.Installed], errors=(503,))
    add("GET", "/health", service.health, contract.State)
    add("GET", "/ready", service.ready, contract.State, errors=(503,))


def _body(many: bool) -> dict[str, Any]:
    """What a request has: a form with files, or the bytes of one."""
    files = {"type": "array", "items": _FILE, "minItems": 1} if many else _FILE
    form = {"type": "object", "required": [FIELD], "properties": {FIELD: files}}
    content = {"multipart/form-data": {"schema": form}, "*/*": {"schema": _FILE}}
    return {"requestBody": {"required": True, "content": content}}


def _told(code: int, said: str, **headers: str) -> JSONResponse:
    return JSONResponse(contract.Problem(error=said).model_dump(), code, headers)


async def _library(_: Request, error: Any) -> JSONResponse:
    headers = {}
    if isinstance(error, errors.Busy):
        headers["retry-after"] = str(error.seconds)
    if isinstance(error, errors.Slow):  # what may still come is not waited for (RFC 9110, 15.5.9)
        headers["connection"] = "close"
    return _told(errors.status(error), str(error), **headers)


async def _query(_: Request, error: Any) -> JSONResponse:
    told = (f"{one['loc'][-1]}: {one['msg']}" for one in error.errors())
    return _told(422, f"{'; '.join(told)}.")


async def _address(_: Request, error: Any) -> JSONResponse:
    return _told(error.status_code, f"{error.detail}.", **(error.headers or {}))


async def _disk(_: Request, error: Any) -> JSONResponse:
    if error.errno != errno.ENOSPC:
        raise error
    return _told(507, "There is no room for it on this computer.")


async def _unforeseen(_: Request, error: Any) -> JSONResponse:
    return _told(500, "This could not be done; the service’s log says what went wrong.")
