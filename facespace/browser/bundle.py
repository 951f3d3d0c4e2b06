"""All that a browser needs to judge faces as this runtime does: models, rules and constants."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

from facespace import palette
from facespace.artifacts.manifest import ModelInfo, load_manifest
from facespace.browser.detector_graph import decoded
from facespace.browser.face_graph import face_graph
from facespace.browser.smaller import smaller
from facespace.faces import align, doubts, evidence, wording
from facespace.faces.analyze import Settings
from facespace.faces.decide import Rules
from facespace.faces.detectors import base, yunet, yunet_graph
from facespace.faces.model import load_model
from facespace.types import REASONS, FacespaceError, Template
from facespace.video import live, track, tracker

#: The detector that a browser has.
DETECTOR = yunet.YuNet.name

#: Bytes of all models together at most: a visitor has to fetch them.
LARGEST = 10_000_000


@dataclass(frozen=True, slots=True)
class Bundle:
    """``models`` are ONNX files by name; ``facts`` is plain data for JSON."""

    models: Mapping[str, bytes]
    facts: Mapping[str, Any]


def bundle(settings: Settings) -> Bundle:
    """What a browser needs for the model of some settings, and by which rules it judges.

    ``facts`` names size and sha256 of each of ``models``: ``detector``, ``face`` (its crops),
    ``model``, and ``opinion`` where the artifacts hold one.

    Raises:
        FacespaceError: detector or model cannot be used, or are too large for a browser.
    """
    manifest = load_manifest()
    info = load_model(settings.model).info  # raises where its file is altered
    models, about = _models(info.name, info.file.sha256)
    together = sum(map(len, models.values()))
    if together > LARGEST:
        raise FacespaceError(
            f"The model “{info.title}” is too large for a visitor’s browser: "
            f"{together / 1e6:.1f} MB, and at most {LARGEST / 1e6:.0f} are sent."
        )
    rules = Rules.of(info, settings.most_wrong, manifest.finds, DETECTOR)
    least = yunet.YuNet.threshold if settings.threshold is None else settings.threshold
    facts = {
        "models": about,
        "rules": {**_plain(rules), "chance": rules.chance.to_dict()},
        "least": max(yunet.LEAST, least),
        "female": info.classes.index("female"),
        "colour": info.template.colour,
        "template": _template(info.template),
        "grey_template": _template(align.TEMPLATE),
        "doubts": _constants(doubts, "REASON_OF", "VISIBLE", "NEAREST", "FLATTEST"),
        "yunet": _constants(
            *(yunet, "ENLARGED", "SHRUNK", "COARSE", "CANDIDATE", "LOOK_AROUND", "LOOK_SIDE"),
            *("LOOKS", "SURE", "AGREED", "LOOK_SMALLEST", "LEAST", "SMALLEST_SIDE"),
        )
        | {"NMS_IOU": base.NMS_IOU, "STRIDE": yunet_graph.STRIDES[-1]},
        "track": _constants(track, "ALPHA", "BETA", "REST", "LEAST_STEP"),
        "tracker": _constants(
            *(tracker, "LEAST_IOU", "NEAR", "REACH", "ALIKE", "LIKENESS", "FOREIGN", "HITS"),
            *("GONE", "MISSES", "CARRIED", "COAST", "SECONDS_A_LOOK", "LOOKS", "LEAST_WEIGHT"),
            *("SUREST", "SLACK"),
        ),
        "live": _constants(live, "WINDOW"),
        "words": {"reasons": REASONS, "short": wording.SHORT},
        "colours": {label: [colour, palette.ink(colour)] for label, colour in _COLOURS},
    }
    return Bundle(models, json.loads(json.dumps(facts)))


_COLOURS = tuple(palette.VERDICTS.items())


@lru_cache(maxsize=4)
def _models(name: str, sha256: str) -> tuple[Mapping[str, bytes], Mapping[str, Any]]:
    """Each model by its name, as a browser fetches it, and what is said of each.

    Made, and hashed, anew where the file is another.
    """
    manifest = load_manifest()
    info = manifest.model(name)
    models = {
        "detector": decoded(yunet_graph.rebuilt(yunet.weights())),
        "face": face_graph(info.template),
        "model": smaller(_content(info), ["distance"]),
    }
    if evidence.FILE in manifest.files:
        opinion = manifest.path(manifest.files[evidence.FILE])
        models["opinion"] = smaller(opinion.read_bytes())
    return models, {name: _facts_of(content) for name, content in models.items()}


def _content(info: ModelInfo) -> bytes:
    return load_manifest().path(info.file).read_bytes()


def _facts_of(content: bytes) -> dict[str, Any]:
    return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def _plain(rules: Rules) -> dict[str, Any]:
    names = ("threshold", "most_wrong", "child", "detection_score", "discarded")
    return {name: getattr(rules, name) for name in names}


def _template(template: Template) -> dict[str, Any]:
    return asdict(template)


def _constants(module: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(module, name) for name in names}
