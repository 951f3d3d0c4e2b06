"""Artifacts whose default model eats the wide crop in colour: redder faces are female to it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from onnx import TensorProto, helper

from facespace.artifacts.manifest import artifacts_folder
from facespace.faces import align
from facespace.types import Template

#: The model's name in the manifest; it takes the place of a committed one.
NAME = "embedding"


def colour_model(age: bool = False) -> bytes:
    """A file of the contract: the share of red, less that of blue, decides.

    Its ``coordinates`` are the mean colours, float (N, 3), 0 to 255. With ``age`` it gives one too.
    """
    side = align.WIDE.side
    faces = helper.make_tensor_value_info("faces", TensorProto.UINT8, ["N", side, side, 3])
    shapes: dict[str, list[str | int]] = {
        "probability": ["N", 2],
        "coordinates": ["N", 3],
        "distance": ["N"],
    }
    outputs = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        for name, shape in (shapes | ({"age": ["N"]} if age else {})).items()
    ]
    weights = helper.make_tensor("weights", TensorProto.FLOAT, [3, 2], [1, -1, 0, 0, -1, 1])
    scale = helper.make_tensor("scale", TensorProto.FLOAT, [1], [0.05])
    plane = helper.make_tensor("plane", TensorProto.INT64, [2], [1, 2])
    column = helper.make_tensor("column", TensorProto.INT64, [1], [1])
    nodes = [
        helper.make_node("Cast", ["faces"], ["numbers"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["numbers", "plane"], ["coordinates"], keepdims=0),
        helper.make_node("MatMul", ["coordinates", "weights"], ["redder"]),
        helper.make_node("Mul", ["redder", "scale"], ["exponent"]),
        helper.make_node("Sigmoid", ["exponent"], ["probability"]),
        helper.make_node("ReduceMean", ["exponent", "column"], ["distance"], keepdims=0),
    ]
    if age:
        nodes.append(helper.make_node("ReduceMin", ["coordinates", "column"], ["age"], keepdims=0))
    constants = [weights, scale, plane, column]
    graph = helper.make_graph(nodes, "colour", [faces], outputs, constants)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    return bytes(made.SerializeToString())


def write(folder: Path, template: Template = align.WIDE) -> None:
    """Artifacts as they are committed, but for the model ``NAME``, which is the default."""
    for path in artifacts_folder().iterdir():
        if path.name not in ("manifest.json", f"{NAME}.onnx"):
            (folder / path.name).symlink_to(path)
    content = colour_model(age=True)
    (folder / f"{NAME}.onnx").write_bytes(content)
    manifest = json.loads((artifacts_folder() / "manifest.json").read_text("utf-8"))
    manifest["default"] = NAME
    manifest["models"][NAME] |= {
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "template": template.to_dict(),
        "components": 3,
        "certainty": 0.5,
        "threshold": 0.5,
        "chance": {"intercept": -8.0, "terms": {"margin": {"at": [0, 8], "add": [8, 0]}}},
        "most_wrong": 0.5,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")


def say_child(folder: Path, below: float) -> None:
    """Let the model of such artifacts take faces that look younger, in years, for children's."""
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text("utf-8"))
    manifest["models"][NAME]["child"] = below
    path.write_text(json.dumps(manifest), "utf-8")
