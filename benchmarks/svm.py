"""The RBF support vector machine as matrix products, beside skl2onnx's own and scikit-learn.

    python benchmarks/svm.py [--json FILE]

Makes its own data: random faces of 4,096 pixels, 150 components, and exactly 4,000 support
vectors, whatever a fit would have chosen. All three do the same work, pixels to decision value,
on 2 threads, in turn, and their results are compared first.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import FloatTensorType
from sklearn.decomposition import PCA
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from threadpoolctl import threadpool_limits

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from training.models.onnx_graph import OPSET, Graph

PIXELS, COMPONENTS, SUPPORT_VECTORS = 4096, 150, 4000
FACES = (1, 8, 32, 256, 1024)
THREADS = 2

#: Every contender is timed until it has run this long, at least three times.
SECONDS = 1.0


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
    return convert_sklearn(
        fitted,
        initial_types=[("pixels", FloatTensorType([None, PIXELS]))],
        options={id(fitted): {"zipmap": False, "raw_scores": True}},
        target_opset=OPSET,
    )


def ours(fitted: Pipeline) -> onnx.ModelProto:
    """The pipeline as ``training.models.export`` writes it."""
    scaler, pca, svm = (step for _, step in fitted.steps)
    graph = Graph()
    placed = graph.projected("pixels", scaler, pca, np.sqrt(pca.explained_variance_))
    label, scores = graph.decided(svm, placed)
    pixels = [helper.make_tensor_value_info("pixels", TensorProto.FLOAT, ["N", PIXELS])]
    outputs = [
        helper.make_tensor_value_info(label, TensorProto.INT64, ["N"]),
        helper.make_tensor_value_info(scores, TensorProto.FLOAT, ["N", 2]),
    ]
    return graph.finished(pixels, outputs)


def session(model: onnx.ModelProto) -> ort.InferenceSession:
    """Ready to run on ``THREADS`` threads."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = THREADS
    options.inter_op_num_threads = 1
    return ort.InferenceSession(model.SerializeToString(), options, ["CPUExecutionProvider"])


def milliseconds(run: Callable[[], object]) -> list[float]:
    """Times of single runs, in milliseconds."""
    times: list[float] = []
    while len(times) < 3 or sum(times) < SECONDS * 1000:
        start = time.perf_counter()
        run()
        times.append((time.perf_counter() - start) * 1000)
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    fitted, faces = pipeline(np.random.default_rng(0))
    # Theirs first: once our converter is registered, skl2onnx uses it.
    other, mine = session(theirs(fitted)), session(ours(fitted))

    expected = fitted.decision_function(faces)
    # skl2onnx's two columns are [d, -d], ours [-d, d].
    for name, scores in (
        ("ours", mine.run(None, {"pixels": faces})[1][:, 1]),
        ("skl2onnx", other.run(None, {"pixels": faces})[1][:, 0]),
    ):
        print(f"{name}: decision values within {np.abs(scores - expected).max():.1e}")

    figures: dict[str, float] = {}
    print(
        f"\n{'faces':>6}  {'ours':>9}  {'skl2onnx':>9}  {'sklearn':>9}   over ours, medians of ms"
    )
    for count in FACES:
        part = faces[:count]
        contenders = {
            "ours": lambda part=part: mine.run(None, {"pixels": part}),
            "skl2onnx": lambda part=part: other.run(None, {"pixels": part}),
            "sklearn": lambda part=part: fitted.decision_function(part),
        }
        with threadpool_limits(THREADS):
            medians = {
                name: float(np.median(milliseconds(run))) for name, run in contenders.items()
            }
        for name in ("skl2onnx", "sklearn"):
            figures[f"{name}_over_ours_{count}"] = medians[name] / medians["ours"]
        figures |= {f"{name}_ms_{count}": value for name, value in medians.items()}
        print(
            f"{count:>6}  "
            + "  ".join(f"{value:9.2f}" for value in medians.values())
            + f"   skl2onnx {figures[f'skl2onnx_over_ours_{count}']:.1f}x, "
            f"scikit-learn {figures[f'sklearn_over_ours_{count}']:.1f}x"
        )
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
