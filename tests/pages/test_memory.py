"""The server gives memory back, and keeps no session that has ended."""

from __future__ import annotations

import gc
import subprocess
import sys
import weakref
from collections.abc import Iterator

import pytest

from dashboard.app import memory

#: Sixteen threads fill and drop pictures of 2 to 12 MB; what is left over of them, MB.
LEFT_OVER = """
import threading
from dashboard.app.memory import give_back
def held():
    return int(open("/proc/self/statm").read().split()[1]) * 4096 / 2**20
assert give_back()
before = held()
def visit():
    for size in range(2, 12):
        pictures = [bytearray(b"x") * (size * 10**6) for _ in range(2)]
threads = [threading.Thread(target=visit) for _ in range(16)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(held() - before)
"""


class Circle:
    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def _thaw() -> Iterator[None]:
    memory.at_rest.clear()  # pages that other tests opened have had their rest
    yield
    memory.at_rest.clear()
    gc.unfreeze()


def test_what_ended_since_is_let_go_the_next_time() -> None:
    session = Circle()
    ended = weakref.ref(session)
    memory.at_rest("home")
    del session
    gc.collect()
    assert ended() is not None  # frozen: left out of the collection
    memory.at_rest("photo")
    assert ended() is None


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc’s own settings")
def test_memory_of_ended_threads_goes_back() -> None:
    command = [sys.executable, "-c", LEFT_OVER]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert float(done.stdout) < 10
