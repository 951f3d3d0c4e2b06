"""The result contract as typed models, field by field as ``to_dict`` has it, and what HTTP adds."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from facespace.faces.anonymise import Way
from facespace.types import REASONS, Label

Share = Annotated[float, Field(ge=0, le=1)]
Seconds = Annotated[float, Field(ge=0)]
Point = tuple[float, float]


class Contract(BaseModel):
    """Plain data with these fields and no others."""

    model_config = ConfigDict(extra="forbid")


class Chosen(Contract):
    """How pictures are read; what is not given is what the service was started with."""

    detector: str | None = None
    model: str | None = None
    threshold: Annotated[Share | None, Field(description="the least detection score")] = None
    most_wrong: Annotated[
        float | None,
        Field(ge=0.01, le=0.5, description="the largest chance of being wrong for an answer"),
    ] = None
    small_faces: bool | None = None


class ChosenOfPhoto(Chosen):
    """The same of photos; ``anonymise`` is for pictures (``Accept``) in place of boxes."""

    anonymise: Way | None = None


class ChosenOfFilm(Chosen):
    """The same of a film."""

    every: Annotated[int | None, Field(ge=1, description="look at one frame in so many")] = None
    annotated: Annotated[bool, Field(description="write the film with boxes too")] = False
    anonymise: Annotated[Way | None, Field(description="write it with every face hidden")] = None


class MadeBy(Contract):
    """How a result came about: version, model and settings."""

    facespace: str
    model: str
    model_sha256: str
    detector: str
    threshold: Share
    small_faces: bool
    most_wrong: Share


class Judged(Contract):
    """A verdict."""

    label: Label
    probability_female: Share
    chance_wrong: Annotated[Share, Field(description="the chance that the answer is wrong")]
    reasons: Annotated[list[str], Field(description=f"for “?”, of: {', '.join(REASONS)}")]


class Face(Judged):
    """A face; box and landmarks in pixels of the picture as a person sees it."""

    box: Annotated[
        tuple[float, float, float, float], Field(description="left, top, width and height")
    ]
    score: Annotated[float, Field(description="the detector's own confidence")]
    landmarks: tuple[Point, Point, Point, Point, Point] | None
    distance: Annotated[float, Field(description="from face space")]


class Reading(Contract):
    """All that was read from one photo."""

    source: Annotated[str, Field(description="the file's name, as it was sent")]
    width: int | None
    height: int | None
    detector: str
    model: str | None
    milliseconds: float | None
    error: Annotated[str | None, Field(description="why the photo could not be read")]
    made_by: MadeBy | None
    faces: list[Face]
    note: Annotated[str | None, Field(description="where not all faces were judged")] = None


class Track(Judged):
    """A face followed through a film; times in seconds from its first frame."""

    track: int
    first: Seconds
    last: Seconds
    hits: Annotated[int, Field(description="how often it was found")]


class Film(Contract):
    """All that was read from a film."""

    source: Annotated[str, Field(description="the file's name, as it was sent")]
    width: int
    height: int
    detector: str
    model: str
    frames: int
    seconds: Seconds
    looks: Annotated[int, Field(description="frames in which faces were looked for")]
    stopped: bool
    error: Annotated[str | None, Field(description="where not all of it could be read")]
    made_by: MadeBy | None
    tracks: list[Track]


class Progress(Contract):
    """How far a film is, in frames; ``left`` are the seconds until this stage is done."""

    stage: Literal["reading", "drawing"]
    done: int
    total: int | None
    rate: Annotated[float, Field(description="frames a second")]
    tracks: int
    left: Seconds | None


class Job(Contract):
    """A film on its way: ``film`` is there once it is done, ``error`` where it failed."""

    id: str
    state: Literal["waiting", "working", "done", "failed"]
    progress: Progress | None
    film: Film | None
    error: str | None
    written: Annotated[
        str | None, Field(description="where the film with boxes, or with hidden faces, is")
    ]


class Installed(Contract):
    """A model, another file of the artifacts, or a detector, as ``facespace models`` has it."""

    kind: Literal["model", "data", "detector"]
    name: str
    file: str | None
    bytes: int | None
    sha256: str | None
    state: Annotated[str, Field(description="ok, default, or a sentence that says what is wrong")]


class State(Contract):
    """How the service is."""

    status: Literal["ok"]


class Problem(Contract):
    """Why there is no result, in a sentence."""

    error: str
