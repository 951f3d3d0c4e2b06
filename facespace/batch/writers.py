"""Readings as plain data -> files, one after the other: CSV, JSON Lines, Parquet, contact sheet.

A sink is a context manager. It writes beside the file that it is to become and takes its place at
the end, so a file is never half written; memory stays flat, however many readings come.
"""

from __future__ import annotations

import html
import io
import json
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Protocol

from facespace import installation, palette
from facespace.batch.journal import BESIDE, THUMBS, Entry
from facespace.faces.annotate import verdict_text
from facespace.io import tables
from facespace.types import REASONS

#: Rows of a Parquet file that are written together.
GROUP = 2_000


class Sink(Protocol):
    """Takes readings, in order."""

    def add(self, entry: Entry) -> None:
        """Take the next one."""

    def close(self) -> None:
        """Write what is left."""


class Csv:
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


class JsonLines:
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


class Parquet:
    """The rows of ``Csv`` with types, ``GROUP`` of them at a time; needs pyarrow."""

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


class Sheet:
    """A page of HTML with every face, to look over and to print; it needs nothing beside it.

    Entries have ``thumbs`` (see ``run.Wanted``).
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._write(_HEAD)

    def add(self, entry: Entry) -> None:
        """Write the faces of a photo, or that it has none."""
        name = html.escape(entry["source"])
        faces, thumbs = entry["faces"], entry.get(THUMBS, [])
        for number, face in enumerate(faces[: len(thumbs)]):
            label, why = face["label"], "; ".join(REASONS[reason] for reason in face["reasons"])
            words = html.escape(verdict_text(label, face["probability_female"]))
            kind = "unsure" if label == "?" else label
            alt = f"Face {number + 1} of {name}: {words}"
            self._figure(
                kind,
                f'<img loading="lazy" alt="{alt}" src="data:image/jpeg;base64,{thumbs[number]}">',
                f"<b>{words}</b>{f'<i>{html.escape(why)}</i>' if why else ''}{name}",
            )
        if len(faces) > len(thumbs):
            words = f"and {len(faces) - len(thumbs)} more faces"
            self._figure("none", "", f"<b>{words}</b>{name}")
        if not faces:
            words = html.escape(entry["error"] or "No face was found.")
            self._figure("none", "", f"<b>{words}</b>{name}")

    def close(self) -> None:
        """Write the end."""
        self._write("</main>\n")

    def _figure(self, kind: str, image: str, caption: str) -> None:
        self._write(f'<figure class="{kind}">{image}<figcaption>{caption}</figcaption></figure>\n')

    def _write(self, text: str) -> None:
        self._file.write(text.encode(errors="backslashreplace"))


_KINDS = {"female": "female", "male": "male", "unsure": "“?”", "none": "no face, or not read"}

_CHOICES = "".join(
    f'<label><input type="checkbox" id="{kind}" checked> {words}</label>\n'
    for kind, words in _KINDS.items()
)

_HIDDEN = "\n".join(
    f"body:has(#{kind}:not(:checked)) .{kind} {{ display: none }}" for kind in _KINDS
)

_HEAD = f"""<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Facespace: contact sheet</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
:root {{ color-scheme: light dark; font: 14px/1.35 system-ui, sans-serif }}
body {{ margin: 1.2rem }}
form {{ display: flex; flex-wrap: wrap; gap: .4rem 1.2rem; margin: .8rem 0 }}
main {{ display: grid; grid-template-columns: repeat(auto-fill, minmax(132px, 1fr)); gap: 10px }}
figure {{ margin: 0; padding: 8px; border: 1px solid #8886; border-top: 4px solid;
  border-radius: 6px; overflow-wrap: anywhere; break-inside: avoid; font-size: 12px }}
figure img {{ display: block; margin: 0 auto 6px; max-height: 96px }}
figcaption b, figcaption i {{ display: block }}
.female {{ border-top-color: {palette.FEMALE} }}
.male {{ border-top-color: {palette.MALE} }}
.unsure {{ border-top: 4px dashed {palette.UNSURE} }}
.none {{ border-top-color: #8883 }}
{_HIDDEN}
</style>
<h1>Contact sheet</h1>
<p>A verdict is a perceived binary label from appearance, nobody’s identity.</p>
<form>{_CHOICES}</form>
<main>
"""

#: Sinks by the ending of the file that they write.
ENDINGS: dict[str, Callable[[IO[bytes]], Sink]] = {
    ".csv": Csv,
    ".jsonl": JsonLines,
    ".parquet": Parquet,
    ".html": Sheet,
}


def to_bytes(ending: str, entries: Iterable[Entry]) -> bytes:
    """The content of a file with this ending (a key of ``ENDINGS``)."""
    file = io.BytesIO()
    sink = ENDINGS[ending](file)
    for entry in entries:
        sink.add(entry)
    sink.close()
    return file.getvalue()


class Writer:
    """A sink that writes a file whole or not at all; a context manager.

    An exception leaves the file as it was before.

    Args:
        path: the file; its ending says what is written.

    Raises:
        OSError: it cannot be written.
        FacespaceError: a library for it is missing.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._part = tables.part(path)
        self._file = self._part.open("wb")
        try:
            self._sink = ENDINGS[path.suffix.lower()](self._file)
        except BaseException:
            self._drop()
            raise

    def add(self, entry: Entry) -> None:
        """Take the next reading."""
        self._sink.add(entry)

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            with suppress(Exception):  # pyarrow would close its part later, and complain
                self._sink.close()
            self._drop()
            return
        try:
            self._sink.close()
            self._file.close()
            self._part.replace(self._path)
        except BaseException:
            self._drop()
            raise

    def _drop(self) -> None:
        self._file.close()
        self._part.unlink(missing_ok=True)
