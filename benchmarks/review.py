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

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.svm import SVC

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from facespace.datasets import dataset
from facespace.review.candidate import perceptual_hash
from facespace.review.order import by_usefulness
from facespace.review.queue import Item
from training.models import front_ends, pipeline
from training.photos.crops import crop_all

#: Photos that the classifier starts from, reviews in all and between two fits, and photos to
#: choose from.
START, REVIEWS, ROUND, POOL = 300, 2000, 100, 6000

#: Runs with another start each; components of the PCA; C and gamma of the SVM, as the
#: search for the shipped model of gradients found them good.
SEEDS, COMPONENTS, COST, GAMMA = 5, 75, 3.0, 1.0

Array = npt.NDArray[Any]


def simulated(order: str, pool: Array, female: Array, hashes: list[int], test: tuple[Array, Array],
              seed: int) -> list[float]:  # fmt: skip
    """Errors on the test set after 0, ``ROUND``, ... ``REVIEWS`` reviews in one order."""
    known = list(range(START))
    rest = list(range(START, len(pool)))
    rng = np.random.default_rng(seed)
    errors = []
    while True:
        machine = SVC(C=COST, gamma=GAMMA).fit(pool[known], female[known])
        errors.append(float(np.mean(machine.predict(test[0]) != test[1])))
        if len(known) - START >= REVIEWS:
            return errors
        decisions = machine.decision_function(pool[rest])
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
    decision: Any = "female" if decided else None
    return Item(number, 1, code, 0, 0, 1, 1, "", "photo", 0, (), female, 0.5, 0, 1, "", "",
                decision, "", decided)  # fmt: skip


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--cache", type=Path, default=Path(".cache"))
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()

    photos = dataset.read(options.data).photos
    training = [photo for photo in photos if photo.split != "test"]
    tested = [photo for photo in photos if photo.split == "test"]
    drawn = np.random.default_rng(0).permutation(len(training))[: START + POOL]
    training = [training[i] for i in sorted(drawn)]
    cropped = crop_all([*training, *tested], options.cache / "crops")
    found = cropped.found
    print(f"{int(found.sum())} of {len(found)} photos have a face", flush=True)
    female = np.array([photo.label == "female" for photo in (*training, *tested)])
    rows = pipeline.own(front_ends.rows(front_ends.FirstOrder(), cropped.crops))
    is_test = np.arange(len(found)) >= len(training)
    places = np.flatnonzero(found & ~is_test)

    orders = ("random", "closest", "usefulness")
    errors: dict[str, list[list[float]]] = {order: [] for order in orders}
    for seed in range(SEEDS):
        chosen = np.random.default_rng(seed).permutation(places)[: START + POOL]
        # Scaler and PCA need no labels: they may see the pool.
        space = pipeline.reduction(COMPONENTS).fit(rows[chosen])
        pool, faces = space.transform(rows[chosen]), space.transform(rows[found & is_test])
        hashes = [perceptual_hash(cropped.crops[i]) for i in chosen]
        for order in orders:
            test = faces, female[found & is_test]
            errors[order].append(simulated(order, pool, female[chosen], hashes, test, seed))
            print(f"seed {seed}, {order}: {errors[order][-1][-1]:.4f}", flush=True)

    means = {order: np.mean(errors[order], axis=0) for order in orders}
    print(f"\n{'reviews':>8}" + "".join(f"{order:>12}" for order in orders))
    for i in range(len(means["random"])):
        print(f"{i * ROUND:8d}" + "".join(f"{means[order][i]:12.4f}" for order in orders))
    goal = float(means["random"][-1])
    figures: dict[str, Any] = {"error_start": float(means["random"][0])}
    for order in orders:
        figures[f"error_{order}"] = float(means[order][-1])
        if order != "random":
            count = needed(means[order], goal)
            name = "reviews_needed_over_random" + ("_closest" if order == "closest" else "")
            figures[name] = None if count is None else count / REVIEWS
    for key, value in figures.items():
        print(f"{key}: {value}")
    for order in orders:
        for i, value in enumerate(means[order]):
            figures[f"error_{order}_{i * ROUND}"] = round(float(value), 5)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
