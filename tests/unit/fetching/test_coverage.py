"""Which reporting period a dataset elsewhere is about: exactly one that has begun, or none."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.core.periods import Period, PeriodClass
from pipelines.fetching.harvesting.coverage import covered_period

TODAY = dt.date(2026, 4, 1)
KINDS = [PeriodClass.MONTHLY, PeriodClass.QUARTERLY, PeriodClass.YEARLY]


@pytest.mark.parametrize(
    ("starts", "ends", "kind", "told"),
    [
        ("2026-03-01", "2026-03-31", "monthly", "2026-03"), ("2026-03", "2026-03", "monthly", "2026-03"),
        ("2024-02-01T00:00:00Z", "2024-02-29T23:59:59+08:00", "monthly", "2024-02"),
        ("2026-01-01", "2026-03-31", "quarterly", "2026-Q1"), ("2025-10", "2025-12-31", "quarterly", "2025-Q4"),
        ("2025", "2025", "yearly", "2025"), ("2026-04-01", "2026-04-30", "monthly", "2026-04"),
        # A part of one, several, other ones, the first day after it, none at all.
        ("2026-03-01", "2026-03-30", "monthly", None), ("2026-03-02", "2026-03-31", "monthly", None),
        ("2026-01", "2026-03", "monthly", None), ("2026-03", "2026-03", "yearly", None),
        ("2025", "2026", "yearly", None),
        ("2026-03-01", "2026-04-01", "monthly", None), ("2026-03-31", "2026-03-01", "monthly", None),
        ("2026-02", "2026-05", "quarterly", None), ("2026-03-01", "", "monthly", None), ("", "", "monthly", None),
        # It has not begun, or there is no such day.
        ("2026-05", "2026-05", "monthly", None), ("9999", "9999", "yearly", None),
        ("2026-13", "2026-13", "monthly", None),
        ("2026-02-30", "2026-02-28", "monthly", None), ("0000", "0000", "yearly", None), ("2025", "2025", "none", None),
    ],
)  # fmt: skip
def test_exactly_one_period_that_has_begun(starts: str, ends: str, kind: str, told: str | None) -> None:
    found = covered_period(starts, ends, PeriodClass(kind), TODAY)
    assert (None if found is None else str(found)) == told


@given(st.dates(max_value=dt.date(9999, 12, 30)), st.dates(), st.sampled_from(KINDS))
def test_a_period_is_found_by_its_days_alone(day: dt.date, until: dt.date, kind: PeriodClass) -> None:
    if day.year == 9999:
        day = day.replace(year=9998, day=min(day.day, 28))
    period = Period.containing(day, kind)
    assert period.start is not None and period.end is not None
    found = covered_period(period.start.isoformat(), period.end.isoformat(), kind, until)
    assert found == (period if period.start <= until else None)
    if day not in {period.start, period.end}:
        assert covered_period(day.isoformat(), period.end.isoformat(), kind, dt.date.max) is None
        assert covered_period(period.start.isoformat(), day.isoformat(), kind, dt.date.max) is None


@given(st.text(st.sampled_from("0123456789-TZ:")), st.text(st.sampled_from("0123456789-TZ:")), st.sampled_from(KINDS))
def test_any_text_can_be_read(starts: str, ends: str, kind: PeriodClass) -> None:
    covered_period(starts, ends, kind, TODAY)
