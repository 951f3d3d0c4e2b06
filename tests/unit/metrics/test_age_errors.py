"""Ages by looks against ages, and against ranges of years."""

from __future__ import annotations

import numpy as np
import pytest

from facespace.metrics import age_errors


@pytest.mark.parametrize(
    ("group", "span"),
    [
        ("0-2", (0, 3)),
        ("3-9", (3, 10)),
        ("24", (24, 25)),
        ("more than 70", (70, 80)),
        ("70+", (70, 80)),
        ("", None),
        ("old", None),
    ],
)
def test_ranges_of_years(group: str, span: tuple[float, float] | None) -> None:
    assert age_errors.years(group) == span


def test_errors_by_group() -> None:
    labels = np.array(["3-9", "3-9", "25", "29", "more than 70", "", "more than 70"])
    ages = np.array([6.5, 12.5, 25.5, 32.5, 90.0, 50.0, 60.0])
    found = age_errors.by_group(ages, labels)
    assert list(found) == ["3-9", "20-29", "more than 70"]
    assert found["3-9"].error == pytest.approx(3) and found["3-9"].within == 0.5
    assert found["20-29"].error == pytest.approx(1.5) and found["20-29"].within == 0.5
    assert found["more than 70"].error == pytest.approx(15)
    assert found["more than 70"].within == 0.5
