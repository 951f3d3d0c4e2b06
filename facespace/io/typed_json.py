"""Plain data, as JSON holds it, <-> frozen dataclasses. What has another shape is named.

A field ``float`` may be null in JSON: it is NaN then, and NaN is written as null. A field whose
metadata has ``rest`` is a mapping of all objects that no other field names.
"""

from __future__ import annotations

import math
import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")


def typed(kind: type[T], data: Any, name: str = "it") -> T:
    """Plain data as a dataclass, or as whatever else a field of one may be.

    Args:
        kind: a dataclass, ``Mapping[str, X]``, ``tuple[X, ...]``, ``X | None``, a number, a string
            or a truth value.
        data: what ``json.loads`` gave.
        name: what to call it, for the sentence.

    Raises:
        ValueError: it has another shape; the words say where.
    """
    return cast(T, _typed(kind, data, name))


def plain(data: Any) -> Any:
    """Dataclasses, mappings and sequences as plain data for JSON; None for what is not finite.

    A field that may be missing, and is None, is left out.
    """
    if is_dataclass(data) and not isinstance(data, type):
        return _fields_of(data)
    if isinstance(data, Mapping):
        return {key: plain(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [plain(value) for value in data]
    return None if isinstance(data, float) and not math.isfinite(data) else data


def _fields_of(data: Any) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for field in fields(data):
        value = getattr(data, field.name)
        if field.metadata.get("rest"):
            result |= plain(value)
        elif value is not None or field.default is not None:
            result[field.name] = plain(value)
    return result


def _typed(kind: Any, data: Any, name: str) -> Any:
    if get_origin(kind) is types.UnionType:
        (inner,) = (each for each in get_args(kind) if each is not types.NoneType)
        return None if data is None else _typed(inner, data, name)
    if is_dataclass(kind):
        return _dataclass(kind, data, name)
    if get_origin(kind) is tuple:
        if not isinstance(data, list | tuple):
            raise ValueError(f"{name} is no list")
        inner = get_args(kind)[0]
        return tuple(_typed(inner, value, f"{name}[{i}]") for i, value in enumerate(data))
    if get_origin(kind) is Mapping:
        inner = get_args(kind)[1]
        return {key: _typed(inner, value, f"{name}.{key}") for key, value in _object(data, name)}
    return _single(kind, data, name)


def _dataclass(kind: Any, data: Any, name: str) -> Any:
    hints, given = _hints(kind), dict(_object(data, name))
    values, rest = {}, None
    for field in fields(kind):
        if field.metadata.get("rest"):
            rest = field.name
        elif field.name in given:
            part = f"{name}.{field.name}"
            values[field.name] = _typed(hints[field.name], given.pop(field.name), part)
        elif field.default is MISSING and field.default_factory is MISSING:
            raise ValueError(f"{name} has no {field.name}")
    if rest is not None:
        objects = {key: value for key, value in given.items() if isinstance(value, Mapping)}
        values[rest] = _typed(hints[rest], objects, name)
    return kind(**values)


def _object(data: Any, name: str) -> Any:
    if not isinstance(data, Mapping):
        raise ValueError(f"{name} is no object")
    return data.items()


def _single(kind: Any, data: Any, name: str) -> Any:
    if kind is float and data is None:
        return math.nan
    if kind is float and isinstance(data, int | float) and not isinstance(data, bool):
        return float(data)
    if not isinstance(data, kind) or (kind is int and isinstance(data, bool)):
        raise ValueError(f"{name} is no {_WORDS[kind]}")
    return data


_WORDS = {float: "number", int: "whole number", str: "text", bool: "truth value"}

_hints = cache(get_type_hints)
