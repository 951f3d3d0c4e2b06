"""Tables and lists, as spreadsheets, editors and shells write them -> rows and lines.

Of the encodings that its bytes allow, and of the delimiters that its header allows, the first
counts, so nobody is asked how a file was saved.
"""

from __future__ import annotations

import codecs
import csv
import io
import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import BinaryIO, TextIO

from facespace.io.names import unquoted
from facespace.types import FacespaceError

#: What may stand between the columns: as it is, in most of Europe, and where text is copied.
DELIMITERS = (",", ";", "\t", "|")

#: What the column of names of pictures may be called, too.
FILE_TITLES = (
    *("filename", "filepath", "path", "image", "imagename", "imagepath", "imageid", "imagefile"),
    *("img", "imgname", "imgpath", "photo", "picture"),
)

#: Columns and values that a sentence lists, and characters of each.
_LISTED, _LETTERS = 8, 30

#: Encodings by the mark that a text begins with; the mark of UTF-16 begins that of UTF-32.
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}

#: How workbooks of Excel, LibreOffice and Numbers begin.
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")

#: A first line that tells Excel the delimiter.
_SEP = re.compile(r'"?sep=(.)"?', re.IGNORECASE)

#: Bytes that are looked at, or decoded, at a time.
_PIECE = 2**20


def encoding_of(file: BinaryIO) -> str:
    """The name of a text's encoding; the file is set back to its beginning.

    Its mark says which it is; without one it is UTF-16 if every other byte is zero, UTF-8 if it can
    be that, else cp1252, which Windows calls ANSI.
    """
    file.seek(0)
    head = file.read(_PIECE)
    try:
        for mark, name in _MARKS.items():
            if head.startswith(mark):
                return name
        if b"\0" in head[:2]:
            return "utf-16-le" if head[:1] != b"\0" else "utf-16-be"
        decoder = codecs.getincrementaldecoder("utf-8")()
        while head:
            decoder.decode(head)
            head = file.read(_PIECE)
        decoder.decode(b"", final=True)
        return "utf-8"
    except UnicodeDecodeError:
        return "cp1252"
    finally:
        file.seek(0)


def lines(content: bytes) -> list[str]:
    """The lines of a list, without blank ones.

    Raises:
        FacespaceError: it is no text.
    """
    try:
        text = content.decode(encoding_of(io.BytesIO(content)))
    except UnicodeDecodeError as error:
        raise FacespaceError(f"The list cannot be read as text: {error}.") from error
    return [line for line in text.splitlines() if line.strip("\ufeff \t")]


def names(content: bytes) -> list[str]:
    """The names of files in a list, one a line; those of its column ``file`` where it is a table.

    Names in no encoding of texts are as the file system has them, if a file is called so.

    Raises:
        FacespaceError: it is a table, and cannot be read as one.
    """
    if encoding_of(io.BytesIO(content)) == "cp1252":
        found = [_name(line) for line in content.splitlines() if line.strip()]
    else:
        found = [line.rstrip("\r\n") for line in lines(content)]
    while found and _SEP.fullmatch(found[0].strip(" \ufeff")):
        found = found[1:]
    head = "".join(found[:1])
    cells = re.split(f"[{''.join(DELIMITERS)}]", head)
    titles = {bare_title(unquoted(cell)) for cell in cells}
    if os.path.lexists(head) or not titles & {"file", *FILE_TITLES}:
        return found
    if len(cells) == 1:
        return found[1:]
    with open_table(content, {"file": FILE_TITLES}, ("file",), "The list") as table:
        return [row["file"] for row in table.rows if row["file"]]


