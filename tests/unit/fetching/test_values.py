from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from pipelines.fetching.database import plain_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""), ("001", "001"), (True, "true"), (7, "7"), (0.1, "0.1"), (Decimal("1E+3"), "1000"),
        (Decimal("0.00"), "0.00"), (dt.date(2026, 3, 1), "2026-03-01"),
        (dt.datetime(2026, 3, 1, 8, 30), "2026-03-01T08:30:00"), (dt.time(8, 30), "08:30:00"), (b"\x00\xff", "00ff"),
        ({"树": [1]}, '{"树": [1]}'), ("=1+1", "=1+1"),
    ],
)  # fmt: skip
def test_values_are_written_plainly(value: Any, text: str) -> None:
    assert plain_text(value) == text
