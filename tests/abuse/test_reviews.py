"""ZIPs of reviews that nobody exported: they leave the queue as it was, and take little memory."""

from __future__ import annotations

import pytest

from facespace.review.exchange import unpack
from facespace.review.queue import Queue
from tests.support.hostile.reviews import CASES, FACES, SIDE
from tests.support.memory import peak
from tests.support.outcomes import READ, as_expected, ending, words
from tests.support.pages import turned_on

#: Megabytes by which reading one may raise the most memory that the tests ever took.
MOST = 100


@pytest.mark.parametrize("name", CASES)
def test_library(name: str) -> None:
    make, expected = CASES[name]
    content, queue, before = make(), Queue(), peak()
    as_expected(ending(lambda: unpack(queue, content)), expected)
    assert peak() - before < MOST
    assert bool(queue.items()) is (expected == READ)
    queue.close()


def test_the_shared_picture_would_be_large() -> None:
    """As it comes it is small: held once for each face it would take hundreds of megabytes."""
    content = CASES["one picture for all faces"][0]()
    assert len(content) < 600_000 and FACES * SIDE**2 * 3 > 200e6


def test_page() -> None:
    app = turned_on()
    app = app.segmented_control(key="view").set_value("files").run()
    before = peak()
    for make, expected in CASES.values():
        app.file_uploader(key="review_zip").set_value(("x.zip", make(), "application/zip"))
        (sentence,) = words(app.run()) or [""]
        as_expected(sentence, expected)
    assert peak() - before < 2 * MOST
