"""The whole way from a folder of labelled photos to ``artifacts/``."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedGroupKFold

from facespace import align
from facespace.types import Crops, FacespaceError
from training import evaluate, export, pipeline, report
from training.crops import crop_all
from training.datasets import Dataset, Photo, read, split

#: Photos that the search for C, gamma and the number of components works on, at most.
SEARCH_PHOTOS = 8000

#: The validation, drawn from the training photos, is one in so many.
VALIDATION_PART = 10

#: Share of wrong answers among the answered faces of the validation that is put up with.
RISK = 0.10

#: A face reads as female from this probability on.
THRESHOLD = 0.5

#: Sides in pixels to which validation crops are shrunk, to see how small a face may be.
SHRUNK_TO = (8, 10, 12, 16, 20, 24, 32, 48)

#: How much AUC the smallest face that is answered may cost.
AUC_LOSS = 0.01

#: Crops on which the exported file is held against the pipeline.
CHECKED = 2000

#: Fewer photos than this of a class teach, and measure, nothing.
LEAST, LEAST_TEST = 20, 5

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Sample:
    """Photos with their crops, uint8 (N, side, side), and their rows of ``crops.ROW``."""

    photos: list[Photo]
    crops: Crops
    rows: Array

    @property
    def labels(self) -> Array:
        """ "female" or "male", (N,)."""
        return np.array([photo.label for photo in self.photos])

    @property
    def female(self) -> npt.NDArray[np.bool_]:
        """bool (N,)."""
        return np.asarray(self.labels == "female")

    @property
    def persons(self) -> Array:
        """(N,), equal for photos of the same person; all different where persons are unknown."""
        return np.array([photo.person or str(photo.path) for photo in self.photos])

    def part(self, chosen: Array) -> Sample:
        """The photos at some positions, or where a mask is True."""
        places = np.arange(len(self.photos))[chosen]
        return Sample([self.photos[i] for i in places], self.crops[places], self.rows[places])


def train(
    data: Path,
    out: Path,
    tests: Sequence[Path] = (),
    limit: int | None = None,
    cache: Path = Path(".cache/crops"),
    jobs: int = -1,
) -> None:
    """Train ``eigenfaces`` on one data set, test it there and on others, and write artifacts.

    Args:
        data: labelled photos; its own test split, or a fifth of it, is kept for the test.
        out: where the artifacts go; files of the same names are replaced once all is done.
        tests: further data sets, for testing alone.
        limit: at most so many photos of each data set, for a quick try.
        cache: where crops are kept between runs.
        jobs: worker processes; -1 for one a processor.

    Raises:
        FacespaceError: the data cannot be trained on.
        ExportError: the exported file does not compute what the pipeline does.
    """
    say = _Clock()
    dataset = read(data, limit)
    everything, summary = _sample(dataset, split(dataset.photos), cache, jobs)
    side = everything.crops.shape[1]
    testing = np.array([photo.split == "test" for photo in everything.photos])
    training, test = everything.part(~testing), everything.part(testing)
    _demand_both_classes(training.labels, f"the training photos of {data}")
    _demand_both_classes(test.labels, f"the test photos of {data}", LEAST_TEST)
    others = {}
    summaries = {dataset.name: summary}
    for folder in tests:
        other = read(folder, limit)
        if other.name in summaries:
            raise FacespaceError(
                f"Two data sets are called {other.name!r}. Rename the folder {folder}."
            )
        sample, summaries[other.name] = _sample(other, other.photos, cache, jobs)
        others[other.name] = _unseen(sample, training, folder)

    persons = len(set(training.persons.tolist()))
    if persons < LEAST:
        raise FacespaceError(
            f"The training photos of {data} show {persons} persons; at least {LEAST} are needed."
        )
    folds = StratifiedGroupKFold(VALIDATION_PART, shuffle=True, random_state=0)
    rest, held = next(folds.split(training.labels, training.labels, training.persons))
    fitting, validation = training.part(rest), training.part(held)
    _demand_both_classes(validation.labels, f"the photos of {data} drawn for validation", 1)
    rng = np.random.default_rng(0)
    searched = fitting.part(np.sort(rng.permutation(len(rest))[:SEARCH_PHOTOS]))
    say(f"searching C, gamma and components on {len(searched.photos)} photos")
    best, table = pipeline.search(
        pipeline.pixels(searched.crops), searched.labels, searched.persons, jobs
    )
    say(f"best: {best}; fitting on {len(fitting.photos)} photos for the validation")
    # As ONNX, because scikit-learn would walk the support vectors one by one for minutes.
    trial = export.to_onnx(_fit(fitting, best, jobs), side, {})
    female = report.probability(trial, validation.crops)
    certainty = evaluate.least_certainty(validation.female, female, THRESHOLD, RISK)
    smallest, sizes = _smallest_face(trial, validation)
    say(f"fitting on all {len(training.photos)} training photos")
    fitted = _fit(training, best, jobs)

    def measure(labels: evaluate.Bools, scores: evaluate.Scores) -> dict[str, float]:
        return evaluate.metrics(labels, scores, THRESHOLD, certainty)

    chosen = {
        "on": f"{len(validation.photos)} of {len(training.photos)} training photos of "
        f"{dataset.title}, left out of the fit for this",
        "how": f"the most faces answered with at most {RISK:.0%} of the answers wrong; the "
        f"smallest face whose AUC is within {AUC_LOSS} of a full crop's",
        **measure(validation.female, female),
    }
    facts = {
        "classes": list(export.CLASSES),
        "template": align.TEMPLATE.to_dict(),
        "components": int(best["components"]),
        "threshold": THRESHOLD,
        "certainty": round(certainty, 4),
        "smallest_face": smallest,
        "chosen": chosen,
        "data": {key: getattr(dataset, key) for key in ("title", "licence", "source")},
        "versions": report.versions(),
    }
    say("exporting")
    content = export.to_onnx(fitted, side, facts)
    parity = export.check(content, fitted, test.crops[:CHECKED])
    say(f"the exported file agrees on {parity.crops} crops: {parity}")

    results: dict[str, report.Tested] = {}
    for name, sample in {dataset.name: test, **others}.items():
        say(f"testing on {name}: {len(sample.photos)} photos")
        results[name] = _test(content, sample, measure, cache, jobs)
        auc = results[name].metrics["auc"]
        print(f"  AUC {auc['value']:.3f} ({auc['low']:.3f} to {auc['high']:.3f})")
    report.write(
        out,
        content=content,
        facts=facts,
        fitted=fitted,
        trained_on=dataset.name,
        tests=results,
        datasets=summaries,
        search={
            "photos": len(searched.photos),
            "folds": pipeline.FOLDS,
            "best": best,
            "table": table,
        },
        sizes=sizes,
        parity=parity,
        counts={"training": len(training.photos), "validation": len(validation.photos)},
    )
    say(f"wrote {out}")


def _sample(
    dataset: Dataset, photos: list[Photo], cache: Path, jobs: int
) -> tuple[Sample, dict[str, Any]]:
    """Crop a data set, leave out what has no face and what is there twice, and describe it."""
    for problem in dataset.problems:
        print(f"{dataset.name}: {problem}")
    # The test comes first, so that of equal photos the one in the test stays.
    photos = sorted(photos, key=lambda photo: photo.split != "test")
    cropped = crop_all(photos, cache, jobs)
    errors = cropped.rows["error"].copy()
    _, first = np.unique(cropped.rows["content"], return_index=True)
    again = np.ones(len(photos), bool)
    again[first] = False
    errors[again & cropped.found] = "The same photo is there twice."
    _list_left_out(dataset, photos, errors, cache)
    whole = Sample(photos, cropped.crops, cropped.rows)
    kept = whole.part(errors == "")
    _demand_both_classes(kept.labels, f"the photos of {dataset.folder}", LEAST_TEST)
    left_out = Counter(errors[errors != ""].tolist())
    return kept, report.describe(dataset, kept.photos, kept.rows, dict(left_out))


def _unseen(sample: Sample, training: Sample, folder: Path) -> Sample:
    """The photos of another data set whose photo or person is not in the training photos too."""
    again = np.isin(sample.rows["content"], training.rows["content"])
    again |= np.isin(sample.persons, training.persons)
    if again.any():
        print(f"{folder}: {again.sum()} photos, or persons, were trained on; not tested on those")
    unseen = sample.part(~again)
    _demand_both_classes(unseen.labels, f"the photos of {folder}", LEAST_TEST)
    return unseen


def _list_left_out(dataset: Dataset, photos: list[Photo], errors: Array, cache: Path) -> None:
    left_out = [f"{p.path}\t{e}" for p, e in zip(photos, errors, strict=True) if e]
    if left_out:
        path = cache / f"left-out-{dataset.name}.txt"
        path.write_text("\n".join(left_out) + "\n", "utf-8")
        print(f"{dataset.name}: {len(left_out)} of {len(photos)} photos are left out, see {path}")


def _demand_both_classes(labels: Array, where: str, least: int = LEAST) -> None:
    for label in export.CLASSES:
        found = int((labels == label).sum())
        if found < least:
            raise FacespaceError(
                f"Of {where} only {found} labelled {label} show a face that was found; "
                f"at least {least} are needed."
            )


def _fit(sample: Sample, best: dict[str, Any], jobs: int) -> Any:
    classifier = pipeline.build(int(best["components"]), best["C"], best["gamma"])
    model = pipeline.calibrated(classifier, sample.persons, sample.labels, jobs)
    return model.fit(pipeline.pixels(sample.crops), sample.labels)


def _smallest_face(trial: bytes, validation: Sample) -> tuple[float, list[dict[str, float]]]:
    """The smallest face, in pixels, that is read nearly as well as a full crop.

    Crops are shrunk to fewer pixels and enlarged again. A face's box is somewhat larger than
    its crop; the median ratio turns the one into the other.

    Returns:
        The side of the box in pixels, and a table of sides and what AUC they reach.
    """
    eyes = validation.rows["landmarks"][:, :2].mean(axis=1)
    mouth = validation.rows["landmarks"][:, 3:].mean(axis=1)
    template = align.TEMPLATE
    extent = np.hypot(*(mouth - eyes).T) / (template.mouth - template.eyes)
    ratio = float(np.median(validation.rows["face"] / extent))

    def auc(crops: Crops) -> float:
        return float(roc_auc_score(validation.female, report.probability(trial, crops)))

    full = template.side
    table = [
        {"face": side * ratio, "auc": auc(np.stack([_shrunk(c, side) for c in validation.crops]))}
        for side in SHRUNK_TO
    ]
    table.append({"face": full * ratio, "auc": auc(validation.crops)})
    enough = [row["face"] for row in table if row["auc"] >= table[-1]["auc"] - AUC_LOSS]
    return round(min(enough), 1), table


def _shrunk(crop: Array, side: int) -> Array:
    small = cv2.resize(crop, (side, side), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, crop.shape[::-1], interpolation=cv2.INTER_CUBIC))


def _test(content: bytes, sample: Sample, measure: Any, cache: Path, jobs: int) -> report.Tested:
    """Test the exported file, and what it scores where Haar's boxes place the landmarks."""
    female = report.probability(content, sample.crops)
    boxed = crop_all(sample.photos, cache, jobs, "haar")
    both = boxed.found
    labels = sample.female
    box_rule = {
        "photos": len(labels),
        "found": int(both.sum()),
        "auc_box_rule": float("nan"),
        "auc_landmarks": float("nan"),
    }
    if len(set(labels[both].tolist())) == 2:
        from_boxes = report.probability(content, boxed.crops[both])
        box_rule["auc_box_rule"] = float(roc_auc_score(labels[both], from_boxes))
        box_rule["auc_landmarks"] = float(roc_auc_score(labels[both], female[both]))
    return report.Tested(
        photos=sample.photos,
        female=labels,
        probability=female,
        metrics=evaluate.with_intervals(measure, labels, female, sample.persons),
        roc=evaluate.roc(labels, female),
        confusion=evaluate.confusion(labels, female, THRESHOLD),
        box_rule=box_rule,
    )


class _Clock:
    """Prints what is being done, with the minutes since the start."""

    def __init__(self) -> None:
        self._start = time.monotonic()

    def __call__(self, words: str) -> None:
        print(f"[{(time.monotonic() - self._start) / 60:5.1f} min] {words}", flush=True)
