"""How an input may end: in a result, or in the one typed error with a sentence for a person."""

from __future__ import annotations

import tempfile
from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from facespace.types import FacespaceError
from tests.support.pages import as_read
from tests.support.paths import APP

#: Expectations of a table: read, refused with these words, or either, where that is a matter of
#: the byte that was hit.
READ, EITHER = "read", "either"


def ending(run: Callable[[], object]) -> str:
    """ "" where it ends in a result, else the sentence; any other exception goes through."""
    try:
        run()
    except FacespaceError as error:
        return worded(str(error))
    return ""


def worded(sentence: str) -> str:
    """The sentence, once it is seen to be one that can be shown to a person."""
    assert len(sentence.split()) >= 3, sentence
    assert len(sentence) < 1000, sentence
    assert "\n" not in sentence and "Traceback" not in sentence, sentence
    assert tempfile.gettempdir() not in sentence, sentence
    return sentence


def as_expected(sentence: str, expected: str) -> None:
    """That an input ended as a table says."""
    if expected == READ:
        assert sentence == ""
    elif expected != EITHER:
        assert expected in sentence


def opened(page: str, **query: str | list[str]) -> AppTest:
    """A page of the dashboard, run once."""
    app = AppTest.from_file(str(APP), default_timeout=100)
    for key, value in query.items():
        app.query_params[key] = value
    return app.switch_page(f"pages/{page}.py").run()


def words(app: AppTest) -> list[str]:
    """The sentences of a page's warnings as they are read; no exception, no red box is shown."""
    assert not app.exception
    assert not app.error
    return [worded(as_read(warning.value)) for warning in app.warning]
