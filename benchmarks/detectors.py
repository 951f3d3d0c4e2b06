"""What each detector finds, of which faces, with how many false alarms, and how long it takes.

    python benchmarks/detectors.py --data FOLDER [--portraits FOLDER]...

FOLDER holds sets of pictures with marked faces (``annotations.csv`` beside ``images/``). Settings
were chosen on the files whose name has an even CRC-32, so the odd ones are printed beside all.
Portraits are data sets as the trainer reads them: what share of clear portraits comes out as "?".
The figures are written to the artifacts as ``detectors.json``, from which the page Detectors draws.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from facespace import limits
from facespace.artifacts.manifest import Cuts, artifacts_folder, load_manifest
from facespace.datasets import dataset as datasets
from facespace.faces import align, detectors, evidence, model
from facespace.faces.analyze import analyze
from facespace.faces.decide import Rules, rejected
from facespace.faces.detectors import yunet, yunet_graph
from facespace.io import images
from facespace.onnx_session import loaded
from facespace.types import RGB, Detection
from training.abstain import cutoffs, marked_faces
from training.abstain.marked_faces import Matched, Picture
from training.report import artifact_files

FILE = "detectors.json"

#: Average precision is taken over all detections of at least this score; Haar's start at 0.
LEAST_SCORE = 0.3

#: Bands of face heights in pixels.
BANDS = ((20, 32), (32, 64), (64, 10**6))

#: All pictures, those that settings were chosen on, and the others.
PARTS = {"all": None, "even": True, "odd": False}

#: Words for the codes of WIDER FACE, by attribute.
WORDS = {
    "blur": {"0": "clear", "1": "normal", "2": "heavy"},
    "occlusion": {"0": "none", "1": "partial", "2": "heavy"},
    "pose": {"0": "typical", "1": "atypical"},
}

#: Attributes that are looked at, where a set has them.
ATTRIBUTES = ("mask", "pose", "blur", "occlusion")

#: Height in pixels from which a masked face should be marked as covered.
LARGE = 40

#: Pictures whose time is taken, scaled to this width and height, and how often each.
TIMED, SIZE, TIMES = 12, (640, 480), 5


@dataclass(frozen=True)
class Seen:
    """A picture, what a detector found in it down to ``LEAST_SCORE``, and what at its threshold."""

    picture: Picture
    everything: list[Detection]
    matched: Matched
    kept: list[Detection]
    kept_matched: Matched


Find = Callable[[RGB, float], list[Detection]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--portraits", type=Path, action="append", default=[], metavar="FOLDER")
    parser.add_argument("--json", type=Path, metavar="FILE", help="the same, as one flat object")
    options = parser.parse_args()
    sets = cutoffs.read_sets(options.data)
    figures: dict[str, Any] = {}
    for name, (threshold, find) in contenders().items():
        figures[name] = {"threshold": threshold}
        for key, pictures in sets.items():
            figures[name][key] = measured([look(p, find, threshold) for p in pictures])
            show(name, key, figures[name][key])
    for name, milliseconds in timed(sets).items():
        figures[name]["milliseconds"] = milliseconds
        print(f"{name}: {milliseconds:.1f} ms at {SIZE[0]} x {SIZE[1]}")
    figures["yunet"]["opencv_over_onnxruntime"] = ratio = runtimes(sets)
    print(f"yunet's network through OpenCV takes {ratio:.1f} times as long")
    figures["verdicts"] = verdicts(sets, options.portraits)
    print(json.dumps(figures["verdicts"], indent=1))
    text = json.dumps(rounded(figures), indent=1) + "\n"
    artifact_files.add(artifacts_folder(), {FILE: text.encode()})
    if options.json:
        options.json.write_text(json.dumps(flat(rounded(figures)), indent=1) + "\n", "utf-8")


def contenders() -> dict[str, tuple[float, Find]]:
    """By name, each detector's own threshold and how it is asked."""
    found: dict[str, tuple[float, Find]] = {}
    for name in detectors.NAMES:
        detector = detectors.get(name)
        found[name] = (detector.threshold, detector.detect)
    tiled = detectors.get("yunet")
    found["yunet_small_faces"] = (
        tiled.threshold,
        lambda rgb, least: tiled.detect(rgb, least, small_faces=True),
    )
    return found


def look(picture: Picture, find: Find, threshold: float) -> Seen:
    """Detect in one picture and hold what is found against its marks."""
    everything = find(images.load(picture.path), min(LEAST_SCORE, threshold))
    kept = [d for d in everything if d.score >= threshold]
    return Seen(
        picture,
        everything,
        marked_faces.match(everything, picture),
        kept,
        marked_faces.match(kept, picture),
    )


