"""What the pages Evaluation and Fairness look at: a test set and a model, both in the address."""

from __future__ import annotations

import streamlit as st

from dashboard.app.choice import select
from dashboard.app.page_artifacts import page_artifacts, sentences
from dashboard.app.settings import choose_model
from dashboard.views.evaluation.tables import View
from facespace.artifacts import report, scores, verdicts


def choose() -> View:
    """Draw the two widgets and return what is chosen; stops the page where there is no report.

    The model need not have been tested on the set: see ``stop_untested``.
    """
    manifest = page_artifacts()
    with sentences():
        reports = report.load_report(manifest).models
        scored = scores.scored(manifest) if scores.FILE in manifest.files else {}
        judged = verdicts.judged(manifest)
    tests = {key: test for entry in reports.values() for key, test in entry.tests.items()}
    left, right = st.columns(2)
    titles = {key: f"{test.title} ({test.kind})" for key, test in tests.items()}
    test = select("Test set", titles, "test", titles.__getitem__, left)
    with right:
        name = choose_model(manifest)
    known = {key: reports[key] for key in manifest.models if key in reports}
    tested = {key: entry for key, entry in known.items() if test in entry.tests}
    return View(manifest, tested, name, test, scored.get(test), reports, judged.get(test, {}))


def stop_untested(view: View) -> None:
    """Say so, and stop the page, where the chosen model was not tested on the chosen set."""
    if view.name not in view.reports:
        st.info(
            f"{view.info.title} was not tested on {view.title}.",
            icon=":material/block:",
        )
        st.stop()
