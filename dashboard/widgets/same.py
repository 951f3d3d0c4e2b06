"""The same as the page does, to copy: in Python and on the command line."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import asdict

import streamlit as st

from facespace.artifacts.manifest import load_manifest
from facespace.faces import detectors
from facespace.faces.analyze import Settings
from facespace.faces.anonymise import Way

#: What does the same as each page, in Python; the command has the page's name.
_PYTHON = {
    "photo": "reading = facespace.analyze({name!r}, settings)\nprint(reading.to_dict()){hidden}",
    "folder": (
        'if __name__ == "__main__":  # workers begin by importing this file\n'
        "    for step in facespace.read_folder({name!r}, settings=settings):\n"
        "        print(step.entry)"
    ),
    "video": "for step in facespace.{film}, settings{every}):\n    print(step)",
}

#: Where the command of a page writes.
_WRITES = {
    "folder": ["--out", "faces.csv"],
    "video": ["--out", "annotated.mp4"],
    "watch": ["--events", "events.jsonl", "--counts", "people.csv"],
}

#: The same of pictures and films in which faces are hidden.
_WRITES_HIDDEN = {
    "photo": ["--out", "anonymous"],
    "folder": ["--out", "faces.csv", "--annotated", "anonymous"],
    "video": ["--out", "anonymous.mp4"],
}


def same(
    page: str,
    names: Sequence[str],
    settings: Settings,
    every: int | None = None,
    way: Way | None = None,
) -> None:
    """A drawer with the program and the command that do the same.

    Args:
        page: ``photo``, ``folder`` or ``video``.
        names: of the files, or of the folder.
        settings: of the page.
        every: of a film, one frame in so many is looked at; None as a page chooses.
        way: how faces are made unrecognisable; they are boxed where None.
    """
    with st.expander("The same in Python, or on the command line", icon=":material/terminal:"):
        if not (way and page == "folder"):  # pictures of many are the command's alone
            st.code(python(page, names[0], settings, every, way), "python")
        st.code(command(page, names, settings, every, way), "bash")


def python(
    page: str, name: str, settings: Settings, every: int | None = None, way: Way | None = None
) -> str:
    """A program that reads a file, or a folder, as the page does; arguments as ``same``."""
    own = _chosen(settings)
    given = ", ".join(f"{key}={value!r}" for key, value in own.items())
    hidden, film = "", f"annotate_film({name!r}, 'annotated.mp4'"
    if way:
        boxes = "[face.detection.box for face in reading.faces]"
        hidden = f"\nrgb = facespace.anonymise({name!r}, {way!r}, {boxes})"
        film = f"anonymise_film({name!r}, 'anonymous.mp4', {way!r}"
    work = _PYTHON[page].format(
        name=name, hidden=hidden, film=film, every=f", every={every}" if every else ""
    )
    return f"import facespace\n\nsettings = facespace.Settings({given})\n{work}"


def command(
    page: str,
    names: Sequence[str],
    settings: Settings,
    every: int | None = None,
    way: Way | None = None,
) -> str:
    """The command that does the same, quoted for a shell; arguments as ``same``."""
    words = ["facespace", page, *names]
    for key, value in _chosen(settings).items():
        words.append(f"--{key.replace('_', '-')}")
        if key == "most_wrong":
            words.append(f"{100 * value:g}")
        elif value is not True:
            words.append(str(value))
    words += ["--every", str(every)] if every else []
    words += (_WRITES_HIDDEN if way else _WRITES).get(page, [])
    words += ["--anonymise", way] if way else []
    return shlex.join(words)


def _chosen(settings: Settings) -> dict[str, float | str | bool]:
    """The settings that are not as usual, by their names."""
    detector = detectors.working(settings.detector)[0]
    usual: dict[str, object] = {"detector": detectors.DEFAULT, "threshold": detector.threshold}
    usual["model"] = load_manifest().default
    return {
        name: value
        for name, value in asdict(settings).items()
        if value not in (None, False, usual.get(name))
    }
