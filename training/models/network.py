"""A network that looks at a face twice: crops -> 256 numbers that part female from male.

Two residual networks (He et al. 2016) see the same wide crop: one as it is, in colour, the other
its tight grey view with the histogram equalised, which ``embedding.Embedding`` cuts out inside the
ONNX file. Two views err less alike than two networks on one.

PyTorch is needed to train it and for nothing else: ``export`` writes the trained weights into the
ONNX file, and ``training/network-requirements.txt`` names the version.

Where the data set knows ages and groups, two further heads learn those. They steer the shared
layers; of them the age alone is exported, as evidence that a face looks like a child's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from facespace.faces import align
from facespace.types import Array, Crops
from training.models import embedding, tight_view
from training.models.embedding import SCALE, SHIFT, Ages, Convolution, Embedding, Residual
from training.models.onnx_graph import rounded
from training.photos.mapped import Mapped

#: Numbers that each of the two networks gives for a crop.
EMBEDDING = 128


@dataclass(frozen=True, slots=True)
class Layers:
    """How one of the networks is built.

    ``stem`` are the channels of the first convolutions, each halving the side; ``widths`` those of
    the stages, each at half the side of the one before; ``blocks`` the residual blocks in each.
    """

    stem: tuple[int, ...]
    widths: tuple[int, ...]
    blocks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How the network is built and trained.

    The rate follows one cycle that would last ``cycle`` times as many epochs, and in the share
    ``cooldown`` of them, at the end, falls straight to nothing (Hägele et al. 2024).
    In the share ``early`` of the epochs, at the beginning, crops are ``early_side`` pixels wide and
    their tight views ``early_tight``, which takes half as long (Tan and Le 2021). ``calm`` is the
    share, at the end, in which crops are disturbed less. ``mixed`` is the share of batches whose
    pictures are blended with each other's (Zhang et al. 2018), none of them in the calm epochs.
    ``averaging`` is the decay a step of the weights' moving average, which is what is kept (Polyak
    and Juditsky 1992). ``side_task`` weighs the loss of ages and groups.
    """

    colour: Layers = Layers((32, 32), (32, 64, 128, 192), (2, 2, 2, 2))
    grey: Layers = Layers((32,), (32, 64, 96, 160), (2, 2, 2, 1))
    epochs: int = 28
    cycle: float = 32 / 28
    cooldown: float = 5 / 28
    early: float = 0.32
    early_side: int = 80
    early_tight: int = 48
    batch: int = 128
    rate: float = 3e-3
    decay: float = 0.05
    smoothing: float = 0.05
    dropout: float = 0.2
    calm: float = 0.2
    mixed: float = 0.2
    averaging: float = 0.998
    side_task: float = 0.3
    seed: int = 0

    def sides(self, epoch: int) -> tuple[int, int]:
        """The sides of the crops and of their tight views in an epoch, counted from 0."""
        if epoch < self.epochs * self.early:
            return self.early_side, self.early_tight
        return align.WIDE.side, align.TEMPLATE.side


