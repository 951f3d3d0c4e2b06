"""Readings as plain data -> files, one after the other: CSV, JSON Lines, Parquet, contact sheet.

Memory stays flat, however many readings come.
"""

from __future__ import annotations

import csv
import html
import io
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from string import Template
from typing import IO, Any, Protocol

from facespace import installation, palette
from facespace.batch.journal import BESIDE, THUMBS, Entry
from facespace.faces.wording import in_words, verdict_text
from facespace.io import tables
from facespace.io.atomic import atomic_write
from facespace.io.growing import growing
from facespace.io.names import as_named, written
from facespace.types import FacespaceError, Verdict

#: Rows of a Parquet file that are written together.
GROUP = 2_000

#: The page around the faces of a contact sheet, whose place the comment holds.
SHEET = Path(__file__).with_name("contact_sheet.html")
PLACE = "<!-- figures -->\n"


class Writer(Protocol):
    """Takes readings, in order."""

    def add(self, entry: Entry) -> None:
        """Take the next one."""

    def close(self) -> None:
        """Write what is left."""


class TextWriter:
    """Writes the text of each reading, between a head and a tail."""

    def __init__(
        self, file: IO[bytes], text_of: Callable[[Entry], str], head: str = "", tail: str = ""
    ) -> None:
        self._file, self._text_of, self._tail = file, text_of, tail
        self._write(head)

    def add(self, entry: Entry) -> None:
        """Write a reading's text."""
        self._write(self._text_of(entry))

    def close(self) -> None:
        """Write the tail."""
        self._write(self._tail)

    def _write(self, text: str) -> None:
        self._file.write(text.encode(errors="backslashreplace"))


def csv_writer(file: IO[bytes]) -> TextWriter:
    """Writes a row a face under a header, of the columns ``tables.COLUMNS``."""
    return TextWriter(file, _csv_rows, tables.table_csv(tables.COLUMNS, []))


def _csv_rows(entry: Entry) -> str:
    return tables.table_csv(tables.COLUMNS, tables.rows_of(entry)).partition("\n")[2]


def csv_file_writer(file: IO[bytes]) -> TextWriter:
    """Writes the same into a file, which Excel is to open."""
    file.write(tables.MARK.encode())
    return csv_writer(file)


def json_lines_writer(file: IO[bytes]) -> TextWriter:
    """Writes a reading a line, each the result contract."""

    def line(entry: Entry) -> str:
        contract = {key: value for key, value in entry.items() if key not in BESIDE}
        return tables.json_text(contract) + "\n"

    return TextWriter(file, line)


def contact_sheet(file: IO[bytes]) -> TextWriter:
    """Writes a page of HTML with every face, to look over and to print; it needs nothing beside it.

    Entries have ``thumbs`` (see ``read_photo.Outputs``).
    """
    head, tail = SHEET.read_text("utf-8").split(PLACE)
    colours = {"female": palette.FEMALE, "male": palette.MALE, "unsure": palette.UNSURE}
    return TextWriter(file, _figures, Template(head).substitute(colours), tail)


def _figures(entry: Entry) -> str:
    """The faces of a photo, or that it has none."""
    name = html.escape(written(entry["source"]))
    faces, thumbs = entry["faces"], entry.get(THUMBS, [])
    figures = []
    for number, (face, thumb) in enumerate(zip(faces, thumbs, strict=False), 1):
        label, why = face["label"], in_words(face["reasons"])
        words = html.escape(verdict_text(Verdict.from_dict(face)))
        alt = f"Face {number} of {name}: {words}"
        image = f'<img loading="lazy" alt="{alt}" src="data:image/jpeg;base64,{thumb}">'
        reasons = f"<i>{html.escape(why)}</i>" if why else ""
        figures.append(("unsure" if label == "?" else label, image, words, reasons))
    if len(faces) > len(thumbs):
        figures.append(("none", "", f"and {len(faces) - len(thumbs)} more faces", ""))
    if not faces:
        figures.append(("none", "", html.escape(entry["error"] or "No face was found."), ""))
    return "".join(
        f'<figure class="{kind}">{image}<figcaption><b>{words}</b>{reasons}{name}</figcaption>'
        "</figure>\n"
        for kind, image, words, reasons in figures
    )


