"""A small residual network (He et al. 2016): crops -> 128 numbers that part female from male.

PyTorch is needed to train it and for nothing else: ``export`` writes the trained weights into the
ONNX file, and ``training/network-requirements.txt`` names the version.

Where the data set knows ages and groups, two further heads learn those: they steer the shared
layers and are not part of what is exported.
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

from facespace.types import Crops
from training.models.front_ends import SCALE, SHIFT, Convolution, Embedding, Residual

#: Numbers that the network gives for a crop.
EMBEDDING = 128


@dataclass(frozen=True, slots=True)
class Recipe:
    """How the network is built and trained.

    ``widths`` are the channels of the stages, each at half the side of the one before, ``blocks``
    the residual blocks in each. ``calm`` is the share of the epochs, at the end, in which crops
    are disturbed less. ``averaging`` is the decay a step of the weights' moving average, which is
    what is kept (Polyak and Juditsky 1992). ``side_task`` weighs the loss of ages and groups.
    """

    widths: tuple[int, ...] = (32, 64, 96, 160)
    blocks: tuple[int, ...] = (2, 2, 2, 1)
    epochs: int = 36
    batch: int = 128
    rate: float = 3e-3
    decay: float = 0.05
    smoothing: float = 0.05
    dropout: float = 0.2
    calm: float = 0.2
    averaging: float = 0.998
    side_task: float = 0.3
    seed: int = 0


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


class Network(nn.Module):
    """Crops, float (N, 1, side, side) of 0 to 255 -> embedding (N, 128) and the heads' logits."""

    def __init__(self, recipe: Recipe, heads: Sequence[int]) -> None:
        super().__init__()
        first = recipe.widths[0]
        self.stem = nn.Conv2d(1, first, 5, 2, 2, bias=False)
        self.stem_norm = nn.BatchNorm2d(first)
        stages: list[Block] = []
        for i, (width, count) in enumerate(zip(recipe.widths, recipe.blocks, strict=True)):
            before = recipe.widths[max(0, i - 1)]
            stages.append(Block(before, width, 1 if i == 0 else 2))
            stages += [Block(width, width, 1) for _ in range(count - 1)]
        self.blocks = nn.Sequential(*stages)
        self.embed = nn.Linear(recipe.widths[-1], EMBEDDING)
        self.dropout = nn.Dropout(recipe.dropout)
        self.heads = nn.ModuleList(nn.Linear(EMBEDDING, classes) for classes in heads)

    def embedding(self, x: Tensor) -> Tensor:
        """What is exported, (N, 128)."""
        x = functional.relu(self.stem_norm(self.stem(x * SCALE - SHIFT)))
        return self.embed(self.blocks(x).mean((2, 3)))

    def forward(self, x: Tensor) -> list[Tensor]:
        shared = self.dropout(functional.relu(self.embedding(x)))
        return [head(shared) for head in self.heads]


def embed(network: Network, crops: Crops) -> npt.NDArray[np.float32]:
    """The embeddings of crops, uint8 (N, side, side), float32 (N, 128)."""
    parts = [np.empty((0, EMBEDDING), np.float32)]
    network.eval()
    with torch.inference_mode():
        for i in range(0, len(crops), 512):
            pictures = torch.from_numpy(crops[i : i + 512, None]).float()
            pictures = pictures.contiguous(memory_format=torch.channels_last)
            parts.append(network.embedding(pictures).numpy())
    return np.concatenate(parts)


def front_end(network: Network) -> Embedding:
    """The embedding as ``front_ends`` writes it, the norms folded into the convolutions."""
    blocks = tuple(
        Residual(
            _folded(block.first, block.first_norm),
            _folded(block.second, block.second_norm),
            _folded(block.short, block.short_norm) if block.short is not None else None,
        )
        for block in network.blocks
    )
    last = network.embed
    weights, bias = (values.detach().numpy() for values in (last.weight.T, last.bias))
    return Embedding(_folded(network.stem, network.stem_norm), blocks, weights, bias)


def _folded(convolution: nn.Conv2d, norm: Any) -> Convolution:
    scale = (norm.weight / torch.sqrt(norm.running_var + norm.eps)).detach().double()
    weights = convolution.weight.detach().double() * scale[:, None, None, None]
    bias = norm.bias.detach().double() - norm.running_mean.double() * scale
    return Convolution(weights.numpy(), bias.numpy(), convolution.stride[0])