def _name(line: bytes) -> str:
    name = os.fsdecode(line)
    return name if os.path.lexists(name) else line.decode("cp1252", errors="replace")


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a table, to be gone through once, and the titles of its columns.

    Rows have the columns that were asked for under the names asked for, the others under their own
    titles; values are without blanks around them, "" where a row ends early. ``titles`` has the
    title in the table of each column that was asked for.
    """

    titles: Mapping[str, str]
    rows: Iterator[dict[str, str]]


@contextmanager
def open_table(
    source: Path | bytes,
    columns: Mapping[str, Sequence[str]],
    needed: Collection[str] = (),
    name: str = "",
) -> Iterator[Table]:
    """A table in a file, or in its content; all that goes wrong with it until the end is worded.

    Args:
        source: the file, or its content.
        columns: by the name of each column what else its title may be; case, blanks and
            underscores do not count, nor does what is in brackets.
        needed: those of ``columns`` without which it is not read.
        name: what to call a table without a path.

    Raises:
        FacespaceError: it cannot be read, is no table, or lacks a column; says which it has.
    """
    called = str(source) if isinstance(source, Path) else name
    try:
        with ExitStack() as stack:
            file = io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")
            stack.enter_context(file)
            if file.read(4) in _WORKBOOKS:
                raise FacespaceError(f"{called} is a workbook. Save it as CSV (UTF-8).")
            text = io.TextIOWrapper(file, encoding_of(file), newline="")
            yield _table(stack.enter_context(text), columns, needed, called)
    except (OSError, UnicodeError, csv.Error) as error:
        raise FacespaceError(f"{called} cannot be read as a table: {error}.") from error


def _table(
    text: TextIO, columns: Mapping[str, Sequence[str]], needed: Collection[str], called: str
) -> Table:
    first = ""
    delimiters: Sequence[str] = DELIMITERS
    while not first.strip() and (first := text.readline(_PIECE)):
        if said := _SEP.fullmatch(first.strip(" \r\n\ufeff")):
            first, delimiters = "", (said[1],)

    def titles_by(delimiter: str) -> list[str]:
        return next(csv.reader([first], delimiter=delimiter, skipinitialspace=True), [])

    def fit(delimiter: str) -> tuple[int, int]:
        found = _places(titles_by(delimiter), columns)
        return len(found.keys() & set(needed)), len(titles_by(delimiter))

    best = max(delimiters, key=fit)
    reader = csv.reader(chain([first], text), delimiter=best, skipinitialspace=True)
    titles = [title.strip("\ufeff \t") for title in next(reader, [])]
    places = _places(titles, columns)
    if missing := sorted(set(needed) - places.keys()):
        have = f"Its columns are {listed(titles)}." if any(titles) else "It has none."
        raise FacespaceError(f"{called} has no column {' or '.join(missing)}. {have}")
    others = {title: i for i, title in enumerate(titles) if i not in places.values()}
    by_name = others | places
    rows = (
        {name: row[i].strip() if i < len(row) else "" for name, i in by_name.items()}
        for row in reader
        if any(row)
    )
    return Table({name: titles[i] for name, i in places.items()}, rows)


def _places(titles: Sequence[str], columns: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Where each column is that the titles have; the last place where several are called so."""
    at = {bare_title(title): i for i, title in enumerate(titles)}
    found = {
        name: [at[bare_title(title)] for title in (name, *others) if bare_title(title) in at]
        for name, others in columns.items()
    }
    return {name: places[0] for name, places in found.items() if places}


def bare_title(title: str) -> str:
    """A title without what does not count in it: case, blanks, underscores, and brackets."""
    return re.sub(r"[\s_.\-\ufeff]+", "", re.split(r"[(\[{:]|\s\S+\s*=", title.casefold())[0])


def listed(words: Iterable[str]) -> str:
    """The first of some words, quoted, for a sentence; how many more there are."""
    every = list(dict.fromkeys(words))
    shown = [repr(word[:_LETTERS]) for word in every[:_LISTED]]
    more = [f"{len(every) - _LISTED:,} more"] if len(every) > _LISTED else []
    *others, last = shown + more
    return f"{', '.join(others)} and {last}" if others else last
