"""The parts of the Data page: each draws one question's answer from ``dataset.json``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import streamlit as st

from dashboard.app.page_artifacts import sentences
from dashboard.views.data import tables
from dashboard.views.data.tables import ATTRIBUTES, MEASURES, WAYS
from dashboard.widgets import output, results
from dashboard.widgets.choice import one_of, select
from facespace.artifacts.dataset_description import NOT_SAID, Counts, Described, load_described
from facespace.artifacts.manifest import Manifest
from facespace.artifacts.mean_faces import load as load_mean_faces
from facespace.charts import data as charts
from facespace.faces import detectors
from facespace.types import Floats

#: What a number of equal or similar photos means that are on both sides of the split.
ACROSS = "One of them is there to train on, the other to test on."

_AGAIN = (
    "These artifacts are older and do not say {}. "
    "Measure the photos with: python -m training describe --data FOLDER --out artifacts"
)


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows: the manifest, a data set's name, and what is said of it."""

    manifest: Manifest
    name: str
    data: Described


T = TypeVar("T")


def _part(part: T | None, words: str) -> T:
    """A part of what is said of the data set; stops the page where older artifacts lack it."""
    if part is None:
        st.info(_AGAIN.format(words), icon=":material/history:")
        st.stop()
    return part


def learned(view: View) -> None:
    """How many of the photos there are to fit on, and what that counts; older data: nothing.

    Drawn in the row of metrics above the parts.
    """
    part = view.data.learned
    if part is NOT_SAID:
        return
    st.metric(
        "To fit on",
        f"{part.training:,}" if part else "none",
        f"{part.weight:.1%} of the training" if part else "only tested on",
        delta_color="off",
        delta_arrow="off",
        border=True,
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
    if not data.age and not data.race:
        st.info(f"{data.title} says neither age nor group of a photo.", icon=":material/group:")
    output.download(
        "Sex, age and group (CSV)", tables.counts(known), f"facespace-{view.name}-counts.csv"
    )
    _crossings(view)


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
    output.draw(
        charts.crossing(table, rows, columns),
        f"Photos by {title}: "
        + "; ".join(
            f"{r}: " + ", ".join(f"{c} {n}" for c, n in row.items()) for r, row in table.items()
        ),
    )
    st.caption(
        f"Count, and share of all that say both. Most are {' and '.join(largest)}, "
        f"{cells[largest]:,}; fewest {' and '.join(smallest)}, {cells[smallest]:,}."
    )
    output.download(
        "This crossing (CSV)",
        tables.crossing(table, rows),
        f"facespace-{view.name}-{title.replace(' ', '-')}.csv",
    )


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
    cutoffs = tables.cutoffs(view.manifest, name)
    left, right = st.columns(2)
    with left:
        st.subheader(title)
        output.draw(charts.measure(table, unit, cutoffs), f"{title}: {tables.span(table)}")
    with right:
        st.subheader(f"{title} by {attributes[by]}")
        groups = table.by[by]
        output.draw(
            charts.boxes(groups, unit, cutoffs),
            f"{title}, median: "
            + "; ".join(f"{value} {tables.number(row.median)}" for value, row in groups.items()),
        )
    st.caption(
        f"{title}: {tables.span(table)}. Boxes hold the middle half, whiskers reach from 5 to 95 % "
        "of the photos; groups of fewer than 30 are pale."
        + (" Broken lines: where a verdict becomes “?”." if cutoffs else "")
    )
    st.subheader("All measures")
    frame = tables.measures(measured)
    right_aligned = {n: st.column_config.TextColumn(alignment="right") for n in frame.columns[1:]}
    output.table(frame, "Percentiles of every measure", right_aligned)
    with st.container(horizontal=True):
        output.download("All measures (CSV)", frame, f"facespace-{view.name}-measures.csv")
        output.download(
            "By group (CSV)",
            tables.measures_by_group(measured),
            f"facespace-{view.name}-measures-by-group.csv",
        )


def found(view: View) -> None:
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
    output.draw(
        charts.found(table),
        "; ".join(
            f"{way}: " + ", ".join(f"{g} {tables.rate(row)}" for g, row in rows.items())
            for way, rows in table.items()
        ),
    )
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
    output.download("Found by group (CSV)", frame, f"facespace-{view.name}-found.csv")


def mean_faces(view: View) -> None:
    """The mean faces of each sex, age and group, and how two of them differ."""
    with sentences():
        by = load_mean_faces()
    trained_on = view.manifest.model().data["title"]
    st.write(
        f"The mean of the training crops of {trained_on}: what a group has in common, and the "
        "first thing that a model can learn."
    )
    for attribute, words in ATTRIBUTES.items():
        if attribute in by:
            st.subheader(f"By {words}")
            with st.container(horizontal=True):
                for value, mean in by[attribute].items():
                    caption = f"{value} · {mean.faces:,} faces"
                    picture = results.enlarged(_grey(mean.picture))
                    st.image(picture, caption, width=104, alt=f"Mean face of {caption}")
    everyone = {(key, value): by[key][value] for key in ATTRIBUTES for value in by.get(key, ())}
    if len(everyone) < 2:
        return
    st.subheader("How two of them differ")
    left, right = st.columns(2)
    names = list(everyone)
    chosen = select("This", names, "mean", lambda name: name[1], left)
    minus = select("Minus this", names, "minus", lambda name: name[1], right, index=1)
    first, second = everyone[chosen], everyone[minus]
    one, other = chosen[1], minus[1]
    gap = first.picture - second.picture
    left, right = st.columns(2, vertical_alignment="center")
    with left, st.container(horizontal=True):
        for name, mean in ((one, first), (other, second)):
            picture = results.enlarged(_grey(mean.picture))
            st.image(picture, name, width=160, alt=f"Mean face of {name}")
    with right:
        words = f"{one} minus {other}: at most {np.abs(gap).max():.1f} of 255 grey levels"
        output.draw(charts.difference(gap, one, other), words)
    st.caption(
        f"Orange: {one} is lighter there; purple: darker. {words}, {np.abs(gap).mean():.1f} on "
        "average. The crops’ histograms are equalised: what shows is where in a face it is lighter "
        "than elsewhere, not how light the whole is."
    )
    output.download("Faces behind each mean (CSV)", tables.means(by), "facespace-means.csv")


def dropped(view: View) -> None:
    """What was left out and why, and what is there twice."""
    data = view.data
    frame = tables.left_out(data)
    st.subheader("Left out")
    if len(frame):
        output.table(frame, "Photos left out, and why")
        output.download("Left out (CSV)", frame, f"facespace-{view.name}-left-out.csv")
    else:
        st.write("Nothing: every photo could be read and shows a face.")
    for problem in data.problems:
        st.write(f"- {problem}")
    twice = _part(data.duplicates, "which photos are there twice")
    exact, near = twice.exact, twice.near
    st.subheader("There twice")
    known = (exact.across, near.across, near.with_training)
    with output.cards(2 + sum(number is not None for number in known), "twice"):
        st.metric("Equal files, left out", f"{exact.photos:,}", border=True)
        if exact.across is not None:
            st.metric("… across the split", f"{exact.across:,}", border=True, help=ACROSS)
        st.metric("Pairs nearly alike, kept", f"{near.pairs:,}", border=True)
        if near.across is not None:
            st.metric("… across the split", f"{near.across:,}", border=True, help=ACROSS)
        if near.with_training is not None:
            st.metric("Pairs with a training photo", f"{near.with_training:,}", border=True)
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
        "files are left out; those nearly alike in one data set are kept, and counted here."
    )
    output.download(
        "Duplicates (CSV)",
        tables.duplicates(twice),
        f"facespace-{view.name}-duplicates.csv",
    )


def _shared(view: View, pairs: Mapping[str, int]) -> None:
    """What other data sets have too."""
    if not pairs:
        return
    datasets = load_described(view.manifest)
    titles = {name: datasets[name].title if name in datasets else name for name in pairs}
    words = ", ".join(f"{titles[name]} {pairs[name]:,}" for name in pairs)
    st.write(
        f"**Pairs nearly alike with other data sets:** {words}. A training photo that is in "
        "the test of another data set is left out of the training, and counted above."
    )


def _grey(picture: Floats) -> npt.NDArray[np.uint8]:
    return np.asarray(np.clip(np.rint(picture), 0, 255), np.uint8)
