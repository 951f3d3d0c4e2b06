"""What is chosen stands in the address, under names that stay; what is unknown there is said."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from facespace.artifacts.manifest import load_manifest
from facespace.artifacts.report import load_report
from facespace.faces import detectors
from tests.support.pages import opened, text

LFW = load_report(load_manifest()).models["embedding"].tests["lfw"]


def chosen(app: AppTest, key: str) -> object:
    return app.session_state[key]


@pytest.mark.parametrize(
    ("page", "key", "said", "option"),
    [
        ("evaluation", "test", "us_congress", "us_congress"),
        ("evaluation", "test", f"{LFW.title} ({LFW.kind})", "lfw"),  # as links had it before
        ("fairness", "test", "lfw", "lfw"),
        ("evaluation", "model", "gradients", "gradients"),
        ("evaluation", "model", "Gradients", "gradients"),
        ("photo", "detector", "haar", "haar"),
        ("photo", "detector", detectors.TITLES["haar"], "haar"),
        ("data", "dataset", "lfw", "lfw"),
        ("fairness", "groups", "race", "race"),
        ("review", "view", "files", "files"),
        ("review", "view", "Table", "many"),
        ("photo", "from", "Example", "Example"),
    ],
)
def test_a_link_shows_what_it_names(page: str, key: str, said: str, option: str) -> None:
    app = opened(page, **{key: said})
    assert not app.exception
    assert chosen(app, key) == option
    assert app.query_params[key] == option
    assert "asks for" not in text(app)


@pytest.mark.parametrize(
    ("page", "key", "said", "words"),
    [
        ("evaluation", "test", "congress", "asks for “congress” under “Test set”"),
        ("evaluation", "model", "resnet", "asks for “resnet” under “Model”"),
        ("photo", "detector", "x" * 60, f"asks for “{'x' * 40}…” under “Detector”"),
        ("photo", "from", "Nowhere", "under “Pictures from”"),
        ("evaluation", "part", "None such", "asks for “None such” under “Part”"),
        ("data", "dataset", "[a](b)", r"asks for “\[a\]\(b\)” under “Data set”"),
    ],
)
def test_what_is_unknown_is_said_once(page: str, key: str, said: str, words: str) -> None:
    plain = opened(page)
    app = opened(page, **{key: said})
    assert not app.exception
    assert [words in warning.value for warning in app.warning].count(True) == 1
    if key != "part":
        assert chosen(app, key) == chosen(plain, key)
        assert key not in app.query_params
        assert words not in text(app.run())


def test_the_address_follows_the_choice_unless_it_is_the_first() -> None:
    app = opened("evaluation")
    first = chosen(app, "test")
    assert "test" not in app.query_params
    app.selectbox(key="test").select("lfw").run()
    assert app.query_params["test"] == "lfw"
    app.selectbox(key="test").select(first).run()
    assert "test" not in app.query_params


def test_a_choice_lasts_from_page_to_page() -> None:
    app = opened("evaluation", test="lfw")
    app.query_params.clear()  # as a link of the navigation has none
    app.switch_page("pages/fairness.py").run()
    assert chosen(app, "test") == app.selectbox(key="test").value == "lfw"
    assert app.query_params["test"] == "lfw"
