"""Who is in the photos of a data set, and how many of them models are fitted on."""

from __future__ import annotations

import streamlit as st

from dashboard.views.data import tables
from dashboard.views.data.view import View, part
from dashboard.widgets import output
from dashboard.widgets.choice import one_of
from facespace.artifacts.dataset_description import NOT_SAID, Counts
from facespace.charts import data as charts


def learned(view: View) -> None:
    """How many of the photos there are to fit on, and what that counts; older data: nothing.

    Drawn in the row of metrics above the parts.
    """
    fitted = view.data.learned
    if fitted is NOT_SAID:
        return
    st.metric(
        "To fit on",
        f"{fitted.training:,}" if fitted else "none",
        f"{fitted.weight:.1%} of the training" if fitted else "only tested on",
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
        crossings = part(view.data.crossings, "how age and group cross")
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
