"""Labeled Faces in the Wild, through scikit-learn, which knows where it is and its checksum."""

from __future__ import annotations

import logging
import shutil
from http.client import HTTPException
from pathlib import Path

from facespace.datasets.layouts import NAMES
from facespace.types import FacespaceError

#: More photos than all persons of LFW but one have: scikit-learn then opens few, of 13,233.
_FEW = 500

log = logging.getLogger(__name__)


def lfw(cache: Path, names: Path | None) -> Path:
    """The folder of LFW in the cache, fetched if it is not there, with the user's lists of names.

    Args:
        cache: the folder is ``lfw`` in it.
        names: folder with the two lists of ``layouts.NAMES``; None where they are there already.

    Raises:
        FacespaceError: there are no lists, or LFW cannot be fetched.
    """
    folder = cache / "lfw"
    home = folder / "lfw_home"
    home.mkdir(parents=True, exist_ok=True)
    for name in NAMES.values():
        if names is not None:
            try:
                shutil.copyfile(names / name, home / name)
            except OSError as error:
                raise FacespaceError(f"{names / name} cannot be read: {error.strerror}.") from error
        elif not (home / name).is_file():
            raise FacespaceError(
                "LFW says of nobody whether female or male. Give --names DIR, a folder with "
                f"{' and '.join(NAMES.values())}: a name (Aaron_Eckhart) or file "
                "(Aaron_Eckhart_0001.jpg) a line."
            )
    tree, archive = home / "lfw_funneled", home / "lfw-funneled.tgz"
    if archive.is_file():  # scikit-learn removes it once all is unpacked
        shutil.rmtree(tree, ignore_errors=True)
    if not tree.is_dir():
        log.info("downloading LFW, about 200 MB")
        _fetch(folder, home)
    return folder


def _fetch(folder: Path, home: Path) -> None:
    from sklearn.datasets import fetch_lfw_people

    try:
        fetch_lfw_people(data_home=folder, min_faces_per_person=_FEW, n_retries=1)
    except (OSError, HTTPException) as error:  # no network, a refusal, or a wrong checksum
        raise FacespaceError(
            f"LFW could not be downloaded ({error}). Where the network does not allow it, unpack "
            f"lfw-funneled.tgz, fetched elsewhere, into {home}, and say the same again."
        ) from error
    # The photos are read from their files; scikit-learn's own arrays of them are not needed.
    shutil.rmtree(home / "joblib", ignore_errors=True)
