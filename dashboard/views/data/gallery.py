"""Photos of a data folder on this machine, to page through; one opens with all its steps."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import streamlit as st

from dashboard.app import access
from dashboard.app.choice import select
from dashboard.app.markdown import plain
from dashboard.app.page_artifacts import sentences
from dashboard.widgets import face_cards, output, scaled
from facespace.datasets import labelled_faces as labelled_photos
from facespace.datasets import layouts
from facespace.datasets.dataset import Dataset, Photo, read_dataset
from facespace.faces import annotate, detectors, evidence
from facespace.faces.analyze import analyze
from facespace.faces.wording import face_text, in_words
from facespace.io import images, names, tables
from facespace.metrics import groups
from facespace.types import RGB, FacespaceError, Reading

#: Thumbnails a sheet, and their longer side in pixels.
SHEET, SIDE = 24, 96

#: How photos are sifted: title, and what of a photo counts.
FILTERS: dict[str, tuple[str, Callable[[Photo], str]]] = {
    "label": ("Label", lambda photo: photo.label),
    "age": ("Age", lambda photo: groups.age_group(photo.age)),
    "race": ("Group", lambda photo: photo.race),
    "split": ("Split", lambda photo: photo.split),
}

_ALL = "all"


def gallery() -> None:
    """Choose a folder, sift, page through, open one. Nothing is written anywhere."""
    st.write(
        "Photos of a folder on this machine. They are read where they are; nothing is stored or "
        "sent anywhere."
    )
    folder = _folder()
    if folder is None:
        st.info("Name a folder with labelled photos.", icon=":material/folder_open:")
        return
    with sentences():
        dataset = _read(folder, _changed(folder))
    for problem in dataset.problems:
        st.caption(plain(problem))
    photos = _sifted(dataset)
    if not photos:
        st.info("No photo is all of this.", icon=":material/filter_alt_off:")
        return
    sheets = -(-len(photos) // SHEET)
    number = 1
    if sheets > 1:
        st.session_state["sheet"] = min(st.session_state.get("sheet", 1), sheets)
        number = st.number_input(f"Sheet, of {sheets:,}", 1, sheets, key="sheet")
    shown = photos[(number - 1) * SHEET : number * SHEET]
    first = (number - 1) * SHEET + 1
    st.caption(f"{first:,} to {first + len(shown) - 1:,} of {len(photos):,}; press one to open it.")
    _sheet(shown, first)


def _folder() -> Path | None:
    """The folder to show: one of those that the operator named, or any where that is allowed."""
    named = access.data_folder()
    if named is None:
        text = st.text_input(
            "Folder",
            placeholder="/home/me/photos",
            help="With a labels.csv (columns file, gender), folders female and male, or the "
            "layout of FairFace, LFW or UTKFace.",
            key="folder",
            persist_state="session",
        )
        return names.path(text).expanduser() if text and text.strip() else None
    folders = [path for path in (named, *sorted(named.glob("*/"))) if layouts.of(path)]
    if not folders:
        st.warning(
            f"FACESPACE_DATA names {plain(named)}, in which there are no labelled photos.",
            icon=":material/build:",
        )
        st.stop()
    return st.selectbox(
        "Data set", folders, format_func=lambda path: names.written(path.name), key="folder"
    )


def _changed(folder: Path) -> tuple[int, ...]:
    """What is different once photos were added or labels changed."""
    texts = (folder / name for name in sorted(layouts.TEXTS))
    marks = (folder, *layouts.classes(folder), *texts)
    return tuple(path.stat().st_mtime_ns if path.exists() else 0 for path in marks)


@st.cache_resource(
    max_entries=2,
    ttl=600,
    show_spinner="Reading the folder …",
    hash_funcs={type(Path()): os.fsencode},  # Streamlit's own takes only names that are text
)
def _read(folder: Path, changed: tuple[int, ...]) -> Dataset:
    return read_dataset(folder)


def _sifted(dataset: Dataset) -> list[Photo]:
    """The photos that are all that was asked for."""
    photos = dataset.photos
    with st.container(horizontal=True):
        for key, (title, of) in FILTERS.items():
            values = sorted({of(photo) for photo in dataset.photos} - {""}, key=groups.order_of)
            if values:
                chosen = select(
                    title,
                    [_ALL, *values],
                    f"gallery_{key}",
                    width=150,
                    on_change=_to_the_first_sheet,
                )
                if chosen != _ALL:
                    photos = [photo for photo in photos if of(photo) == chosen]
    return photos


def _sheet(photos: Sequence[Photo], first: int) -> None:
    with st.container(horizontal=True):
        for number, photo in enumerate(photos, first):
            with st.container(width=SIDE + 8, gap="xxsmall"):
                words = _in_words(photo)
                try:
                    thumbnail = scaled.fitted(images.load(photo.path), SIDE)
                    st.image(thumbnail, alt=f"Photo {number}: {words}", width=SIDE)
                except FacespaceError as error:
                    st.caption(f"{plain(photo.path.name)}: {plain(error)}")
                if st.button(
                    f"{number:,} · {photo.label}",
                    key=f"open {number}",
                    help=f"{plain(photo.path.name)}: {plain(words)}",
                    type="tertiary",
                ):
                    _steps(photo)


def _to_the_first_sheet() -> None:
    st.session_state["sheet"] = 1


@st.dialog("From photo to verdict", width="large")
def _steps(photo: Photo) -> None:
    """One photo on its way: as it is, grey, with its detection, cropped, and judged."""
    st.write(f"{plain(photo.path.name)}, labelled {plain(_in_words(photo))}.")
    with sentences():
        rgb = images.load(photo.path)
        reading, searched = _analyzed(rgb, photo.path.name)
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    overlay = annotate.draw(_with_landmarks(searched, reading), reading.faces)
    steps = [
        (scaled.fitted(rgb, 480), f"1 · Photo, {rgb.shape[1]} × {rgb.shape[0]}"),
        (scaled.fitted(np.asarray(grey, np.uint8), 480), "2 · Grey"),
        (scaled.fitted(overlay, 480), f"3 · Found by {detectors.TITLES[reading.detector]}"),
    ]
    faces = reading.faces[: face_cards.SHOWN]
    steps += [(scaled.enlarged(f.crop), f"4 · Crop {i}") for i, f in enumerate(faces, 1)]
    with st.container(horizontal=True):
        for picture, caption in steps:
            st.image(
                picture, caption, width=160, alt=f"{caption}, {names.written(photo.path.name)}"
            )
    if searched is not rgb:
        st.caption("As it is, no face is found; its edge is repeated around it, as for training.")
    if not reading.faces:
        st.info("No face was found, so this photo is left out.", icon=":material/search_off:")
    for number, face in enumerate(reading.faces, 1):
        why = in_words(face.verdict.reasons)
        st.write(f"**5 · Verdict {number}: {face_text(face)}**{why and f' ({why})'}.")
    brightness, contrast = evidence.light(rgb)
    light: dict[str, float | None] = {"brightness": brightness, "contrast": contrast}
    rows = [
        light
        | {
            "face": face.detection.box.side,
            "sharpness": face.evidence.sharpness,
            "turn": face.evidence.yaw,
            "distance": face.score.distance,
        }
        for face in reading.faces
    ]
    output.table(
        pd.DataFrame(rows or [light]),
        "What is measured of this photo and its faces",
        {
            "brightness": st.column_config.NumberColumn("Brightness", format="%.0f"),
            "contrast": st.column_config.NumberColumn("Contrast", format="%.0f"),
            "face": st.column_config.NumberColumn("Face, px", format="%.0f"),
            "sharpness": st.column_config.NumberColumn("Sharpness", format="%.0f"),
            "turn": st.column_config.NumberColumn("Pose", format="%.3f"),
            "distance": st.column_config.NumberColumn("Distance from face space", format="%.2f"),
        },
    )
    output.download(
        "What was found (JSON)", tables.to_json([reading]), f"{names.written(photo.path.stem)}.json"
    )


def _analyzed(rgb: RGB, name: str) -> tuple[Reading, RGB]:
    """The reading of a photo, and the photo with the border that was needed to find a face."""
    first = analyze(rgb, source=name)
    if first.faces:
        return first, rgb
    for share in (share for share in labelled_photos.PADDINGS if share):
        padded = labelled_photos.bordered(rgb, share)
        reading = analyze(padded, source=name)
        if reading.faces:
            return reading, padded
    return first, rgb


def _with_landmarks(rgb: RGB, reading: Reading) -> RGB:
    """A copy of the picture with the five landmarks of every face."""
    marked = rgb.copy()
    for face in reading.faces:
        radius = max(1, round(face.detection.box.side / 40))
        for x, y in face.detection.landmarks or ():
            cv2.circle(marked, (round(x), round(y)), radius, (255, 255, 0), -1, cv2.LINE_AA)
    return marked


def _in_words(photo: Photo) -> str:
    """All that the data set says of a photo: ``female, 20-29, East Asian, train``."""
    return ", ".join(filter(None, (photo.label, photo.age, photo.race, photo.split)))
