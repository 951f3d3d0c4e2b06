"""The scikit-learn pipeline, and the search for the best one.

crops -> pixels -> scaler -> PCA (eigenfaces) -> RBF SVM, for the crop and for its mirror
image -> mean of the two decision values -> calibrated probability
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.decomposition import PCA
from sklearn.model_selection import GridSearchCV, StratifiedGroupKFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from facespace.types import Crops

Array = npt.NDArray[Any]

#: Folds of the search and of the calibration.
FOLDS = 3

#: Values tried by the search. ``SoftWhitenedPCA`` gives its coordinates a total variance of 1,
#: so that one range of gamma serves any number of components. With more than 150 components the
#: file of a model trained on 40,000 photos would pass 24 MB.
GRID: dict[str, tuple[float, ...]] = {
    "components": (75, 150),
    "C": (1.0, 3.0, 10.0),
    "gamma": (1.0, 2.0, 4.0),
}


def pixels(crops: Crops) -> npt.NDArray[np.float32]:
    """Crops, uint8 (N, side, side), as the rows that the pipeline eats, float32 (N, D)."""
    return crops.reshape(len(crops), -1).astype(np.float32)


def mirrored(rows: Array) -> Array:
    """The rows of ``pixels``, each of its crop's mirror image."""
    side = round(np.sqrt(rows.shape[1]))
    return rows.reshape(-1, side, side)[:, :, ::-1].reshape(rows.shape)


class SoftWhitenedPCA(PCA):  # type: ignore[misc]
    """PCA whose coordinates are divided by their standard deviation to the power ``whitening``.

    0 is plain PCA, where light and shade drown the rest; 1 is whitening, where the noise of
    faint components counts as much as the strongest. Their sum of squares is scaled to 1 on
    average, so that a kernel's ``gamma`` means the same for any number of components.
    """

    def __init__(self, n_components: int = 150, whitening: float = 0.5, random_state: int = 0):
        super().__init__(n_components, svd_solver="randomized", random_state=random_state)
        self.whitening = whitening

    @property
    def divisor_(self) -> Array:
        """What each coordinate is divided by, (K,)."""
        kept = self.explained_variance_ ** ((1 - self.whitening) / 2)
        divisor: Array = np.sqrt(self.explained_variance_) / kept * np.sqrt(np.sum(kept**2))
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

    The decision value is the mean of both. Fitting is left to ``estimator``, on the crops as
    they are.
    """

    def __init__(self, estimator: Any):
        self.estimator = estimator

    def fit(self, X: Array, y: Array) -> Self:
        """Fit the classifier on pixels (N, D) and labels (N,)."""
        self.estimator_ = clone(self.estimator).fit(X, y)
        self.classes_ = self.estimator_.classes_
        return self

    def decision_function(self, X: Array) -> Array:
        """Decision values (N,); positive speaks for ``classes_[1]``."""
        both = [self.estimator_.decision_function(rows) for rows in (X, mirrored(X))]
        return np.asarray(np.mean(both, axis=0))

    def predict(self, X: Array) -> Array:
        """Labels (N,)."""
        return np.asarray(self.classes_[(self.decision_function(X) > 0).astype(int)])


def build(components: int, C: float, gamma: float) -> MirrorAverage:
    """The classifier without calibration, not fitted."""
    steps = [
        ("scaler", StandardScaler()),
        ("pca", SoftWhitenedPCA(components)),
        ("svm", SVC(C=C, gamma=gamma, cache_size=2000)),
    ]
    return MirrorAverage(Pipeline(steps))


def calibrated(
    classifier: MirrorAverage, groups: Array, labels: Array, jobs: int = -1
) -> CalibratedClassifierCV:
    """The classifier with a sigmoid (Platt 1999) over decision values of faces it had not seen.

    Args:
        groups: (N,) of the photos it will be fitted on; equal values (the same person) stay in
            one fold.
        labels: (N,).
        jobs: worker processes; -1 for one a processor.
    """
    folds = list(_folds().split(labels, labels, groups))
    return CalibratedClassifierCV(
        classifier, method="sigmoid", cv=folds, ensemble=False, n_jobs=jobs
    )


def search(
    X: Array, y: Array, groups: Array, jobs: int = -1
) -> tuple[dict[str, Any], list[dict[str, float]]]:
    """Try every combination of ``GRID`` by cross-validation, persons kept in one fold.

    Args:
        X: pixels, float32 (N, D).
        y: labels (N,).
        groups: (N,).

    Returns:
        The best combination, as keywords of ``build``, and the table of all: each row the
        combination with ``auc``, its standard deviation over the folds ``auc_sd``, and
        ``fit_seconds``.
    """
    most = min(X.shape[1], len(X) * (FOLDS - 1) // FOLDS) - 1
    names = {
        "components": "estimator__pca__n_components",
        "C": "estimator__svm__C",
        "gamma": "estimator__svm__gamma",
    }
    grid: dict[str, Any] = {names[name]: values for name, values in GRID.items()}
    grid[names["components"]] = sorted({min(int(k), most) for k in GRID["components"]})
    tried = GridSearchCV(
        build(1, 1.0, 1.0), grid, scoring="roc_auc", cv=_folds(), n_jobs=jobs, refit=False
    ).fit(X, y, groups=groups)
    results = tried.cv_results_
    table = [
        {short: params[full] for short, full in names.items()}
        | {"auc": float(auc), "auc_sd": float(spread), "fit_seconds": float(seconds)}
        for params, auc, spread, seconds in zip(
            results["params"],
            results["mean_test_score"],
            results["std_test_score"],
            results["mean_fit_time"],
            strict=True,
        )
    ]
    best = max(table, key=lambda row: row["auc"])
    return {name: best[name] for name in names}, table


def _folds() -> StratifiedGroupKFold:
    return StratifiedGroupKFold(FOLDS, shuffle=True, random_state=0)
