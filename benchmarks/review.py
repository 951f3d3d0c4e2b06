"""Does it pay to review the most useful faces first? Errors against the number of reviewed faces.

    python benchmarks/review.py --data FOLDER [--cache FOLDER] [--json FILE]

Simulates a reviewer on FairFace (or another data set with a test split), whose answers are the
data's own labels. A classifier of oriented gradients starts from a few photos; then, round after
round, photos of a pool are reviewed and it is fitted again, the pool in another order each time: at
random, the closest to the boundary, or the closest with variety, which is the order of the page
Review (``facespace.review.order``, its own code). Errors are those on the test split, which nothing
is fitted on and no order sees. ``reviews_needed_over_random`` is the number of reviews after which
the page's order has the error that the random order ends with, over the random order's number.
With ``--json`` stand beside it the errors after each round, ``error_<order>_<reviews>``: the page
Review draws those of ``benchmarks/review.json``.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.svm import SVC

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks.harness import output
from facespace.datasets.dataset import read_dataset
from facespace.io.perceptual_hash import perceptual_hash
from facespace.review.item import Item
from facespace.review.order import by_usefulness
from training.models import front_ends, pipeline
from training.photos.crops import crop_all

#: Photos that the classifier starts from, reviews in all and between two fits, and photos to
#: choose from.
START, REVIEWS, ROUND, POOL = 300, 2000, 100, 6000

#: Runs with another start each; components of the PCA; C and gamma of the SVM, as the
#: search for the shipped model of gradients found them good.
SEEDS, COMPONENTS, COST, GAMMA = 5, 75, 3.0, 1.0

#: In which order the pool is reviewed.
ORDERS = ("random", "closest", "usefulness")

#: A face of which nothing is known.
BLANK: dict[str, Any] = dict.fromkeys(field.name for field in fields(Item))

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Faces:
    """Faces in the coordinates of one PCA (N, K), and which are female, bool (N,)."""

    placed: Array
    female: Array


def simulated(order: str, pool: Faces, hashes: list[int], test: Faces, seed: int) -> list[float]:
    """Errors on the test set after 0, ``ROUND``, ... ``REVIEWS`` reviews in one order."""
    known = list(range(START))
    rest = list(range(START, len(pool.placed)))
    rng = np.random.default_rng(seed)
    errors = []
    while True:
        machine = SVC(C=COST, gamma=GAMMA).fit(pool.placed[known], pool.female[known])
        errors.append(float(np.mean(machine.predict(test.placed) != test.female)))
        if len(known) - START >= REVIEWS:
            return errors
        decisions = machine.decision_function(pool.placed[rest])
        if order == "random":
            chosen = [rest[i] for i in rng.permutation(len(rest))[:ROUND]]
        elif order == "closest":
            chosen = [rest[i] for i in np.argsort(np.abs(decisions), kind="stable")[:ROUND]]
        else:
            chosen = useful(rest, decisions, hashes, known[-ROUND:])
        taken = set(chosen)
        known, rest = known + chosen, [i for i in rest if i not in taken]


def useful(rest: list[int], decisions: Array, hashes: list[int], last: list[int]) -> list[int]:
    """The next round in the page's order."""
    female = 1 / (1 + np.exp(-2 * decisions))
    waiting = [item(i, hashes[i], float(p)) for i, p in zip(rest, female, strict=True)]
    done = [item(i, hashes[i], 0.5, float(n + 1)) for n, i in enumerate(last)]
    return [chosen.id for chosen in by_usefulness([*waiting, *done], ROUND)]


def item(number: int, code: int, female: float, decided: float | None = None) -> Item:
    """A face as the queue has it, of which only what orders it counts."""
    decision = "female" if decided else None
    what = {"id": number, "hash": code, "probability_female": female, "threshold": 0.5}
    return Item(**BLANK | what | {"decision": decision, "decided": decided})


def needed(errors: Array, goal: float) -> float | None:
    """Reviews after which a falling row of errors reaches the goal and stays; None if never."""
    counts = np.arange(len(errors)) * ROUND
    above = np.flatnonzero(errors > goal)
    if not len(above):
        return 0.0
    i = int(above[-1])
    if i + 1 == len(errors):
        return None
    share = (errors[i] - goal) / (errors[i] - errors[i + 1])
    return float(counts[i] + share * ROUND)


def errors_by_order(data: Path, cache: Path) -> pd.DataFrame:
    """The mean errors of all runs by reviews, a column for each of ``ORDERS``."""
    photos = read_dataset(data).photos
    training = [photo for photo in photos if photo.split != "test"]
    tested = [photo for photo in photos if photo.split == "test"]
    drawn = np.random.default_rng(0).permutation(len(training))[: START + POOL]
    training = [training[i] for i in sorted(drawn)]
    cropped = crop_all([*training, *tested], cache / "crops")
    print(f"{int(cropped.found.sum())} of {len(cropped.found)} photos have a face", flush=True)
    female = np.array([photo.label == "female" for photo in (*training, *tested)])
    rows = pipeline.own(front_ends.rows(front_ends.FirstOrder(), cropped.crops))
    is_test = np.arange(len(rows)) >= len(training)
    for_test = np.flatnonzero(cropped.found & is_test)
    for_pool = np.flatnonzero(cropped.found & ~is_test)
    errors: dict[str, list[list[float]]] = {order: [] for order in ORDERS}
    for seed in range(SEEDS):
        chosen = np.random.default_rng(seed).permutation(for_pool)[: START + POOL]
        # Scaler and PCA need no labels: they may see the pool.
        space = pipeline.reduction(COMPONENTS).fit(rows[chosen])
        pool, test = (Faces(space.transform(rows[i]), female[i]) for i in (chosen, for_test))
        hashes = [perceptual_hash(cropped.crops[i]) for i in chosen]
        for order in ORDERS:
            errors[order].append(simulated(order, pool, hashes, test, seed))
            print(f"seed {seed}, {order}: {errors[order][-1][-1]:.4f}", flush=True)
    means = {order: np.mean(runs, axis=0) for order, runs in errors.items()}
    return pd.DataFrame(means, index=pd.RangeIndex(0, REVIEWS + 1, ROUND, name="reviews"))


def main() -> None:
    arguments = output.parser(__doc__)
    arguments.add_argument("--cache", type=Path, default=Path(".cache"))
    options = arguments.parse_args()
    means = errors_by_order(options.data, options.cache)
    print(means.to_string(float_format="{:.4f}".format))
    start, end = means["random"].iloc[[0, -1]].tolist()
    figures: dict[str, Any] = {"error_start": start}
    for order in ORDERS:
        figures[f"error_{order}"] = float(means[order].iloc[-1])
        if order != "random":
            count = needed(means[order].to_numpy(), end)
            name = "reviews_needed_over_random" + ("_closest" if order == "closest" else "")
            figures[name] = None if count is None else count / REVIEWS
    for key, value in figures.items():
        print(f"{key}: {value}")
    for order, column in means.round(5).items():
        figures |= {f"error_{order}_{reviews}": value for reviews, value in column.items()}
    output.write(figures, options.json)


if __name__ == "__main__":
    main()
