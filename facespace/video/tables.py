"""A film -> tables: a row for each face in each frame, a row for each track; CSV and JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from facespace.io import tables
from facespace.video.film import Film

FRAME_COLUMNS = (
    *("frame", "seconds", "track", "label", "probability_female", "x", "y", "width", "height"),
)

TRACK_COLUMNS = (
    *("track", "label", "probability_female", "reasons", "first", "last", "seconds", "hits"),
)


def frame_rows(film: Film) -> Iterator[dict[str, Any]]:
    """One row a face a frame, of the columns ``FRAME_COLUMNS``.

    ``frame`` counts from 0, ``seconds`` from the film's first frame; ``x`` to ``height`` are
    pixels. A frame without a face has no row.
    """
    for number, when in enumerate(film.times):
        for track, box in film.in_view(when):
            yield {
                "frame": number,
                "seconds": round(when - film.times[0], 3),
                "track": track.number,
                "label": track.verdict.label,
                "probability_female": round(track.probability_female, 4),
                "x": round(box.x, 2),
                "y": round(box.y, 2),
                "width": round(box.width, 2),
                "height": round(box.height, 2),
            }


def track_rows(film: Film) -> Iterator[dict[str, Any]]:
    """One row a track, of the columns ``TRACK_COLUMNS``; times in seconds, reasons by spaces."""
    for track in film.tracks:
        row = film.track_dict(track)
        yield row | {"reasons": " ".join(row["reasons"]), "seconds": round(track.seconds, 3)}


def frames_csv(film: Film) -> str:
    """The rows of ``frame_rows`` under a header."""
    return tables.table_csv(FRAME_COLUMNS, frame_rows(film))


def tracks_csv(film: Film) -> str:
    """The rows of ``track_rows`` under a header."""
    return tables.table_csv(TRACK_COLUMNS, track_rows(film))


def to_table(film: Film) -> str:
    """The rows of ``track_rows`` for a terminal, in aligned columns."""
    return tables.table_text(TRACK_COLUMNS, track_rows(film))


def to_json(film: Film) -> str:
    """The film with its tracks."""
    return json.dumps(film.to_dict(), indent=1, ensure_ascii=False)
