"""How the network is trained: on crops disturbed anew each epoch, and from where it was stopped."""

from __future__ import annotations

import hashlib
import logging
import math
import time
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import asdict
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from facespace.io.atomic import atomic_write
from facespace.types import Array, Crops
from training.models.augmentation import augmented
from training.models.network import Network, Recipe
from training.photos.mapped import Mapped

log = logging.getLogger(__name__)

#: Crops that are read at once.
_READ = 1024

#: Where the network may be trained; "auto" is CUDA where there is some.
DEVICES = ("auto", "cpu", "cuda")


def train(
    crops: Crops | Mapped,
    targets: Sequence[Array],
    folder: Path,
    recipe: Recipe | None = None,
    watch: Callable[[Network, int, float], None] | None = None,
    device: str = "auto",
) -> Network:
    """Train on crops, or go on where an earlier call with the same arguments was interrupted.

    Args:
        crops: uint8 (N, 112, 112, 3), of ``align.WIDE``.
        targets: for each head the classes, int64 (N,), -1 where not known; female or male first.
        folder: where a checkpoint is left after each epoch.
        watch: called after each epoch with the averaged network, the epoch and its loss.
        device: one of ``DEVICES``.

    Returns:
        The averaged network, ready to be applied, on the CPU.
    """
    recipe = recipe or Recipe()
    where = torch.device(
        ("cuda" if torch.cuda.is_available() else "cpu") if device == "auto" else device
    )
    cv2.setNumThreads(1)  # PyTorch has the processors; so small a picture gains nothing by two
    torch.manual_seed(recipe.seed)
    network = Network(recipe, [int(t.max()) + 1 for t in targets])
    network = network.to(where, memory_format=torch.channels_last)
    averaged: Network = deepcopy(network).eval()
    optimiser = torch.optim.AdamW(_decayed(network, recipe.decay), betas=(0.9, 0.99))
    steps = max(1, len(crops) // recipe.batch)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{_name(crops, targets, recipe)}.npz"
    start = _restored(path, network, averaged, optimiser) if path.is_file() else 0
    labels = [torch.from_numpy(target) for target in targets]
    for epoch in range(start, recipe.epochs):
        started = time.monotonic()
        # Seeded by the epoch, so that an interrupted run goes on as it would have.
        torch.manual_seed(recipe.seed + epoch)
        network.train()
        total = 0.0
        tight = recipe.sides(epoch)[1]
        for step, batch in enumerate(_batches(crops, recipe, epoch)):
            before = epoch * steps + step
            for group in optimiser.param_groups:
                group["lr"] = _rate(recipe, before / (recipe.epochs * steps))
            with torch.autocast(where.type, torch.bfloat16, enabled=_halves(where)):
                outputs = network(batch.pictures.to(where).float(), tight)
            known = [[label[p].to(where) for label in labels] for p in (batch.own, batch.other)]
            loss = batch.share * _loss(outputs, known[0], recipe)
            if batch.share < 1:
                loss = loss + (1 - batch.share) * _loss(outputs, known[1], recipe)
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
    trained: Network = averaged.cpu()
    return trained


def _halves(device: torch.device) -> bool:
    """Whether the device computes in bfloat16; a processor that only can is ten times slower."""
    return device.type == "cuda" or bool(torch.cpu.get_capabilities().get("avx512_bf16"))


class Batch(NamedTuple):
    """Pictures, uint8 (N, side, side, 3): ``share`` of those at ``own``, the rest at ``other``."""

    pictures: Tensor
    own: Tensor
    other: Tensor
    share: float


def _batches(crops: Crops | Mapped, recipe: Recipe, epoch: int) -> Iterator[Batch]:
    """One epoch's batches; a last one that is not full is left out, unless it is the only one."""
    rng = np.random.default_rng((recipe.seed, epoch))
    order = rng.permutation(len(crops))
    seeds = rng.integers(2**63, size=len(crops))
    side, calm = recipe.sides(epoch)[0], epoch >= recipe.epochs * (1 - recipe.calm)
    for i in range(0, max(1, len(order) - recipe.batch + 1), recipe.batch):
        chosen = order[i : i + recipe.batch]
        read = crops[chosen]
        pictures = np.stack(
            [
                augmented(crop, other, np.random.default_rng(seeds[place]), calm, side)
                for crop, other, place in zip(read, np.roll(read, 1, 0), chosen, strict=True)
            ]
        )
        own, share = torch.from_numpy(chosen), 1.0
        if not calm and rng.random() < recipe.mixed:
            share = float(rng.beta(0.4, 0.4))
            blended = share * pictures + (1 - share) * pictures[::-1].astype(np.float32)
            pictures = np.rint(blended).astype(np.uint8)
        yield Batch(torch.from_numpy(pictures), own, own.flip(0), share)


def _loss(outputs: Sequence[Sequence[Tensor]], labels: Sequence[Tensor], recipe: Recipe) -> Tensor:
    """The mean over both views: each learns by itself, so that they err apart."""
    losses = [
        (recipe.side_task if i else 1.0)
        * functional.cross_entropy(
            logits.float(), label, ignore_index=-1, label_smoothing=recipe.smoothing
        )
        for view in outputs
        for i, (logits, label) in enumerate(zip(view, labels, strict=True))
    ]
    return torch.stack(losses).sum() / len(outputs)


def _decayed(network: nn.Module, decay: float) -> list[dict[str, Any]]:
    """Weights decay, biases and norms do not."""
    weights = [p for p in network.parameters() if p.ndim > 1]
    others = [p for p in network.parameters() if p.ndim == 1]
    return [
        {"params": weights, "weight_decay": decay},
        {"params": others, "weight_decay": 0.0},
    ]


def _rate(recipe: Recipe, progress: float) -> float:
    """One cycle (Smith and Topin 2019), up over its first fifth, then down along a cosine.

    It is left before its end, for the straight line of ``Recipe.cooldown``.
    """
    left = 1 - recipe.cooldown
    if progress > left:
        return _rate(recipe, left) * max(0.001, (1 - progress) / recipe.cooldown)
    progress /= recipe.cycle
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
        arrays |= {f"{name}/{key}": value.cpu().numpy() for key, value in part.state_dict().items()}
    for number, values in optimiser.state_dict()["state"].items():
        arrays |= {f"adam/{number}/{key}": value.cpu().numpy() for key, value in values.items()}
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


def _name(crops: Crops | Mapped, targets: Sequence[Array], recipe: Recipe) -> str:
    """Names a run by all that decides how it goes."""
    sha = hashlib.sha256(repr(asdict(recipe)).encode())
    parts = (crops[i : i + _READ] for i in range(0, len(crops), _READ))
    for array in chain(parts, targets):
        sha.update(np.ascontiguousarray(array).tobytes())
    return sha.hexdigest()[:16]
