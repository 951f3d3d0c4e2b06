"""A small residual network (He et al. 2016): crops -> 128 numbers that part female from male.

PyTorch is needed to train it and for nothing else: ``export`` writes the trained weights into the
ONNX file, and ``training/network-requirements.txt`` names the version.

The network learns on crops that ``augmented`` disturbs as life does: turned, shifted, lit from a
side, blurred, shrunk, partly covered. Where the data set knows ages and groups, two further heads
learn those: they steer the shared layers and are not part of what is exported.
"""

from __future__ import annotations

import hashlib
import logging
import math
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from facespace.io.atomic import atomic_write
from facespace.types import Crops
from training.models.front_ends import SCALE, SHIFT, Convolution, Embedding, Residual

Array = npt.NDArray[Any]

#: Numbers that the network gives for a crop.
EMBEDDING = 128

log = logging.getLogger(__name__)


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


def augmented(crop: npt.NDArray[np.uint8], rng: np.random.Generator, calm: bool) -> Array:
    """A crop, uint8 (side, side), disturbed as photos are, with its histogram equalised again.

    Args:
        calm: only mirrored, and one in two a little turned and shifted.
    """
    picture: Array = np.ascontiguousarray(crop[:, ::-1]) if rng.random() < 0.5 else crop
    side = len(picture)
    if rng.random() < (0.5 if calm else 0.85):
        strength = 0.6 if calm else 1.0
        middle = (side / 2 - 0.5, side / 2 - 0.5)
        growth = float(np.exp(rng.normal(0, 0.07 * strength)))
        matrix = cv2.getRotationMatrix2D(middle, rng.normal(0, 6 * strength), growth)
        matrix[:, 2] = matrix[:, 2] + rng.normal(0, side / 40 * strength, 2)
        picture = cv2.warpAffine(picture, matrix, (side, side), borderMode=cv2.BORDER_REPLICATE)
    if calm:
        return np.asarray(cv2.equalizeHist(picture))
    if rng.random() < 0.25:  # far from the camera
        small = int(rng.integers(10, 40))
        picture = cv2.resize(picture, (small, small), interpolation=cv2.INTER_AREA)
        picture = cv2.resize(picture, (side, side), interpolation=cv2.INTER_CUBIC)
    elif rng.random() < 0.15:
        picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.5, 1.5))
    values: Array = picture.astype(np.float32)
    if rng.random() < 0.3:  # lit from a side
        ramp = np.linspace(-1, 1, side, dtype=np.float32)
        across, down = rng.uniform(-0.5, 0.5, 2)
        values *= 1 + across * ramp[None, :] + down * ramp[:, None]
    if rng.random() < 0.15:
        values += rng.normal(0, rng.uniform(4, 20), values.shape)
    if rng.random() < 0.25:
        _cover(values, rng)
    return np.asarray(cv2.equalizeHist(np.clip(values, 0, 255).astype(np.uint8)))


def _cover(values: Array, rng: np.random.Generator) -> None:
    """Paint over the lower or the upper part, or a rectangle anywhere, in grey with a grain."""
    side = values.shape[0]
    top, bottom, left, right = 0, side, 0, side
    kind = rng.random()
    if kind < 0.35:
        top = int(rng.uniform(0.45, 0.75) * side)
    elif kind < 0.55:
        bottom = int(rng.uniform(0.2, 0.55) * side)
    else:
        height, width = (rng.uniform(0.15, 0.5, 2) * side).astype(int)
        top, left = int(rng.integers(side - height)), int(rng.integers(side - width))
        bottom, right = top + height, left + width
    shape = (bottom - top, right - left)
    values[top:bottom, left:right] = rng.uniform(0, 255) + rng.normal(0, rng.uniform(1, 25), shape)


def train(
    crops: Crops,
    targets: Sequence[Array],
    folder: Path,
    recipe: Recipe | None = None,
    watch: Callable[[Network, int, float], None] | None = None,
) -> Network:
    """Train on crops, or go on where an earlier call with the same arguments was interrupted.

    Args:
        crops: uint8 (N, side, side).
        targets: for each head the classes, int64 (N,), -1 where not known; female or male first.
        folder: where a checkpoint is left after each epoch.
        watch: called after each epoch with the averaged network, the epoch and its loss.

    Returns:
        The averaged network, ready to be applied.
    """
    recipe = recipe or Recipe()
    cv2.setNumThreads(1)  # PyTorch has the processors; so small a picture gains nothing by two
    torch.manual_seed(recipe.seed)
    network = Network(recipe, [int(t.max()) + 1 for t in targets])
    network = network.to(memory_format=torch.channels_last)
    averaged: Network = deepcopy(network).eval()
    optimiser = torch.optim.AdamW(_decayed(network, recipe.decay), betas=(0.9, 0.99))
    steps = max(1, len(crops) // recipe.batch)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{_name(crops, targets, recipe)}.npz"
    start = _restored(path, network, averaged, optimiser) if path.is_file() else 0
    labels = [torch.from_numpy(target) for target in targets]
    for epoch in range(start, recipe.epochs):
        begun = time.monotonic()
        calm = epoch >= recipe.epochs * (1 - recipe.calm)
        # Seeded by the epoch, so that an interrupted run goes on as it would have.
        torch.manual_seed(recipe.seed + epoch)
        network.train()
        total = 0.0
        for step, (chosen, pictures) in enumerate(_batches(crops, recipe, epoch, calm)):
            done = epoch * steps + step
            for group in optimiser.param_groups:
                group["lr"] = _rate(recipe, done / (recipe.epochs * steps))
            with torch.autocast("cpu", torch.bfloat16):
                outputs = network(pictures.contiguous(memory_format=torch.channels_last))
            loss = _loss(outputs, [label[chosen] for label in labels], recipe)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 5.0)
            optimiser.step()
            # At first the average forgets sooner than its own decay would: the start is random.
            _average(averaged, network, min(recipe.averaging, (1 + done) / (10 + done)))
            total += loss.item()
        _keep(path, network, averaged, optimiser, epoch + 1)
        seconds = time.monotonic() - begun
        loss_of = f"loss {total / steps:.4f}, {seconds:.0f} s"
        log.info(f"epoch {epoch + 1}/{recipe.epochs}: {loss_of}")
        if watch is not None:
            watch(averaged, epoch + 1, total / steps)
    return averaged


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


