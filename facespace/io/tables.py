"""Readings -> rows, JSON, CSV, a text table, a pandas frame."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from facespace import installation
from facespace.io.names import written
from facespace.made_by import in_a_line
from facespace.types import Reading

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    *("source", "face", "label", "probability_female", "chance_wrong", "reasons"),
    *("x", "y", "width", "height", "score", "distance", "error", "made_by"),
)

#: What a row has as a face's plain data has it.
_JUDGED = ("label", "probability_female", "chance_wrong", "score", "distance")

#: How a spreadsheet tells a formula from words (OWASP, CSV Injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r")

#: Tells Excel that a file is UTF-8.
MARK = "\ufeff"


def rows(readings: Iterable[Reading]) -> list[dict[str, Any]]:
    """One row a face, of the columns ``COLUMNS``; one row without a face for a picture with none.

    ``face`` counts from 1 in each picture; ``x`` to ``height`` are pixels; ``reasons`` are joined
    by spaces; what does not apply is None. ``source`` is text (see ``names.written``).
    """
    return [row for reading in readings for row in rows_of(reading.to_dict())]


def rows_of(reading: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of ``rows`` of one reading that is plain data (``Reading.to_dict``)."""
    about = {"source": written(reading["source"]), "error": reading["error"]}
    empty = dict.fromkeys(COLUMNS) | about | {"made_by": in_a_line(reading.get("made_by"))}
    table = []
    for number, face in enumerate(reading["faces"], 1):
        x, y, width, height = face["box"]
        place = {"face": number, "x": x, "y": y, "width": width, "height": height}
        judged = {key: face[key] for key in _JUDGED}
        table.append(empty | place | judged | {"reasons": " ".join(face["reasons"])})
    return table or [empty]


def to_frame(readings: Iterable[Reading]) -> pd.DataFrame:
    """The rows of ``rows`` as a pandas frame with the columns ``COLUMNS``.

    Raises:
        FacespaceError: pandas is not installed.
    """
    try:
        import pandas as pd  # 40 MB that only frames need
    except ImportError as error:
        raise installation.not_installed("A frame", "pandas", "dashboard") from error

    return pd.DataFrame(rows(readings), columns=list(COLUMNS))


def to_json(readings: Iterable[Reading]) -> str:
    """A list with one entry a reading, in order: the result contract."""
    return json_text([reading.to_dict() for reading in readings], indent=1)


def json_text(data: Any, indent: int | None = None) -> str:
    """Plain data as JSON; what is no text in the name of a file is one of JSON's own escapes."""
    text = json.dumps(data, indent=indent, ensure_ascii=False)
    return text.encode(errors="backslashreplace").decode()


def to_csv(readings: Iterable[Reading]) -> str:
    """The rows of ``rows`` under a header."""
    return table_csv(COLUMNS, rows(readings))


def table_csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows of these columns under a header, as CSV.

    Words that a spreadsheet would take for a formula, as the name of a stranger's file may be made
    to look like, get an apostrophe in front; see ``as_it_was``.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({key: _harmless(value) for key, value in row.items()})
    return text.getvalue()


def marked(csv: str) -> str:
    """CSV as it begins in a file: with the mark that Excel needs, which else guesses wrongly.

    Plain ASCII, as a table of numbers is, needs none, and what is printed has none: it goes to
    programs.
    """
    return csv if csv.isascii() else MARK + csv


def _harmless(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and _is_formula(value) else value


def as_it_was(word: str) -> str:
    """A word of a ``table_csv``, without the apostrophe that keeps it from being a formula."""
    return word[1:] if word.startswith("'") and _is_formula(word) else word


def _is_formula(word: str) -> bool:
    """Whether a word is one, behind any number of apostrophes of its own."""
    return word.lstrip("'").startswith(FORMULA)


def to_table(readings: Iterable[Reading]) -> str:
    """The rows of ``rows`` for a terminal, in aligned columns."""
    return table_text(
        [c for c in COLUMNS if c not in ("score", "distance", "made_by")], rows(readings)
    )


def table_text(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows of these columns for a terminal, aligned."""
    lines = [list(columns)]
    for row in rows:
        lines.append(["" if row[column] is None else str(row[column]) for column in columns])
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)
