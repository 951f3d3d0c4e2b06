"""The scikit-learn pipeline, and the search for the best one.

rows of a front end -> scaler -> PCA -> RBF SVM, for the crop and for its mirror image -> mean of
the two decision values -> calibrated probability

Past ``SVC_PHOTOS`` photos the SVM stands on landmarks: its cost grows with the photos, and not with
their square.
"""

from __future__ import annotations

from contextlib import nullcontext
from itertools import chain
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.decomposition import PCA
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import GridSearchCV, StratifiedGroupKFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from facespace.types import Array
from training.models.front_ends import Computed, FrontEnd
from training.models.nystroem import CHUNK, NystroemSVC, subset
from training.models.on_cluster import on_cluster
from training.models.onnx_graph import rounded

if TYPE_CHECKING:
    from facespace.batch.dask_cluster import Cluster


#: Folds of the search.
FOLDS = 3

#: Values of C tried by the search; components and gammas are the front end's own.
#: ``SoftWhitenedPCA`` gives its coordinates a total variance of 1, so that one range of gamma
#: serves any number of components.
COSTS = (1.0, 3.0, 10.0)

#: The same for the Nystroem machine, whose cost is of squares.
LINEAR_COSTS = (3.0, 10.0, 20.0)

#: What the SVM may be, by the names of the option ``--classifier``.
CLASSIFIERS = ("svc", "nystroem")

#: Photos to fit on up to which ``auto`` is "svc". With these its file has some 24 MB, as much as a
#: visitor can be asked to wait for, and each doubling of them takes four times as long to fit.
SVC_PHOTOS = 40_000

#: Landmarks of the Nystroem machine, and in its search, which the fit of the many would draw out.
LANDMARKS, SEARCH_LANDMARKS = 6000, 1000

#: Photos that scaler and PCA are fitted on, at most, before a Nystroem machine.
REDUCTION_PHOTOS = 8000

#: How far coordinates are whitened where a front end does not say otherwise.
WHITENING = 0.5


class SoftWhitenedPCA(PCA):  # type: ignore[misc]
    """PCA whose coordinates are divided by their standard deviation to the power ``whitening``.

    0 is plain PCA, where light and shade drown the rest; 1 is whitening, where the noise of
    faint components counts as much as the strongest. Their sum of squares is scaled to 1 on
    average, so that a kernel's ``gamma`` means the same for any number of components.
    """

    def __init__(
        self, n_components: int = 150, whitening: float = WHITENING, random_state: int = 0
    ):
        super().__init__(n_components, svd_solver="randomized", random_state=random_state)
        self.whitening = whitening

    @property
    def divisor_(self) -> Array:
        """What each coordinate is divided by, (K,)."""
        deviation = np.sqrt(self.explained_variance_)
        whitened = self.explained_variance_ ** ((1 - self.whitening) / 2)
        divisor: Array = deviation / whitened * np.sqrt(np.sum(whitened**2))
        return divisor

    def transform(self, X: Array) -> Array:
        """Scaled pixels (N, D) -> coordinates (N, K)."""
        return np.asarray(super().transform(X) / self.divisor_.astype(X.dtype))

    def fit_transform(self, X: Array, y: Array | None = None) -> Array:
        """``fit`` and ``transform`` in one."""
        return np.asarray(self.fit(X, y).transform(X))

    def inverse_transform(self, X: Array) -> Array:
        """Coordinates (N, K) -> scaled pixels (N, D)."""
        return np.asarray(super().inverse_transform(X * self.divisor_.astype(X.dtype)))


