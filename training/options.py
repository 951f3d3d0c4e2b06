"""What every command takes: dataclasses whose fields are the arguments of the command line."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, get_type_hints

from training.models import MODELS


def add_arguments(parser: argparse.ArgumentParser, options: type[Any]) -> None:
    """Let a parser, which suppresses defaults, take the fields of a dataclass of this module."""
    for name, hint in get_type_hints(options, include_extras=True).items():
        for argument in getattr(hint, "__metadata__", ()):
            parser.add_argument(f"--{name.replace('_', '-')}", **argument)


def _argument(help: str, **others: Any) -> dict[str, Any]:
    """What ``ArgumentParser.add_argument`` is told of a field."""
    return {"help": help, **others}


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


_FOLDERS = {"type": Path, "action": "append", "metavar": "DIR"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The labelled photos that models are, or were, trained on, and where artifacts are."""

    data: Annotated[
        Sequence[Path],
        _argument(
            "folder with labels.csv (columns file, gender; optional: age, race, person, split), "
            "with sub-folders female/ and male/, or as FairFace, LFW or UTKFace come; may be given "
            "more than once",
            **_FOLDERS,
        ),
    ] = ()
    out: Annotated[Path, _argument("default: artifacts", type=Path)] = Path("artifacts")
    limit: Annotated[
        int | None, _argument("quick try with about N photos", type=_positive, metavar="N")
    ] = None
    cache: Annotated[
        Path,
        _argument("where crops and the network's checkpoints are kept; default: .cache", type=Path),
    ] = Path(".cache")
    jobs: Annotated[int, _argument("worker processes, -1: all processors", type=_processes)] = -1

    @property
    def crops(self) -> Path:
        """Where crops are kept."""
        return self.cache / "crops"


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureOptions(Options):
    """Options of a command that measures on further data sets too."""

    test: Annotated[
        Sequence[Path],
        _argument("a further data set to test on; may be given more than once", **_FOLDERS),
    ] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainOptions(MeasureOptions):
    """Options of ``training.train.train``."""

    model: Annotated[
        Sequence[str],
        _argument(
            "may be given more than once; default: all. The embedding needs PyTorch",
            choices=("all", *MODELS),
            action="append",
        ),
    ] = ()
    download: Annotated[
        str | None,
        _argument(
            "a public data set to fetch into the cache and train on, too; needs --names",
            choices=("lfw",),
        ),
    ] = None
    names: Annotated[
        Path | None,
        _argument(
            "with --download lfw: folder with female_names.txt and male_names.txt",
            type=Path,
            metavar="DIR",
        ),
    ] = None
    keep: Annotated[
        bool,
        _argument(
            "other models that are in --out stay there, and are tested once more",
            action="store_true",
        ),
    ] = False
    epochs: Annotated[
        int | None,
        _argument("of the network; default: as in its recipe", type=_positive, metavar="N"),
    ] = None
    classifier: Annotated[
        str,
        _argument(
            "svc: an RBF SVM, whose cost grows with the square of the photos; nystroem: one on "
            "landmarks, whose cost grows with the photos; auto, the default: svc up to 40,000 "
            "photos",
            choices=("auto", "svc", "nystroem"),
        ),
    ] = "auto"
    reviews: Annotated[
        Path | None,
        _argument(
            "a review queue, or the ZIP it exports: its decided faces are fitted on too; prints "
            "old against new on the test sets, and leaves old models that are better",
            type=Path,
            metavar="FILE",
        ),
    ] = None
    review_weight: Annotated[
        int,
        _argument(
            "how many photos a reviewed face counts as; default: 1", type=_positive, metavar="N"
        ),
    ] = 1
    replace: Annotated[
        bool, _argument("with --reviews: replace also better models", action="store_true")
    ] = False
    scheduler: Annotated[
        str | None,
        _argument(
            "crop and search on the workers of this Dask scheduler (tcp://host:8786), to which "
            "the photos are sent",
            metavar="ADDRESS",
        ),
    ] = None

    @property
    def models(self) -> list[str]:
        """The names of the models to train, in the order of ``MODELS``."""
        every = not self.model or "all" in self.model
        return [name for name in MODELS if every or name in self.model]


@dataclass(frozen=True, slots=True, kw_only=True)
class CutoffOptions(Options):
    """Options of ``training.abstain.cutoffs.choose``."""

    detect: Annotated[
        Path,
        _argument(
            "folders of pictures with marked faces (annotations.csv: file, x, y, w, h), one of "
            "them without any, one with faces marked frontal and profile (column pose)",
            type=Path,
            required=True,
            metavar="DIR",
        ),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluateOptions:
    """Options of ``training.evaluate.evaluate``."""

    data: Annotated[
        Path,
        _argument(
            "labels.csv (columns file, gender; optional: age, race, person, split) and photos, "
            "or folders female/ and male/, or as FairFace, LFW or UTKFace come",
            type=Path,
            required=True,
            metavar="DIR|ZIP",
        ),
    ]
    model: Annotated[
        Sequence[str],
        _argument(
            "may be given more than once; default: all models of the artifacts",
            action="append",
            metavar="NAME",
        ),
    ] = ()
    artifacts: Annotated[Path | None, _argument("default: artifacts", type=Path, metavar="DIR")] = (
        None
    )
    json: Annotated[
        Path | None, _argument("write all figures, unrounded", type=Path, metavar="FILE")
    ] = None
    csv: Annotated[Path | None, _argument("write a row a photo", type=Path, metavar="FILE")] = None
