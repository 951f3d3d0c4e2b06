"""What each detector finds, of which faces, with how many false alarms, and how long it takes.

    python benchmarks/detectors.py --data FOLDER [--portraits FOLDER]...

FOLDER holds sets of pictures with marked faces (``annotations.csv`` beside ``images/``). Settings
were chosen on the files whose name has an even CRC-32, so the odd ones are printed beside all.
Portraits are data sets as the trainer reads them: what share of clear portraits comes out as "?".
The figures are written to the artifacts as ``detectors.json``, from which the page Detectors draws.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks.harness import contenders, meters, output
from benchmarks.measures import verdicts
from facespace import limits
from facespace.artifacts.manifest import artifacts_folder
from facespace.faces import detectors
from facespace.faces.detectors import yunet, yunet_graph
from facespace.io import images
from facespace.onnx_session import loaded
from facespace.types import RGB, Detection
from training.abstain import marked_faces
from training.abstain.marked_faces import Picture
from training.report import artifact_files

FILE = "detectors.json"

#: Average precision is taken over all detections of at least this score; Haar's start at 0.
LEAST_SCORE = 0.3

#: Bands of face heights in pixels.
BANDS = ((20, 32), (32, 64), (64, 10**6))

#: Words for the codes of WIDER FACE, by attribute.
WORDS = {
    "blur": {"0": "clear", "1": "normal", "2": "heavy"},
    "occlusion": {"0": "none", "1": "partial", "2": "heavy"},
    "pose": {"0": "typical", "1": "atypical"},
}

#: Attributes that are looked at, where a set has them.
ATTRIBUTES = ("mask", "pose", "blur", "occlusion")

#: Pictures whose time is taken, scaled to this width and height, and how often each.
TIMED, SIZE, TIMES = 12, (640, 480), 5


#: A picture and a least score in, the faces out.
Find = Callable[..., list[Detection]]

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Seen:
    """What a detector found in a picture, down to ``LEAST_SCORE``.

    ``scores`` (D,) are those of its finds, ``right`` (D,) is as in ``marked_faces.Matched``, and
    ``kept``, bool (D,), says which reach its threshold. ``found``, bool (N,), are the marked faces
    that these are.
    """

    picture: Picture
    scores: Array
    right: Array
    kept: Array
    found: Array


def main() -> None:
    arguments = output.parser(__doc__)
    arguments.add_argument("--portraits", type=Path, action="append", default=[], metavar="FOLDER")
    options = arguments.parse_args()
    sets = marked_faces.read_sets(options.data)
    figures: dict[str, Any] = {}
    for name, (threshold, find) in asked().items():
        figures[name] = {"threshold": threshold}
        for key, pictures in sets.items():
            figures[name][key] = measured([look(p, find, threshold) for p in pictures])
            show(name, key, figures[name][key])
    few = to_time(sets)
    for name, median in timed(few).items():
        figures[name]["milliseconds"] = median
        print(f"{name}: {median:.1f} ms at {SIZE[0]} x {SIZE[1]}")
    figures["yunet"]["opencv_over_onnxruntime"] = ratio = runtimes(few)
    print(f"yunet's network through OpenCV takes {ratio:.1f} times as long")
    figures["verdicts"] = verdicts.measured(sets, options.portraits)
    print(json.dumps(figures["verdicts"], indent=1))
    figures = output.rounded(figures, 4)
    artifact_files.add(artifacts_folder(), {FILE: (json.dumps(figures, indent=1) + "\n").encode()})
    output.write(figures, options.json)


def asked() -> dict[str, tuple[float, Find]]:
    """By name, each detector's own threshold and how it is asked."""
    by_name = {name: detectors.get(name) for name in detectors.NAMES}
    own: dict[str, tuple[float, Find]] = {n: (d.threshold, d.detect) for n, d in by_name.items()}
    tiled = by_name["yunet"]
    return own | {"yunet_small_faces": (tiled.threshold, partial(tiled.detect, small_faces=True))}


def look(picture: Picture, find: Find, threshold: float) -> Seen:
    """Detect in one picture and hold what is found against its marks."""
    faces = find(images.load(picture.path), min(LEAST_SCORE, threshold))
    matched = marked_faces.match(faces, picture)
    scores = np.array([face.score for face in faces])
    kept = scores >= threshold
    return Seen(picture, scores, matched.right, kept, np.append(kept, False)[matched.by])


def measured(seen: Sequence[Seen]) -> dict[str, Any]:
    """The figures of one set: of all its pictures, of the even and the odd ones, by attribute."""
    figures: dict[str, Any] = {
        part: {"pictures": len(some), **summed(some)}
        for part, some in verdicts.parts(seen, lambda s: s.picture.even).items()
    }
    figures = figures.pop("all") | figures
    return figures | {"by": by_attribute(seen)} if figures.get("faces") else figures


