"""The RBF support vector machine as matrix products, beside skl2onnx's own and scikit-learn.

    python benchmarks/svm.py [--json FILE]

Makes its own data: random faces of 4,096 pixels, 150 components, and exactly 4,000 support
vectors, whatever a fit would have chosen. All three do the same work, pixels to decision value,
on ``facespace.limits.THREADS`` threads, in turn, and their results are compared first.
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import FloatTensorType
from sklearn.decomposition import PCA
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from threadpoolctl import threadpool_limits

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks.harness import meters, output
from facespace import limits
from facespace.onnx_session import loaded
from training.models.onnx_graph import OPSET, Graph

PIXELS, COMPONENTS, SUPPORT_VECTORS = 4096, 150, 4000
FACES = (1, 8, 32, 256, 1024)

#: Every contender is timed until it has run for so many seconds, at least so many times.
SECONDS, TIMES = 1.0, 3


def pipeline(rng: np.random.Generator) -> tuple[Pipeline, np.ndarray]:
    """A fitted pipeline with ``SUPPORT_VECTORS`` support vectors, and faces to score."""
    basis = rng.normal(size=(COMPONENTS, PIXELS))
    faces = rng.normal(size=(SUPPORT_VECTORS, COMPONENTS)) @ basis
    faces = (faces + rng.normal(size=faces.shape)).astype(np.float32)
    # Labels drawn at random leave nothing to learn: every photo becomes a support vector.
    labels = rng.permutation(np.repeat(["female", "male"], SUPPORT_VECTORS // 2))
    fitted = Pipeline(
        [
            ("scaler", StandardScaler()),
            ("pca", PCA(COMPONENTS, whiten=True, random_state=0)),
            ("svm", SVC(C=0.01, gamma=1 / COMPONENTS)),
        ]
    ).fit(faces, labels)
    if len(fitted["svm"].support_) != SUPPORT_VECTORS:
        raise SystemExit(f"expected {SUPPORT_VECTORS} support vectors")
    return fitted, faces[: max(FACES)]


def theirs(fitted: Pipeline) -> onnx.ModelProto:
    """The pipeline as skl2onnx writes it."""
    model: onnx.ModelProto = convert_sklearn(
        fitted,
        initial_types=[("pixels", FloatTensorType([None, PIXELS]))],
        options={id(fitted): {"zipmap": False, "raw_scores": True}},
        target_opset=OPSET,
    )
    return model


def ours(fitted: Pipeline) -> onnx.ModelProto:
    """The pipeline as ``training.models.export`` writes it."""
    scaler, pca, svm = (step for _, step in fitted.steps)
    graph = Graph()
    placed = graph.projected("pixels", scaler, pca, np.sqrt(pca.explained_variance_))
    pixels = helper.make_tensor_value_info("pixels", TensorProto.FLOAT, ["N", PIXELS])
    return graph.finished(pixels, {graph.decided(svm, placed): ["N", 2]})


def main() -> None:
    options = output.parser(__doc__, data=False).parse_args()
    fitted, faces = pipeline(np.random.default_rng(0))
    other, mine = (loaded(made(fitted).SerializeToString()) for made in (theirs, ours))
    expected = fitted.decision_function(faces)
    # skl2onnx's two columns are [d, -d], ours [-d, d].
    for name, scores in (
        ("ours", mine.run(None, {"pixels": faces})[0][:, 1]),
        ("skl2onnx", other.run(None, {"pixels": faces})[1][:, 0]),
    ):
        print(f"{name}: decision values within {np.abs(scores - expected).max():.1e}")

    rows = {}
    for count in FACES:
        part = faces[:count]
        works = {
            "ours": partial(mine.run, None, {"pixels": part}),
            "skl2onnx": partial(other.run, None, {"pixels": part}),
            "sklearn": partial(fitted.decision_function, part),
        }
        with threadpool_limits(limits.THREADS):
            times = {n: meters.milliseconds(run, TIMES, SECONDS) for n, run in works.items()}
        rows[count] = output.beside_ours(times)
    output.table(rows, "by faces, medians")
    output.write(output.joined(rows, "{figure}_{row}"), options.json)


if __name__ == "__main__":
    main()