class Block(nn.Module):
    """Two 3 x 3 convolutions beside a short cut."""

    def __init__(self, inside: int, outside: int, stride: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(inside, outside, 3, stride, 1, bias=False)
        self.first_norm = nn.BatchNorm2d(outside)
        self.second = nn.Conv2d(outside, outside, 3, 1, 1, bias=False)
        self.second_norm = nn.BatchNorm2d(outside)
        self.short: nn.Conv2d | None = None
        self.short_norm: nn.BatchNorm2d | None = None
        if stride != 1 or inside != outside:
            self.short = nn.Conv2d(inside, outside, 1, stride, bias=False)
            self.short_norm = nn.BatchNorm2d(outside)

    def forward(self, x: Tensor) -> Tensor:
        y = functional.relu(self.first_norm(self.first(x)))
        y = self.second_norm(self.second(y))
        if self.short is not None and self.short_norm is not None:
            x = self.short_norm(self.short(x))
        return functional.relu(x + y)


class Tower(nn.Module):
    """One of the networks: pictures, float (N, channels, side, side) of 0 to 255 -> (N, 128)."""

    def __init__(self, channels: int, layers: Layers) -> None:
        super().__init__()
        inside = (channels, *layers.stem)
        self.stem = nn.ModuleList(
            nn.Conv2d(before, after, 5 if i == 0 else 3, 2, 2 if i == 0 else 1, bias=False)
            for i, (before, after) in enumerate(zip(inside, layers.stem, strict=False))
        )
        self.stem_norms = nn.ModuleList(nn.BatchNorm2d(width) for width in layers.stem)
        stages: list[Block] = []
        before = layers.stem[-1]
        for i, (width, count) in enumerate(zip(layers.widths, layers.blocks, strict=True)):
            stages.append(Block(before, width, 1 if i == 0 else 2))
            stages += [Block(width, width, 1) for _ in range(count - 1)]
            before = width
        self.blocks = nn.Sequential(*stages)
        self.embed = nn.Linear(before, EMBEDDING)

    def forward(self, x: Tensor) -> Tensor:
        x = x * SCALE - SHIFT
        for convolution, norm in zip(self.stem, self.stem_norms, strict=True):
            x = functional.relu(norm(convolution(x)))
        return self.embed(self.blocks(x).mean((2, 3)))


class Network(nn.Module):
    """Crops, float (N, side, side, 3) of 0 to 255 -> the heads' logits for each of both views."""

    def __init__(self, recipe: Recipe, heads: Sequence[int]) -> None:
        super().__init__()
        self.views = nn.ModuleList([Tower(3, recipe.colour), Tower(1, recipe.grey)])
        self.dropout = nn.Dropout(recipe.dropout)
        self.heads = nn.ModuleList(
            nn.ModuleList(nn.Linear(EMBEDDING, classes) for classes in heads) for _ in self.views
        )

    def embeddings(self, crops: Tensor, tight: int = align.TEMPLATE.side) -> list[Tensor]:
        """What is exported, (N, 128) of each view; ``tight`` is the side of the tight one."""
        colour = crops.permute(0, 3, 1, 2)  # in memory they stay as they are: channels last
        grey = tight_views(crops, tight)[:, None]
        return [view(x) for view, x in zip(self.views, (colour, grey), strict=True)]

    def forward(self, crops: Tensor, tight: int = align.TEMPLATE.side) -> list[list[Tensor]]:
        return [
            [head(self.dropout(functional.relu(numbers))) for head in heads]
            for numbers, heads in zip(self.embeddings(crops, tight), self.heads, strict=True)
        ]


def tight_views(crops: Tensor, side: int) -> Tensor:
    """What ``tight_view.write`` gives for float (N, S, S, 3): (N, side, side)."""
    with torch.autocast(crops.device.type, enabled=False):
        rows, columns = (
            torch.from_numpy(matrix).to(crops.device)
            for matrix in tight_view.matrices(crops.shape[1], side)
        )
        grey = (rows @ (crops.flatten(2) @ columns)).round().clamp(0, 255)
        flat = grey.flatten(1)
        places = flat.long()
        counts = torch.zeros(len(flat), 256, device=crops.device)
        counts.scatter_add_(1, places, torch.ones_like(flat))
        below = counts.cumsum(1).gather(1, places)
        least = below.amin(1, keepdim=True)
        share = (below - least) / (flat.shape[1] - least).clamp(min=1)
        return (share * 255).round().reshape(grey.shape)


def embed(network: Network, crops: Crops | Mapped) -> npt.NDArray[np.float32]:
    """The embeddings of crops, uint8 (N, side, side, 3), float32 (N, 256), both views' in turn."""
    parts = [np.empty((0, 2 * EMBEDDING), np.float32)]
    network.eval()
    device = next(network.parameters()).device
    with torch.inference_mode():
        for i in range(0, len(crops), 256):
            pictures = torch.from_numpy(crops[i : i + 256]).to(device).float()
            parts.append(torch.cat(network.embeddings(pictures), 1).cpu().numpy())
    return np.concatenate(parts)


def front_end(network: Network, years: Array | None = None) -> Embedding:
    """The embedding as a front end, the norms folded into the convolutions.

    Weights are rounded to half precision, which halves the file: what is fitted on the numbers, and
    what is measured, sees them as they are shipped.

    Args:
        network: on the CPU.
        years: the middle of each class of the second head, (K,); None where that is not the age.
    """
    colour, grey = (_tower(view) for view in network.views)
    if years is None:
        return Embedding(colour, grey, None)
    weights, bias = zip(*(_linear(heads[1]) for heads in network.heads), strict=True)
    # The mean of both views' logits is one product of their numbers side by side.
    return Embedding(colour, grey, Ages(np.concatenate(weights) / 2, sum(bias) / 2, years))


def _tower(view: Any) -> embedding.Tower:
    stem = [
        _folded(convolution, norm)
        for convolution, norm in zip(view.stem, view.stem_norms, strict=True)
    ]
    blocks = [
        Residual(
            _folded(block.first, block.first_norm),
            _folded(block.second, block.second_norm),
            _folded(block.short, block.short_norm) if block.short is not None else None,
        )
        for block in view.blocks
    ]
    return embedding.Tower(tuple(stem), tuple(blocks), *_linear(view.embed))


def _linear(layer: Any) -> tuple[Array, Array]:
    """Weights (in, out) and bias (out,) of a linear layer."""
    return rounded(layer.weight.detach().numpy().T), layer.bias.detach().numpy()


def _folded(convolution: nn.Conv2d, norm: Any) -> Convolution:
    scale = (norm.weight / torch.sqrt(norm.running_var + norm.eps)).detach().double()
    weights = convolution.weight.detach().double() * scale[:, None, None, None]
    bias = norm.bias.detach().double() - norm.running_mean.double() * scale
    return Convolution(rounded(weights.numpy()), bias.numpy(), convolution.stride[0])
