"""Words of a stranger inside Markdown."""

from __future__ import annotations

import re

#: What Markdown, and Streamlit's additions to it, take for more than a sign: anywhere in a line,
#: or where it begins.
_SIGNS = re.compile(r"[\\`*_{}\[\]()<>#!|~:$&^]|^[-+]|(?<=\d)\.(?=\s|$)")

#: Where links, icons, emojis and arrows are made of words that are escaped, too.
_MADE = re.compile(
    r"(?<=:)(?=//|material/|[\w+-]+:)|(?<=@)(?=\w)|(?<=www)(?=\.)|(?<=[-<>~])(?=[-=>]+(?:\s|$))",
    re.IGNORECASE,
)

#: A sign without width that parts what it stands between.
_WORD_JOINER = "\u2060"


def plain(words: object) -> str:
    """Words, as a file's name or a sentence that has one in it, that Markdown shows as they are.

    Nothing in them becomes a picture, link, formula, icon, list or heading. Blanks in a row, and
    line ends, become one blank.
    """
    # A name may hold what no page can send.
    text = str(words).encode(errors="backslashreplace").decode()
    line = _MADE.sub(_WORD_JOINER, " ".join(text.split()))
    return _SIGNS.sub(r"\\\g<0>", line)


def said_of(name: str, words: object) -> str:
    """A file's name, bold, and the sentence that is said of it; both as they are."""
    return f"**{plain(name)}**: {plain(words)}"