def summed(seen: Sequence[Seen]) -> dict[str, Any]:
    """Precision, recall and average precision, or false alarms where no face is marked."""
    if not any(len(s.picture.boxes) for s in seen):
        return {
            "false_alarm_pictures": sum(bool(s.kept.any()) for s in seen),
            "false_alarms_per_100": 100 * sum(int(s.kept.sum()) for s in seen) / max(1, len(seen)),
        }
    faces = sum(int(s.picture.counted.sum()) for s in seen)
    scores, right, kept = (
        np.concatenate([getattr(s, name) for s in seen]) for name in ("scores", "right", "kept")
    )
    true, false = (int((right[kept] == what).sum()) for what in (1, 0))
    return {
        "faces": faces,
        "precision": true / (true + false) if true + false else None,
        "recall": true / faces,
        "ap": marked_faces.average_precision(scores[right >= 0], right[right >= 0], faces),
    }


def by_attribute(seen: Sequence[Seen]) -> dict[str, dict[str, Any]]:
    """Recall by what is marked of the faces, and by their height."""
    rows = [
        {"size": band(box[3]), "found": bool(found)}
        | {key: WORDS.get(key, {}).get(mark[key], mark[key]) for key in ATTRIBUTES if key in mark}
        for s in seen
        for mark, box, counted, found in zip(
            s.picture.attributes,
            s.picture.boxes,
            s.picture.counted,
            s.found,
            strict=True,
        )
        if counted
    ]
    frame = pd.DataFrame(rows)
    return {
        attribute: {
            str(value): {"faces": len(found), "recall": float(found.mean())}
            for value, found in frame.groupby(attribute)["found"]
        }
        for attribute in frame.columns.drop("found")
    }


def band(height: float) -> str:
    """The words for the band of heights."""
    low, high = next((low, high) for low, high in BANDS if low <= height < high)
    return f"{low} to {high - 1}" if high < 10**6 else f"{low} and more"


def to_time(sets: Mapping[str, list[Picture]]) -> list[RGB]:
    """``TIMED`` pictures of ``SIZE``, each with one face."""
    few = [p for ps in sets.values() for p in ps if len(p.boxes) == 1 and p.even]
    step = max(1, len(few) // TIMED)
    return [
        np.asarray(cv2.resize(images.load(p.path), SIZE), np.uint8) for p in few[::step][:TIMED]
    ]


def runtimes(pictures: Sequence[RGB]) -> float:
    """How many times as long as ours OpenCV's runtime takes for YuNet's network, one scan each."""
    cv2.setNumThreads(limits.THREADS)
    network = loaded(yunet_graph.rebuilt(yunet.weights()))
    opencv = cv2.FaceDetectorYN.create(str(yunet.weights()), "", SIZE, LEAST_SCORE)
    ours, theirs = medians(
        lambda rgb: yunet._run(network, rgb[None], LEAST_SCORE),
        lambda rgb: opencv.detect(cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR)),
        pictures=pictures,
    )
    return theirs / ours


def timed(pictures: Sequence[RGB]) -> dict[str, float]:
    """The detectors' median milliseconds for a picture of ``SIZE`` without a crowd."""
    by_name = asked()
    works = [partial(find, threshold=threshold) for threshold, find in by_name.values()]
    return dict(zip(by_name, medians(*works, pictures=pictures), strict=True))


def medians(*works: Callable[[RGB], object], pictures: Sequence[RGB]) -> list[float]:
    """What works take for a picture, each ``TIMES`` for all pictures in a row, in alternation."""
    times: list[list[float]] = [[] for _ in works]
    for i, _ in contenders.alternating(range(len(works)), range(TIMES)):
        works[i](pictures[0])
        for rgb in pictures:
            times[i] += meters.milliseconds(partial(works[i], rgb))
    return [float(np.median(taken)) for taken in times]


def show(name: str, key: str, row: dict[str, Any]) -> None:
    """One line of the table."""
    columns = []
    for part, values in (("all", row), ("odd", row["odd"])):
        words = [f"{k} {v:.3f}" for k, v in values.items() if isinstance(v, float)]
        words += [f"{k} {v}" for k, v in values.items() if isinstance(v, int)]
        columns.append(f"{part}: {', '.join(words)}")
    print(f"{name:18} {key:13} " + " | ".join(columns), flush=True)
    for attribute, by_value in row.get("by", {}).items():
        words = [f"{value} {v['recall']:.3f} of {v['faces']}" for value, v in by_value.items()]
        print(f"{'':32} {attribute}: {', '.join(words)}")


if __name__ == "__main__":
    main()
