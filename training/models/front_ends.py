"""What the SVM gets to look at: pixels, oriented gradients, or a network's numbers.

A front end writes itself into an ONNX graph, and the same nodes compute the rows that the
pipeline is fitted on: what a model learned from and what it sees at work cannot differ.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from onnx import TensorProto

from facespace.faces.model import INPUT, session
from facespace.types import Array, Crops
from training.models.onnx_graph import Graph

Rows = npt.NDArray[np.float32]

#: Crops that one run of a front end's session eats.
BATCH = 256

#: The network's own scaling of grey values: x * SCALE - SHIFT.
SCALE, SHIFT = 4 / 255, 2.0


class FrontEnd(ABC):
    """Turns crops into rows of numbers.

    ``name`` is the model's, ``title`` what people read, ``components`` and ``gammas`` what the
    search tries, ``whitening`` that of ``pipeline.SoftWhitenedPCA``. ``half`` says that the fitted
    pipeline is rounded to half precision, where its file would be too large.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    components: ClassVar[tuple[int, ...]]
    gammas: ClassVar[tuple[float, ...]]
    whitening: ClassVar[float] = 0.5
    half: ClassVar[bool] = False

    @abstractmethod
    def write(self, graph: Graph, crops: str) -> str:
        """Append the nodes from crops, float (N, side, side) of 0 to 255, to rows (N, D)."""


class Pixels(FrontEnd):
    """The grey values themselves: eigenfaces (Turk and Pentland 1991)."""

    name = "eigenfaces"
    title = "Eigenfaces: pixels, PCA, RBF SVM"
    components = (75, 150)
    gammas = (1.0, 2.0, 4.0)

    def write(self, graph: Graph, crops: str) -> str:
        return graph.node("Flatten", [crops], axis=1)


PIXELS = Pixels()


class FirstOrder(FrontEnd):
    """Histograms of oriented gradients (Dalal and Triggs 2005), for the second opinion.

    A pixel's gradient falls, by its direction, into ``DIRECTIONS`` channels, which are averaged
    over overlapping cells; each cell's channels are divided by the strength of the gradients
    around it, and the square root taken.
    """

    DIRECTIONS, SQUARED = 16, 3

    #: Side of a cell and distance between cells, in pixels.
    CELL, STEP = 8, 4

    def write(self, graph: Graph, crops: str) -> str:
        slopes = _slopes(graph, _light(graph, crops), self.DIRECTIONS, self.SQUARED)
        return _histograms(graph, _averaged(graph, slopes, self.CELL, self.STEP))


class Gradients(FrontEnd):
    """Histograms of second-order oriented gradients (Huang et al. 2014).

    The gradients of each direction are a map of their own, half as large as the crop; of each map
    the oriented gradients are taken once more. They tell how strokes bend, meet and end: with 300
    components of either, learned from 8,000 photos, 0.7 points of AUC more on the validation.
    """

    name = "gradients"
    title = "Gradients: second-order oriented gradients, PCA, RBF SVM"

    components = (150, 300)
    gammas = (0.7, 1.4)
    whitening = 0.2
    half = True

    #: Directions of the first and of the second order, and how sharply they are told apart.
    DIRECTIONS, SQUARED = (8, 6), (3, 2)

    #: Side of a cell and distance between cells, in pixels of the maps.
    CELL, STEP = 6, 2

    def write(self, graph: Graph, crops: str) -> str:
        slopes = _slopes(graph, _light(graph, crops), self.DIRECTIONS[0], self.SQUARED[0])
        maps = graph.node("Sqrt", [_averaged(graph, slopes, 3, 2, pad=1)])
        # Each map on its own, as if it were a picture; 0 keeps height and width.
        alone = graph.node("Reshape", [maps, graph.constant([-1, 1, 0, 0])])
        slopes = _slopes(graph, alone, self.DIRECTIONS[1], self.SQUARED[1])
        cells = _averaged(graph, slopes, self.CELL, self.STEP)
        together = graph.constant([-1, int(np.prod(self.DIRECTIONS)), 0, 0])
        return _histograms(graph, graph.node("Reshape", [cells, together]))


def _light(graph: Graph, crops: str) -> str:
    """Crops, float (N, H, W) of 0 to 255 -> one map each, (N, 1, H, W) of 0 to 1."""
    maps = graph.node("Unsqueeze", [crops, graph.constant([1])])
    return graph.node("Mul", [maps, graph.floats(1 / 255)])