def _batches(
    crops: Crops, recipe: Recipe, epoch: int, calm: bool
) -> Iterator[tuple[Tensor, Tensor]]:
    """Positions and pictures of one epoch's batches; the next is prepared beside the work.

    A last batch that is not full is left out, unless it is the only one.
    """
    rng = np.random.default_rng((recipe.seed, epoch))
    order = rng.permutation(len(crops))
    seeds = rng.integers(2**63, size=len(crops))
    parts = [order[i : i + recipe.batch] for i in range(0, len(order), recipe.batch)]
    if len(parts) > 1 and len(parts[-1]) < recipe.batch:
        parts.pop()

    def prepared(chosen: Array) -> tuple[Tensor, Tensor]:
        made = [augmented(crops[i], np.random.default_rng(seeds[i]), calm) for i in chosen]
        return torch.from_numpy(chosen), torch.from_numpy(np.stack(made)[:, None]).float()

    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(prepared, parts[0])
        for _, following in pairwise(parts):
            ready, coming = coming, pool.submit(prepared, following)
            yield ready.result()
        yield coming.result()


def _loss(outputs: Sequence[Tensor], labels: Sequence[Tensor], recipe: Recipe) -> Tensor:
    losses = [
        functional.cross_entropy(
            logits.float(), label, ignore_index=-1, label_smoothing=recipe.smoothing
        )
        for logits, label in zip(outputs, labels, strict=True)
    ]
    return losses[0] + recipe.side_task * sum(losses[1:], torch.zeros(()))


def _decayed(network: nn.Module, decay: float) -> list[dict[str, Any]]:
    """Weights decay, biases and norms do not."""
    weights = [p for p in network.parameters() if p.ndim > 1]
    others = [p for p in network.parameters() if p.ndim == 1]
    return [
        {"params": weights, "weight_decay": decay},
        {"params": others, "weight_decay": 0.0},
    ]


def _rate(recipe: Recipe, progress: float) -> float:
    """One cycle (Smith and Topin 2019): up over the first fifth, then down along a cosine."""
    if progress < 0.2:
        return recipe.rate * max(0.04, progress / 0.2)
    return recipe.rate * (0.001 + 0.999 * (1 + math.cos(math.pi * (progress - 0.2) / 0.8)) / 2)


@torch.no_grad()
def _average(averaged: nn.Module, network: nn.Module, decay: float) -> None:
    for kept, new in zip(averaged.parameters(), network.parameters(), strict=True):
        kept.lerp_(new, 1 - decay)
    for kept, new in zip(averaged.buffers(), network.buffers(), strict=True):
        if kept.is_floating_point():
            kept.lerp_(new, 1 - decay)


def _keep(
    path: Path, network: Network, averaged: Network, optimiser: torch.optim.AdamW, epoch: int
) -> None:
    """Write all that a run needs to go on, as plain arrays."""
    arrays = {"epoch": np.asarray(epoch)}
    for name, part in (("network", network), ("averaged", averaged)):
        arrays |= {f"{name}/{key}": value.numpy() for key, value in part.state_dict().items()}
    for number, values in optimiser.state_dict()["state"].items():
        arrays |= {f"adam/{number}/{key}": value.numpy() for key, value in values.items()}
    with atomic_write(path) as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]


def _restored(path: Path, network: Network, averaged: Network, optimiser: torch.optim.AdamW) -> int:
    """Take up what ``_keep`` wrote; returns how many epochs are done."""
    with np.load(path, allow_pickle=False) as kept:
        for name, part in (("network", network), ("averaged", averaged)):
            part.load_state_dict(
                {key: torch.from_numpy(kept[f"{name}/{key}"]) for key in part.state_dict()}
            )
        state = optimiser.state_dict()
        keys = [key for key in kept.files if key.startswith("adam/")]
        for _, number, key in (name.split("/") for name in keys):
            state["state"].setdefault(int(number), {})[key] = torch.from_numpy(
                kept[f"adam/{number}/{key}"]
            )
        optimiser.load_state_dict(state)
        return int(kept["epoch"])


def _name(crops: Crops, targets: Sequence[Array], recipe: Recipe) -> str:
    """Names a run by all that decides how it goes."""
    sha = hashlib.sha256(repr(asdict(recipe)).encode())
    for array in (crops, *targets):
        sha.update(np.ascontiguousarray(array).tobytes())
    return sha.hexdigest()[:16]
