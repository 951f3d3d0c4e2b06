"""Who opens photos for the training: processes of this machine, or the workers of a cluster."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, TypeVar

from tqdm import tqdm

from facespace.batch import executors
from facespace.batch.executors import CHUNK, DEADLY, Workers
from facespace.io import images
from facespace.types import RGB, FacespaceError

Result = TypeVar("Result")


def opened(jobs: int | Workers) -> AbstractContextManager[Workers]:
    """Workers, as a context that ends them.

    Args:
        jobs: processes, of which one is this process itself; -1 for one a processor, -2 for one
            less, and so on. Workers that are there already stay, whose they are.
    """
    if isinstance(jobs, Workers):
        return executors.opened(jobs)
    count = jobs if jobs > 0 else max(1, executors.processors() + 1 + jobs)
    return executors.opened(0 if count == 1 else count)


def each_photo(
    paths: Sequence[Path], work: Callable[[RGB], Result], jobs: int | Workers, title: str
) -> list[Result]:
    """Open every photo once, with a bar of this title, and do some work with it.

    Returns:
        what ``work`` gave for each, in order.
    """
    return each_result(_opened_photo, paths, jobs, title, work)


def _opened_photo(path: Path, work: Callable[[RGB], Result]) -> Result:
    return work(images.load(path))


def each_result(
    function: Callable[..., Result],
    items: Sequence[Any],
    jobs: int | Workers,
    title: str,
    *arguments: object,
    size: int = CHUNK,
) -> list[Result]:
    """What a function of a module gives for every item, in order, with a bar of this title.

    Args:
        function: called with an item and ``arguments``.
        items: sent in chunks of ``size``.
        jobs: see ``opened``.
        title: a word for what is done.
        arguments: the same for all items.
        size: items in a chunk.

    Raises:
        FacespaceError: an item ends its worker.
    """
    results: list[Result] = []
    with opened(jobs) as workers:
        each = workers.each(function, items, *arguments, size=size)
        bar = tqdm(each, title, len(items), unit="photo", disable=not items)
        for item, result in zip(items, bar, strict=True):
            if result is None:
                raise FacespaceError(f"{f'{item}: ' if isinstance(item, Path) else ''}{DEADLY}")
            results.append(result)
    return results
