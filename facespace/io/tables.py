"""Readings -> rows, JSON, CSV, a text table, a pandas frame."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from facespace import installation
from facespace.types import Reading

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    *("source", "face", "label", "probability_female", "reasons"),
    *("x", "y", "width", "height", "score", "distance", "error"),
)

#: How a spreadsheet tells a formula from words (OWASP, CSV Injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def rows(readings: Iterable[Reading]) -> list[dict[str, Any]]:
    """One row a face, of the columns ``COLUMNS``; one row without a face for a picture with none.

    ``face`` counts from 1 in each picture; ``x`` to ``height`` are pixels; ``reasons`` are joined
    by spaces; what does not apply is None.
    """
    return [row for reading in readings for row in rows_of(reading.to_dict())]


def rows_of(reading: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of ``rows`` of one reading that is plain data (``Reading.to_dict``)."""
    empty = dict.fromkeys(COLUMNS) | {"source": reading["source"], "error": reading["error"]}
    table = []
    for number, face in enumerate(reading["faces"], 1):
        x, y, width, height = face["box"]
        place = {"face": number, "x": x, "y": y, "width": width, "height": height}
        judged = {key: face[key] for key in ("label", "probability_female", "score", "distance")}
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
    return json.dumps([reading.to_dict() for reading in readings], indent=1, ensure_ascii=False)


def to_csv(readings: Iterable[Reading]) -> str:
    """The rows of ``rows`` under a header."""
    return table_csv(COLUMNS, rows(readings))


def table_csv(
    columns: Sequence[str], rows: Iterable[Mapping[str, Any]], exact: bool = False
) -> str:
    """Rows of these columns under a header, as CSV.

    Words that a spreadsheet would take for a formula, as the name of a stranger's file may be made
    to look like, get an apostrophe in front, unless they are to be ``exact``.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow(row if exact else {key: _harmless(value) for key, value in row.items()})
    return text.getvalue()


def _harmless(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def to_table(readings: Iterable[Reading]) -> str:
    """The rows of ``rows`` for a terminal, in aligned columns."""
    return table_text([c for c in COLUMNS if c not in ("score", "distance")], rows(readings))


def table_text(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows of these columns for a terminal, aligned."""
    lines = [list(columns)]
    for row in rows:
        lines.append(["" if row[column] is None else str(row[column]) for column in columns])
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)