def measured(seen: Sequence[Seen]) -> dict[str, Any]:
    """The figures of one set: of all its pictures, of the even and the odd ones, by attribute."""
    result: dict[str, Any] = {"pictures": len(seen), **summed(seen)}
    for part, even in list(PARTS.items())[1:]:
        chosen = [s for s in seen if s.picture.even == even]
        result[part] = {"pictures": len(chosen), **summed(chosen)}
    if result.get("faces"):
        result["by"] = by_attribute(seen)
    return result


def summed(seen: Sequence[Seen]) -> dict[str, Any]:
    """Precision, recall and average precision, or false alarms where no face is marked."""
    faces = int(sum(s.picture.counted.sum() for s in seen))
    false = sum(int((s.kept_matched.right == 0).sum()) for s in seen)
    if not any(len(s.picture.boxes) for s in seen):
        alarmed = sum(bool(s.kept) for s in seen)
        alarms = sum(len(s.kept) for s in seen)
        return {
            "false_alarm_pictures": alarmed,
            "false_alarms_per_100": 100 * alarms / max(1, len(seen)),
        }
    true = sum(int((s.kept_matched.right == 1).sum()) for s in seen)
    scores = np.array([d.score for s in seen for d in s.everything])
    right = np.concatenate([s.matched.right for s in seen])
    scores, right = scores[right >= 0], right[right >= 0]
    return {
        "faces": faces,
        "precision": true / (true + false) if true + false else None,
        "recall": true / faces,
        "ap": marked_faces.average_precision(scores, right, faces),
    }


def by_attribute(seen: Sequence[Seen]) -> dict[str, dict[str, Any]]:
    """Recall by what is marked of the faces, and by their height."""
    groups: dict[str, dict[str, list[bool]]] = {}
    for s in seen:
        for mark, box, counted, found in zip(
            s.picture.attributes,
            s.picture.boxes,
            s.picture.counted,
            s.kept_matched.found,
            strict=True,
        ):
            if not counted:
                continue
            low, high = next(band for band in BANDS if band[0] <= box[3] < band[1])
            band = f"{low} to {high - 1}" if high < 10**6 else f"{low} and more"
            groups.setdefault("size", {}).setdefault(band, []).append(bool(found))
            for attribute in ATTRIBUTES:
                if attribute in mark:
                    value = WORDS.get(attribute, {}).get(mark[attribute], mark[attribute])
                    groups.setdefault(attribute, {}).setdefault(value, []).append(bool(found))
    return {
        attribute: {
            value: {"faces": len(found), "recall": sum(found) / len(found)}
            for value, found in sorted(values.items())
        }
        for attribute, values in groups.items()
    }


def to_time(sets: dict[str, list[Picture]]) -> list[RGB]:
    """``TIMED`` pictures of ``SIZE``."""
    few = [p for ps in sets.values() for p in ps if len(p.boxes) == 1 and p.even]
    step = max(1, len(few) // TIMED)
    return [
        np.asarray(cv2.resize(images.load(p.path), SIZE), np.uint8) for p in few[::step][:TIMED]
    ]


def runtimes(sets: dict[str, list[Picture]]) -> float:
    """How many times as long as ours OpenCV's runtime takes for YuNet's network, one scan each."""
    cv2.setNumThreads(limits.THREADS)
    network = loaded(yunet_graph.rebuilt(yunet.weights()))
    opencv = cv2.FaceDetectorYN.create(str(yunet.weights()), "", SIZE, LEAST_SCORE)
    pictures = to_time(sets)
    ours, theirs = [], []
    for _ in range(TIMES):
        for rgb in pictures:
            start = time.perf_counter()
            yunet._run(network, rgb[None], LEAST_SCORE)
            middle = time.perf_counter()
            opencv.detect(cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR))
            ours.append(middle - start)
            theirs.append(time.perf_counter() - middle)
    return float(np.median(theirs) / np.median(ours))


def timed(sets: dict[str, list[Picture]]) -> dict[str, float]:
    """The median time for a picture of ``SIZE``, in milliseconds, the detectors in turn.

    Taken on pictures without a crowd, each of them with at most two faces.
    """
    pictures = to_time(sets)
    times: dict[str, list[float]] = {}
    for _ in range(TIMES):
        for name, (threshold, find) in contenders().items():
            find(pictures[0], threshold)
            for rgb in pictures:
                start = time.perf_counter()
                find(rgb, threshold)
                times.setdefault(name, []).append((time.perf_counter() - start) * 1000)
    return {name: float(np.median(values)) for name, values in times.items()}


