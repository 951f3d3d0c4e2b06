"""What every command takes: dataclasses whose fields are the arguments of the command line.

A field says in its type what ``ArgumentParser.add_argument`` is told: the help, and keywords that
its type leaves open.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, get_type_hints

from facespace.datasets.label_table import meanings
from facespace.io.names import path
from training.models import MODELS


def add_arguments(parser: argparse.ArgumentParser, options: type[Any]) -> None:
    """Let a parser, which suppresses defaults, take the fields of a dataclass of this module."""
    for name, hint in get_type_hints(options, include_extras=True).items():
        words, *keywords = hint.__metadata__
        argument: dict[str, Any] = {"help": words}
        if hint.__origin__ is bool:
            argument["action"] = "store_true"
        if hint.__origin__ in (Path, Path | None, Sequence[Path]):
            argument["type"] = path
        if hint.__origin__ in (Sequence[Path], Sequence[str]):
            argument["action"] = "append"
        for more in keywords:
            argument |= more
        parser.add_argument(f"--{name.replace('_', '-')}", **argument)


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return int(text)


def _processes(text: str) -> int:
    try:
        processes = int(text)
    except ValueError:
        processes = 0
    if processes == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of processes")
    return processes


def _labels(text: str) -> Mapping[str, str]:
    found = meanings(text)
    if set(found.values()) != {"female", "male"}:
        raise argparse.ArgumentTypeError(
            f"{text!r} does not say which is which, as 0=male,1=female"
        )
    return found


_COUNT = {"type": _positive, "metavar": "N"}
_DIR = {"metavar": "DIR"}
_FILE = {"metavar": "FILE"}
_NEEDED = {"required": True}

_Labels = Annotated[
    Mapping[str, str],
    "what the column gender of a labels.csv says, where it is no usual word",
    {"type": _labels, "metavar": "0=male,1=female"},
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The labelled photos that models are, or were, trained on, and where artifacts are."""

    data: Annotated[
        Sequence[Path],
        "folder with labels.csv (columns file, gender; optional: age, race, person, split), with "
        "sub-folders female/ and male/, or as FairFace, LFW or UTKFace come; may be given more "
        "than once",
        _DIR,
    ] = ()
    labels: _Labels = field(default_factory=dict)
    out: Annotated[Path, "default: artifacts"] = Path("artifacts")
    limit: Annotated[int | None, "quick try with about N photos", _COUNT] = None
    cache: Annotated[
        Path, "where crops and the network's checkpoints are kept; default: .cache"
    ] = Path(".cache")
    jobs: Annotated[int, "worker processes, -1: all processors", {"type": _processes}] = -1

    @property
    def crops(self) -> Path:
        """Where crops are kept."""
        return self.cache / "crops"


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureOptions(Options):
    """Options of a command that measures on further data sets too."""

    test: Annotated[
        Sequence[Path], "a further data set to test on; may be given more than once", _DIR
    ] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainOptions(MeasureOptions):
    """Options of ``training.train.train``."""

    model: Annotated[
        Sequence[str],
        "may be given more than once; default: all. The embedding needs PyTorch",
        {"choices": ("all", *MODELS)},
    ] = ()
    download: Annotated[
        str | None,
        "a public data set to fetch into the cache and train on, too; needs --names",
        {"choices": ("lfw",)},
    ] = None
    names: Annotated[
        Path | None,
        "with --download lfw: folder with female_names.txt and male_names.txt",
        _DIR,
    ] = None
    keep: Annotated[bool, "other models that are in --out stay there, and are tested once more"] = (
        False
    )
    validate: Annotated[
        bool,
        "stop at the validation: print each model's figures on its two halves, and write nothing; "
        "no model sees a test photo",
    ] = False
    epochs: Annotated[int | None, "of the network; default: as in its recipe", _COUNT] = None
    device: Annotated[
        str,
        "where the network is trained; auto, the default: CUDA where there is some",
        {"choices": ("auto", "cpu", "cuda")},
    ] = "auto"
    classifier: Annotated[
        str,
        "svc: an RBF SVM, whose cost grows with the square of the photos; nystroem: one on "
        "landmarks, whose cost grows with the photos; auto, the default: svc up to 40,000 photos",
        {"choices": ("auto", "svc", "nystroem")},
    ] = "auto"
    reviews: Annotated[
        Path | None,
        "a review queue, or the ZIP it exports: its decided faces are fitted on too; prints old "
        "against new on the validation, and leaves old models that are better",
        _FILE,
    ] = None
    review_weight: Annotated[
        int, "how many photos a reviewed face counts as; default: 1", _COUNT
    ] = 1
    replace: Annotated[bool, "with --reviews: replace also better models"] = False
    scheduler: Annotated[
        str | None,
        "crop and search on the workers of this Dask scheduler (tcp://host:8786), to which the "
        "photos are sent",
        {"metavar": "ADDRESS"},
    ] = None

    @property
    def models(self) -> list[str]:
        """The names of the models to train, in the order of ``MODELS``."""
        every = not self.model or "all" in self.model
        return [name for name in MODELS if every or name in self.model]


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesOptions(MeasureOptions):
    """Options of ``training.abstain.rules.choose``."""

    detect: Annotated[
        Path,
        "folders of pictures with marked faces (annotations.csv: file, x, y, w, h), one of them "
        "without any, one with faces marked frontal and profile (column pose)",
        _DIR,
        _NEEDED,
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluateOptions:
    """Options of ``training.evaluate.evaluate``."""

    data: Annotated[
        Path,
        "labels.csv (columns file, gender; optional: age, race, person, split) and photos, or "
        "folders female/ and male/, or as FairFace, LFW or UTKFace come",
        {"metavar": "DIR|ZIP"},
        _NEEDED,
    ]
    labels: _Labels = field(default_factory=dict)
    model: Annotated[
        Sequence[str],
        "may be given more than once; default: all models of the artifacts",
        {"metavar": "NAME"},
    ] = ()
    artifacts: Annotated[Path | None, "default: artifacts", _DIR] = None
    json: Annotated[Path | None, "write all figures, unrounded", _FILE] = None
    csv: Annotated[Path | None, "write a row a photo", _FILE] = None
