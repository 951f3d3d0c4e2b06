"""Front ends -> the best settings, fitted classifiers, and what fewer photos would give."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from joblib import Parallel, delayed
from sklearn.pipeline import Pipeline

from facespace.metrics import thresholds
from facespace.types import Array
from training.models import front_ends, nystroem, pipeline
from training.models.front_ends import Computed, FrontEnd
from training.models.pipeline import MirrorAverage
from training.photos.material import Material
from training.photos.sample import Sample

if TYPE_CHECKING:
    from facespace.batch.dask_cluster import Cluster

#: Photos that the search and the comparison of classifiers work on, at most.
SEARCH_PHOTOS = 8000

#: Photos that the learning curve is measured for, beside all of them, and components that the
#: other curve is, on ``SEARCH_PHOTOS`` photos.
LEARNED_FROM = (500, 1000, 2000, 4000, 8000, 16000)
COMPONENTS = (5, 10, 20, 40, 75, 110, 150)

Curve = list[dict[str, float]]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Searched:
    """A front end, its rows of the photos to fit on and of ``Material.search``, the best settings.

    ``best`` are keywords of ``pipeline.build``, ``table`` the search's table, ``kind`` one of
    ``pipeline.CLASSIFIERS``.
    """

    front_end: FrontEnd
    rows: Array | Computed
    search_rows: Array
    best: dict[str, Any]
    table: list[dict[str, float]]
    kind: str

    @property
    def title(self) -> str:
        """What people read: the front end's title, with the SVM that it has here."""
        title = self.front_end.title
        return title.replace("RBF SVM", "Nystroem SVM") if self.kind == "nystroem" else title

    def chosen(self, places: Array) -> Any:
        """The rows at some positions; where they are made when asked for, not made yet."""
        if isinstance(self.rows, Computed):
            return self.rows.part(places)
        return self.rows[places]


@dataclass(frozen=True, slots=True)
class Fitted:
    """The classifier fitted on all photos, and AUC by the number of photos and of components."""

    classifier: MirrorAverage
    learning_curve: Curve
    component_curve: Curve


def search(end: FrontEnd, material: Material, jobs: int | Cluster, kind: str = "svc") -> Searched:
    """Find the best settings for a front end on a part of the photos."""
    crops = material.fitting.eaten(end.template)
    rows = Computed(end, crops) if kind == "nystroem" else front_ends.rows(end, crops)
    chosen = subset(len(rows))
    log.info(f"{end.name}: searching C, gamma and components on {len(chosen)} photos")
    labels, persons = material.fitting.labels[chosen], material.fitting.persons[chosen]
    best, table = pipeline.search(end, rows[chosen], labels, persons, jobs, kind)
    log.info(f"{end.name}: best is {best}")
    search_rows = front_ends.rows(end, material.search.eaten(end.template))
    return Searched(end, rows, search_rows, best, table, kind)


def subset(count: int, most: int = SEARCH_PHOTOS) -> Array:
    """At most so many positions out of ``count``, always the same ones."""
    return nystroem.subset(count, most)


@dataclass(frozen=True, slots=True)
class _Task:
    """One fit on some of the photos: the model itself, or a point of a curve."""

    one: Searched
    curve: str
    chosen: Array
    components: int

    def run(self, labels: Array, female: Array) -> Any:
        """The fitted classifier for the model itself, a row of the curve otherwise."""
        start = time.perf_counter()
        best = {**self.one.best, "components": self.components}
        whitening = self.one.front_end.whitening
        views = self.one.front_end.views
        classifier = pipeline.build(**best, kind=self.one.kind, whitening=whitening, views=views)
        classifier.fit(self.one.chosen(self.chosen), labels[self.chosen])
        seconds = time.perf_counter() - start
        if not self.curve:
            return classifier
        decisions = -classifier.decision_function(self.one.search_rows)
        return {
            "photos": len(self.chosen),
            "components": self.components,
            "fit_seconds": seconds,
            **thresholds.ranking(female, decisions),
        }


def fit(searched: Sequence[Searched], material: Material, jobs: int) -> list[Fitted]:
    """Fit every front end's classifier, and those that its curves need, side by side."""
    labels, count = material.fitting.labels, len(material.fitting.photos)
    tasks: list[_Task] = []
    for one in searched:
        own, everything = int(one.best["components"]), np.arange(count)
        tasks.append(_Task(one, "", everything, own))
        for photos in LEARNED_FROM:
            if photos < count:
                tasks.append(_Task(one, "learning_curve", subset(count, photos), own))
        most = pipeline.bounded(
            max(COMPONENTS), one.rows.shape[1] // one.front_end.views, len(subset(count))
        )
        for components in sorted({min(k, most) for k in COMPONENTS}):
            tasks.append(_Task(one, "component_curve", subset(count), components))
    # The longest first, so that no processor is left alone with one of them at the end.
    tasks.sort(key=lambda task: -len(task.chosen))
    done = Parallel(n_jobs=jobs)(
        delayed(_Task.run)(task, labels, material.search.female) for task in tasks
    )

    def results(one: Searched, curve: str) -> list[Any]:
        pairs = zip(tasks, done, strict=True)
        rows = [result for task, result in pairs if task.one is one and task.curve == curve]
        return sorted(rows, key=lambda row: (row["photos"], row["components"])) if curve else rows

    return [
        Fitted(
            results(one, "")[0],
            results(one, "learning_curve"),
            results(one, "component_curve"),
        )
        for one in searched
    ]


def space(searched: Sequence[Searched], fits: Sequence[Fitted], fitting: Sample) -> Pipeline:
    """The pixel eigenfaces: those of the model of that name, or else fitted for their own sake."""
    for one, fitted in zip(searched, fits, strict=True):
        if one.front_end is front_ends.PIXELS:
            return fitted.classifier.estimator_[:-1]
    crops = fitting.crops
    if any(one.kind == "nystroem" for one in searched):
        crops = crops[subset(len(crops), pipeline.REDUCTION_PHOTOS)]
    rows = front_ends.rows(front_ends.PIXELS, crops)
    own = pipeline.own(rows, front_ends.PIXELS.views)
    components = pipeline.bounded(max(front_ends.PIXELS.components), own.shape[1], len(own))
    return pipeline.reduction(components).fit(own)
