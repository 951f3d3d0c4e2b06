"""What more photos cost and bring: the RBF SVC beside the machine on landmarks.

    OMP_NUM_THREADS=1 python benchmarks/scaling.py --data FAIRFACE [--cache DIR] [--json FILE]

Fits the gradients model on 1,000 to 40,000 training photos of a data set (the last: all there
are, if they are fewer), and tests it on the data set's own test photos. Every fit is a process of
its own: seconds are processor time from crops to the fitted classifier, memory is the process's
peak. Rows that are in FILE already are not measured again, so that it can be interrupted.

Both have the settings that the search of the training found for the SVC; on validation photos of
FairFace the landmarks are as well served by them as by others that were tried. The exponent is the
slope of log seconds over log photos. A projection goes on from the largest measured number, with
the steepest of the slope over all and that between the two largest.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks.harness import meters, output
from training.models import export, front_ends, nystroem, pipeline
from training.photos.material import load

PHOTOS = (1000, 3000, 10_000, 40_000)
PROJECTED = (1_000_000, 10_000_000)
FRONT_END = front_ends.Gradients()
SETTINGS: dict[str, Any] = {"components": 300, "C": 10.0, "gamma": 1.4}
KINDS = ("svc", "nystroem")

#: What is measured of each fit.
NAMES = ("photos", "seconds", "peak_mb", "mb", "auc", "load")

#: Eigenfaces that each file carries for its distance from face space.
SPACE = 150

#: The calibration's photos; neither size nor order of the scores depends on them.
CALIBRATED = 200


def prepare(data: Path, cache: Path, folder: Path) -> None:
    """Write the crops and labels of the training and of the test photos, once."""
    if (folder / "test_labels.npy").exists():
        return
    material = load(data, [], None, cache / "crops", -1)
    test = material.tests[material.trained_on.name]
    parts = {"training": (material.fitting, material.validation), "test": (test,)}
    folder.mkdir(parents=True, exist_ok=True)
    for name, some in parts.items():
        np.save(folder / f"{name}_crops.npy", np.concatenate([part.crops for part in some]))
        np.save(folder / f"{name}_labels.npy", np.concatenate([part.labels for part in some]))


def measure(kind: str, photos: int, folder: Path) -> dict[str, float]:
    """One fit: its figures by their short names."""
    crops, labels, test, test_labels = (
        np.load(folder / f"{part}_{what}.npy", mmap_mode="r")
        for part in ("training", "test")
        for what in ("crops", "labels")
    )
    chosen = nystroem.subset(len(crops), photos)
    start = time.process_time()
    crops, labels = crops[chosen], np.asarray(labels[chosen])
    many = kind == "nystroem"
    rows: Any = front_ends.Computed(FRONT_END, crops) if many else front_ends.rows(FRONT_END, crops)
    fitted = pipeline.build(**SETTINGS, kind=kind, whitening=FRONT_END.whitening).fit(rows, labels)
    seconds = time.process_time() - start
    peak = meters.peak_mb()
    pipeline.halve(fitted)
    scores = fitted.decision_function(front_ends.rows(FRONT_END, test))
    calibrated = pipeline.calibrated(fitted, rows[:CALIBRATED], labels[:CALIBRATED])
    pixels = pipeline.own(front_ends.rows(front_ends.PIXELS, crops[: PHOTOS[0]]))
    space = pipeline.reduction(SPACE).fit(pixels)
    content = export.to_onnx(calibrated, FRONT_END, space, crops.shape[1], {})
    return {
        "seconds": seconds,
        "auc": float(roc_auc_score(test_labels == fitted.classes_[1], scores)),
        "mb": len(content) / 1e6,
        "peak_mb": peak,
        "photos": len(crops),
        "load": os.getloadavg()[0],
    }


def fit(figures: Mapping[str, float], kind: str, photos: int) -> dict[str, float]:
    """What was measured of one fit."""
    return {name: figures[f"{kind}_{name}_{photos}"] for name in NAMES}


def projected(figures: Mapping[str, float]) -> dict[str, float]:
    """The exponents and what is projected, and what the landmarks save and cost."""
    result: dict[str, float] = {}
    for kind in KINDS:
        fits = [fit(figures, kind, count) for count in PHOTOS]
        photos, seconds = (np.log([row[name] for row in fits]) for name in ("photos", "seconds"))
        whole = float(np.polyfit(photos, seconds, 1)[0])
        last = float((seconds[-1] - seconds[-2]) / (photos[-1] - photos[-2]))
        result |= {f"{kind}_exponent": whole, f"{kind}_exponent_last": last}
        for more in PROJECTED:
            times = (more / fits[-1]["photos"]) ** max(whole, last)
            result[f"{kind}_seconds_{more}_projected"] = fits[-1]["seconds"] * times
    svc, nystroem = (fit(figures, kind, PHOTOS[-1]) for kind in KINDS)
    result["svc_over_nystroem"] = svc["seconds"] / nystroem["seconds"]
    result["auc_lost"] = svc["auc"] - nystroem["auc"]
    return result


def main() -> None:
    arguments = output.parser(__doc__, data=False)
    arguments.add_argument("--data", type=Path, help="a data set with a test split")
    arguments.add_argument("--cache", type=Path, default=Path(".cache"), help="default: .cache")
    arguments.add_argument(
        "--one", nargs=2, metavar=("KIND", "PHOTOS"), help="print one row as JSON"
    )
    options = arguments.parse_args()
    folder = options.cache / "scaling"
    if options.one:
        print(json.dumps(measure(options.one[0], int(options.one[1]), folder)))
        return
    if options.data is None:
        arguments.error("--data is needed")
    prepare(options.data, options.cache, folder)
    figures: dict[str, float] = {}
    if options.json and options.json.exists():
        figures = json.loads(options.json.read_text("utf-8"))
    os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    for photos, kind in product(PHOTOS, KINDS):
        if f"{kind}_seconds_{photos}" not in figures:
            row = meters.apart(measure, kind, photos, folder)
            figures |= {f"{kind}_{name}_{photos}": value for name, value in row.items()}
            output.write(figures, options.json)
            print(f"{kind} {photos:,}: {row}", flush=True)
    pairs = product(KINDS, PHOTOS)
    output.table({f"{kind}, {n:,} photos": fit(figures, kind, n) for kind, n in pairs}, "measured")
    more = projected(figures)
    output.publish(more, None)
    output.write(figures | more, options.json)


if __name__ == "__main__":
    main()
