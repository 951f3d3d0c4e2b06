"""The memory of the process that runs the tests."""

from __future__ import annotations

import resource
import sys


def peak() -> float:
    """The most memory that this process ever took, in MB."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 2**20 if sys.platform == "darwin" else most / 2**10
