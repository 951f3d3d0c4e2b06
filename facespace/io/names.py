"""Names of files as people, tables and file systems write them."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath, PureWindowsPath

#: What is no text, as ``written`` has it; ``x5c`` says that the letters are the name's own.
_WRITTEN = re.compile(r"\\((?:x5c)*)(ud[89a-f][0-9a-f]{2})")

#: Quotes that a name may be put in, as Windows' "Copy as path" and spreadsheets do.
_QUOTES = ('""', "''", "“”", "‘’", "«»")


def folded(name: str) -> str:
    """A name as file systems compare it that tell neither case nor forms of accents apart."""
    return unicodedata.normalize("NFC", name).casefold()


def written(name: str) -> str:
    """A name as text that every encoding of Unicode can hold; ``as_named`` undoes it.

    What is no text in a name, as the bytes of another encoding in one of Linux, is written as
    Python shows it: ``caf\\udce9.png``. A name that has just these letters gets ``x5c``, the code
    of a backslash, behind its own: ``caf\\x5cudce9.png``.
    """
    own = _WRITTEN.sub(r"\\x5c\1\2", name)
    return own.encode(errors="backslashreplace").decode()


def as_named(text: str) -> str:
    """The name that ``written`` made a text of."""
    return _WRITTEN.sub(
        lambda found: f"\\{found[1][3:]}{found[2]}" if found[1] else chr(int(found[2][1:], 16)),
        text,
    )


def unquoted(name: str) -> str:
    """A name without blanks and quotes around it; as it is where a file has it so.

    Where no file has it, and one is ``written`` so, it is that one's.
    """
    inner = name.strip()
    if len(inner) > 2 and inner[0] + inner[-1] in _QUOTES:
        inner = inner[1:-1]
    if os.path.lexists(name):
        return name
    own = as_named(inner)
    return own if own != inner and not os.path.lexists(inner) and os.path.lexists(own) else inner


def path(text: str) -> Path:
    """The path that a text names, which may be in quotes; the type of an argument."""
    return Path(unquoted(text))


class Files:
    """The files of a folder, found by names in which slashes, case or accents may differ."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._listed: dict[Path, Mapping[str, str]] = {}

    def find(self, name: str) -> Path | None:
        """The path of a file.

        Args:
            name: relative, with ``/`` or ``\\``, perhaps ``written``. Where no file has it, it
                stands for the one whose name differs in case alone, in how its accents are
                written, or is the same in cp1252.

        Returns:
            where the file is, or would be; None where the name leads out of the folder.
        """
        own, parts = as_named(name), _parts(name)
        if ".." in (*parts, *_parts(own)) or name[:1] in ("/", "\\") or PureWindowsPath(name).drive:
            return None
        if own != name and os.path.lexists(path := self._place(PurePosixPath(own).parts)):
            return path
        if name in self._inside(self._folder):  # also one with a backslash, which Windows forbids
            return self._folder / name
        return self._place(parts)

    def _place(self, parts: Iterable[str]) -> Path:
        path = self._folder
        for part in parts:
            here = self._inside(path)
            path /= here.get(part) or here.get(_FOLDED + folded(part)) or part
        return path

    def _inside(self, folder: Path) -> Mapping[str, str]:
        """Names in a folder by themselves, and folded where they differ in more than that."""
        if folder not in self._listed:
            try:
                names = os.listdir(folder)
            except (OSError, ValueError):  # who reads the file says why
                names = []
            alike: dict[str, list[str]] = {}
            for name in names:
                alike.setdefault(_FOLDED + folded(_older(name)), []).append(name)
            only = {key: same[0] for key, same in alike.items() if len(same) == 1}
            self._listed[folder] = only | {name: name for name in names}
        return self._listed[folder]


def _parts(name: str) -> tuple[str, ...]:
    """The parts of a name with ``/`` or ``\\`` between them."""
    return PurePosixPath(name.replace("\\", "/")).parts


def _older(name: str) -> str:
    """A name of bytes that are no UTF-8 in cp1252, as tables that name it may be written."""
    content = os.fsencode(name) if re.search("[\udc80-\udcff]", name) else b""
    return content.decode("cp1252", errors="replace") or name


#: Tells folded names from others: no file can have it in its name.
_FOLDED = "\0"