class ParquetWriter:
    """The rows of ``csv_writer`` with types, ``GROUP`` of them at a time; needs pyarrow."""

    def __init__(self, file: IO[bytes]) -> None:
        try:
            import pyarrow as pa
            from pyarrow import parquet
        except ImportError as error:
            raise installation.not_installed("Parquet", "pyarrow", "dashboard") from error
        kinds = {name: pa.float64() for name in tables.COLUMNS} | {"face": pa.int64()}
        kinds |= dict.fromkeys(("source", "label", "reasons", "error", "made_by"), pa.string())
        self._schema = pa.schema(kinds.items())
        self._writer = parquet.ParquetWriter(file, self._schema)
        self._batch: Callable[..., Any] = pa.Table.from_pylist
        self._rows: list[dict[str, Any]] = []

    def add(self, entry: Entry) -> None:
        """Take a reading's rows."""
        self._rows += tables.rows_of(entry)
        if len(self._rows) >= GROUP:
            self._flush()

    def close(self) -> None:
        """Write the last rows and what closes the file."""
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        if self._rows:
            self._writer.write_table(self._batch(self._rows, self._schema))
        self._rows = []


#: Writers by the ending of the file that they write.
ENDINGS: dict[str, Callable[[IO[bytes]], Writer]] = {
    ".csv": csv_file_writer,
    ".jsonl": json_lines_writer,
    ".parquet": ParquetWriter,
    ".html": contact_sheet,
}


#: The same that write no head, behind what is in a file.
_GOING_ON: dict[str, Callable[[IO[bytes]], Writer]] = {
    ".csv": lambda file: TextWriter(file, _csv_rows),
    ".jsonl": json_lines_writer,
}


def to_bytes(ending: str, entries: Iterable[Entry]) -> bytes:
    """The content of a file with this ending (a key of ``ENDINGS``)."""
    file = io.BytesIO()
    writer = ENDINGS[ending](file)
    for entry in entries:
        writer.add(entry)
    writer.close()
    return file.getvalue()


#: What the first line of such a file is, and what they are.
_OWN: dict[str, Callable[[str], object]] = {
    ".csv": lambda line: line == tables.table_csv(tables.COLUMNS, []),
    ".jsonl": lambda line: "source" in json.loads(line),
}
_KIND = "a file that --follow wrote"

#: Endings of files that can grow for as long as photos arrive.
GROWING = tuple(_OWN)


@contextmanager
def open_growing(path: Path) -> Iterator[tuple[Writer, set[str]]]:
    """A writer that goes on where a file ends, made if need be; each reading is there at once.

    A last line that broke off, as a killed process leaves it, is cut away.

    Args:
        path: the file; its ending is of ``GROWING``.

    Yields:
        the writer, and the names of the photos that are in the file.

    Raises:
        OSError: it cannot be written.
        FacespaceError: there is something else in the file.
    """
    with growing(path, _OWN[path.suffix.lower()], _KIND) as file:
        file.seek(0)
        whole = file.read()
        if not whole:
            yield ENDINGS[path.suffix.lower()](file), set()
            return
        yield _GOING_ON[path.suffix.lower()](file), _sources(whole, path)


def _sources(content: bytes, path: Path) -> set[str]:
    text = content.decode("utf-8-sig", "surrogateescape")
    with suppress(ValueError, KeyError, TypeError):
        if path.suffix.lower() == ".jsonl":
            return {json.loads(line)["source"] for line in text.splitlines()}
        rows = csv.DictReader(io.StringIO(text, newline=""))
        return {as_named(row["source"]) for row in rows}
    raise FacespaceError(f"{path} is not {_KIND}; choose another name.")


@contextmanager
def open_writer(path: Path) -> Iterator[Writer]:
    """A writer of a file, whole or not at all: an exception leaves the file as it was.

    Args:
        path: the file; its ending, of ``ENDINGS``, says what is written.

    Raises:
        OSError: it cannot be written.
        FacespaceError: a library for it is missing.
    """
    with atomic_write(path) as file:
        writer = ENDINGS[path.suffix.lower()](file)
        try:
            yield writer
        except BaseException:
            with suppress(Exception):  # pyarrow would close its part later, and complain
                writer.close()
            raise
        writer.close()
