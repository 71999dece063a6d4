from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.core.errors import InvalidPeriod, InvalidVersion
from pipelines.core.periods import Period, PeriodClass
from pipelines.core.versions import Change, VersionNumber

days = st.dates(min_value=dt.date(1900, 1, 1), max_value=dt.date(2199, 12, 31))


@given(days, st.sampled_from([PeriodClass.MONTHLY, PeriodClass.QUARTERLY, PeriodClass.YEARLY]))
def test_a_period_contains_its_days_and_survives_writing(day: dt.date, kind: PeriodClass) -> None:
    period = Period.containing(day, kind)
    assert Period.parse(str(period), kind) == period
    assert period.start is not None and period.end is not None
    assert period.start <= day <= period.end
    following = period.next()
    assert following is not None and following.start == period.end + dt.timedelta(days=1)
    assert following.previous() == period


@pytest.mark.parametrize("text", ["2026-13", "2026-00", "2026-1", "0000-01", "２０２６-01", "2026-01\n", "../2026-01"])
def test_what_is_not_a_month_is_refused(text: str) -> None:
    with pytest.raises(InvalidPeriod):
        Period.parse(text, PeriodClass.MONTHLY)


def test_a_dataset_without_periods_has_one() -> None:
    period = Period.parse("all", PeriodClass.NONE)
    assert (str(period), period.start, period.next()) == ("all", None, None)


def test_version_numbers_follow_the_size_of_the_change() -> None:
    number = VersionNumber.parse("1.4.2")
    assert [str(number.bumped(change)) for change in Change] == ["2.0.0", "1.5.0", "1.4.3"]
    for text in ("1.4", "01.4.2", "1.4.2-rc1", ""):
        with pytest.raises(InvalidVersion):
            VersionNumber.parse(text)
