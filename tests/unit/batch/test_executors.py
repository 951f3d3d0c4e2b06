"""A function called for many items, whoever calls it: order, deaths, and when to stop."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

import pytest

from facespace.batch import executors
from facespace.batch.executors import InThisProcess, Processes, Workers, chunked
from facespace.types import FacespaceError


def squared(number: int, more: int = 0) -> int:
    """The square of a number, and ``more``; a negative number ends who asks."""
    if number < 0:
        os._exit(9)
    if number > 1_000:
        raise ValueError("too large")
    return number * number + more


@pytest.mark.parametrize("workers", [0, 2])
def test_results_come_in_order_whoever_works(workers: int) -> None:
    with executors.opened(workers) as crew:
        assert list(crew.each(squared, range(30), 1)) == [n * n + 1 for n in range(30)]
        assert list(crew.map(squared, [[1], [], [2, 3]])) == [[1], [], [4, 9]]
        with pytest.raises(ValueError, match="too large"):
            list(crew.each(squared, [1, 2_000]))
        assert list(crew.each(squared, [5])) == [25]  # a fault of one is not the next one's


@pytest.mark.slow
def test_an_item_that_ends_its_worker_costs_no_other() -> None:
    with Processes(2) as crew:
        results = list(crew.each(squared, [1, 2, -1, 3, 4, -1, -1, 5], size=2))
        assert results == [1, 4, None, 9, 16, None, None, 25]
        with pytest.raises(FacespaceError, match="fewer workers"):
            list(crew.each(squared, [-1] * executors.GIVE_UP))
        assert list(crew.each(squared, [6])) == [36]


def test_workers_that_are_there_stay() -> None:
    with Processes(1) as crew:
        with executors.opened(crew) as same:
            assert same is crew
        assert list(crew.each(squared, [7])) == [49]


@pytest.mark.parametrize("crew", [InThisProcess(), Processes(1)])
def test_a_stop_sends_no_more_and_keeps_what_was_begun(crew: Workers) -> None:
    taken: list[Sequence[int]] = []

    def chunks() -> Iterator[Sequence[int]]:
        for chunk in chunked(range(100), 1):
            taken.append(chunk)
            yield chunk

    with crew:
        results = crew.map(squared, chunks(), stop=lambda: len(taken) > 10)
        done = [one for one in results if one is not None]
    assert done == [[n * n] for n in range(len(done))] and len(taken) == 11


def test_what_is_sent_ahead_is_bounded() -> None:
    with Processes(2) as crew:
        counts = []
        for _ in crew.map(squared, chunked(range(50), 1)):
            counts.append(len(crew._under_way))
    assert max(counts) == 2 * executors.AHEAD


def test_workers_do_one_thing_at_a_time() -> None:
    crew = InThisProcess()
    crew._under_way.append(crew._sent(executors.Task(squared, ()), [1]))
    with pytest.raises(RuntimeError, match="not at its end"):
        next(crew.map(squared, [[1]]))
