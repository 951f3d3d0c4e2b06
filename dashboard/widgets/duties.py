"""What whoever puts the program before other people owes them, and the sign to print."""

from __future__ import annotations

import re
from pathlib import Path

import streamlit as st

from dashboard.widgets import output

_SIGN = Path(__file__).parents[1] / "drawings" / "sign.html"


def responsible_use() -> None:
    """A drawer with the duties in short."""
    with st.expander("Responsible use, in short", icon=":material/policy:"):
        st.markdown(
            "- **What it is**: labels from appearance are *biometric categorisation* under the EU "
            "AI Act (Regulation 2024/1689, Article 3(40)). Sex is not among the categories that "
            "Article 5(1)(g) bans, but a use may be high-risk (Annex III, point 1(b)).\n"
            "- **Whoever runs it before other people** is its deployer, and tells them that it is "
            "running (Article 50(3)). That it is open source changes nothing in that.\n"
            "- **Pictures of people are personal data** (GDPR): have a ground, a purpose and an "
            "end date; where many people are watched, an impact assessment. Nothing is kept here "
            "by default.\n"
            "- **Leave alone**: decisions about persons, access, policing, the workplace, "
            "children.\n\n"
            "Facts as of November 2026, no legal advice. The whole text is in "
            "`docs/responsible_use.md`."
        )
        sign()


def sign() -> None:
    """A button that gives out the sign to put beside a camera."""
    output.download("Sign to print (HTML)", lambda: _SIGN.read_text("utf-8"), "facespace-sign.html")


def words_of_the_sign() -> None:
    """What the sign says, without what is to be filled in, and the button that gives it out."""
    with st.container(border=True):
        st.caption("Tell the people before the camera, with a sign such as this one:")
        for words in _said(_SIGN.read_text("utf-8")):
            st.markdown(words)
        sign()


def _said(page: str) -> list[str]:
    """The heading of the sign, bold, and its paragraphs that say something, as Markdown."""
    page = re.sub(r"<h1>(.*)</h1>", r"<p><b>\1</b></p>", page)
    paragraphs = re.findall(r"<p>(.*?)</p>", page, re.S)
    said = [text for text in paragraphs if 'class="fill"' not in text]
    return [re.sub(r"</?b>", "**", " ".join(text.split())) for text in said]
