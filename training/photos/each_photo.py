"""What is measured of every photo, on all processors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import cv2
from joblib import Parallel, delayed
from tqdm import tqdm

from facespace.io import images
from facespace.types import RGB
from training.photos.crops import CHUNK

Result = TypeVar("Result")


def each_photo(
    paths: Sequence[Path], work: Callable[[RGB], Result], jobs: int, title: str
) -> list[Result]:
    """Open every photo once, with a bar of this title, and do some work with it.

    Returns:
        what ``work`` gave for each, in order.
    """
    chunks = [paths[i : i + CHUNK] for i in range(0, len(paths), CHUNK)]
    parts = Parallel(n_jobs=jobs, return_as="generator")(
        delayed(_chunk)(chunk, work) for chunk in chunks
    )
    results: list[Result] = []
    with tqdm(total=len(paths), desc=title, unit="photo", disable=not paths) as bar:
        for part in parts:
            results += part
            bar.update(len(part))
    return results


def _chunk(paths: Sequence[Path], work: Callable[[RGB], Result]) -> list[Result]:
    cv2.setNumThreads(1)  # the processes share the processors already
    return [work(images.load(path)) for path in paths]
