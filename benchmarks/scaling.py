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

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks.peers import peak_mb
from training.models import export, front_ends, nystroem, pipeline
from training.photos import material as samples

PHOTOS = (1000, 3000, 10_000, 40_000)
PROJECTED = (1_000_000, 10_000_000)
FRONT_END = front_ends.Gradients()
SETTINGS = {"components": 300, "C": 10.0, "gamma": 1.4, "whitening": FRONT_END.whitening}
KINDS = ("svc", "nystroem")

#: Eigenfaces that each file carries for its distance from face space.
SPACE = 150

#: The calibration's photos; neither size nor order of the scores depends on them.
CALIBRATED = 200


def prepare(data: Path, cache: Path, folder: Path) -> None:
    """Write the crops and labels of the training and of the test photos, once."""
    if (folder / "test_labels.npy").exists():
        return
    material = samples.load(data, [], None, cache / "crops", -1)
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
    chosen = nystroem.drawn(len(crops), photos)
    start = time.process_time()
    crops, labels = crops[chosen], np.asarray(labels[chosen])
    many = kind == "nystroem"
    rows = front_ends.Computed(FRONT_END, crops) if many else front_ends.rows(FRONT_END, crops)
    fitted = pipeline.build(**SETTINGS, kind=kind).fit(rows, labels)
    seconds = time.process_time() - start
    peak = peak_mb()
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


def exponents(figures: dict[str, float], kind: str) -> tuple[float, float]:
    """The slope of log seconds over log photos: over all, and between the two largest."""
    photos = np.log([figures[f"{kind}_photos_{count}"] for count in PHOTOS])
    seconds = np.log([figures[f"{kind}_seconds_{count}"] for count in PHOTOS])
    last = (seconds[-1] - seconds[-2]) / (photos[-1] - photos[-2])
    return float(np.polyfit(photos, seconds, 1)[0]), float(last)


def project(figures: dict[str, float]) -> None:
    """Add the exponents and what is projected, and what the landmarks save and cost."""
    for kind in KINDS:
        whole, last = exponents(figures, kind)
        figures |= {f"{kind}_exponent": whole, f"{kind}_exponent_last": last}
        for photos in PROJECTED:
            times = photos / figures[f"{kind}_photos_{PHOTOS[-1]}"]
            figures[f"{kind}_seconds_{photos}_projected"] = figures[
                f"{kind}_seconds_{PHOTOS[-1]}"
            ] * times ** max(whole, last)
    most = PHOTOS[-1]
    figures["svc_over_nystroem"] = (
        figures[f"svc_seconds_{most}"] / figures[f"nystroem_seconds_{most}"]
    )
    figures["auc_lost"] = figures[f"svc_auc_{most}"] - figures[f"nystroem_auc_{most}"]


def table(figures: dict[str, float]) -> None:
    """Print what is there."""
    print(f"{'':>9}{'photos':>12}{'processor s':>14}{'peak MB':>9}{'file MB':>9}{'AUC':>7}")
    for kind in KINDS:
        for photos in PHOTOS:
            if f"{kind}_seconds_{photos}" in figures:
                seconds, peak, size, auc = (
                    figures[f"{kind}_{name}_{photos}"]
                    for name in ("seconds", "peak_mb", "mb", "auc")
                )
                print(f"{kind:>9}{photos:12,}{seconds:14,.1f}{peak:9.0f}{size:9.1f}{auc:7.3f}")
        for photos in PROJECTED:
            if f"{kind}_seconds_{photos}_projected" in figures:
                seconds = figures[f"{kind}_seconds_{photos}_projected"]
                print(f"{kind:>9}{photos:12,}{seconds:14,.0f}  projected, {seconds / 3600:,.1f} h")
    for name in ("svc_exponent", "nystroem_exponent", "svc_over_nystroem", "auc_lost"):
        if name in figures:
            print(f"{name}: {figures[name]:.3f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="a data set with a test split")
    parser.add_argument("--cache", type=Path, default=Path(".cache"), help="default: .cache")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--one", nargs=2, metavar=("KIND", "PHOTOS"), help="print one row as JSON")
    options = parser.parse_args()
    folder = options.cache / "scaling"
    if options.one:
        print(json.dumps(measure(options.one[0], int(options.one[1]), folder)))
        return
    if options.data is None:
        parser.error("--data is needed")
    prepare(options.data, options.cache, folder)
    figures: dict[str, float] = {}
    if options.json and options.json.exists():
        figures = json.loads(options.json.read_text("utf-8"))
    for photos in PHOTOS:
        for kind in KINDS:
            if f"{kind}_seconds_{photos}" in figures:
                continue
            command = [sys.executable, __file__, "--cache", options.cache]
            done = subprocess.run(
                [*map(str, command), "--one", kind, str(photos)],
                check=True,
                stdout=subprocess.PIPE,
                env=os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
            )
            row = json.loads(done.stdout)
            figures |= {f"{kind}_{name}_{photos}": value for name, value in row.items()}
            if options.json:
                options.json.write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
            print(f"{kind} {photos:,}: {row}", flush=True)
    project(figures)
    table(figures)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
