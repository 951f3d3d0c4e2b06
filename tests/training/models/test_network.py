"""The network learns, can be interrupted, and computes in ONNX what it does in PyTorch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from facespace.types import RGB, Detection

pytest.importorskip("torch", reason="PyTorch is not installed; it is for training alone")

from facespace.faces import align
from training.models import front_ends, network, network_training
from training.models.augmentation import augmented
from training.models.network import Recipe

SMALL = Recipe(widths=(8, 16), blocks=(1, 1), epochs=3, batch=32)


@pytest.fixture(scope="module")
def crop(astronaut: RGB, astronaut_face: Detection) -> npt.NDArray[np.uint8]:
    return np.asarray(align.crop(astronaut, [astronaut_face])[0], np.uint8)


@pytest.fixture(scope="module")
def faces(crop: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
    """Disturbed crops, uint8 (256, 64, 64), half of them dark around the mouth, and the labels."""
    rng = np.random.default_rng(0)
    made = np.stack([augmented(crop, rng, calm=True) for _ in range(256)])
    labels = np.arange(256) % 2
    made[labels == 1, 44:56, 16:48] //= 4
    ages = np.where(np.arange(256) < 9, -1, np.arange(256) % 3)
    return made, [labels, ages]


def test_it_learns_and_is_the_same_in_onnx(
    faces: tuple[np.ndarray, list[np.ndarray]], tmp_path: Path
) -> None:
    crops, labels = faces
    losses: list[float] = []
    trained = network_training.train(
        crops, labels, tmp_path, SMALL, lambda _, epoch, loss: losses.append(loss)
    )
    assert losses[-1] < losses[0]
    end = network.front_end(trained)
    own = front_ends.rows(end, crops)[:, : network.EMBEDDING]
    np.testing.assert_allclose(own, network.embed(trained, crops), atol=1e-4)
    apart = np.linalg.norm(own[::2].mean(axis=0) - own[1::2].mean(axis=0))
    assert apart > own[::2].std(axis=0).mean()


def test_interrupted_it_goes_on_as_it_would_have(
    faces: tuple[np.ndarray, list[np.ndarray]], tmp_path: Path
) -> None:
    crops, labels = faces

    class Stop(Exception):
        pass

    def stop(_: network.Network, epoch: int, loss: float) -> None:
        if epoch == 2:
            raise Stop

    with pytest.raises(Stop):
        network_training.train(crops, labels, tmp_path / "halved", SMALL, stop)
    epochs: list[int] = []
    resumed = network_training.train(
        crops, labels, tmp_path / "halved", SMALL, lambda _, epoch, loss: epochs.append(epoch)
    )
    whole = network_training.train(crops, labels, tmp_path / "whole", SMALL)
    assert epochs == [3]
    one, other = (network.embed(trained, crops) for trained in (resumed, whole))
    np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-3)


def test_fewer_crops_than_a_batch_are_one(
    faces: tuple[np.ndarray, list[np.ndarray]], tmp_path: Path
) -> None:
    crops, labels = faces
    for count, sizes in ((20, [20]), (32, [32]), (70, [32, 32])):
        batches = list(network_training._batches(crops[:count], SMALL, 0, calm=True))
        assert [len(pictures) for _, pictures in batches] == sizes
    network_training.train(crops[:20], [label[:20] for label in labels], tmp_path, SMALL)
