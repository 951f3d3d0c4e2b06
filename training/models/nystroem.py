"""An RBF support vector machine on a fixed number of landmarks: its cost grows with the photos.

Nystroem's method (Williams and Seeger 2001) replaces the kernel by a product of features: a face's
kernel values with m landmarks, drawn from the training faces, times the inverse square root of the
landmarks' own kernel matrix. On these features a linear machine is fitted with the squared hinge
loss, by Newton's method (Keerthi and DeCoste 2005). That is what scikit-learn's ``Nystroem`` and
``LinearSVC`` do together, and a test holds it against them; but the inverse square root cancels,

    min_a,b  a'Ka / 2 + C sum_i max(0, 1 - y_i (a.k_i + b))^2

with K the kernel matrix of the landmarks and k_i the kernel values of a face. Every step solves
m + 1 normal equations, summed up over chunks of the photos: time grows with their number, and no
more than a chunk of kernel values is ever in memory. The fitted machine has the form of an ``SVC``
with m support vectors, and is written as one.
"""

from __future__ import annotations

from typing import Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.metrics.pairwise import rbf_kernel

from facespace.types import Array

#: Photos whose rows, or features, are in memory at once.
CHUNK = 2048

#: Newton steps at most. The first is least squares; it ends before where the photos inside the
#: margin no longer change.
STEPS = 3

#: Photos that the first step looks at, for each landmark: it only guesses which lie inside.
FIRST = 1

#: Added to the landmarks' kernel values with themselves, which are 1.
JITTER = 1e-2


def subset(count: int, most: int, seed: int = 0) -> Array:
    """At most so many positions out of ``count``, always the same ones."""
    return np.sort(np.random.default_rng(seed).permutation(count)[:most])


class NystroemSVC(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """The machine, with the fitted attributes of scikit-learn's ``SVC(kernel="rbf")``.

    ``support_vectors_`` are the landmarks, (m, K), and ``dual_coef_`` their weights, (1, m).

    Args:
        C: cost of a photo on the wrong side, as ``LinearSVC`` counts it.
        gamma: of the kernel exp(-gamma |x - y|^2).
        landmarks: m; all photos where there are fewer.
        random_state: of the draw of the landmarks.
    """

    kernel = "rbf"

    def __init__(
        self, C: float = 10.0, gamma: float = 1.0, landmarks: int = 1000, random_state: int = 0
    ):
        self.C = C
        self.gamma = gamma
        self.landmarks = landmarks
        self.random_state = random_state

    def fit(self, X: Array, y: Array, mirrored: Array | None = None) -> Self:
        """Fit on coordinates (N, K) and labels (N,).

        Args:
            mirrored: (N, K), the coordinates of the mirror images. Then the mean of both images'
                kernels is what is fitted, as it is the mean that will be judged.
        """
        self.classes_, codes = np.unique(y, return_inverse=True)
        if len(self.classes_) != 2:
            raise ValueError(f"There must be two classes, not {len(self.classes_)}.")
        self.n_features_in_, self._gamma = X.shape[1], float(self.gamma)
        self.support_ = subset(len(X), self.landmarks, self.random_state)
        self.support_vectors_ = X[self.support_]
        sides = [X] if mirrored is None else [X, mirrored]
        # Kernel values differ little from their mean, so that float32 would lose the digits in
        # which they do differ when their products are summed up. The intercept takes the mean.
        middle = rbf_kernel(self.support_vectors_, gamma=self._gamma).mean(axis=0)
        signs = np.where(codes == 1, 1.0, -1.0).astype(X.dtype)
        weights = self._minimized(sides, middle, signs)
        self.dual_coef_ = weights[None, :-1]
        self.intercept_ = weights[-1:] - self.dual_coef_ @ middle
        return self

    def _minimized(self, sides: list[Array], middle: Array, signs: Array) -> Array:
        """The weights of the landmarks, and behind them the intercept, (m + 1,)."""
        # The squared length of w in the landmarks' weights; the intercept is free. What is added
        # to the diagonal keeps the equations solvable where two landmarks are the same.
        size = len(self.support_vectors_) + 1
        penalty = np.zeros((size, size))
        penalty[:-1, :-1] = rbf_kernel(self.support_vectors_, gamma=self._gamma)
        penalty[np.diag_indices(size)] += JITTER
        penalty /= 2 * self.C
        weights: Array = np.zeros(size)
        before = np.zeros(len(signs), bool)
        for step in range(STEPS):
            chosen = subset(len(signs), FIRST * size if step == 0 else len(signs))
            products, right = np.zeros((size, size)), np.zeros(size)
            inside = np.zeros(len(signs), bool)
            for start in range(0, len(chosen), CHUNK):
                part = chosen[start : start + CHUNK]
                rows = self._kernels([side[part] for side in sides], middle)
                inside[part] = signs[part] * (rows @ weights.astype(rows.dtype)) < 1
                rows, targets = rows[inside[part]], signs[part][inside[part]]
                products += rows.T @ rows
                right += rows.T @ targets
            if (inside == before).all():
                break
            share, before = len(chosen) / len(signs), inside
            weights = np.linalg.solve(share * penalty + products, right)
        return weights

    def _kernels(self, sides: list[Array], middle: Array) -> Array:
        """The mean of both images' kernel values, less ``middle``, and ones, (N, m + 1)."""
        rows = np.ones((len(sides[0]), len(self.support_vectors_) + 1), sides[0].dtype)
        values = (rbf_kernel(side, self.support_vectors_, self._gamma) for side in sides)
        rows[:, :-1] = sum(values) / len(sides) - middle
        return rows

    def decision_function(self, X: Array) -> Array:
        """Decision values (N,); positive speaks for ``classes_[1]``."""
        parts = [
            rbf_kernel(X[start : start + CHUNK], self.support_vectors_, self._gamma)
            @ self.dual_coef_[0]
            for start in range(0, len(X), CHUNK)
        ]
        return np.asarray(np.concatenate(parts) + self.intercept_)

    def predict(self, X: Array) -> Array:
        """Labels (N,)."""
        return np.asarray(self.classes_[(self.decision_function(X) > 0).astype(int)])
