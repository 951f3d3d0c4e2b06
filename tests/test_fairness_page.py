"""The page Fairness, on the committed artifacts."""

from __future__ import annotations

from facespace import artifacts
from tests.test_pages import DEFAULT, opened, text


def test_shows_every_kind_of_group() -> None:
    app = opened("fairness")
    report = artifacts.manifest().json("report.json")["models"][DEFAULT]
    (first, *_), tables = report["tests"], report["groups"]
    for attribute, content in tables[first].items():
        app.selectbox(key="groups").select(attribute)
        for metric in ("accuracy", "coverage", "risk"):
            app.selectbox(key="group_metric").select(metric).run()
            assert not app.exception
            gap = content["gap"].get(metric)
            if gap:
                assert f"**{gap['difference'] * 100:.1f} points**" in text(app)
        shown = app.dataframe[-1].value
        assert dict(zip(shown["Group"], shown["Faces"], strict=True)) == {
            group: row["faces"] for group, row in content["by_group"].items()
        }


def test_keeps_no_kind_of_group_that_a_test_set_does_not_have() -> None:
    app = opened("fairness")
    app.selectbox(key="groups").select("age").run()
    tables = artifacts.manifest().json("report.json")["models"][DEFAULT]["groups"]
    for test, content in tables.items():
        app.selectbox(key="test").select(test).run()
        assert not app.exception
        assert app.selectbox(key="groups").value in content
