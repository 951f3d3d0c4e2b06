"""The newest picture of a source, read on a thread of its own; what is lost is connected again."""

from __future__ import annotations

import gc
import threading
import time
from dataclasses import dataclass, replace
from typing import Literal

import av

from facespace.services.address import ANSWER, SILENCE, Address, Pictures
from facespace.types import RGB, FacespaceError

#: Seconds until a lost source is tried again: twice as long each time, up to the second.
FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0

#: Seconds that pictures may come late before nothing is caught up with.
LAG = 1.0

#: Seconds that closing waits for a source to answer; its thread ends by itself later.
PATIENCE = 0.5

NO_VIDEO = "what comes from there is no video that can be read"
NO_ANSWER = f"no answer came within {ANSWER:.0f} seconds"
NO_PICTURE = f"no picture came for {SILENCE:.0f} seconds"

#: What FFmpeg's errors mean here.
_WORDS: dict[type[Exception], str] = {
    av.HTTPUnauthorizedError: "it asks for a name and a password, or refuses those given",
    av.HTTPForbiddenError: "it refuses access",
    av.HTTPNotFoundError: "there is no stream of this name",
    av.HTTPServerError: "its server has an error of its own",
    av.ConnectionRefusedError: "nothing answers there",
    av.ExitError: NO_ANSWER,
    av.TimeoutError: NO_ANSWER,
    av.InvalidDataError: NO_VIDEO,
    av.ArgumentError: NO_VIDEO,
    av.ProtocolNotFoundError: "it leads to an address that is not opened here",
    av.PermissionError: "this user may not open it",
    av.FileNotFoundError: "there is no such camera",
}

#: How a server says that name or password are wrong, and how often they are tried again once they
#: were right: a camera may be locked after more, or be about to start.
_REFUSED, TRIES = (av.HTTPUnauthorizedError, av.HTTPForbiddenError), 2

#: Of these, what trying again does not mend.
_FINAL = (
    *_REFUSED,
    av.InvalidDataError,
    av.ArgumentError,
    av.ProtocolNotFoundError,
)

Stage = Literal["connecting", "on", "lost", "over"]


@dataclass(frozen=True, slots=True)
class State:
    """How it stands with a source.

    ``why`` is what a "lost" one lacks, in words, and ``again`` when it is tried again, in seconds
    of the monotonic clock. ``error`` is a sentence where one is "over" because it cannot be read.
    """

    stage: Stage
    why: str = ""
    again: float = 0.0
    error: str = ""


class Camera:
    """Reads a source from when it is made until it is closed; a context manager.

    All pictures are decoded, as each builds upon those before it, and none is kept: whoever asks
    gets the next one, however slow they are. Any thread may read ``state``, one ask for pictures.
    """

    def __init__(self, address: Address) -> None:
        self.state = State("connecting")
        self._address = address
        self._changed = threading.Condition()
        self._wanted = self._closed = self._stood = False
        self._refused = 0
        self._picture: tuple[RGB, float] | None = None
        self._thread = threading.Thread(target=self._run, name="facespace-camera", daemon=True)
        self._thread.start()

    def picture(self, seconds: float) -> tuple[RGB, float] | None:
        """The next picture, uint8 (H, W, 3), and when it came, in seconds of the monotonic clock.

        None where none comes within so many seconds, or the source is over.
        """
        with self._changed:
            self._wanted = self._picture is None
            self._changed.wait_for(lambda: self._picture or self.state.stage == "over", seconds)
            taken, self._picture = self._picture, None
            return taken

    def close(self) -> None:
        """Let go of the source; where it does not answer, that is done later."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join(PATIENCE)

    def __enter__(self) -> Camera:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _run(self) -> None:
        wait = FIRST_WAIT
        while not self._closed:
            ended = self._read()
            if self.state.stage == "on":
                wait = FIRST_WAIT
            if ended.stage == "lost":
                ended = replace(ended, again=time.monotonic() + wait)
            gc.collect()  # frames refer to themselves: they, and their decoder, would stay for long
            self._set(ended)
            if ended.stage == "over":
                return
            self._pause(wait)
            wait = min(2 * wait, LONGEST_WAIT)

    def _read(self) -> State:
        """Read until no more comes; how it stands then."""
        start = time.monotonic()
        try:
            with self._address.opened() as pictures:
                silent = self._show(pictures)
                if pictures.ends:
                    lost = f"{self._address.shown}: {NO_PICTURE}" if silent else ""
                    return State("over", error=lost)
        except FacespaceError as error:
            return State("over", error=f"{self._address.shown}: {error}")
        except (av.FFmpegError, OSError) as error:
            late = time.monotonic() - start > ANSWER - 1
            if late and self.state.stage != "on":  # FFmpeg gives that many names
                return State("lost", NO_ANSWER)
            why = _worded(error)
            self._refused += isinstance(error, _REFUSED)
            if self._refused > TRIES or (not self._stood and self._final(error)):
                return State("over", error=f"{self._address.shown}: {why}")
            return State("lost", why)
        except Exception as error:  # or whoever waits for pictures would do so for ever
            return State("over", error=f"{self._address.shown}: {type(error).__name__}")
        return State("lost", NO_PICTURE if silent else "the stream has broken off")

    def _show(self, pictures: Pictures) -> bool:
        """Hand pictures over until no more come; whether none came for long."""
        before = heard = time.monotonic()
        pace = Pace()
        for frame in pictures.source.frames():
            if pictures.paced:
                self._pause(pace.ahead(frame.time))
            before, heard = heard, time.monotonic()
            if self._closed:
                break
            if self.state.stage != "on":
                self._stood, self._refused = True, 0
                self._set(State("on"))
            if self._wanted:
                picture = pictures.source.upright(frame), heard
                with self._changed:
                    self._picture, self._wanted = picture, False
                    self._changed.notify_all()
        # The last one may be what a decoder held, and let go as the stream ended.
        return time.monotonic() - before > SILENCE / 2

    def _final(self, error: Exception) -> bool:
        """Whether it is of no use to try again: so is a wrong password, which may lock a camera."""
        return self._address.kind == "camera" or isinstance(error, _FINAL)

    def _set(self, state: State) -> None:
        with self._changed:
            self.state = state
            self._changed.notify_all()

    def _pause(self, seconds: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._closed, seconds)


class Pace:
    """Tells how much too early pictures are that can be read faster than they are to be shown."""

    def __init__(self) -> None:
        self._start: float | None = None

    def ahead(self, shown: float | None) -> float:
        """Seconds until a picture is due that is shown at some second; 0 where that is unknown.

        A leap of the pictures' own time is none to wait for, and nothing is caught up with.
        """
        if shown is None:
            return 0.0
        now = time.monotonic()
        if self._start is None or not -LAG < self._start + shown - now < SILENCE:
            self._start = now - shown
        return max(0.0, self._start + shown - now)


def _worded(error: Exception) -> str:
    """Why a source cannot be read, in words of its own: FFmpeg's name it with its password."""
    for kind, words in _WORDS.items():
        if isinstance(error, kind):
            return words
    return (getattr(error, "strerror", None) or type(error).__name__).lower()
