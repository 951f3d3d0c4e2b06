"""Every detector on one picture, with settings of its own."""

from __future__ import annotations

import json
import time
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

import numpy as np
import streamlit as st

from dashboard.app.markdown import plain
from dashboard.widgets import output, scaled
from facespace import gate
from facespace.charts.style import NEUTRAL
from facespace.faces import annotate, detectors
from facespace.faces.detectors import Detector
from facespace.faces.detectors.haar import Haar
from facespace.faces.wording import count
from facespace.io import encode
from facespace.types import RGB, Detection

#: Longer side in pixels of pictures sent to the page; downloads have them in full.
SHOWN_SIDE = 1000

#: Sides in pixels of the picture that a detector sees before any time is taken.
SMALL = 160


@dataclass(frozen=True, slots=True)
class Look:
    """What one detector found in a picture, how it was set, and how long it took."""

    name: str
    settings: Mapping[str, float]
    detections: list[Detection]
    milliseconds: float


def boxed(rgb: RGB, detections: Sequence[Detection], longest: int | None = None) -> RGB:
    """Draw every detection's box with its number; the picture no longer than ``longest`` pixels."""
    picture = scaled.fitted(rgb, longest) if longest else rgb
    scale = picture.shape[1] / rgb.shape[1]
    return annotate.draw_detections(picture, detections, NEUTRAL, scale)


def side_by_side(rgb: RGB, identity: Hashable) -> list[Look]:
    """Every detector's boxes on one picture, with its own settings; ``identity`` names it.

    One that cannot be used is left out, and a sentence says so.
    """
    looks: list[Look] = []
    for name in detectors.NAMES:
        detector, sentence = detectors.working(name)
        if sentence:
            st.warning(plain(sentence), icon=":material/build:")
            continue
        if len(looks) % 2 == 0:
            places = st.columns(2)
        with places[len(looks) % 2]:
            looks.append(_panel(detector, rgb, identity))
    st.caption(
        "Boxes are numbered by their score. Times are of this picture and this machine; each "
        "detector’s first run, on a small picture, is not counted."
    )
    return looks


def _panel(detector: Detector, rgb: RGB, identity: Hashable) -> Look:
    title = detectors.TITLES[detector.name]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(title)
        with st.popover("Settings", icon=":material/tune:"):
            detector, settings = _settings(detector)
    _warm(detector, detector.name)
    detections, milliseconds = _timed(detector, rgb, identity, detector.name, settings)
    found = count(len(detections), "face")
    st.image(boxed(rgb, detections, SHOWN_SIDE), width="stretch", alt=f"{title}: {found}")
    st.markdown(f"**{found}** in {milliseconds:.0f} ms")
    return Look(detector.name, settings, detections, milliseconds)


def _settings(detector: Detector) -> tuple[Detector, dict[str, float]]:
    """Draw a detector's widgets; the detector as they set it, and what they are set to."""
    name = detector.name
    if isinstance(detector, Haar):
        step = st.slider(
            "Scale factor",
            *(1.05, 1.6, detector.scale_factor, 0.05),
            help="The step between the sizes of faces that are tried. Fine steps take time.",
            key=f"{name}_scale_factor",
            bind="query-params",
        )
        least = st.slider(
            "Least neighbours",
            *(0, 10, detector.min_neighbors, 1),
            help="How many overlapping hits make a face.",
            key=f"{name}_min_neighbors",
            bind="query-params",
        )
        tuned = replace(detector, scale_factor=step, min_neighbors=least)
        return tuned, {"scale_factor": step, "min_neighbors": least}
    threshold = st.slider(
        "Detection threshold",
        *(0.1, 1.0, detector.threshold, 0.05),
        help="How sure the detector must be that something is a face.",
        key=f"{name}_least_score",
        bind="query-params",
    )
    small = st.toggle(
        "Find small faces",
        help="A third scan, over tiles of the enlarged picture. It takes more time.",
        key=f"{name}_tiles",
        bind="query-params",
    )
    return detector, {"threshold": threshold, "small_faces": small}


@st.cache_resource(show_spinner=False)
def _warm(_detector: Detector, name: str) -> None:
    """The first run of a detector in this process, for what it loads then; kept by ``name``."""
    _detector.detect(np.full((SMALL, SMALL, 3), 128, np.uint8))


@st.cache_data(max_entries=32, show_spinner="Looking for faces …", scope="session")
def _timed(
    _detector: Detector, _rgb: RGB, identity: Hashable, name: str, settings: Mapping[str, float]
) -> tuple[list[Detection], float]:
    """What is found, and in how many milliseconds; kept by ``identity``, ``name``, ``settings``."""
    # Haar is made anew with its settings; YuNet is given them when it is asked.
    options: dict[str, Any] = {} if isinstance(_detector, Haar) else dict(settings)
    with gate.enter():
        start = time.perf_counter()
        detections = _detector.detect(_rgb, **options)
        return detections, (time.perf_counter() - start) * 1000


def downloads(name: str, rgb: RGB, looks: Sequence[Look]) -> None:
    """Buttons for the annotated pictures (ZIP of PNGs) and the detections (JSON)."""
    stem = PurePath(name).stem

    def annotated() -> bytes:
        pictures = ((look.name, encode.to_png(boxed(rgb, look.detections))) for look in looks)
        return encode.to_zip([(f"{stem}-{name}.png", picture) for name, picture in pictures])

    output.downloads(
        (
            ("Annotated PNGs (ZIP)", annotated, "facespace-detectors.zip"),
            ("JSON", to_json(name, rgb, looks), "facespace-detectors.json"),
        )
    )


def to_json(name: str, rgb: RGB, looks: Sequence[Look]) -> str:
    """All detections of one picture by detector; boxes and landmarks in pixels."""
    height, width = rgb.shape[:2]
    by_detector = {
        look.name: {
            "settings": look.settings,
            "milliseconds": round(look.milliseconds, 2),
            "faces": [detection.to_dict() for detection in look.detections],
        }
        for look in looks
    }
    picture = {"source": name, "width": width, "height": height, "detectors": by_detector}
    return json.dumps(picture, indent=1, ensure_ascii=False)
