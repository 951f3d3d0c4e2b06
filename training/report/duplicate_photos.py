"""Photos of a data set that are there more than once, exactly or nearly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from training.photos import near_duplicates
from training.photos.material import Material
from training.photos.near_duplicates import Hashed
from training.photos.sample import SPLITS


def duplicates(name: str, material: Material, hashes: Mapping[str, Hashed]) -> dict[str, Any]:
    """``duplicates`` of one data set, as ``describe_data`` has them.

    Args:
        name: of the data set.
        material: all of them.
        hashes: of the usable photos of each.
    """
    sample, repeated = material.usable[name], material.repeated[name]
    splits = sample.splits
    side_of = dict(zip(sample.rows["content"].tolist(), splits.tolist(), strict=True))
    sides = zip(repeated.rows["content"].tolist(), repeated.splits.tolist(), strict=True)
    near = near_duplicates.near(hashes[name])
    one, other = near.pairs.T
    exact_across = sum(side_of[content] != side for content, side in sides)
    near_across = int((splits[one] != splits[other]).sum())
    has_both = set(SPLITS) <= set(splits.tolist())
    with_training = None
    if name not in material.learned:
        with_training = near_duplicates.between(hashes[name], _trained_on(material, hashes))
    return {
        "exact": {
            "photos": len(repeated.photos),
            "across": exact_across if has_both else None,
        },
        "near": {
            **near.to_dict(),
            "across": near_across if has_both else None,
            "with_training": with_training,
        },
        "sets": material.shared_pairs[name],
    }


def _trained_on(material: Material, hashes: Mapping[str, Hashed]) -> Hashed:
    """The hashes of the photos that were trained on."""
    parts = [
        hashes[name].part(material.usable[name].splits == "train") for name in material.learned
    ]
    return Hashed(
        np.concatenate([part.photos for part in parts]),
        np.concatenate([part.crops for part in parts]),
    )
