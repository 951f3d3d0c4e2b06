"""Readings as plain data -> files, one after the other: CSV, JSON Lines, Parquet, contact sheet.

Memory stays flat, however many readings come.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, Protocol

from facespace import installation
from facespace.batch.contact_sheet import ContactSheet
from facespace.batch.journal import BESIDE, Entry
from facespace.io import tables
from facespace.io.atomic import atomic_write

#: Rows of a Parquet file that are written together.
GROUP = 2_000


class Writer(Protocol):
    """Takes readings, in order."""

    def add(self, entry: Entry) -> None:
        """Take the next one."""

    def close(self) -> None:
        """Write what is left."""


class CsvWriter:
    """A row a face under a header, of the columns ``tables.COLUMNS``."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._write(tables.table_csv(tables.COLUMNS, []))

    def add(self, entry: Entry) -> None:
        """Write a reading's rows."""
        text = tables.table_csv(tables.COLUMNS, tables.rows_of(entry))
        self._write(text.partition("\n")[2])

    def close(self) -> None:
        """All is written."""

    def _write(self, text: str) -> None:
        self._file.write(text.encode(errors="backslashreplace"))


class JsonLinesWriter:
    """A reading a line, each the result contract."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def add(self, entry: Entry) -> None:
        """Write a line."""
        contract = {key: value for key, value in entry.items() if key not in BESIDE}
        line = json.dumps(contract, ensure_ascii=False) + "\n"
        self._file.write(line.encode(errors="backslashreplace"))

    def close(self) -> None:
        """All is written."""


class ParquetWriter:
    """The rows of ``CsvWriter`` with types, ``GROUP`` of them at a time; needs pyarrow."""

    def __init__(self, file: IO[bytes]) -> None:
        try:
            import pyarrow as pa
            from pyarrow import parquet
        except ImportError as error:
            raise installation.not_installed("Parquet", "pyarrow", "dashboard") from error
        kinds = {name: pa.float64() for name in tables.COLUMNS} | {"face": pa.int64()}
        kinds |= dict.fromkeys(("source", "label", "reasons", "error"), pa.string())
        self._schema = pa.schema(kinds.items())
        self._writer = parquet.ParquetWriter(file, self._schema)
        self._batch: Callable[..., Any] = pa.Table.from_pylist
        self._rows: list[dict[str, Any]] = []

    def add(self, entry: Entry) -> None:
        """Take a reading's rows."""
        for row in tables.rows_of(entry):
            source = row["source"].encode(errors="backslashreplace").decode()
            self._rows.append(row | {"source": source})
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
    ".csv": CsvWriter,
    ".jsonl": JsonLinesWriter,
    ".parquet": ParquetWriter,
    ".html": ContactSheet,
}


def to_bytes(ending: str, entries: Iterable[Entry]) -> bytes:
    """The content of a file with this ending (a key of ``ENDINGS``)."""
    file = io.BytesIO()
    writer = ENDINGS[ending](file)
    for entry in entries:
        writer.add(entry)
    writer.close()
    return file.getvalue()


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
