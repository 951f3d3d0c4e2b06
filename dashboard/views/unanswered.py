"""The part of the Model card page that says when a verdict is "?", and where that comes from."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.widgets import output
from facespace.artifacts.chance import Term
from facespace.artifacts.manifest import Finds, Manifest, ModelInfo
from facespace.charts import chance as charts
from facespace.faces import detectors, doubts
from facespace.types import REASONS

#: What is told of how the chance was chosen, by its name in the manifest.
TABLES = {
    "conditions": "What it comes to, by models that were fitted without these photos",
    "children": "Whose face looks like a child’s",
}

_SHARE: Any = {"format": "percent"}
_COLUMNS: dict[str, Any] = {
    "faces": st.column_config.NumberColumn("Faces", format="localized"),
    "answered": st.column_config.NumberColumn("Answered", **_SHARE),
    "wrong": st.column_config.NumberColumn("Wrong of these", **_SHARE),
    "high": st.column_config.NumberColumn("At most (95 %)", **_SHARE),
    "marked": st.column_config.NumberColumn("Look like a child’s", **_SHARE),
}

#: What the finds are told by, in the words of the page.
FINDS = {
    "sure": "Doubtful below this detection score",
    "thrown_out": "A doubtful find is no face below this likeness to one",
}


def show(manifest: Manifest, name: str) -> None:
    """When each model answers, what each measure of a face does to that, and which finds count."""
    _models(manifest)
    st.subheader("What adds to the chance of being wrong")
    info = manifest.model(name)
    _terms(info)
    _rules(info)
    st.subheader("Which finds are faces at all")
    _finds(manifest.finds)


def _models(manifest: Manifest) -> None:
    rows, models_by_way = [], defaultdict(list)
    for name, info in manifest.models.items():
        title = name + (" (default)" if name == manifest.default else "")
        rows.append((title, info.threshold, info.most_wrong, info.child, info.certainty))
        models_by_way[way(info.chosen)].append(name)
    columns = ["Model", "Female from", "Answers up to", "A child’s below, years", "By itself from"]
    output.table(
        pd.DataFrame(rows, columns=columns),
        "Threshold, largest chance of being wrong, age of a child and certainty of each model",
        {
            "Female from": st.column_config.NumberColumn(format="%.4f"),
            "Answers up to": st.column_config.NumberColumn(
                format="percent", help="The largest chance of being wrong at which it answers."
            ),
            "A child’s below, years": st.column_config.NumberColumn(
                format="%.1f", help="A face that looks younger is “?”. Only some models tell."
            ),
            "By itself from": st.column_config.NumberColumn(
                format="%.4f",
                help="The certainty from which it answers where it is tested alone, as on the page "
                "Evaluation.",
            ),
        },
    )
    for words, names in models_by_way.items():
        st.markdown(f"**{', '.join(names)}**  \n{words}")


def _terms(info: ModelInfo) -> None:
    """The curve of each measure, the one that can add most first."""
    least = 1 / (1 + math.exp(-info.chance.intercept))
    st.write(
        f"A face against which nothing speaks is answered wrongly with a chance of {least:.2%}. "
        "Each curve says by which factor a measure multiplies the odds of that. The factors of all "
        f"measures are multiplied; where the chance comes to more than {info.most_wrong:.0%}, the "
        "verdict is “?”, and the largest factors are its reasons. At the dotted line a measure is "
        "enough by itself."
    )
    terms = sorted(info.chance.terms.items(), key=lambda pair: -max(pair[1].add))
    enough = max(doubts.log_odds(info.most_wrong) - info.chance.intercept, 0.0)
    most = max((max(term.add) for _, term in terms), default=0.0)
    columns = st.columns(2)
    for i, (name, term) in enumerate(terms):
        with columns[i % 2]:
            st.markdown(f"**{charts.MEASURES[name].title}**")
            figure = charts.term(name, term, enough, most)
            output.draw(figure, f"{charts.MEASURES[name].title}: {_spoken(term)}", key=name)
            st.caption(f"As a reason: {REASONS[doubts.REASON_OF[name]]}.")


def _spoken(term: Term) -> str:
    first, last = (math.exp(added) for added in (term.add[0], term.add[-1]))
    return f"the odds of being wrong times {first:.3g} at the left end and {last:.3g} at the right"


def _rules(info: ModelInfo) -> None:
    """How the curves and the largest chance were chosen, and what they come to."""
    facts = info.chosen.get("rules")
    if not isinstance(facts, Mapping):
        st.info("How was not written down: `python -m training rules`.", icon=":material/rule:")
        return
    st.markdown(way({"on": info.chosen.get("on", "not said"), **facts}))
    for name, title in TABLES.items():
        if rows := facts.get(name):
            st.markdown(f"**{title}**")
            frame = pd.DataFrame([{"": key, **row} for key, row in rows.items()])
            output.table(frame, title, _COLUMNS)


def _finds(finds: Finds) -> None:
    """By detector, which finds are doubtful, and which of these are no faces."""
    if not finds.sure and not finds.thrown_out:
        st.info("None is thrown out: `python -m training rules`.", icon=":material/rule:")
        return
    values: dict[str, Mapping[str, float]] = {"sure": finds.sure, "thrown_out": finds.thrown_out}
    rows = [
        {"Detector": title} | {words: values[key].get(name) for key, words in FINDS.items()}
        for name, title in detectors.TITLES.items()
    ]
    output.table(pd.DataFrame(rows), "By detector, which finds are doubtful and which are no faces")
    st.caption(
        "A detector that gives no landmarks is doubted whatever its score. A find that is not "
        "thrown out has a verdict, which may be “?”."
    )
    for key, facts in finds.chosen.items():
        st.markdown(f"**{FINDS.get(key, key)}**  \n{way(facts)}")


def way(facts: Mapping[str, Any]) -> str:
    """How something was chosen, and on which photos."""
    return f"Chosen: {facts.get('how', 'not said')}.  \nOn: {facts.get('on', 'not said')}."
