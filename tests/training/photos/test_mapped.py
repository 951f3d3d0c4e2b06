"""Crops that stay in their files: taken, joined and sent away as if they were in memory."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from training.photos import mapped
from training.photos.mapped import Mapped

ALL = np.arange(5 * 4 * 4 * 3, dtype=np.uint8).reshape(5, 4, 4, 3)


@pytest.fixture
def crops(tmp_path: Path) -> Mapped:
    """``ALL``, three of them in a file and two in memory."""
    ALL[:3].tofile(tmp_path / "wide.bin")
    kept = np.memmap(tmp_path / "wide.bin", np.uint8, "r", shape=(3, 4, 4, 3))
    return mapped.joined([Mapped.of_all(kept), Mapped.of_all(ALL[3:])])


@pytest.mark.parametrize(
    "chosen",
    [
        slice(None),
        slice(1, 4),
        2,
        np.array([4, 0, 4, 2]),
        np.array([True, False, True, False, True]),
        np.array([], int),
    ],
)
def test_what_is_taken_is_what_an_array_would_give(crops: Mapped, chosen: Any) -> None:
    np.testing.assert_array_equal(crops[chosen], ALL[chosen])
    if not isinstance(chosen, int):
        part = crops.part(chosen)
        assert len(part) == len(ALL[chosen]) and part.shape == ALL[chosen].shape
        np.testing.assert_array_equal(part[:], ALL[chosen])
        np.testing.assert_array_equal(mapped.joined([part, crops])[:][len(part) :], ALL)


def test_it_can_be_walked_through(crops: Mapped) -> None:
    np.testing.assert_array_equal(np.stack(list(crops)), ALL)


def test_to_another_process_goes_the_file_s_name(tmp_path: Path) -> None:
    """A whole data set would not fit through the pipe."""
    many = np.zeros((2000, 112, 112, 3), np.uint8)
    many[7] = 7
    many.tofile(tmp_path / "wide.bin")
    kept = Mapped.of_all(np.memmap(tmp_path / "wide.bin", np.uint8, "r", shape=many.shape))
    sent = pickle.dumps(kept.part(np.arange(5, 1000)))
    assert len(sent) < 100_000
    again = pickle.loads(sent)
    assert len(again) == 995 and (again[2] == 7).all() and not again[3].any()
