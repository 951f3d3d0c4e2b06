"""What is installed in ``artifacts/``: the manifest, and files that are what it says they are."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from facespace import installation
from facespace.artifacts.chance import Chance
from facespace.artifacts.files import TRAIN_AGAIN, FileInfo, Verified, verify
from facespace.types import FacespaceError, Template

#: The layout of ``manifest.json`` that this version reads and writes.
FORMAT = 2


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What the manifest says of one model.

    ``threshold``: a face is predicted female where its probability reaches it. ``certainty``: the
    least probability of the likelier class (0.5 to 1) for an answer where the model alone decides,
    as in its own tests. ``chance``: that an answer is wrong, by all that is known of a face;
    ``most_wrong``: the largest (0 to 1) at which there is an answer. ``child``: the age in years
    below which a face looks like a child's; None where the model gives no age. ``chosen`` says how
    and on which data all of these were chosen.
    """

    name: str
    title: str
    file: FileInfo
    classes: tuple[str, str]
    template: Template
    components: int
    threshold: float
    certainty: float
    chance: Chance
    most_wrong: float
    child: float | None
    chosen: Mapping[str, Any]
    data: Mapping[str, str]
    versions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Finds:
    """Which finds of a detector are faces at all, each by detector.

    ``sure``: the score below which a find is doubtful. ``thrown_out``: the likeness to a face
    (``types.Evidence.face_like``) below which a doubtful find is no face. ``chosen`` says of both
    how and on which data they were chosen.
    """

    sure: Mapping[str, float] = field(default_factory=dict)
    thrown_out: Mapping[str, float] = field(default_factory=dict)
    chosen: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Manifest:
    """``manifest.json``: all models, the default's name, what finds count, and the other files."""

    folder: Path
    default: str
    models: Mapping[str, ModelInfo]
    files: Mapping[str, FileInfo]
    finds: Finds

    def model(self, name: str | None = None) -> ModelInfo:
        """The model of that name, or the default.

        Raises:
            FacespaceError: there is none of that name.
        """
        try:
            return self.models[name or self.default]
        except KeyError:
            raise FacespaceError(
                f"There is no model {name!r}. Choose from: {', '.join(self.models)}."
            ) from None

    @property
    def listed(self) -> list[FileInfo]:
        """All files, the models first."""
        return [*(info.file for info in self.models.values()), *self.files.values()]

    def verify(self) -> list[Verified]:
        """Every file of ``listed``; one is read again only if it has changed."""
        return [verify(self.folder / info.name, info) for info in self.listed]

    def path(self, info: FileInfo) -> Path:
        """Where the file is, once its size and sha256 are seen to be as the manifest says.

        Raises:
            FacespaceError: the file is missing or has been altered.
        """
        path = self.folder / info.name
        if problem := verify(path, info).problem:
            raise FacespaceError(problem)
        return path

    def listed_path(self, name: str) -> Path:
        """Where the data file of that name is, as ``path`` says.

        Raises:
            FacespaceError: it is not listed, missing or altered.
        """
        if name not in self.files:
            raise FacespaceError(f"The artifacts have no {name}. {_MADE_BY.get(name, TRAIN_AGAIN)}")
        return self.path(self.files[name])

    def json(self, name: str) -> dict[str, Any]:
        """The content of a JSON file that the manifest lists.

        Raises:
            FacespaceError: it is not listed, missing, altered, or no JSON object.
        """
        return read_object(self.listed_path(name))


#: How to make a file that a training of its own adds.
_MADE_BY = {
    "means.npz": "Measure the photos with: python -m training describe --data FOLDER "
    "--out artifacts",
    "coordinates.npz": "Measure it with: python -m training space --data FOLDER --out artifacts",
}


def artifacts_folder() -> Path:
    """``FACESPACE_ARTIFACTS``, else a clone's ``artifacts/``, else those that a wheel carries."""
    chosen = os.environ.get("FACESPACE_ARTIFACTS")
    return Path(chosen) if chosen else installation.ROOT / "artifacts"


