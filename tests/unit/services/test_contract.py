"""The typed models have the fields of the result contract, no more and no fewer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from dashboard.widgets.example_film import example_film
from facespace import limits
from facespace.faces.analyze import Settings, analyze, failed_reading
from facespace.services import contract
from facespace.types import RGB, FacespaceError
from facespace.video.film import Film
from facespace.video.read_film import read_film


def same(model: contract.Contract, data: dict[str, Any]) -> bool:
    """Whether a model's JSON is that of plain data."""
    return bool(
        json.loads(model.model_dump_json(exclude_unset=True)) == json.loads(json.dumps(data))
    )


@pytest.mark.parametrize(
    "settings", [Settings(), Settings("haar"), Settings(most_wrong=0.01), Settings(threshold=0.99)]
)
def test_readings(settings: Settings, astronaut: RGB) -> None:
    """With landmarks and without, a reason, and no face."""
    data = analyze(astronaut, settings, "x.png").to_dict()
    assert same(contract.Reading(**data), data)
    for field in data:
        with pytest.raises(ValidationError):
            contract.Reading(**{name: value for name, value in data.items() if name != field})
    with pytest.raises(ValidationError):
        contract.Reading.model_validate(data | {"more": 1})


def test_an_error() -> None:
    data = failed_reading("x.png", Settings(), FacespaceError("It is empty.")).to_dict()
    assert data["made_by"] is None
    assert same(contract.Reading(**data), data)


def test_a_note(astronaut: RGB, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_FACES", 0)
    reading = analyze(astronaut)
    assert reading.note
    data = reading.to_dict() | {"note": reading.note}
    assert same(contract.Reading(**data), data)


def test_a_film(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(example_film()[1])
    *_, film = read_film(path, every=30)
    assert isinstance(film, Film) and film.tracks
    data = film.to_dict()
    assert same(contract.Film(**data), data)
