"""What is said of a data set: who is in it, how the photos are, who is found, what is left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import pandas as pd
import streamlit as st

from dashboard.app.choice import one_of, select
from dashboard.app.markdown import plain
from dashboard.views.data import tables
from dashboard.views.data.tables import ATTRIBUTES, MEASURES, WAYS, View
from dashboard.widgets import output
from facespace.artifacts.dataset_description import LOWEST, NOT_SAID, Counts, load_described
from facespace.charts import data as charts
from facespace.faces import detectors

#: What a number of equal or similar photos means that are on both sides of the split.
ACROSS = "One of them is there to train on, the other to test on."

T = TypeVar("T")


def learned(view: View) -> None:
    """How many of the photos there are to fit on, and what that counts; older data: nothing.

    Drawn in the row of metrics above the parts.
    """
    fitted = view.data.learned
    if fitted is NOT_SAID:
        return
    output.metric(
        "Used for training",
        f"{fitted.training:,}" if fitted else "none",
        f"{fitted.weight:.1%} of the training" if fitted else "only tested on",
        height="stretch",
        help="Photos that models are fitted on; the model card says how many each one had. Each "
        "photo counts the same, so that the share is what this data set counts for. Every data "
        "set is tested on apart.",
    )


def people(view: View) -> None:
    """Who is in the photos: sex, age, group and their crossings."""
    data = view.data
    known = {"split": data.split, "age": data.age, "race": data.race}
    if by := data.sizes["face"].by:
        everyone = {label: row.photos for label, row in by["sex"].items()}
        known["split"] = {"all": everyone, **data.split}
    titles = {
        "Sex, as labelled": ("split", "part of the data set"),
        "Age": ("age", "age, years"),
        "Group, as the data set labels it": ("race", "group"),
    }
    shown = {title: which for title, which in titles.items() if known[which[0]]}
    for column, (title, (key, axis)) in zip(
        st.columns(len(shown) or 1), shown.items(), strict=False
    ):
        with column:
            st.subheader(title)
            output.draw(charts.counts(known[key], axis), tables.counted(title, known[key]))
    if data.drawn:
        st.caption(_drawn(data.drawn))
    if not data.age and not data.race:
        st.info(f"{data.title} says neither age nor group of a photo.", icon=":material/group:")
    _keep("Sex, age and group (CSV)", tables.counts(known), view, "counts")
    _crossings(view)


def _drawn(drawn: Mapping[str, str]) -> str:
    """How the photos were drawn to test or to choose on, in sentences."""
    words = {"test": "the test", "validation": "the validation, a tenth of the training photos"}
    parts = " and ".join(words[part] for part in words if part in drawn)
    few = " and ".join(part for part in words if drawn.get(part) == LOWEST)
    sentences = [
        "" if "test" in drawn else "The data set declares its test.",
        f"A hash of the person, or of the file where the person is not known, draws {parts}: one "
        "photo more moves no other.",
        f"So few photos of a class are in the {few} that the lowest hashes of each class are "
        "taken: there one photo more can move another."
        if few
        else "",
    ]
    return " ".join(filter(None, sentences))


def _crossings(view: View) -> None:
    age, race = view.data.age, view.data.race
    crossed: dict[str, tuple[Counts, str, str]] = {
        "sex and age": (age, "age", "sex"),
        "sex and group": (race, "group", "sex"),
    }
    if age and race:
        crossings = _part(view.data.crossings, "how age and group cross")
        crossed["age and group"] = (crossings.get("age, race", {}), "age", "group")
    crossed = {title: cross for title, cross in crossed.items() if cross[0]}
    if not crossed:
        return
    st.subheader("Crossings")
    title = one_of("Cross", crossed, "crossing", list(crossed)[-1], persist_state="session")
    table, rows, columns = crossed[title]
    cells = {(r, c): n for r, row in table.items() for c, n in row.items()}
    largest, smallest = (pick(cells, key=cells.__getitem__) for pick in (max, min))
    words = f"Photos by {title}: {output.spoken(table)}"
    output.draw(charts.crossing(table, rows, columns), words)
    st.caption(
        f"Count, and share of all that say both. Most are {' and '.join(largest)}, "
        f"{cells[largest]:,}; fewest {' and '.join(smallest)}, {cells[smallest]:,}."
    )
    ending = title.replace(" ", "-")
    _keep("This crossing (CSV)", tables.crossing(table, rows), view, ending)


def quality(view: View) -> None:
    """How the photos are: sizes, light, blur and pose, for all and by group."""
    extra = _part(view.data.quality, "how bright, sharp and turned the photos are")
    measured = {name: {**view.data.sizes, **extra}[name] for name in MEASURES}
    left, right = st.columns(2)
    name = select("Measure", measured, "measure", lambda key: MEASURES[key][0], left)
    table, (title, unit) = measured[name], MEASURES[name]
    attributes = {key: words for key, words in ATTRIBUTES.items() if table.by.get(key)}
    with right:
        last = list(attributes)[-1]
        by = one_of("Compare by", attributes, "by", last, attributes, persist_state="session")
    left, right = st.columns(2)
    with left:
        st.subheader(title)
        output.draw(charts.measure(table, unit), f"{title}: {tables.span(table)}")
    with right:
        st.subheader(f"{title} by {attributes[by]}")
        groups = table.by[by]
        output.draw(
            charts.boxes(groups, unit),
            f"{title}, median: "
            + "; ".join(f"{value} {tables.number(row.median)}" for value, row in groups.items()),
        )
    st.caption(
        f"{title}: {tables.span(table)}. Boxes hold the middle half, whiskers reach from 5 to 95 % "
        "of the photos; groups of fewer than 30 are pale."
    )
    st.subheader("All measures")
    frame = tables.measures(measured)
    right_aligned = {n: st.column_config.TextColumn(alignment="right") for n in frame.columns[1:]}
    output.table(frame, "Percentiles of every measure", right_aligned)
    with st.container(horizontal=True):
        _keep("All measures (CSV)", frame, view, "measures")
        _keep("By group (CSV)", tables.measures_by_group(measured), view, "measures-by-group")


def detected(view: View) -> None:
    """Whose faces the detectors find."""
    ways = _part(view.data.detection, "whose faces the detectors find")
    known = {key: words for key, words in ATTRIBUTES.items() if ways["labelled"].get(key)}
    left, right = st.columns(2)
    kinds = {"each detector": list(detectors.NAMES), "something over the face": list(WAYS)}
    with left:
        kind = one_of("Look with", kinds, "look", persist_state="session")
    with right:
        by = one_of("Of each", known, "found_by", list(known)[-1], known, persist_state="session")
    table = {
        WAYS.get(way) or detectors.TITLES[way]: {**ways[way]["all"], **ways[way][by]}
        for way in kinds[kind]
        if way in ways
    }
    output.draw(charts.found(table), output.spoken(table, tables.rate))
    st.caption(
        "Of the test photos, with 95 % intervals (Wilson); in brackets the photos of each group. "
        + (
            "The photos as they are, each detector at its own threshold."
            if kind == "each detector"
            else "Photos padded by up to a half, as they are trained on; then with a grey patch "
            "over a part of the face that was found."
        )
    )
    frame = tables.found(table, ATTRIBUTES[by])
    with st.expander("The same as a table"):
        output.table(
            frame,
            "Photos and faces found by detector and group",
            {"share": st.column_config.NumberColumn(format="percent")},
        )
    _keep("Found by group (CSV)", frame, view, "found")


def left_out(view: View) -> None:
    """What was left out and why, and what is there twice."""
    data = view.data
    frame = tables.left_out(data)
    st.subheader("Excluded")
    if len(frame):
        output.table(frame, "Photos left out, and why")
        _keep("Left out (CSV)", frame, view, "left-out")
    else:
        st.write("Nothing: every photo could be read and shows a face.")
    for problem in data.problems:
        st.write(f"- {plain(problem)}")
    twice = _part(data.duplicates, "which photos are there twice")
    exact, near = twice.exact, twice.near
    st.subheader("There twice")
    known = (exact.across, near.across, near.with_training)
    with output.cards(2 + sum(number is not None for number in known), "twice"):
        output.metric("Equal files, left out", f"{exact.photos:,}")
        if exact.across is not None:
            output.metric("… across the split", f"{exact.across:,}", help=ACROSS)
        output.metric("Pairs nearly alike, kept", f"{near.pairs:,}")
        if near.across is not None:
            output.metric("… across the split", f"{near.across:,}", help=ACROSS)
        if near.with_training is not None:
            output.metric("Pairs with a training photo", f"{near.with_training:,}")
    _shared(view, twice.sets)
    cutoffs = {
        f"alike: up to {near.cut} bits": near.cut,
        f"or {near.doubtful} if the crops agree": near.doubtful,
    }
    output.draw(
        charts.nearest(near.nearest, cutoffs),
        f"{near.photos} of {data.photos} photos are nearly alike another one",
    )
    st.caption(
        f"A hash says of {near.bits} places whether it gets lighter to the right. The same "
        f"photo saved again or resized differs in few; nearly alike is up to {near.cut}, or "
        f"{near.doubtful} where the hashes of the crops differ in at most {near.crop}. Equal "
        "files are left out. Those nearly alike are kept, and counted here, where both are there "
        "to train on or both to test on; of others the training photo is left out."
    )
    _keep("Duplicates (CSV)", tables.duplicates(twice), view, "duplicates")


def _shared(view: View, pairs: Mapping[str, int]) -> None:
    """What other data sets have too."""
    if not pairs:
        return
    datasets = load_described(view.manifest)
    titles = {name: datasets[name].title if name in datasets else name for name in pairs}
    words = ", ".join(f"{titles[name]} {pairs[name]:,}" for name in pairs)
    st.write(
        f"**Pairs nearly alike with other data sets:** {words}. A training photo that is in the "
        "test or the validation of another data set is left out of the training, and counted above."
    )


def _part(content: T | None, words: str) -> T:
    """A part of what is said of the data set; stops the page where older artifacts lack it."""
    if content is None:
        st.info(
            f"These artifacts are older and do not say {words}. Measure the photos with: python -m "
            "training describe --data FOLDER --out artifacts",
            icon=":material/history:",
        )
        st.stop()
    return content


def _keep(label: str, frame: pd.DataFrame, view: View, ending: str) -> None:
    """A button that gives out a table of the data set as CSV."""
    output.download(label, frame, f"facespace-{view.name}-{ending}.csv")
