"""What each model was fitted on, so that a later test can leave out what a kept model saw.

``fitted_on.npz`` holds ``salt``, uint8 (16,), and for each model ``<name>_fit`` and
``<name>_validation``, uint64, sorted: the hashes, with the salt before it, of each photo's file,
and of its person where that is known by name. Whoever has a photo, or a name, can see whether a
model saw it; neither can be read out. Of a reviewed face the photo's or film's file is there; a
camera's has none.
"""

from __future__ import annotations

import hashlib
import logging
import os
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from facespace.artifacts.contents import load_arrays
from facespace.artifacts.files import TRAIN_AGAIN
from facespace.artifacts.manifest import Manifest
from facespace.types import Bools, FacespaceError
from training.photos.material import Material
from training.photos.near_duplicates import hashed, matches
from training.photos.sample import Sample
from training.photos.split import LEAST_TEST, demand_both_classes
from training.report import artifact_files

FILE = "fitted_on.npz"

Ids = npt.NDArray[np.uint64]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Seen:
    """Ids, sorted, of what a model was fitted on and of its validation."""

    fit: Ids
    validation: Ids


@dataclass(frozen=True, slots=True)
class FittedOn:
    """What the models of some artifacts saw, by their names."""

    salt: bytes
    models: Mapping[str, Seen]


def contents(
    material: Material, new: Iterable[str], manifest: Manifest | None = None
) -> dict[str, bytes]:
    """The file by its name.

    Args:
        material: what the new models were fitted on.
        new: their names.
        manifest: of the artifacts whose other models are kept; None where none is.
    """
    before = (load(manifest) if manifest else None) or FittedOn(secrets.token_bytes(16), {})
    salt = before.salt
    seen = Seen(_known(material.fitting, salt), _known(material.validation, salt))
    models = {**before.models, **dict.fromkeys(new, seen)}
    arrays: dict[str, npt.NDArray[Any]] = {"salt": np.frombuffer(salt, np.uint8)}
    for name, one in models.items():
        arrays |= {f"{name}_fit": one.fit, f"{name}_validation": one.validation}
    return {FILE: artifact_files.packed(arrays)}


def load(manifest: Manifest) -> FittedOn | None:
    """Read the file of some artifacts; None where they, made by an earlier version, have none.

    Raises:
        FacespaceError: it is missing, altered or something else.
    """
    if FILE not in manifest.files:
        return None
    return load_arrays(manifest, FILE, _read, "does not say what models were fitted on")


def _read(data: Any) -> FittedOn:
    names = [name.removesuffix("_fit") for name in data if name.endswith("_fit")]
    return FittedOn(
        data["salt"].astype(np.uint8).tobytes(),
        {
            name: Seen(
                *(data[f"{name}_{part}"].astype(np.uint64) for part in ("fit", "validation"))
            )
            for name in names
        },
    )


def ids(sample: Sample, salt: bytes) -> Ids:
    """Of each photo the id of its file and that of its person, uint64 (N, 2), 0 where not known.

    Persons who are numbers have none: the same number is somebody else in another data set.
    """
    files = [_id(content, salt) for content in sample.rows["content"].tolist()]
    names = [photo.person for photo in sample.photos]
    persons = [0 if name.isdigit() else _id(os.fsencode(name), salt) for name in names]
    return np.array([files, persons], np.uint64).T


def _known(sample: Sample, salt: bytes) -> Ids:
    """All ids of some photos, sorted."""
    every = np.unique(ids(sample, salt))
    return every[every > 0]


def _id(text: bytes, salt: bytes) -> int:
    digest = hashlib.sha256(salt + text).digest()
    return max(1, int.from_bytes(digest[:8], "big")) if text else 0


def demand_known(manifest: Manifest, names: Iterable[str]) -> FittedOn:
    """What models of some artifacts saw.

    Raises:
        FacespaceError: it is not known of one of them.
    """
    known = load(manifest) or FittedOn(b"", {})
    for name in names:
        if name not in known.models:
            raise FacespaceError(
                f"{manifest.folder} does not say what the model {name} was fitted on, so which "
                f"photos are new to it is not known. {TRAIN_AGAIN}"
            )
    return known


def not_fitted(sample: Sample, manifest: Manifest, name: str) -> Bools:
    """Which photos a model was not fitted on, nor on others of their person, bool (N,).

    Raises:
        FacespaceError: it is not known what it was fitted on.
    """
    known = demand_known(manifest, [name])
    return _new(sample, known.salt, known.models[name].fit)


def _new(sample: Sample, salt: bytes, seen: Ids) -> Bools:
    return np.asarray(~np.isin(ids(sample, salt), seen).any(axis=1))


def untested(
    material: Material, manifest: Manifest, names: Sequence[str], cache: Path, jobs: int
) -> Material:
    """The material without the test photos that a model saw, or whose person it saw.

    So are test photos that nearly are one of the material's photos that a model saw: these alone
    can be looked at, of all others only ids are there.

    Args:
        material: its tests.
        manifest: of the models.
        names: of the models.
        cache: where hashes of photos are kept.
        jobs: who opens photos, see ``workers.opened``.

    Raises:
        FacespaceError: it is not known what a model saw, or too few are left.
    """
    known = demand_known(manifest, names)
    seen = [known.models[name] for name in names]
    if not seen:
        return material
    saw = np.unique(np.concatenate([part for one in seen for part in (one.fit, one.validation)]))
    stay = {name: _new(sample, known.salt, saw) for name, sample in material.whole.items()}
    hashes = {name: hashed(sample, cache, jobs) for name, sample in material.whole.items()}
    for sample in (*material.usable.values(), *material.taken_out.values()):
        looks = hashed(sample.part(~_new(sample, known.salt, saw)), cache, jobs)
        for name, mask in stay.items():
            mask[matches(looks, hashes[name])[:, 1]] = False
    for name, mask in stay.items():
        if not mask.all():
            log.info(
                f"{name}: {(~mask).sum()} photos, or persons, were known to a model in "
                f"{manifest.folder} when it was trained, or look the same; not tested on those"
            )
    return _only(material, stay)


def _only(material: Material, stay: Mapping[str, Bools]) -> Material:
    """The material with some test photos of each set."""
    whole = {name: sample.part(stay[name]) for name, sample in material.whole.items()}
    for name, sample in whole.items():
        demand_both_classes(sample.faced.labels, f"the test photos of {name}", LEAST_TEST)
    return replace(
        material,
        whole=whole,
        tests={name: sample.faced for name, sample in whole.items()},
        by_way={
            name: {way: sample.part(stay[name]) for way, sample in ways.items()}
            for name, ways in material.by_way.items()
        },
    )


def demand_validation(manifest: Manifest, material: Material) -> None:
    """See that what is chosen on the validation is chosen on photos that are new to all models.

    Raises:
        FacespaceError: it is not known what a model was fitted on, or they were no validation
            photos when it was trained.
    """
    known = demand_known(manifest, manifest.models)
    for name in manifest.models:
        drawn = ids(material.validation, known.salt)[:, 0]
        if strangers := int((~np.isin(drawn, known.models[name].validation)).sum()):
            raise FacespaceError(
                f"Of the {len(drawn):,} photos that are drawn for validation {strangers:,} were "
                f"not drawn when the model {name} was trained: on other photos, or by another "
                f"split. {TRAIN_AGAIN}"
            )
