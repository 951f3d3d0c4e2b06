"""What the SVM gets to look at: pixels, oriented gradients, or a network's numbers.

A front end writes itself into an ONNX graph, and the same nodes compute the rows that the
pipeline is fitted on: what a model learned from and what it sees at work cannot differ.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from onnx import TensorProto

from facespace.faces import align
from facespace.faces.model import INPUT, session
from facespace.types import Crops, Template
from training.models.onnx_graph import Graph
from training.photos.mapped import Mapped

Rows = npt.NDArray[np.float32]

#: Crops that one run of a front end's session eats.
BATCH = 256


class FrontEnd(ABC):
    """Turns crops into rows of numbers.

    ``name`` is the model's, ``title`` what people read, ``components`` and ``gammas`` what the
    search tries, ``whitening`` that of ``pipeline.SoftWhitenedPCA``. ``half`` says that the fitted
    pipeline is rounded to half precision, where its file would be too large. ``template`` says
    which crops it eats. ``views`` is 2 where the mirror image is looked at too, which takes twice
    as long, else 1.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    components: ClassVar[tuple[int, ...]]
    gammas: ClassVar[tuple[float, ...]]
    whitening: ClassVar[float] = 0.5
    half: ClassVar[bool] = False
    template: ClassVar[Template] = align.TEMPLATE
    views: ClassVar[int] = 2

    @abstractmethod
    def write(self, graph: Graph, crops: str) -> str:
        """Append the nodes from crops, float (N, *template.shape) of 0 to 255, to rows (N, D)."""

    def grey(self, graph: Graph, crops: str) -> str:
        """Append what face space sees of the crops, float (N, 64, 64) of 0 to 255.

        The distance from face space is measured from this; grey crops are it.
        """
        return crops

    def age(self, graph: Graph, rows: str) -> str | None:
        """Append how old a face looks, years, float (N,), from what ``write`` gave, if known."""
        return None


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


def seen(front_end: FrontEnd, graph: Graph, crops: str, side: int) -> str:
    """Append what a front end looks at: the crops, and behind them their mirror images if so."""
    return crops if front_end.views == 1 else with_mirrored(graph, crops, side)


def with_mirrored(graph: Graph, crops: str, side: int) -> str:
    """Append the mirror images behind the crops: float (N, side, side, ...) -> (2N, ...)."""
    backwards = graph.constant(np.arange(side)[::-1].copy())
    mirror = graph.node("Gather", [crops, backwards], axis=2)
    return graph.node("Concat", [crops, mirror], axis=0)


def rows(front_end: FrontEnd, crops: Crops | Mapped) -> Rows:
    """What the pipeline is fitted on.

    Args:
        crops: uint8 (N, *front_end.template.shape); read ``BATCH`` at a time.

    Returns:
        float32 (N, views D): the crop's own row, and behind it that of its mirror image.
    """
    side = crops.shape[1]

    def write(graph: Graph, numbers: str) -> str:
        return front_end.write(graph, seen(front_end, graph, numbers, side))

    parts = _run(write, crops)
    return np.concatenate([np.hstack(np.split(both, front_end.views)) for both in parts])


def grey_rows(front_end: FrontEnd, crops: Crops | Mapped) -> Rows:
    """What face space sees of crops that a front end eats, float32 (N, 64 * 64)."""

    def write(graph: Graph, numbers: str) -> str:
        return PIXELS.write(graph, front_end.grey(graph, numbers))

    return np.concatenate(list(_run(write, crops)))


def _run(write: Callable[[Graph, str], str], crops: Crops | Mapped) -> Iterator[Rows]:
    """What the nodes that ``write`` appends to crops give, float32 (M, D) for each ``BATCH``."""
    graph = Graph()
    output = write(graph, graph.node("Cast", [INPUT], to=TensorProto.FLOAT))
    model = graph.model(crops.shape[1], {output: ["M", "D"]}, colour=len(crops.shape) == 4)
    runner = session(model.SerializeToString(), contract=False)
    for i in range(0, len(crops), BATCH):
        (given,) = runner.run(None, {INPUT: crops[i : i + BATCH]})
        yield given


@dataclass(frozen=True, slots=True)
class Computed:
    """The rows of many crops, made when they are asked for: one row of pixels is 8 times a crop.

    ``crops`` is uint8 (N, *front_end.template.shape). ``computed[chosen]`` is float32
    (n, views D), and ``shape`` and ``len`` are those of the array that is never made.
    """

    front_end: FrontEnd
    crops: Crops | Mapped

    def __len__(self) -> int:
        return len(self.crops)

    def part(self, chosen: Any) -> Computed:
        """Those of some crops, not made yet."""
        if isinstance(self.crops, Mapped):
            return Computed(self.front_end, self.crops.part(chosen))
        return Computed(self.front_end, self.crops[chosen])

    def __getitem__(self, chosen: Any) -> Rows:
        return rows(self.front_end, self.part(chosen).crops)

    @property
    def shape(self) -> tuple[int, int]:
        """(N, views D)."""
        return len(self), self[:1].shape[1]
