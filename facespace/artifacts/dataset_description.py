"""``dataset.json``: who and what is in the photos, without names or pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from facespace.artifacts.contents import load_json
from facespace.artifacts.manifest import Manifest

FILE = "dataset.json"

#: By value how many photos are labelled ``female`` and ``male``; or have another value.
Counts = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Fitted:
    """Photos fitted on and chosen on, and the share of all that are fitted on."""

    training: int
    validation: int
    weight: float


#: How photos were drawn for the test, or for a half of the validation, that no data set declares:
#: those whose hash lies below a share, or, where that were few, the lowest hashes of each class.
BELOW, LOWEST = "below a share", "lowest of each class"

#: What older artifacts say of what was fitted on: nothing.
NOT_SAID = Fitted(0, 0, float("nan"))


@dataclass(frozen=True, slots=True)
class Spread:
    """Percentiles of a measure over so many photos of a group."""

    photos: int
    p5: float
    p25: float
    median: float
    p75: float
    p95: float


@dataclass(frozen=True, slots=True)
class Distribution:
    """A measure over all photos: a histogram, percentiles, and ``by`` attribute and value.

    ``edges`` is one longer than ``counts`` and those labelled ``female``.
    """

    edges: tuple[float, ...]
    counts: tuple[int, ...]
    min: float
    p5: float
    p25: float
    median: float
    p75: float
    p95: float
    max: float
    female: tuple[int, ...] = ()
    by: Mapping[str, Mapping[str, Spread]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Detected:
    """In how many photos a face was found."""

    photos: int
    found: int


@dataclass(frozen=True, slots=True)
class EqualFiles:
    """Equal files that were left out, and how many of these are on both sides of the split."""

    photos: int
    across: int | None


@dataclass(frozen=True, slots=True)
class NearlyAlike:
    """Photos nearly alike, by perceptual hash.

    Alike are hashes of ``bits`` that differ in at most ``cut``, or in at most ``doubtful`` where
    those of the crops differ in at most ``crop``. ``nearest``: photos by how many bits the one most
    alike differs in. ``across`` and ``with_training``: pairs of a training and a test photo, of
    this data set and of this and those trained on; None where there are none to look at.
    """

    bits: int
    cut: int
    doubtful: int
    crop: int
    pairs: int
    photos: int
    nearest: tuple[int, ...]
    across: int | None
    with_training: int | None


@dataclass(frozen=True, slots=True)
class Duplicates:
    """What is there twice; ``sets``: pairs nearly alike with other data sets."""

    exact: EqualFiles
    near: NearlyAlike
    sets: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Described:
    """One data set; parts that older artifacts lack are None.

    ``learned`` is None where the data set is only tested on. ``training.report.describe_data`` says
    what each field is.
    """

    title: str
    licence: str
    source: str
    photos: int
    persons: int | None
    left_out: Mapping[str, int]
    split: Counts
    age: Counts
    race: Counts
    sizes: Mapping[str, Distribution]
    learned: Fitted | None = NOT_SAID
    problems: tuple[str, ...] = ()
    not_tested: int = 0
    drawn: Mapping[str, str] | None = None
    crossings: Mapping[str, Counts] | None = None
    quality: Mapping[str, Distribution] | None = None
    detection: Mapping[str, Mapping[str, Mapping[str, Detected]]] | None = None
    duplicates: Duplicates | None = None


@dataclass(frozen=True, slots=True)
class _File:
    datasets: Mapping[str, Described]


def load_described(manifest: Manifest) -> Mapping[str, Described]:
    """The data sets by name; read once as long as the file stays the same.

    Raises:
        FacespaceError: the file is not listed, missing, altered, or of another shape.
    """
    return load_json(manifest, FILE, _File).datasets
