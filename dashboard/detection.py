"""The parts of the Detectors page: all detectors on one picture, drawn faults, and figures."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any, Literal

import cv2
import numpy as np
import pandas as pd
import streamlit as st
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from dashboard import results
from dashboard.artifacts import sentences
from facespace import detectors, export
from facespace.analyze import Settings, analyze
from facespace.charts import detection as charts
from facespace.charts.style import NEUTRAL
from facespace.detectors import Detector
from facespace.detectors.haar import Haar
from facespace.types import RGB, Box, Detection

#: What ``benchmarks/detectors.py`` measured, among the artifacts.
FILE = "detectors.json"

#: Longer side in pixels of pictures sent to the page; downloads have them in full.
SHOWN_SIDE = 1000

#: The first app's detector, and the two that each fault is shown on.
FIRST_APP = "haar_first_app"
SHOWN = (FIRST_APP, detectors.DEFAULT)

#: What was measured: all detectors, and YuNet with the scan over tiles; the first stands out.
CONTENDERS = {"yunet": "YuNet", "yunet_small_faces": "YuNet, small faces"} | detectors.TITLES

SETS = {
    "wider_val": "WIDER FACE crowds",
    "masked_faces": "Masked faces",
    "cfp_profile": "Profiles and frontal views (CFP)",
    "dlib_faces": "Dlib group photos",
    "negatives": "Pictures without a face",
}
METRICS = {"precision": "Precision", "recall": "Recall", "ap": "Average precision"}
ALARMS = "false_alarms_per_100"
ATTRIBUTES = {
    "size": "Height of the face, pixels",
    "mask": "Mask",
    "pose": "Pose",
    "blur": "Blur",
    "occlusion": "Covered",
}

#: The words of marks where they are others, and the order of all.
VALUES = {
    "without_mask": "without a mask",
    "mask_weared_incorrect": "mask worn wrongly",
    "with_mask": "with a mask",
} | {
    word: word
    for words in ("frontal profile", "typical atypical", "clear normal", "none partial heavy")
    for word in words.split()
}


@dataclass(frozen=True, slots=True)
class Look:
    """What one detector found in a picture, how it was set, and how long it took."""

    name: str
    settings: Mapping[str, float]
    found: list[Detection]
    milliseconds: float


@dataclass(frozen=True, slots=True)
class Fault:
    """A known fault of the first app.

    ``draw`` makes a picture that shows it, of the astronaut and what ``slider`` is set to (label,
    least, most, value at first, step); None where no honest picture can be drawn. ``figures`` are
    the titles of measured figures, each with the path to it in a detector's part of ``FILE``.
    """

    words: str
    figures: Mapping[str, tuple[str, ...]]
    draw: Callable[[RGB, int], RGB] | None = None
    slider: tuple[str, int, int, int, int] = ("", 0, 0, 0, 0)


def boxed(rgb: RGB, found: Sequence[Detection], longest: int | None = None) -> RGB:
    """Draw every find's box, numbered from 1, the best score first.

    Args:
        rgb: uint8 (H, W, 3); left as it is.
        found: in pixels of ``rgb``.
        longest: most pixels of the longer side of the result; as ``rgb`` where None.

    Returns:
        uint8 (H, W, 3), a new picture.
    """
    picture = Image.fromarray(rgb)
    if longest:
        picture.thumbnail((longest, longest))
    scale = picture.width / rgb.shape[1]
    pen = ImageDraw.Draw(picture)
    line = max(2, round(max(picture.size) / 300))
    for number, detection in reversed(list(enumerate(found, 1))):
        _number(pen, detection.box, scale, line, str(number))
    return np.asarray(picture)


def _number(pen: ImageDraw.ImageDraw, box: Box, scale: float, line: int, text: str) -> None:
    """One box with its number inside the top left corner; a white seam sets it off."""
    left, top = box.x * scale, box.y * scale
    right, bottom = left + box.width * scale, top + box.height * scale
    for grown, colour, width in ((1, "white", line + 2), (0, NEUTRAL, line)):
        edges = (left - grown, top - grown, right + grown, bottom + grown)
        pen.rectangle(edges, outline=colour, width=width)
    font = ImageFont.load_default(int(np.clip(box.width * scale / 5, 10, 4 * line + 8)))
    x0, y0, x1, y1 = pen.textbbox((0, 0), text, font)
    pen.rectangle((left, top, left + x1 - x0 + 2 * line, top + y1 - y0 + 2 * line), NEUTRAL)
    pen.text((left + line - x0, top + line - y0), text, font=font, fill="white")


def side_by_side(rgb: RGB, identity: Hashable) -> list[Look]:
    """Every detector's boxes on one picture, with its own settings; ``identity`` names it.

    One that cannot be used is left out, and a sentence says so.
    """
    looks: list[Look] = []
    places: list[Any] = []
    for name in detectors.NAMES:
        detector, sentence = detectors.working(name)
        if sentence:
            st.warning(sentence, icon=":material/build:")
            continue
        if len(looks) % 2 == 0:
            places = list(st.columns(2))
        with places[len(looks) % 2]:
            looks.append(_panel(detector, rgb, identity))
    st.caption(
        "Boxes are numbered by their score. Times are of this picture and this machine, after a "
        "first run that is not counted."
    )
    return looks


def _panel(detector: Detector, rgb: RGB, identity: Hashable) -> Look:
    title = detectors.TITLES[detector.name]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(title)
        with st.popover("Settings", icon=":material/tune:"):
            detector, settings = _settings(detector)
    found, milliseconds = _timed(detector, rgb, identity, detector.name, settings)
    count = results.count(len(found), "face")
    st.image(boxed(rgb, found, SHOWN_SIDE), width="stretch", alt=f"{title}: {count}")
    st.markdown(f"**{count}** in {milliseconds:.0f} ms")
    return Look(detector.name, settings, found, milliseconds)


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


@st.cache_data(max_entries=32, show_spinner=False, scope="session")
def _timed(
    _detector: Detector, _rgb: RGB, identity: Hashable, name: str, settings: Mapping[str, float]
) -> tuple[list[Detection], float]:
    """What is found, and in how many milliseconds; kept by ``identity``, ``name``, ``settings``."""
    options: dict[str, Any] = {k: settings[k] for k in _OPTIONS if k in settings}
    _detector.detect(_rgb, **options)
    start = time.perf_counter()
    found = _detector.detect(_rgb, **options)
    return found, (time.perf_counter() - start) * 1000


#: Settings that a detector is given when it is asked, not when it is made.
_OPTIONS = ("threshold", "small_faces")


def downloads(name: str, rgb: RGB, looks: Sequence[Look]) -> None:
    """Buttons for the annotated pictures (ZIP of PNGs) and the detections (JSON)."""
    stem = PurePath(name).stem
    with st.container(horizontal=True):
        st.download_button(
            "Annotated PNGs (ZIP)",
            lambda: export.to_zip(
                [(f"{stem}-{k.name}.png", export.to_png(boxed(rgb, k.found))) for k in looks]
            ),
            "facespace-detectors.zip",
            "application/zip",
            on_click="ignore",
            icon=":material/folder_zip:",
        )
        st.download_button(
            "JSON",
            to_json(name, rgb, looks),
            "facespace-detectors.json",
            "application/json",
            on_click="ignore",
            icon=":material/data_object:",
        )


def to_json(name: str, rgb: RGB, looks: Sequence[Look]) -> str:
    """All detections of one picture by detector; boxes and landmarks in pixels."""
    height, width = rgb.shape[:2]
    found = {
        look.name: {
            "settings": look.settings,
            "milliseconds": round(look.milliseconds, 2),
            "faces": [detection.to_dict() for detection in look.found],
        }
        for look in looks
    }
    picture = {"source": name, "width": width, "height": height, "detectors": found}
    return json.dumps(picture, indent=1, ensure_ascii=False)


def lamps(_: RGB, blur: int) -> RGB:
    """Fifteen bright discs with a dark bar each, out of focus by ``blur`` pixels; none is a face.

    Returns:
        uint8 (440, 760, 3).
    """
    wide, high, dark = 760, 440, (70, 60, 50)
    picture = Image.new("RGB", (wide, high), "#14161c")
    pen = ImageDraw.Draw(picture)
    rng = np.random.default_rng(1)
    for row, column in np.ndindex(3, 5):
        x = wide * (column + 0.5) / 5 + rng.uniform(-15, 15)
        y = high * (row + 0.5) / 3 + rng.uniform(-10, 10)
        r = 44 * rng.uniform(0.6, 1.3)
        pen.ellipse((x - r, y - r, x + r, y + r), (240, 228, 200))
        for left, right in ((-0.75, -0.1), (0.1, 0.75)):
            pen.rectangle((x + left * r, y - 0.45 * r, x + right * r, y - 0.05 * r), dark)
    return np.asarray(picture.filter(ImageFilter.GaussianBlur(blur)))


def moving(astronaut: RGB, motion: int) -> RGB:
    """The astronaut in six sizes, each smeared sideways over ``motion`` pixels."""
    kernel = np.full((1, max(1, motion)), 1 / max(1, motion), np.float32)
    return _sizes(
        astronaut,
        lambda head: np.asarray(cv2.filter2D(head, -1, kernel, borderType=cv2.BORDER_REPLICATE)),
    )


def masked(astronaut: RGB, share: int) -> RGB:
    """The astronaut in six sizes, a mask over ``share`` % of the way from the chin to the eyes."""
    picture = Image.fromarray(astronaut)
    top = _CHIN - share / 100 * (_CHIN - _EYES)
    chin = [(264, top + 8), (262, 150), (246, 174), (222, 183), (200, 174), (185, 150)]
    if share:
        ImageDraw.Draw(picture).polygon([(184, top + 8), (223, top), *chin], "#a9c8dd")
    return _sizes(np.asarray(picture))


def covered(astronaut: RGB, share: int) -> RGB:
    """The astronaut in six sizes, cloth above and below the eyes; ``share`` % of the face."""
    picture = Image.fromarray(astronaut)
    gap = (1 - share / 100) * (_CHIN - _FOREHEAD)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((160, 0, 290, min(_EYES, _EYES - gap * 0.45)), "#4d5566")
    pen.rectangle((150, _EYES + gap * 0.55, 300, 200), "#4d5566")
    return _sizes(np.asarray(picture))


#: Heights in the example, in pixels from above.
_FOREHEAD, _EYES, _CHIN = 63, 102, 176

#: Heights of the heads in drawn pictures, in pixels; faces are about half as high.
_HEADS = (220, 170, 120, 90, 64, 44)


def _sizes(astronaut: RGB, change: Callable[[RGB], RGB] = lambda head: head) -> RGB:
    """The astronaut's head beside itself in six sizes, each changed; uint8 (240, W, 3)."""
    head = astronaut[0:250, 110:340]
    strips = [np.full((240, 10, 3), 96, np.uint8)]
    for height in _HEADS:
        size = (round(height * head.shape[1] / head.shape[0]), height)
        small = change(np.asarray(cv2.resize(head, size, interpolation=cv2.INTER_AREA), np.uint8))
        strip = np.full((240, size[0] + 10, 3), 96, np.uint8)
        strip[(240 - height) // 2 :][:height, :-10] = small
        strips.append(strip)
    return np.concatenate(strips, axis=1)


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
            found, outcome = _judged(detector, rgb, (label, amount), detector.name)
            words = f"{title}: {results.count(len(found), 'face')}"
            st.image(boxed(rgb, found), width="stretch", alt=words)
            st.markdown(f"**{words}.** {outcome}")
            if sentence:
                st.caption(sentence)


@st.cache_data(max_entries=32, show_spinner=False, scope="session")
def _judged(
    _detector: Detector, _rgb: RGB, identity: Hashable, name: str
) -> tuple[list[Detection], str]:
    """What is found in a drawn picture, and what comes of it; kept by ``identity``, ``name``."""
    found = _detector.detect(_rgb)
    return found, _outcome(_rgb, name, len(found))


def _outcome(rgb: RGB, name: str, found: int) -> str:
    """What the page Photo makes of a picture in which the detector found so many."""
    if not found:
        return ""
    faces = analyze(rgb, Settings(detector=name)).faces
    asked = sum(face.verdict.label == "?" for face in faces)
    parts = [f"{len(faces) - asked} read as female or male", f"{asked} marked “?”"]
    if len(faces) < found:
        parts.append(f"{found - len(faces)} thrown out")
    return f"On the page Photo: {', '.join(parts)}."


def story_figures(fault: Fault, figures: Mapping[str, Any]) -> None:
    """What was measured of a fault, a row for each detector."""
    rows = [
        {"Detector": title}
        | {
            words: _text(path[-1], _at(figures, name, *path))
            for words, path in fault.figures.items()
        }
        for name, title in CONTENDERS.items()
        if name in figures
    ]
    words = "Measured figures by detector: " + ", ".join(fault.figures)
    _table(pd.DataFrame(rows), words, "content")
    if fault.draw is lamps:
        _second_opinion(_at(figures, "verdicts", "not_like_a_face", "haar", "odd") or {})
    elif fault.draw in (masked, covered):
        _marked(_at(figures, "verdicts", "covered", "all") or {})


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


def measured(figures: Mapping[str, Any]) -> None:
    """Precision, recall and average precision on a set, and recall by what makes faces hard."""
    names = [name for name in CONTENDERS if name in figures]
    sets = dict.fromkeys(k for n in names for k, v in figures[n].items() if isinstance(v, dict))
    chosen = st.selectbox(
        "Pictures",
        [key for key in SETS if key in sets] + [key for key in sets if key not in SETS],
        format_func=lambda key: SETS.get(key, key),
        key="pictures",
        bind="query-params",
    )
    measurements = {name: figures[name][chosen] for name in names if chosen in figures[name]}
    empty = any(ALARMS in row for row in measurements.values())
    metrics = {ALARMS: "False alarms in 100 pictures"} if empty else METRICS
    shown = {
        CONTENDERS[name]: {words: row.get(metric) for metric, words in metrics.items()}
        for name, row in measurements.items()
    }
    _draw(shown, "" if not empty else "false alarms in 100 pictures", percent=not empty)
    rows = []
    for name, row in measurements.items():
        cells = {
            words if part == "all" else f"{words}, unseen half": _text(metric, half.get(metric))
            for metric, words in metrics.items()
            for part, half in (("all", row), ("odd", row.get("odd", {})))
        }
        rows.append(
            {"Detector": CONTENDERS[name]}
            | cells
            | {"640 × 480, ms": figures[name].get("milliseconds")}
        )
    _table(pd.DataFrame(rows), f"{SETS.get(chosen, chosen)}: all figures by detector")
    first = next(iter(measurements.values()))
    faces = f" with {first['faces']:,} faces" if first.get("faces") else ""
    st.caption(
        f"{first['pictures']:,} pictures{faces}. Settings were chosen on one half of the "
        "pictures; the unseen half is the other."
    )
    _by(measurements)
    st.download_button(
        "All figures (JSON)",
        json.dumps(figures, indent=1, ensure_ascii=False),
        FILE,
        "application/json",
        on_click="ignore",
        icon=":material/data_object:",
    )


def _by(measurements: Mapping[str, Mapping[str, Any]]) -> None:
    """Recall by what is marked of the faces of a set."""
    first = next(iter(measurements.values())).get("by", {})
    if not first:
        return
    attribute = st.segmented_control(
        "Faces found, by",
        [key for key in ATTRIBUTES if key in first],
        format_func=ATTRIBUTES.__getitem__,
        default=next(key for key in ATTRIBUTES if key in first),
        required=True,
        key="found_by",
    )
    values = [value for value in VALUES if value in first[attribute]]
    values += [value for value in first[attribute] if value not in VALUES]
    labels = {v: f"{VALUES.get(v, v)} ({first[attribute][v]['faces']:,})" for v in values}
    shown = {
        CONTENDERS[name]: {
            label: _at(row, "by", attribute, value, "recall") for value, label in labels.items()
        }
        for name, row in measurements.items()
    }
    _draw(shown, "found, of the faces marked")
    st.caption("In brackets the number of faces.")


def _draw(table: Mapping[str, Mapping[str, float | None]], axis: str, percent: bool = True) -> None:
    spoken = "; ".join(
        f"{title}: "
        + ", ".join(f"{words} {_text('' if percent else ALARMS, v)}" for words, v in row.items())
        for title, row in table.items()
    )
    figure = charts.detection(table, CONTENDERS[detectors.DEFAULT], axis, percent)
    st.plotly_chart(figure, width="stretch", alt=spoken)


def _table(
    frame: pd.DataFrame, words: str, width: Literal["stretch", "content"] = "stretch"
) -> None:
    st.dataframe(
        frame,
        width=width,
        height="content",
        hide_index=True,
        placeholder="–",
        column_config={
            column: st.column_config.TextColumn(alignment="right") for column in frame.columns[1:]
        }
        | {
            "Detector": st.column_config.TextColumn(pinned=True),
            "640 × 480, ms": st.column_config.NumberColumn(format="%.0f"),
        },
        alt=words,
    )


def _at(data: Any, *path: str) -> Any:
    """What is at a path of nested objects; None where the path breaks off."""
    for key in path:
        data = data.get(key) if isinstance(data, Mapping) else None
    return data


def _text(metric: str, value: float | None) -> str:
    """A figure as people read it: ``93.1%``, alarms as ``0.8``; a dash for None."""
    if value is None:
        return "–"
    return f"{value:.1f}" if metric == ALARMS else f"{value:.1%}"
