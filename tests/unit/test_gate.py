"""Only so many threads work on pictures at once, and each is let in as it came."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest

import facespace
from facespace import limits
from facespace.faces import evidence
from facespace.faces.detectors.base import Pool
from facespace.gate import Gate
from facespace.types import RGB


def waiting(gate: Gate) -> int:
    return len(gate._waiting)


@pytest.mark.parametrize("at_once", [1, 2, 5])
def test_no_more_than_so_many_at_once(at_once: int) -> None:
    gate, inside, most = Gate(at_once), 0, []
    lock = threading.Lock()

    def work(_: int) -> None:
        nonlocal inside
        with gate.enter():
            with lock:
                inside += 1
                most.append(inside)
            time.sleep(0.002)
            with lock:
                inside -= 1

    with ThreadPoolExecutor(12) as threads:
        list(threads.map(work, range(40)))
    assert len(most) == 40 and max(most) == at_once


def test_first_come_first_served() -> None:
    gate, order = Gate(1), []

    def work(number: int) -> None:
        with gate.enter():
            order.append(number)

    threads = []
    with gate.enter():
        for number in range(10):
            threads.append(threading.Thread(target=work, args=(number,)))
            threads[-1].start()
            while waiting(gate) <= number:
                time.sleep(0.001)
    for thread in threads:
        thread.join()
    assert order == list(range(10))


def test_an_error_gives_the_place_back() -> None:
    gate = Gate(1)
    with pytest.raises(ZeroDivisionError), gate.enter():
        _ = 1 / 0
    with gate.enter():
        pass


def test_who_gives_up_waiting_takes_no_place(monkeypatch: pytest.MonkeyPatch) -> None:
    class Interrupted:
        def wait(self) -> None:
            raise KeyboardInterrupt

    gate = Gate(1)
    monkeypatch.setattr("facespace.gate.threading", SimpleNamespace(Event=Interrupted))
    with gate.enter(), ThreadPoolExecutor(1) as threads:
        gives_up = threads.submit(gate.enter().__enter__)
        assert isinstance(gives_up.exception(60), KeyboardInterrupt)
    assert not waiting(gate)
    with gate.enter():
        pass


def test_a_crowd_makes_no_more_cascades_than_have_places() -> None:
    made: list[object] = []

    def make() -> object:
        made.append(object())
        return made[-1]

    pool = Pool(make)

    def borrow(_: int) -> object:
        with pool.borrow() as item:
            time.sleep(0.002)
            return item

    with ThreadPoolExecutor(8) as threads:
        lent = set(threads.map(borrow, range(32)))
    assert lent == set(made)
    assert 1 <= len(made) <= limits.AT_ONCE


def test_analyses_enter_one_by_one(astronaut: RGB, monkeypatch: pytest.MonkeyPatch) -> None:
    inside, most, lock = 0, [], threading.Lock()
    gather = evidence.gather

    def counted(*arguments: Any) -> Any:
        nonlocal inside
        with lock:
            inside += 1
            most.append(inside)
        try:
            return gather(*arguments)
        finally:
            with lock:
                inside -= 1

    monkeypatch.setattr(evidence, "gather", counted)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(facespace.analyze, [astronaut] * 16))
    assert len(most) == 16 and max(most) <= limits.AT_ONCE