def verdicts(sets: dict[str, list[Picture]], portraits: Sequence[Path]) -> dict[str, Any]:
    """What comes of the found faces: marked as covered, thrown out, or "?"."""
    figures: dict[str, Any] = {"covered": {}, "not_like_a_face": {}, "unanswered": {}}
    cuts = load_manifest().cuts
    marked = [row for ps in sets.values() for p in ps for row in masks(p)]
    for part, even in PARTS.items():
        by_mask: dict[str, list[bool]] = {}
        for is_even, mask, covered in marked:
            if even in (None, is_even):
                by_mask.setdefault(mask, []).append(covered)
        figures["covered"][part] = {
            mask: {"faces": len(values), "marked": mean(values)} for mask, values in by_mask.items()
        }
    empty = set(cutoffs.empty_sets(sets))
    for name in detectors.NAMES:
        finds = {key: [f for p in ps for f in opinions(name, p, cuts)] for key, ps in sets.items()}
        rows = figures["not_like_a_face"][name] = {}
        for part, even in PARTS.items():
            mine = {k: [f for f in fs if even in (None, f["even"])] for k, fs in finds.items()}
            false = [f for key in empty for f in mine[key]]
            true = [f for fs in mine.values() for f in fs if f["true"]]
            rows[part] = {"false_alarms": len(false), "true_faces": len(true)}
            for what in ("face_like", "distance", "rejected"):
                rows[part][f"{what}_removed"] = mean([f[what] for f in false])
                rows[part][f"{what}_lost"] = mean([f[what] for f in true])
    for folder in portraits:
        dataset = datasets.read(folder)
        labels, reasons = [], []
        for photo in dataset.photos:
            reading = analyze(photo.path)
            if reading.faces:
                face = max(reading.faces, key=lambda face: face.detection.box.side)
                labels.append(face.verdict.label)
                reasons += face.verdict.reasons
        figures["unanswered"][dataset.name] = {
            "photos": len(dataset.photos),
            "found": len(labels),
            "unanswered": mean([label == "?" for label in labels]),
            "reasons": {reason: reasons.count(reason) for reason in sorted(set(reasons))},
        }
    return figures


def masks(picture: Picture) -> list[tuple[bool, str, bool]]:
    """Of the large faces found whose mask is marked: whether the picture is even, the mark, and
    whether the verdict is "?" for a cover."""
    if not any("mask" in mark for mark in picture.attributes):
        return []
    faces = analyze(picture.path).faces
    by = marked_faces.match([face.detection for face in faces], picture).by
    return [
        (picture.even, mark["mask"], "covered" in faces[i].verdict.reasons)
        for mark, box, i in zip(picture.attributes, picture.boxes, by, strict=True)
        if i >= 0 and box[3] >= LARGE
    ]


def opinions(name: str, picture: Picture, cuts: Cuts) -> list[dict[str, Any]]:
    """What the second opinion and the distance from face space say of one picture's finds."""
    rgb = images.load(picture.path)
    found = detectors.get(name).detect(rgb)
    if not found:
        return []
    right = marked_faces.match(found, picture).right
    crops = align.crop(rgb, found)
    by = Rules.of(model.load_model().info, cuts=cuts, detector=name)
    distances = model.load_model().run(crops)[2]
    rows = []
    for i, told in enumerate(evidence.gather(found, crops)):
        unlike = cuts.face_like is not None and (told.face_like or 0.0) < cuts.face_like
        rows.append(
            {
                "even": picture.even,
                "true": right[i] == 1,
                "face_like": unlike,
                "distance": cuts.distance is not None and distances[i] > cuts.distance,
                "rejected": rejected(found[i], told, by),
            }
        )
    return rows


def mean(values: Sequence[bool]) -> float | None:
    """Their share of True; None for none."""
    return float(np.mean(values)) if values else None


def show(name: str, key: str, row: dict[str, Any]) -> None:
    """One line of the table."""
    parts = []
    for part, values in (("all", row), ("odd", row["odd"])):
        words = [f"{k} {v:.3f}" for k, v in values.items() if isinstance(v, float)]
        words += [f"{k} {v}" for k, v in values.items() if isinstance(v, int)]
        parts.append(f"{part}: {', '.join(words)}")
    print(f"{name:18} {key:13} " + " | ".join(parts), flush=True)
    for attribute, values in row.get("by", {}).items():
        words = [f"{value} {v['recall']:.3f} of {v['faces']}" for value, v in values.items()]
        print(f"{'':32} {attribute}: {', '.join(words)}")


def rounded(data: Any) -> Any:
    """The same with four digits after the point."""
    if isinstance(data, dict):
        return {key: rounded(value) for key, value in data.items()}
    return round(data, 4) if isinstance(data, float) else data


def flat(data: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested figures as one object, their names joined by points."""
    result: dict[str, Any] = {}
    for key, value in data.items():
        if isinstance(value, dict):
            result |= flat(value, f"{prefix}{key}.")
        else:
            result[f"{prefix}{key}"] = value
    return result


if __name__ == "__main__":
    main()
