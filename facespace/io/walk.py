"""Folders and patterns -> the files that they name, and what of them cannot be read.

Python's own walks pass over a folder that may not be read as if it were empty.
"""

from __future__ import annotations

import glob
import os
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

#: What systems and network drives put beside photos, in lower case: wastebaskets, previews, notes.
_SYSTEM = frozenset(
    {"__macosx", "thumbs.db", "ehthumbs.db", "desktop.ini"}
    | {"$recycle.bin", "recycler", "system volume information", "lost+found"}
    | {"@eadir", "#recycle", "#snapshot", "@recycle", "@recently-snapshot", "@__thumb"}
)


@dataclass(frozen=True, slots=True)
class Found:
    """Files by name, those of a folder before the folders in it; and folders that cannot be read.

    ``problems`` has for each of these the sentence that says why.
    """

    files: list[Path] = field(default_factory=list)
    problems: dict[Path, str] = field(default_factory=dict)


def is_hidden(name: str) -> bool:
    """Whether a file or folder of this name, without its folders, is none of the user's own.

    That is what begins with a dot, as ``.Trash-1000``, ``.ipynb_checkpoints`` and macOS's ``._``
    files do, and what systems put beside photos: wastebaskets, previews and notes.
    """
    return name.startswith(".") or name.lower() in _SYSTEM


def below(*tops: Path, levels: int | None = None) -> Found:
    """All files in folders and the folders in them, hidden ones left out.

    Linked folders are followed. However many links lead to a folder, it is read once, and by its
    own name where that is in the folder too; so links in a circle come to an end.

    Args:
        tops: where to look; their own names may be hidden ones.
        levels: how many folders deep; 0 looks into the folder alone, None has no end.
    """
    found = Found()
    for folder, entries in _folders(tops, found, levels):
        found.files.extend(folder / entry.name for entry in entries if not _is_folder(entry))
    found.files.sort(key=_order)
    return found


def matching(pattern: str) -> Found:
    """What a pattern matches: files and folders, hidden ones left out where it does not name them.

    ``**`` follows links as ``below`` does.

    Args:
        pattern: a path with ``*``, ``?`` or ``[]`` in any of its parts, and ``**`` as a part for
            folders at any depth.
    """
    path, found = Path(pattern), Found()
    anchor = Path(path.anchor)
    _match(anchor, path.relative_to(anchor).parts, found)
    found.files[:] = sorted(set(found.files), key=_order)
    return found


def _match(here: Path, parts: tuple[str, ...], found: Found) -> None:
    """Add what is matched below a folder by the parts of a pattern that are left."""
    if not parts:
        found.files.append(here)
        return
    part, rest = parts[0], parts[1:]
    if part == "**":
        for folder, _ in _folders([here], found):
            _match(folder, rest or ("*",), found)
    elif glob.has_magic(part):
        for entry in _visible(here, found, part.startswith(".")):
            if fnmatch(entry.name, part) and (not rest or _is_folder(entry)):
                _match(here / entry.name, rest, found)
    else:
        try:
            os.lstat(here / part)
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError as error:
            found.problems[here] = _sentence(error)
            return
        _match(here / part, rest, found)


def _folders(
    tops: Iterable[Path], found: Found, levels: int | None = None
) -> Iterator[tuple[Path, list[os.DirEntry[str]]]]:
    """Folders and those in them, each once, with what is in them: linked ones last."""
    seen: set[str] = set()
    folders, links = deque((top, 0) for top in tops), deque[tuple[Path, int]]()
    while folders or links:
        here, level = (folders or links).popleft()
        real = os.path.realpath(here)
        if real in seen:
            continue
        seen.add(real)
        entries = _visible(here, found)
        yield here, entries
        if levels is None or level < levels:
            for entry in filter(_is_folder, entries):
                (links if entry.is_symlink() else folders).append((here / entry.name, level + 1))


def _visible(folder: Path, found: Found, hidden: bool = False) -> list[os.DirEntry[str]]:
    """What is in a folder, by name, without what is hidden unless that is asked for."""
    try:
        with os.scandir(folder) as entries:
            seen = [entry for entry in entries if hidden or not is_hidden(entry.name)]
        return sorted(seen, key=lambda entry: entry.name)
    except NotADirectoryError:
        return []
    except OSError as error:
        found.problems[folder] = _sentence(error)
        return []


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to where nobody may look: reading it will say so
        return False


def _sentence(error: OSError) -> str:
    return f"This folder cannot be read: {error.strerror or error}."


def _order(path: Path) -> list[tuple[bool, str]]:
    """By name, and files before the folders beside them."""
    *folders, name = path.parts
    return [*((True, folder) for folder in folders), (False, name)]
