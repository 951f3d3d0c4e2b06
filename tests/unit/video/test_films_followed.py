"""How faces are followed: the counting on made films, and the aims on real ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.measures import steadiness
from facespace.types import Box

LEFT, RIGHT = Box(0, 0, 40, 40), Box(100, 0, 40, 40)


def counted(said: list[list[steadiness.Row]]) -> dict[str, float]:
    """The figures of a film of one frame a second with a face on the left, and one on the right."""
    times = [float(second) for second in range(len(said))]
    there = [[(7, LEFT), (8, RIGHT)]] * len(said)
    return steadiness.figures_of(steadiness.counted(times, there, said))


def test_a_film_without_a_fault() -> None:
    figures = counted([[(1, LEFT, "male"), (2, RIGHT, "?")]] * 7)
    assert figures == {
        "boxed_share": 1,
        "boxed_faces_share": 1,
        "stray_boxes_share": 0,
        "identity_switches": 0,
        "verdict_flips_per_minute": 0,
        "gaps_per_minute": 0,
    }


@pytest.mark.parametrize(
    ("frame", "changed"),
    [
        ([], {"boxed_share": 6 / 7, "boxed_faces_share": 12 / 14, "gaps_per_minute": 10}),
        ([(1, LEFT, "male")], {"boxed_faces_share": 13 / 14, "gaps_per_minute": 5}),
        ([(2, LEFT, "male"), (1, RIGHT, "?")], {"identity_switches": 4}),
        ([(1, LEFT, "female"), (2, RIGHT, "?")], {"verdict_flips_per_minute": 10}),
        ([(1, LEFT, "?"), (2, RIGHT, "male")], {"verdict_flips_per_minute": 10}),
        (
            [(1, LEFT, "male"), (2, RIGHT, "?"), (3, Box(300, 0, 40, 40), "?")],
            {"stray_boxes_share": 1 / 15},
        ),
    ],
)
def test_each_fault_is_counted(frame: list[steadiness.Row], changed: dict[str, float]) -> None:
    fine: list[steadiness.Row] = [(1, LEFT, "male"), (2, RIGHT, "?")]
    figures = counted([*[fine] * 4, frame, *[fine] * 2])
    assert figures == pytest.approx(counted([fine] * 7) | changed)


@pytest.mark.slow
def test_the_aims_on_real_films(data: Path) -> None:
    clips = sorted((data / "video").glob("*.m*"))
    figures = steadiness.steadiness(clips, first_app=False)
    assert figures["boxed_share"] >= 0.97
    assert figures["boxed_faces_share"] >= 0.97
    assert figures["boxed_share_without_a_face"] <= 0.01
    assert figures["stray_boxes_share"] <= 0.05
    for way in ("", "live_"):
        assert figures[f"{way}identity_switches"] == 0
        assert figures[f"{way}verdict_flips_per_minute"] == 0
    assert figures["live_boxed_share"] >= 0.9