class MirrorAverage(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A classifier of crops that also looks at each crop's mirror image.

    Rows are (N, views D), the crop's and its mirror image's, as ``front_ends.rows`` gives them. The
    decision value is the mean of both. ``estimator`` is fitted on the crops as they are. With one
    view there is no mirror image.
    """

    def __init__(self, estimator: Any, views: int = 2):
        self.estimator = estimator
        self.views = views

    def fit(self, X: Array, y: Array) -> Self:
        """Fit the classifier on rows (N, views D) and labels (N,)."""
        self.estimator_ = clone(self.estimator).fit(own(X, self.views), y)
        self.classes_ = self.estimator_.classes_
        return self

    def decision_function(self, X: Array) -> Array:
        """Decision values (N,); positive speaks for ``classes_[1]``."""
        both = [self.estimator_.decision_function(rows) for rows in np.split(X, self.views, axis=1)]
        return np.asarray(np.mean(both, axis=0))

    def predict(self, X: Array) -> Array:
        """Labels (N,)."""
        return np.asarray(self.classes_[(self.decision_function(X) > 0).astype(int)])


class MirrorFitted(MirrorAverage):
    """The same for a ``NystroemSVC``, which is fitted on the mean of both images too.

    Scaler and PCA are fitted on ``REDUCTION_PHOTOS`` of the rows, and rows are asked for in parts,
    so that ``front_ends.Computed`` never has to make all of them.
    """

    def fit(self, X: Array | Computed, y: Array) -> Self:
        """Fit the classifier on rows (N, views D) and labels (N,)."""
        self.estimator_ = clone(self.estimator)
        reduction, svm = self.estimator_[:-1], self.estimator_[-1]
        reduction.fit(own(X[subset(len(X), REDUCTION_PHOTOS)], self.views))
        parts = [
            [
                reduction.transform(rows)
                for rows in np.split(X[start : start + CHUNK], self.views, axis=1)
            ]
            for start in range(0, len(X), CHUNK)
        ]
        placed, *mirrored = (np.concatenate(side) for side in zip(*parts, strict=True))
        svm.fit(placed, y, *mirrored)
        self.classes_ = svm.classes_
        return self


def own(rows: Array, views: int = 2) -> Array:
    """Of rows (N, views D) the part that is the crop's own, (N, D)."""
    return rows[:, : rows.shape[1] // views]


def reduction(components: int, whitening: float = WHITENING) -> Pipeline:
    """Scaler and PCA, not fitted."""
    return Pipeline([("scaler", StandardScaler()), ("pca", SoftWhitenedPCA(components, whitening))])


def halve(fitted: MirrorAverage) -> None:
    """Round the large numbers of a fitted ``build`` to half precision, in place.

    They are those of scaler and PCA as one product, and the support vectors. The intercept stays,
    so calibrate afterwards.
    """
    scaler, pca, svm = (step for _, step in fitted.estimator_.steps)
    factor = scaler.scale_[:, None] * pca.divisor_
    pca.components_ = (rounded(pca.components_.T / factor) * factor).T
    svm.support_vectors_ = np.asarray(rounded(svm.support_vectors_), svm.support_vectors_.dtype)


def classifier(name: str, photos: int) -> str:
    """The name of the SVM, of ``CLASSIFIERS``, for so many photos; ``name`` may be "auto"."""
    if name == "auto":
        return "svc" if photos <= SVC_PHOTOS else "nystroem"
    return name


def build(
    components: int,
    C: float,
    gamma: float,
    kind: str = "svc",
    landmarks: int = LANDMARKS,
    whitening: float = WHITENING,
    views: int = 2,
) -> MirrorAverage:
    """The classifier without calibration, not fitted; ``kind`` is one of ``CLASSIFIERS``."""
    steps = reduction(components, whitening).steps
    if kind == "nystroem":
        return MirrorFitted(Pipeline([*steps, ("svm", NystroemSVC(C, gamma, landmarks))]), views)
    svm = SVC(C=C, gamma=gamma, cache_size=2000)
    return MirrorAverage(Pipeline([*steps, ("svm", svm)]), views)


def calibrated(fitted: MirrorAverage, rows: Array, labels: Array) -> CalibratedClassifierCV:
    """A fitted classifier with a sigmoid (Platt 1999) over the decision values of new faces.

    As nothing is fitted anew, all rows are the one fold: one face of each class is enough.

    Args:
        fitted: stays as it is.
        rows: (N, views D) of faces that nothing was fitted on.
        labels: (N,).
    """
    everything = np.arange(len(rows))
    frozen, whole = FrozenEstimator(fitted), [(everything, everything)]
    return CalibratedClassifierCV(frozen, method="sigmoid", cv=whole).fit(rows, labels)


def parts(fitted: CalibratedClassifierCV) -> tuple[StandardScaler, SoftWhitenedPCA, Any, Any]:
    """Scaler, PCA, SVM and the calibration's sigmoid of a ``calibrated`` pipeline."""
    (one,) = fitted.calibrated_classifiers_
    (sigmoid,) = one.calibrators
    scaler, pca, svm = (step for _, step in one.estimator.estimator.estimator_.steps)
    return scaler, pca, svm, sigmoid


def search(
    front_end: FrontEnd,
    rows: Array,
    labels: Array,
    groups: Array,
    jobs: int | Cluster = -1,
    kind: str = "svc",
) -> tuple[dict[str, Any], list[dict[str, float]]]:
    """Try every combination of components, C and gamma by cross-validation.

    Args:
        front_end: says which components and gammas.
        rows: float32 (N, views D), what the front end gave.
        labels: (N,).
        groups: (N,); equal ones (the same person) stay in one fold.
        jobs: worker processes, -1 for one a processor; or a cluster.
        kind: of ``CLASSIFIERS``.

    Returns:
        The best combination, as the first keywords of ``build``, and the table of all: each row the
        combination with ``auc`` and ``balanced_accuracy``, the standard deviation of the AUC
        over the folds ``auc_sd``, and ``fit_seconds``.
    """
    names = {
        "components": "estimator__pca__n_components",
        "C": "estimator__svm__C",
        "gamma": "estimator__svm__gamma",
    }
    parts = list(folds().split(rows, labels, groups))
    fewest, columns = min(len(rest) for rest, _ in parts), rows.shape[1] // front_end.views
    grid: dict[str, Any] = {
        names["components"]: sorted({bounded(k, columns, fewest) for k in front_end.components}),
        names["C"]: COSTS if kind == "svc" else LINEAR_COSTS,
        names["gamma"]: front_end.gammas,
    }
    scoring = {"auc": "roc_auc", "balanced_accuracy": "balanced_accuracy"}
    many, where = (
        (jobs, nullcontext())
        if isinstance(jobs, int)
        else (-1, on_cluster(jobs, [rows, labels, *chain(*parts)]))
    )
    tried = GridSearchCV(
        build(1, 1.0, 1.0, kind, SEARCH_LANDMARKS, front_end.whitening, front_end.views),
        grid,
        scoring=scoring,
        cv=parts,
        n_jobs=many,
        refit=False,
    )
    with where:
        tried.fit(rows, labels)
    results = tried.cv_results_
    columns = {
        "auc": results["mean_test_auc"],
        "auc_sd": results["std_test_auc"],
        "balanced_accuracy": results["mean_test_balanced_accuracy"],
        "fit_seconds": results["mean_fit_time"],
    }
    table = [
        {short: params[full] for short, full in names.items()}
        | {name: float(values[i]) for name, values in columns.items()}
        for i, params in enumerate(results["params"])
    ]
    best = max(table, key=lambda row: row["auc"])
    return {name: best[name] for name in names}, table


def bounded(components: int, columns: int, count: int) -> int:
    """At most as many components as so many rows of so many columns can give."""
    return min(components, columns - 1, count - 1)


def folds() -> StratifiedGroupKFold:
    """How all comparisons split their photos."""
    return StratifiedGroupKFold(FOLDS, shuffle=True, random_state=0)
