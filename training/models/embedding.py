"""The numbers of two convolutional networks as a front end, written without PyTorch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facespace.faces import align
from facespace.types import Array
from training.models import tight_view
from training.models.front_ends import FrontEnd
from training.models.onnx_graph import Graph

#: The network's own scaling of grey values: x * SCALE - SHIFT.
SCALE, SHIFT = 4 / 255, 2.0


@dataclass(frozen=True, slots=True)
class Convolution:
    """Weights (out, in, k, k) with k odd, bias (out,), and the stride; padded by k // 2."""

    weights: Array
    bias: Array
    stride: int

    def write(self, graph: Graph, x: str) -> str:
        """Append the convolution of x, float (N, in, H, W)."""
        inputs = [x, graph.floats(self.weights), graph.floats(self.bias)]
        pads = [self.weights.shape[2] // 2] * 4
        return graph.node("Conv", inputs, strides=[self.stride] * 2, pads=pads)


@dataclass(frozen=True, slots=True)
class Residual:
    """Two convolutions beside a third, or beside nothing (He et al. 2016)."""

    first: Convolution
    second: Convolution
    short: Convolution | None

    def write(self, graph: Graph, x: str) -> str:
        """Append the block on x, float (N, in, H, W)."""
        y = graph.node("Relu", [self.first.write(graph, x)])
        y = self.second.write(graph, y)
        x = self.short.write(graph, x) if self.short else x
        return graph.node("Relu", [graph.node("Add", [x, y])])


@dataclass(frozen=True, slots=True)
class Tower:
    """A residual network without its heads.

    ``weights`` (in, D) and ``bias`` (D,) are those of the last layer.
    """

    stem: tuple[Convolution, ...]
    blocks: tuple[Residual, ...]
    weights: Array
    bias: Array

    def write(self, graph: Graph, x: str) -> str:
        """Append it on x, float (N, C, H, W) of 0 to 255; gives (N, D)."""
        x = graph.node("Sub", [graph.node("Mul", [x, graph.floats(SCALE)]), graph.floats(SHIFT)])
        for convolution in self.stem:
            x = graph.node("Relu", [convolution.write(graph, x)])
        for block in self.blocks:
            x = block.write(graph, x)
        x = graph.node("Flatten", [graph.node("GlobalAveragePool", [x])], axis=1)
        return graph.node("Gemm", [x, graph.floats(self.weights), graph.floats(self.bias)])


@dataclass(frozen=True, slots=True)
class Ages:
    """The head for the age: weights (D, K), bias (K,) and the middle of each class, years (K,)."""

    weights: Array
    bias: Array
    years: Array

    def write(self, graph: Graph, rows: str) -> str:
        """Append the expected age in years, float (N,), of what the embedding gives, (N, D)."""
        x = graph.node("Relu", [rows])
        x = graph.node("Gemm", [x, graph.floats(self.weights), graph.floats(self.bias)])
        shares = graph.node("Softmax", [x], axis=1)
        years = graph.node("MatMul", [shares, graph.floats(np.reshape(self.years, (-1, 1)))])
        return graph.node("Squeeze", [years, graph.constant([1])])


@dataclass(frozen=True, slots=True)
class Embedding(FrontEnd):
    """The numbers of two networks, as ``network.front_end`` takes them from trained ones.

    One sees the wide crop in colour, the other the tight grey view inside it.
    """

    colour: Tower
    tight: Tower
    ages: Ages | None

    name = "embedding"
    title = "Embedding: two convolutional networks, PCA, RBF SVM"
    components = (32, 64, 128)
    gammas = (0.5, 1.0, 2.0)
    half = True
    template = align.WIDE
    views = 1

    def write(self, graph: Graph, crops: str) -> str:
        grey = graph.node("Unsqueeze", [self.grey(graph, crops), graph.constant([1])])
        numbers = (
            self.colour.write(graph, graph.node("Transpose", [crops], perm=[0, 3, 1, 2])),
            self.tight.write(graph, grey),
        )
        return graph.node("Concat", numbers, axis=1)

    def grey(self, graph: Graph, crops: str) -> str:
        return tight_view.write(graph, crops)

    def age(self, graph: Graph, rows: str) -> str | None:
        return self.ages.write(graph, rows) if self.ages else None
