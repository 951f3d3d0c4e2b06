"""What ``dataset.json`` says, as tables and as words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import pandas as pd

from facespace.artifacts.dataset_description import (
    Counts,
    Described,
    Detected,
    Distribution,
    Duplicates,
)
from facespace.artifacts.manifest import Manifest
from facespace.artifacts.mean_faces import MeanFace

ATTRIBUTES = {"sex": "sex", "age": "age", "race": "group"}

#: What is measured of a photo: its title, and its unit.
MEASURES = {
    "face": ("Face size", "pixels, shorter side of its box"),
    "width": ("Photo width", "pixels"),
    "height": ("Photo height", "pixels"),
    "brightness": ("Brightness", "mean grey, 0 to 255"),
    "contrast": ("Contrast", "standard deviation of grey"),
    "sharpness": ("Sharpness", "variance of the Laplacian"),
    "turn": ("Pose", "turn aside: 0 front, 0.15 profile"),
}

COLUMNS = {
    "min": "Least",
    "p5": "5 %",
    "p25": "25 %",
    "median": "Median",
    "p75": "75 %",
    "p95": "95 %",
    "max": "Most",
}

WAYS = {
    "labelled": "YuNet, padded, as trained",
    "lower": "YuNet, lower half covered",
    "upper": "YuNet, upper half covered",
}


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows: the manifest, a data set's name, and what is said of it."""

    manifest: Manifest
    name: str
    data: Described


def counts(tables: Mapping[str, Counts]) -> pd.DataFrame:
    """One row a value: how many photos are labelled female and male."""
    return pd.DataFrame(
        {"by": by, "value": value, **row}
        for by, table in tables.items()
        for value, row in table.items()
    )


def crossing(table: Counts, rows: str) -> pd.DataFrame:
    """One row a value, one column a value of the other attribute."""
    return pd.DataFrame(table).T.rename_axis(rows).reset_index()


def measures(tables: Mapping[str, Distribution]) -> pd.DataFrame:
    """One row a measure, its percentiles as text."""
    rows = {
        MEASURES[key][0]: {n: number(getattr(table, n)) for n in COLUMNS}
        for key, table in tables.items()
    }
    return pd.DataFrame(rows).T.rename(columns=COLUMNS).rename_axis("Measure").reset_index()


def measures_by_group(tables: Mapping[str, Distribution]) -> pd.DataFrame:
    """One row a measure and group: its photos and percentiles."""
    return pd.DataFrame(
        {"measure": key, "by": attribute, "value": value, **asdict(row)}
        for key, table in tables.items()
        for attribute, groups in table.by.items()
        for value, row in groups.items()
    )


def found(ways: Mapping[str, Mapping[str, Detected]], by: str) -> pd.DataFrame:
    """One row a way of looking and group: its photos, and those in which a face was found."""
    return pd.DataFrame(
        {"Found by": way, by: value, **asdict(row), "share": row.found / row.photos}
        for way, groups in ways.items()
        for value, row in groups.items()
    )


def means(by: Mapping[str, Mapping[str, MeanFace]]) -> pd.DataFrame:
    """One row a mean face: of how many it is."""
    return pd.DataFrame(
        {"by": attribute, "value": value, "faces": mean.faces}
        for attribute, table in by.items()
        for value, mean in table.items()
    )


def left_out(data: Described) -> pd.DataFrame:
    """One row a reason; no row where nothing was left out."""
    reasons = dict(data.left_out)
    if data.not_tested:
        reasons["It, or its person, was trained on, so it is not tested on."] = data.not_tested
    return pd.DataFrame(reasons.items(), columns=["Why", "Photos"])


def duplicates(twice: Duplicates) -> pd.DataFrame:
    """One row a number."""
    rows = [("equal files", key, getattr(twice.exact, key)) for key in ("photos", "across")]
    keys = ("pairs", "photos", "across", "with_training")
    rows += [("nearly alike", key, getattr(twice.near, key)) for key in keys]
    rows += [("nearly alike", f"with {name}", number) for name, number in twice.sets.items()]
    return pd.DataFrame(rows, columns=["kind", "what", "number"])


def span(table: Distribution) -> str:
    """Where the middle half of a measure lies, in words."""
    least, most = number(table.min), number(table.max)
    if least == most:
        return f"{least} in every photo"
    low, middle, high = (number(value) for value in (table.p25, table.median, table.p75))
    return f"median {middle}, half of the photos between {low} and {high}"


def number(value: float) -> str:
    """Three digits, or a whole number."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3f}" if value < 1 else f"{value:.3g}"


def counted(title: str, table: Counts) -> str:
    """A table of labels in words."""
    return f"{title}, photos labelled female and male: " + "; ".join(
        f"{value}: {row['female']} and {row['male']}" for value, row in table.items()
    )


def rate(row: Detected) -> str:
    """The share of photos in which a face was found."""
    return f"{row.found / row.photos:.1%}"
