"""``--reviews FILE``: commands that read pictures put faces marked "?" into the review queue."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from facespace import limits
from facespace.cli.terminal import complain
from facespace.review.candidate import KEPT, Candidate
from facespace.review.queue import Queue


class Submissions:
    """Puts faces into the queue of a file and says what becomes of them; a context manager.

    Args:
        path: of the queue, made if need be.

    Raises:
        FacespaceError: it cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._queue = path, Queue(path)
        self._faces = self._new = 0
        complain(
            f"of each face marked '?' there is kept, in {path}: {KEPT}; for {limits.REVIEW_DAYS} "
            f"days, {limits.MAX_REVIEWS:,} faces at most, near duplicates once"
        )

    def __call__(self, candidates: Sequence[Candidate]) -> bool:
        """Submit some faces."""
        self._faces += len(candidates)
        self._new += sum(number is not None for number in self._queue.add_all(candidates))
        return True

    def __enter__(self) -> Submissions:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._queue.close()
        if kind is None:
            faces = "1 face" if self._faces == 1 else f"{self._faces:,} faces"
            complain(f"{faces} marked '?', {self._new:,} of them new in {self._path}")


def opened(path: Path | None) -> AbstractContextManager[Submissions | None]:
    """What takes faces into the queue that the option names; None where it names none.

    Raises:
        FacespaceError: the file cannot be used.
    """
    return nullcontext() if path is None else Submissions(path)


def add_argument(parser: argparse.ArgumentParser) -> None:
    """The option, which is off where it is not given."""
    parser.add_argument(
        "--reviews",
        type=Path,
        metavar="FILE",
        help="keep faces marked '?' in this review queue, for a human to decide on the page "
        f"Review: {KEPT}; for {limits.REVIEW_DAYS} days, {limits.MAX_REVIEWS:,} at most, near "
        "duplicates once. Default: none is kept",
    )
