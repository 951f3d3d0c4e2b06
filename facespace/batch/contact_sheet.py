"""A page of HTML with every face, to look over and to print; it needs nothing beside it."""

from __future__ import annotations

import html
from pathlib import Path
from string import Template
from typing import IO

from facespace import palette
from facespace.batch.journal import THUMBS, Entry
from facespace.faces.annotate import verdict_text
from facespace.types import REASONS

#: The page around the faces, whose place the comment holds.
TEMPLATE = Path(__file__).with_name("contact_sheet.html")
PLACE = "<!-- figures -->\n"


class ContactSheet:
    """Writes the page, a figure a face. Entries have ``thumbs`` (see ``read_photo.Outputs``)."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        head, self._tail = TEMPLATE.read_text("utf-8").split(PLACE)
        colours = {"female": palette.FEMALE, "male": palette.MALE, "unsure": palette.UNSURE}
        self._write(Template(head).substitute(colours))

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
        self._write(self._tail)

    def _figure(self, kind: str, image: str, caption: str) -> None:
        self._write(f'<figure class="{kind}">{image}<figcaption>{caption}</figcaption></figure>\n')

    def _write(self, text: str) -> None:
        self._file.write(text.encode(errors="backslashreplace"))
