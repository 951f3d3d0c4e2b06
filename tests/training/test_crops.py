"""Crops in one file that grows: nothing lost, nothing read that is not asked for."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from training import crops


def chunk(folder: Path, name: str, rng: np.random.Generator) -> np.ndarray:
    """A worker's file with three crops; returns these."""
    rows = np.zeros(3, crops.ROW)
    rows["key"] = [f"{name}{i}".encode() for i in range(3)]
    made = rng.integers(0, 256, (3, 64, 64), np.uint8)
    np.savez(folder / f"{name}.npz", rows=rows, crops=made)
    return made


def test_chunks_are_taken_into_one_file(tmp_path: Path, rng: np.random.Generator) -> None:
    assert [len(part) for part in crops._load(tmp_path)] == [0, 0]
    first = chunk(tmp_path, "a", rng)
    rows, kept = crops._load(tmp_path)
    assert isinstance(kept, np.memmap)
    np.testing.assert_array_equal(kept, first)
    second = chunk(tmp_path, "b", rng)
    rows, kept = crops._load(tmp_path)
    np.testing.assert_array_equal(kept, np.concatenate([first, second]))
    assert rows["key"].tolist() == [b"a0", b"a1", b"a2", b"b0", b"b1", b"b2"]
    assert (tmp_path / crops.CROPS).stat().st_size == 6 * 4096
    assert not list(tmp_path.glob("*.npz"))


def test_what_an_interruption_left_is_cut_off(tmp_path: Path, rng: np.random.Generator) -> None:
    first = chunk(tmp_path, "a", rng)
    crops._load(tmp_path)
    with (tmp_path / crops.CROPS).open("ab") as file:
        file.write(b"x" * 5000)  # crops without their rows
    with (tmp_path / crops.ROWS).open("ab") as file:
        file.write(b"half a row")
    rows, kept = crops._load(tmp_path)
    assert len(rows) == len(kept) == 3
    second = chunk(tmp_path, "b", rng)
    rows, kept = crops._load(tmp_path)
    np.testing.assert_array_equal(kept, np.concatenate([first, second]))
    assert rows["key"][-1] == b"b2"
