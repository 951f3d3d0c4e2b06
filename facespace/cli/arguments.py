"""Options that commands share, what is seen to before any work begins, and faces for review."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from facespace import limits
from facespace.cli.terminal import complain
from facespace.faces import detectors
from facespace.faces.analyze import Settings
from facespace.faces.anonymise import MEASURED, WAYS
from facespace.faces.model import load_model
from facespace.io.atomic import check_file
from facespace.onnx_session import PROVIDERS, providers
from facespace.review.item import KEPT, Candidate
from facespace.review.queue import Full, Queue
from facespace.types import FacespaceError

#: How long faces are kept for review.
_HOW_LONG = (
    f"for {limits.REVIEW_DAYS} days while nobody decides, {limits.MAX_REVIEWS:,} faces at most, "
    "near duplicates once"
)


def add_settings(parser: argparse.ArgumentParser) -> None:
    """Which detector and model read pictures, how carefully, and how sure an answer must be."""
    parser.add_argument(
        "--detector",
        default=detectors.DEFAULT,
        metavar="NAME",
        help=f"{', '.join(detectors.NAMES)}; default: {detectors.DEFAULT}",
    )
    parser.add_argument(
        "--threshold",
        type=_share,
        metavar="SCORE",
        help="how sure the detector must be that something is a face, from 0 to 1; default: the "
        "detector's own",
    )
    parser.add_argument(
        "--small-faces",
        action="store_true",
        help="search large pictures in tiles too; takes longer",
    )
    parser.add_argument("--model", metavar="NAME", help="default: the default of the artifacts")
    parser.add_argument(
        "--device",
        metavar="NAME",
        help="where the networks run, if onnxruntime has it: cuda, openvino, ...; default: "
        f"{PROVIDERS}, or else the CPU",
    )
    parser.add_argument(
        "--most-wrong",
        type=_percent,
        metavar="PERCENT",
        help="answer while the chance of being wrong is at most this, from 1 to 50; what is less "
        "sure is '?'. Default: the model's own",
    )


def add_anonymise(parser: argparse.ArgumentParser, where: str) -> None:
    """What is done with faces in what an option writes, such as "the pictures of --out"."""
    measured = MEASURED.replace("%", "%%")  # argparse fills in what a single one stands before
    parser.add_argument(
        "--anonymise",
        choices=WAYS,
        help=f"make every face in {where} unrecognisable, doubtful ones too, in place of boxing "
        f"it, and leave metadata out. {measured} Look over what is written before you show it",
    )


def settings_of(options: argparse.Namespace) -> Settings:
    """What ``add_settings`` asked for; says so where another detector stands in.

    Raises:
        FacespaceError: the detector or the model cannot be used.
    """
    settings = Settings(
        options.detector,
        options.model,
        options.threshold,
        most_wrong=options.most_wrong,
        small_faces=options.small_faces,
    )
    if options.device:
        os.environ[PROVIDERS] = options.device  # worker processes inherit it
        providers()
    _, substitution = detectors.working(settings.detector)
    load_model(settings.model)
    if substitution:
        complain(substitution)
    return settings


def positive(text: str) -> int:
    """A whole number from 1, as the type of an argument."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def _share(text: str) -> float:
    """A number from 0 to 1, as the type of an argument."""
    share = float(text)
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError("must be from 0 to 1")
    return share


def _percent(text: str) -> float:
    """A chance from 0.01 to 0.5, given in percent, as the type of an argument."""
    percent = float(text)
    if not 1 <= percent <= 50:
        raise argparse.ArgumentTypeError("must be from 1 to 50")
    return percent / 100


def check_outputs(
    outputs: Iterable[Path | None], queue: Path | None, inputs: Iterable[Path], what: str
) -> None:
    """See that results can go where they are asked to go.

    Args:
        outputs: files that will be written; None for one that was not asked for. What is there
            stays as it is.
        queue: of the reviews, in a folder that is made if need be.
        inputs: files that will be read, none of which may be overwritten.
        what: an input is, such as "is the film itself".

    Raises:
        FacespaceError: a file cannot be written, or would be written twice, or is an input.
    """
    files = [path for path in outputs if path]
    for path in files:
        check_file(path)
    files += [queue] if queue else []
    places = {os.path.realpath(path): path for path in files}
    if len(places) < len(files):
        raise FacespaceError("two results would be written to one file")
    for path in inputs:
        if output := places.get(os.path.realpath(path)):
            raise FacespaceError(f"{output} {what}")


class Submissions:
    """Puts faces into the queue of a file and says what becomes of them; a context manager.

    ``identity`` is the queue's.

    Args:
        path: of the queue, made if need be.

    Raises:
        FacespaceError: it cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._queue = path, Queue(path)
        self.identity = self._queue.identity
        self._faces = self._new = self._lost = 0
        self._full = ""
        complain(f"of each face marked '?' there is kept, in {path}: {KEPT}; {_HOW_LONG}")

    def __call__(self, candidates: Sequence[Candidate]) -> bool:
        """Submit some faces."""
        self._faces += len(candidates)
        try:
            added = self._queue.add_all(candidates)
        except Full as error:
            self._lost, self._full = self._lost + len(candidates), str(error)
            return False
        self._new += sum(number is not None for number in added)
        return True

    def __enter__(self) -> Submissions:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._queue.close()
        if kind is None:
            faces = "1 face" if self._faces == 1 else f"{self._faces:,} faces"
            complain(f"{faces} marked '?', {self._new:,} of them new in {self._path}")
            if self._lost:
                complain(f"{self._lost:,} of them are not kept: {self._full}")


def submissions(path: Path | None) -> AbstractContextManager[Submissions | None]:
    """What takes faces into the queue that the option names; None where it names none.

    Raises:
        FacespaceError: the file cannot be used.
    """
    return nullcontext() if path is None else Submissions(path)


def add_reviews(parser: argparse.ArgumentParser) -> None:
    """Whether faces marked "?" go into a review queue; off where it is not given."""
    parser.add_argument(
        "--reviews",
        type=Path,
        metavar="FILE",
        help="keep faces marked '?' in this review queue, for a human to decide on the page "
        f"Review: {KEPT}; {_HOW_LONG}. Default: none is kept",
    )