def _slopes(graph: Graph, maps: str, directions: int, squared: int) -> str:
    """How steep maps are in each direction, light to dark and dark to light told apart.

    A direction's share in a gradient is the cosine between them, squared so many times.

    Args:
        maps: float (N, 1, H, W), of 0 to about 1.

    Returns:
        float (N, directions, H, W).
    """
    angles = 2 * np.pi * np.arange(directions) / directions
    kernels = np.zeros((directions, 1, 3, 3))
    kernels[:, 0, 1, 2], kernels[:, 0, 2, 1] = np.cos(angles), np.sin(angles)
    kernels -= kernels[:, :, ::-1, ::-1]
    border = graph.constant([0, 0, 1, 1, 0, 0, 1, 1])
    maps = graph.node("Pad", [maps, border], mode="edge")
    slopes = graph.node("Relu", [graph.node("Conv", [maps, graph.floats(kernels)])])
    steepest = graph.node("ReduceMax", [slopes, graph.constant([1])], keepdims=1)
    steepest = graph.node("Add", [steepest, graph.floats(1e-4)])
    share = graph.node("Div", [slopes, steepest])
    for _ in range(squared):
        share = graph.node("Mul", [share, share])
    return graph.node("Mul", [share, steepest])


def _averaged(graph: Graph, maps: str, side: int, step: int, pad: int = 0) -> str:
    """Maps (N, C, H, W) averaged over squares ``step`` pixels apart."""
    return graph.node(
        "AveragePool", [maps], kernel_shape=[side] * 2, strides=[step] * 2, pads=[pad] * 4
    )


def _histograms(graph: Graph, cells: str) -> str:
    """Cells (N, C, h, w), each divided by the strength around it, rooted -> rows (N, C h w)."""
    energy = graph.node("ReduceSumSquare", [cells, graph.constant([1])], keepdims=1)
    around = graph.node(
        "AveragePool", [energy], kernel_shape=[3, 3], pads=[1] * 4, count_include_pad=1
    )
    around = graph.node("Add", [around, graph.floats(1e-3)])
    cells = graph.node("Div", [cells, graph.node("Sqrt", [around])])
    return graph.node("Flatten", [graph.node("Sqrt", [cells])], axis=1)


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
class Embedding(FrontEnd):
    """A network's numbers, as ``network.front_end`` takes them from a trained one.

    ``weights`` (in, D) and ``bias`` (D,) are those of the last layer.
    """

    stem: Convolution
    blocks: tuple[Residual, ...]
    weights: Array
    bias: Array

    name = "embedding"
    title = "Embedding: convolutional network, PCA, RBF SVM"
    components = (32, 64)
    gammas = (0.5, 1.0, 2.0)

    def write(self, graph: Graph, crops: str) -> str:
        x = graph.node("Unsqueeze", [crops, graph.constant([1])])
        x = graph.node("Sub", [graph.node("Mul", [x, graph.floats(SCALE)]), graph.floats(SHIFT)])
        x = graph.node("Relu", [self.stem.write(graph, x)])
        for block in self.blocks:
            x = block.write(graph, x)
        x = graph.node("Flatten", [graph.node("GlobalAveragePool", [x])], axis=1)
        return graph.node("Gemm", [x, graph.floats(self.weights), graph.floats(self.bias)])


def with_mirrored(graph: Graph, crops: str, side: int) -> str:
    """Append the mirror images, float (N, side, side), behind the crops: float (2N, side, side)."""
    backwards = graph.constant(np.arange(side)[::-1].copy())
    mirror = graph.node("Gather", [crops, backwards], axis=2)
    return graph.node("Concat", [crops, mirror], axis=0)


def rows(front_end: FrontEnd, crops: Crops) -> Rows:
    """What the pipeline is fitted on.

    Args:
        crops: uint8 (N, side, side).

    Returns:
        float32 (N, 2 D): the crop's own row, and behind it that of its mirror image.
    """
    side = crops.shape[1]
    graph = Graph()
    numbers = graph.node("Cast", [INPUT], to=TensorProto.FLOAT)
    output = front_end.write(graph, with_mirrored(graph, numbers, side))
    model = graph.model(side, {output: ["M", "D"]})
    runner = session(model.SerializeToString(), contract=False)
    parts = []
    for i in range(0, len(crops), BATCH):
        (both,) = runner.run(None, {INPUT: crops[i : i + BATCH]})
        parts.append(np.hstack(np.split(both, 2)))
    return np.concatenate(parts)


@dataclass(frozen=True, slots=True)
class Computed:
    """The rows of many crops, made when they are asked for: one row of pixels is 8 times a crop.

    ``crops`` is uint8 (N, side, side). ``computed[chosen]`` is float32 (n, 2 D), and ``shape`` and
    ``len`` are those of the array that is never made.
    """

    front_end: FrontEnd
    crops: Crops

    def __len__(self) -> int:
        return len(self.crops)

    def __getitem__(self, chosen: Any) -> Rows:
        return rows(self.front_end, self.crops[chosen])

    @property
    def shape(self) -> tuple[int, int]:
        """(N, 2 D)."""
        return len(self), rows(self.front_end, self.crops[:1]).shape[1]
