"""Fuzzing guided by coverage, for as long as it is let: ``python -m tests.abuse.fuzz photo``.

Needs ``pip install atheris``; not part of the tests. Arguments after the target's name are
libFuzzer's: a folder to keep inputs in, ``-max_total_time=600``, ``-max_len=4096``.
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["facespace", "zipfile", "csv", "json", "PIL"]):
    from tests.abuse import targets


def main() -> None:
    """Fuzz one target; ends at the first exception that is not the typed error."""
    if len(sys.argv) < 2 or sys.argv[1] not in targets.TARGETS:
        sys.exit(f"usage: python -m tests.abuse.fuzz {'|'.join(targets.TARGETS)} [libFuzzer's ...]")
    target = targets.TARGETS[sys.argv.pop(1)]
    atheris.Setup(sys.argv, lambda content: targets.harmless(target, content))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
