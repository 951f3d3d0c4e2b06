"""Why a request is not answered as it was meant, and the status of HTTP that says so."""

from __future__ import annotations

from facespace.types import FacespaceError, TooLarge, UnknownFormat


class Busy(FacespaceError):
    """There is no room at this moment; ``seconds`` after which to ask again."""

    def __init__(self, what: str, seconds: int) -> None:
        super().__init__(f"{what} Try again in {seconds} seconds.")
        self.seconds = seconds


class Slow(FacespaceError):
    """It did not come in time."""


class Unready(FacespaceError):
    """The service cannot read anything, by no fault of who asks."""


class Unacceptable(FacespaceError):
    """There is nothing of the type that was asked for."""


class Unknown(FacespaceError):
    """There is no such thing (any more)."""


#: The status of an error; of any other of the library's it is 422.
CODES: dict[type[FacespaceError], int] = {
    Unknown: 404,
    Unacceptable: 406,
    Slow: 408,
    TooLarge: 413,
    UnknownFormat: 415,
    Busy: 429,
    Unready: 503,
}


def status(error: FacespaceError) -> int:
    """The status of HTTP that an error is told with."""
    return next((code for kind, code in CODES.items() if isinstance(error, kind)), 422)
