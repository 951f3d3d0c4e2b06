"""The network learns, can be interrupted, and computes in ONNX what it does in PyTorch."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from onnx import TensorProto

from facespace.faces import align
from facespace.faces.model import INPUT, session
from facespace.types import RGB, Detection
from training.models import front_ends, tight_view
from training.models.onnx_graph import Graph

pytest.importorskip("torch", reason="PyTorch is not installed; it is for training alone")

import torch

from training.models import network, network_training
from training.models.augmentation import augmented
from training.models.network import Layers, Recipe

SMALL = Recipe(
    colour=Layers((8, 8), (8, 16), (1, 1)),
    grey=Layers((8,), (8, 16), (1, 1)),
    epochs=3,
    batch=32,
    early_side=56,
    early_tight=32,
)

Pixels = npt.NDArray[np.uint8]


@pytest.fixture(scope="module")
def crop(astronaut: RGB, astronaut_face: Detection) -> Pixels:
    return np.asarray(align.crop(astronaut, [astronaut_face], align.WIDE)[0], np.uint8)


@pytest.fixture(scope="module")
def faces(crop: Pixels) -> tuple[Pixels, list[np.ndarray]]:
    """Disturbed crops, uint8 (256, 112, 112, 3), half of them dark around the mouth; the labels."""
    rng = np.random.default_rng(0)
    made = np.stack([augmented(crop, crop, rng, True, 112) for _ in range(256)])
    labels = np.arange(256) % 2
    made[labels == 1, 70:88, 35:77] //= 4
    ages = np.where(np.arange(256) < 9, -1, np.arange(256) % 3)
    return made, [labels, ages]


def test_it_learns_and_is_the_same_in_onnx(
    faces: tuple[Pixels, list[np.ndarray]], tmp_path: Path
) -> None:
    crops, labels = faces
    losses: list[float] = []
    trained = network_training.train(
        crops, labels, tmp_path, SMALL, lambda _, epoch, loss: losses.append(loss)
    )
    assert losses[-1] < losses[0]
    end = network.front_end(trained)
    own = front_ends.rows(end, crops)[:, : 2 * network.EMBEDDING]
    np.testing.assert_allclose(own, network.embed(trained, crops), atol=1e-3)  # rounded weights
    apart = np.linalg.norm(own[::2].mean(axis=0) - own[1::2].mean(axis=0))
    assert apart > own[::2].std(axis=0).mean()


def test_the_age_is_the_mean_of_what_both_views_expect(
    faces: tuple[Pixels, list[np.ndarray]], tmp_path: Path
) -> None:
    crops, labels = faces
    trained = network_training.train(crops, labels, tmp_path, replace(SMALL, epochs=1))
    years = np.array([5.0, 15.0, 40.0])
    end = network.front_end(trained, years)
    graph = Graph()
    out = end.age(graph, end.write(graph, graph.node("Cast", [INPUT], to=TensorProto.FLOAT)))
    assert out is not None
    given = graph.model(112, {out: ["N"]}, colour=True).SerializeToString()
    (ages,) = session(given, contract=False).run(None, {INPUT: crops[:7]})
    with torch.inference_mode():
        logits = [view[1] for view in trained(torch.from_numpy(crops[:7]).float())]
    expected = torch.softmax(torch.stack(logits).mean(0), 1).numpy() @ years
    np.testing.assert_allclose(ages, expected, atol=1e-3)
    assert network.front_end(trained).age(graph, "") is None


def test_the_tight_view_is_the_grey_crop(
    astronaut: RGB, astronaut_face: Detection, crop: Pixels
) -> None:
    """What the graph cuts out of the wide crop, against what ``align`` cuts out of the picture."""
    grey = align.crop(astronaut, [astronaut_face])[0].astype(float)
    both = np.stack([crop, crop[:, ::-1]])
    trained = network.Network(SMALL, [2])
    seen = front_ends.grey_rows(network.front_end(trained), both).reshape(2, 64, 64)
    assert np.abs(seen[0] - grey).mean() < 4
    np.testing.assert_array_equal(seen[1], seen[0, :, ::-1])
    torch_view = network.tight_views(torch.from_numpy(both).float(), 64).numpy()
    np.testing.assert_array_equal(seen, torch_view)
    rows, columns = tight_view.matrices()
    plain = np.rint(rows @ (crop.reshape(112, -1).astype(np.float32) @ columns))
    np.testing.assert_array_equal(seen[0], cv2.equalizeHist(plain.astype(np.uint8)))


def test_interrupted_it_goes_on_as_it_would_have(
    faces: tuple[Pixels, list[np.ndarray]], tmp_path: Path
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
    faces: tuple[Pixels, list[np.ndarray]], tmp_path: Path
) -> None:
    crops, labels = faces
    for count, sizes in ((20, [20]), (32, [32]), (70, [32, 32])):
        batches = list(network_training._batches(crops[:count], SMALL, 0))
        assert [len(batch.pictures) for batch in batches] == sizes
    network_training.train(crops[:20], [label[:20] for label in labels], tmp_path, SMALL)
