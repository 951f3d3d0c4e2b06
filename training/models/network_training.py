"""How the network is trained: on crops disturbed anew each epoch, and from where it was stopped."""

from __future__ import annotations

import hashlib
import logging
import math
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from facespace.io.atomic import atomic_write
from facespace.types import Array, Crops
from training.models.augmentation import augmented
from training.models.network import Network, Recipe

log = logging.getLogger(__name__)


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
        started = time.monotonic()
        calm = epoch >= recipe.epochs * (1 - recipe.calm)
        # Seeded by the epoch, so that an interrupted run goes on as it would have.
        torch.manual_seed(recipe.seed + epoch)
        network.train()
        total = 0.0
        for step, (chosen, pictures) in enumerate(_batches(crops, recipe, epoch, calm)):
            before = epoch * steps + step
            for group in optimiser.param_groups:
                group["lr"] = _rate(recipe, before / (recipe.epochs * steps))
            with torch.autocast("cpu", torch.bfloat16):
                outputs = network(pictures.contiguous(memory_format=torch.channels_last))
            loss = _loss(outputs, [label[chosen] for label in labels], recipe)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 5.0)
            optimiser.step()
            # At first the average forgets sooner than its own decay would: the start is random.
            _average(averaged, network, min(recipe.averaging, (1 + before) / (10 + before)))
            total += loss.item()
        _save(path, network, averaged, optimiser, epoch + 1)
        seconds = time.monotonic() - started
        log.info(f"epoch {epoch + 1}/{recipe.epochs}: loss {total / steps:.4f}, {seconds:.0f} s")
        if watch is not None:
            watch(averaged, epoch + 1, total / steps)
    return averaged


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
        batch = [augmented(crops[i], np.random.default_rng(seeds[i]), calm) for i in chosen]
        return torch.from_numpy(chosen), torch.from_numpy(np.stack(batch)[:, None]).float()

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
    for average, new in zip(averaged.parameters(), network.parameters(), strict=True):
        average.lerp_(new, 1 - decay)
    for average, new in zip(averaged.buffers(), network.buffers(), strict=True):
        if average.is_floating_point():
            average.lerp_(new, 1 - decay)


def _save(
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
    """Take up what ``_save`` wrote; returns how many epochs are done."""
    with np.load(path, allow_pickle=False) as saved:
        for name, part in (("network", network), ("averaged", averaged)):
            part.load_state_dict(
                {key: torch.from_numpy(saved[f"{name}/{key}"]) for key in part.state_dict()}
            )
        state = optimiser.state_dict()
        keys = [key for key in saved.files if key.startswith("adam/")]
        for _, number, key in (name.split("/") for name in keys):
            state["state"].setdefault(int(number), {})[key] = torch.from_numpy(
                saved[f"adam/{number}/{key}"]
            )
        optimiser.load_state_dict(state)
        return int(saved["epoch"])


def _name(crops: Crops, targets: Sequence[Array], recipe: Recipe) -> str:
    """Names a run by all that decides how it goes."""
    sha = hashlib.sha256(repr(asdict(recipe)).encode())
    for array in (crops, *targets):
        sha.update(np.ascontiguousarray(array).tobytes())
    return sha.hexdigest()[:16]
