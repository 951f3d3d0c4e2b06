"""The known faults of the first app's detector: each shown live, and measured."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.app.page_artifacts import sentences
from dashboard.views.detection.fault_pictures import covered, lamps, masked, moving
from dashboard.views.detection.measured import ALARMS, CONTENDERS, VALUES, at, table, text
from dashboard.views.detection.side_by_side import boxed
from facespace import gate
from facespace.faces import detectors
from facespace.faces.analyze import Settings, analyze
from facespace.faces.detectors import Detector
from facespace.faces.wording import count
from facespace.types import RGB, Detection

#: The first app's detector, and the two that each fault is shown on.
FIRST_APP = "haar_first_app"
SHOWN = (FIRST_APP, detectors.DEFAULT)


@dataclass(frozen=True, slots=True)
class Fault:
    """A known fault of the first app.

    ``draw`` makes a picture that shows it, of the astronaut and what ``slider`` is set to (label,
    least, most, value at first, step); None where no honest picture can be drawn. ``figures`` are
    the titles of measured figures, each with the path to it in a detector's part of
    ``measured.FILE``.
    """

    words: str
    figures: Mapping[str, tuple[str, ...]]
    draw: Callable[[RGB, int], RGB] | None = None
    slider: tuple[str, int, int, int, int] = ("", 0, 0, 0, 0)


#: By the name in the address, in the order of the complaints.
FAULTS = {
    "Bright spots": Fault(
        "The first app took bright spots for faces, and answered. These are "
        "discs with a dark bar: in focus they deceive Haar alone, out of focus YuNet too. That "
        "is what the second opinion is for, which looks at every find again.",
        {"False alarms in 100 pictures": ("negatives", ALARMS)},
        lamps,
        ("Out of focus, pixels", 0, 6, 1, 1),
    ),
    "Side faces": Fault(
        "The first app’s cascade was trained on faces from the front and misses those that look "
        "to the side. A second cascade finds some of them; YuNet was trained on both.",
        {
            "Profiles found": ("cfp_profile", "by", "pose", "profile", "recall"),
            "Frontal views found": ("cfp_profile", "by", "pose", "frontal", "recall"),
        },
    ),
    "Frames of a film": Fault(
        "In a film faces move and are often far away: blurred and small. The first app tried few "
        "sizes, each 1.5 times the last, so whether a face was found was a matter of chance.",
        {
            "Heavily blurred, found": ("wider_val", "by", "blur", "heavy", "recall"),
            "20 to 31 pixels, found": ("wider_val", "by", "size", "20 to 31", "recall"),
            "32 to 63 pixels, found": ("wider_val", "by", "size", "32 to 63", "recall"),
        },
        moving,
        ("Motion, pixels", 1, 25, 9, 2),
    ),
    "Masks": Fault(
        "A mask hides nose and mouth, half of what a cascade looks for. The higher it reaches, the "
        "less is left; at 0 % there is none.",
        {
            "With a mask, found": ("masked_faces", "by", "mask", "with_mask", "recall"),
            "Without, found": ("masked_faces", "by", "mask", "without_mask", "recall"),
        },
        masked,
        ("From the chin to the eyes, %", 0, 100, 70, 5),
    ),
    "Covered faces": Fault(
        "Of a face that is nearly hidden little can be read. The first app answered all the same, "
        "or missed it, and nobody asked a human. Here it should be found and marked “?”.",
        {
            "Heavily covered, found": ("wider_val", "by", "occlusion", "heavy", "recall"),
            "Partly covered, found": ("wider_val", "by", "occlusion", "partial", "recall"),
        },
        covered,
        ("Covered, %", 0, 100, 65, 5),
    ),
}


def story(fault: Fault, astronaut: RGB) -> None:
    """What the fault is, and live what the first app's detector and ours find in its picture."""
    st.write(fault.words)
    if fault.draw is None:
        st.info(
            "A face turned to the side cannot be drawn from a portrait: try a photo of your own "
            "above.",
            icon=":material/face:",
        )
        return
    label, least, most, first, step = fault.slider
    amount = st.slider(
        label, least, most, first, step, key=fault.draw.__name__, bind="query-params"
    )
    rgb = fault.draw(astronaut, amount)
    for column, name in zip(st.columns(2), SHOWN, strict=True):
        with column, sentences():
            detector, sentence = detectors.working(name)
            title = detectors.TITLES[detector.name]
            detections, outcome = _judged(detector, rgb, (label, amount), detector.name)
            words = f"{title}: {count(len(detections), 'face')}"
            st.image(boxed(rgb, detections), width="stretch", alt=words)
            st.markdown(f"**{words}.** {outcome}")
            if sentence:
                st.caption(sentence)


@st.cache_data(max_entries=32, show_spinner=False, scope="session")
def _judged(
    _detector: Detector, _rgb: RGB, identity: Hashable, name: str
) -> tuple[list[Detection], str]:
    """What is found in a drawn picture, and what the page Photo makes of it.

    Kept by ``identity`` and ``name``.
    """
    with gate.enter():
        detections = _detector.detect(_rgb)
    if not detections:
        return [], ""
    faces = analyze(_rgb, Settings(detector=name)).faces
    asked = sum(face.verdict.label == "?" for face in faces)
    words = f"{len(faces) - asked} predicted female or male, {asked} marked “?”"
    if len(faces) < len(detections):
        words += f", {len(detections) - len(faces)} thrown out"
    return detections, f"On the page Photo: {words}."


def story_figures(fault: Fault, figures: Mapping[str, Any]) -> None:
    """What was measured of a fault, a row for each detector."""
    rows = [
        {"Detector": title}
        | {words: text(path[-1], at(figures, name, *path)) for words, path in fault.figures.items()}
        for name, title in CONTENDERS.items()
        if name in figures
    ]
    words = "Measured figures by detector: " + ", ".join(fault.figures)
    table(pd.DataFrame(rows), words)
    if fault.draw is lamps:
        _second_opinion(at(figures, "verdicts", "not_like_a_face", "haar", "odd") or {})
    elif fault.draw in (masked, covered):
        _marked(at(figures, "verdicts", "covered", "all") or {})


def _second_opinion(row: Mapping[str, Any]) -> None:
    removed, lost = row.get("rejected_removed"), row.get("rejected_lost")
    if removed is not None and lost is not None:
        st.write(
            f"In pictures that nothing was chosen on, the second opinion throws out "
            f"**{removed:.0%}** of {row['false_alarms']:,} false alarms of Haar, and {lost:.1%} of "
            f"{row['true_faces']:,} faces that it found."
        )


def _marked(groups: Mapping[str, Mapping[str, Any]]) -> None:
    if groups:
        shares = ", ".join(
            f"{row['marked']:.0%} of {row['faces']:,} {VALUES.get(value, value)}"
            for value, row in groups.items()
        )
        st.write(f"Of the faces found, of 40 pixels and more, marked “covered”: {shares}.")