def load_manifest(where: Path | None = None) -> Manifest:
    """Read ``manifest.json`` of a folder (``artifacts_folder()`` where None); cached until it
    changes.

    Raises:
        FacespaceError: it is missing, damaged, or of another format.
    """
    path = (where or artifacts_folder()) / "manifest.json"
    try:
        changed = path.stat().st_mtime_ns
    except OSError:
        raise FacespaceError(f"There are no artifacts in {path.parent}. {TRAIN_AGAIN}") from None
    return _read(path, changed)


def read_object(path: Path) -> dict[str, Any]:
    """The content of a JSON file.

    Raises:
        FacespaceError: it cannot be read, or is no JSON object.
    """
    try:
        content = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise FacespaceError(f"{path} cannot be read: {error}. {TRAIN_AGAIN}") from error
    if not isinstance(content, dict):
        raise FacespaceError(f"{path} is no JSON object. {TRAIN_AGAIN}")
    return content


@lru_cache(maxsize=4)
def _read(path: Path, changed: int) -> Manifest:
    try:
        data = json.loads(path.read_text("utf-8"))
        if data["format"] != FORMAT:
            raise FacespaceError(
                f"{path} has format {data['format']}; this version reads {FORMAT}. {TRAIN_AGAIN}"
            )
        models = {name: _model(name, entry) for name, entry in data["models"].items()}
        files = {name: _file(name, entry) for name, entry in data["files"].items()}
        if data["default"] not in models:
            raise ValueError(f"default model {data['default']!r} is not listed")
        return Manifest(path.parent, data["default"], models, files, _finds(data.get("finds", {})))
    except _NOT_SO as error:
        raise FacespaceError(
            f"{path} is damaged ({type(error).__name__}: {error}). {TRAIN_AGAIN}"
        ) from error


#: What a manifest of another shape raises where it is read; JSON nested too deep the last.
_NOT_SO = (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError)


def _model(name: str, entry: dict[str, Any]) -> ModelInfo:
    classes = [str(name) for name in entry["classes"]]
    if sorted(classes) != ["female", "male"]:
        raise ValueError(f"the classes of {name!r} are {classes}")
    return ModelInfo(
        name=name,
        title=str(entry["title"]),
        file=_file(entry["file"], entry),
        classes=(classes[0], classes[1]),
        template=_template(entry["template"]),
        components=int(_within(entry["components"], 1, 1e6)),
        threshold=_within(entry["threshold"], 0, 1),
        certainty=_within(entry["certainty"], 0.5, 1),
        chance=Chance.from_dict(entry["chance"]),
        most_wrong=_within(entry["most_wrong"], 0, 1),
        child=_within(entry["child"], 0, 150) if "child" in entry else None,
        chosen=dict(entry["chosen"]),
        data=dict(entry["data"]),
        versions=dict(entry["versions"]),
    )


def _template(entry: dict[str, Any]) -> Template:
    template = Template.from_dict(entry)
    _within(template.side, 8, 1024)
    _within(template.eyes, 0, 1)
    _within(template.mouth - template.eyes, 0.01, 1)
    return template


def _within(value: Any, least: float, most: float) -> float:
    """A number, which NaN is not, between two others."""
    number = float(value)
    if not least <= number <= most:
        raise ValueError(f"{number:g} is not between {least:g} and {most:g}")
    return number


def _finds(entry: dict[str, Any]) -> Finds:
    sure, thrown_out = (_floats(entry.get(key, {})) for key in ("sure", "thrown_out"))
    return Finds(sure, thrown_out, dict(entry.get("chosen", {})))


def _floats(entry: dict[str, Any]) -> dict[str, float]:
    return {name: _within(value, -1e9, 1e9) for name, value in entry.items()}


def _file(name: str, entry: dict[str, Any]) -> FileInfo:
    if not name or "\0" in name or len(name.encode(errors="replace")) > 255:
        raise ValueError(f"{name[:80]!r} is no file name")
    if Path(name).name != name or name == "..":
        raise ValueError(f"file name {name!r} leads out of the folder")
    return FileInfo(name, int(_within(entry["bytes"], 0, 2**53)), str(entry["sha256"]))
