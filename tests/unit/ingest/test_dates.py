"""Dates with months in words, and days as workbooks count them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pipelines.ingest.dates import date_parser
from pipelines.registry.steps import ParseDate


def parsed(text: str, **options: Any) -> str:
    step = ParseDate.model_validate({"step": "parse_date", "fields": ["x"], **options})
    return date_parser(step, dates_only=True)(text)


@pytest.mark.parametrize(
    ("text", "pattern", "date"),
    [
        ("31 décembre 2016", "%d %B %Y", "2016-12-31"),
        ("1 Août 2016", "%d %B %Y", "2016-08-01"),
        ("3. März 2016", "%d. %B %Y", "2016-03-03"),
        ("04-Feb-2016", "%d-%b-%Y", "2016-02-04"),
        ("4-Feb-16", "%d-%b-%y", "2016-02-04"),
        ("July 4, 2016", "%B %d, %Y", "2016-07-04"),
        ("Sept. 2016", "%B %Y", "2016-09-01"),
        ("20161231", "%Y%m%d", "2016-12-31"),
    ],
)
def test_months_in_words(text: str, pattern: str, date: str) -> None:
    assert parsed(text, formats=[pattern]) == date


@pytest.mark.parametrize("text", ["31 brumaire 2016", "31 février 2016", "2016", "1 mars 2 avril 2016", "märzen 2016"])
def test_what_is_no_date_stays(text: str) -> None:
    assert parsed(text, formats=["%d %B %Y", "%B %Y"]) == text


@given(st.dates(dt.date(1910, 1, 1), dt.date(2399, 12, 31)), st.sampled_from([1900, 1904]))
def test_days_counted_by_a_workbook(day: dt.date, system: int) -> None:
    first = dt.date(1899, 12, 30) if system == 1900 else dt.date(1904, 1, 1)
    count = (day - first).days
    assert parsed(str(count), serial=system) == day.isoformat()
    assert parsed(f"{count}.0", serial=system) == day.isoformat()
    assert parsed(str(count), formats=["%Y"]) in {str(count), f"{count:04}-01-01"}


def test_days_that_are_none_stay() -> None:
    for text in ("42735.5", "59", "0", "-3", "9999999", "43 000", "1998", "2016", "201612"):
        assert parsed(text, serial=1900) == text


def test_a_step_reads_something() -> None:
    with pytest.raises(ValidationError, match="serial"):
        parsed("1")
