"""Pages of the dashboard, run by Streamlit's own AppTest."""

from __future__ import annotations

import re
import time
from types import SimpleNamespace
from typing import Any

import pytest
import streamlit.config
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button

from facespace.artifacts.manifest import load_manifest
from tests.support.paths import APP

DEFAULT = load_manifest().default


def prepared(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Make pages ready to be tested; every test that opens one needs it.

    A page that fails shows its exception, which tests look for, and not the user's hint. The webcam
    page gets an idle stream, which is returned, from ``webrtc_streamer``, which needs a browser;
    and shows it at first, as to who is at this machine.
    """
    streamlit.config.set_option("client.showErrorDetails", "full")
    state = SimpleNamespace(playing=False, signalling=False)
    stream = SimpleNamespace(state=state, video_processor=None)
    monkeypatch.setattr("dashboard.views.webcam.stream.webrtc_streamer", lambda **_: stream)
    gets_through = "dashboard.views.webcam.where.video_gets_through"
    monkeypatch.setattr(gets_through, lambda: True)
    return stream


def opened(page: str, **query: str) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=60)
    for key, value in query.items():
        app.query_params[key] = value
    app.run()
    return app.switch_page(f"pages/{page}.py").run()


def as_read(markdown: str) -> str:
    """What is read where Markdown has escaped words: without what escapes them."""
    return re.sub(r"\\([!-/:-@\[-`{-~])|\u2060", r"\1", markdown)


def text(app: AppTest) -> str:
    """All words of a page as they are read, the hints included."""
    kinds = (app.markdown, app.caption, app.warning, app.info, app.success)
    return as_read("\n".join(element.value for kind in kinds for element in kind))


def evaluation(**chosen: str) -> AppTest:
    """The page Evaluation with widgets set by their keys, the open part among them."""
    app = opened("evaluation")
    for key, value in chosen.items():
        app.session_state[key] = value
    return app.run()


def elements(app: AppTest, kind: str) -> list[Any]:
    """The elements of a kind for which AppTest has no class: their fields are those they have."""
    return list(app.get(kind))


def button(app: AppTest, label: str) -> Button:
    (one,) = [button for button in app.button if button.label == label]
    return one


def waited(app: AppTest, job: str = "folder") -> AppTest:
    """The page once its job, by its key in the session, has come to an end."""
    end = time.monotonic() + 280
    while app.session_state[job].running:
        assert time.monotonic() < end
        time.sleep(0.1)
    return app.run()


def turned_on(app: AppTest | None = None) -> AppTest:
    app = (app or opened("review")).switch_page("pages/review.py").run()
    return app.toggle(key="review_switch").set_value(True).run()


def links(app: AppTest) -> str:
    return "\n".join(element.proto.label for element in app.get("page_link"))
