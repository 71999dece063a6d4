"""Numbers as people write them: currencies, percent signs, signs before and behind."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.ingest.numbers import CURRENCY_MARKS, number_parser
from pipelines.registry.steps import ParseNumber

EURO = {"currency": "EUR", "decimal": ",", "thousands": " "}


def parsed(text: str, **options: Any) -> str | None:
    return number_parser(ParseNumber.model_validate({"step": "parse_number", "fields": ["x"], **options}))(text)


@pytest.mark.parametrize(
    ("text", "options", "plain"),
    [
        ("12,34,567.50", {}, "1234567.50"),
        ("1,23,456", {}, "123456"),
        ("1,234.50-", {}, "-1234.50"),
        ("￥ 12", {}, "12"),
        ("12元", {"currency": "CNY"}, "12"),
        ("RMB 1,200", {"currency": "CNY"}, "1200"),
        ("（1，234）", {}, "-1234"),
        ("$(1,234)", {"currency": "USD"}, "-1234"),
        ("($1,234.5)", {"currency": "USD"}, "-1234.5"),
        ("-€ 5", EURO, "-5"),
        ("1\u202f234,5 €", EURO, "1234.5"),
        ("12 eur", EURO, "12"),
        ("1’234.5", {"thousands": "'"}, "1234.5"),
        ("12.5%", {"percent": "keep"}, "12.5"),
        ("12.5 ％", {"percent": "divide"}, "0.125"),
        ("-5%", {"percent": "divide"}, "-0.05"),
        ("1,250%", {"percent": "divide"}, "12.50"),
    ],
)
def test_numbers_as_people_write_them(text: str, options: dict[str, Any], plain: str) -> None:
    assert parsed(text, **options) == plain


@pytest.mark.parametrize(
    ("text", "options"),
    [("$12", {}), ("12元", {}), ("12元", EURO), ("12.5%", {}), ("-5-", {}), ("(5)-", {}), ("€", EURO), ("12万元", {}),
     ("<5", {}), ("***", {}), ("500+", {}), ("¥500＋", {}), ("5+%", {"percent": "keep"}), ("€€5", EURO)],
)  # fmt: skip
def test_what_the_step_does_not_say_is_no_number(text: str, options: dict[str, Any]) -> None:
    assert parsed(text, **options) == text


@given(st.decimals(-(10**9), 10**9, places=3), st.sampled_from(sorted(CURRENCY_MARKS)), st.data())
def test_a_marked_figure_is_its_figure(figure: Decimal, currency: str, data: st.DataObject) -> None:
    mark = data.draw(st.sampled_from(CURRENCY_MARKS[currency]))
    written = data.draw(st.sampled_from([f"{mark}{figure:,}", f"{figure:,} {mark}", f"{figure}{mark}"]))
    assert Decimal(parsed(written, currency=currency) or "") == figure
    percent = parsed(f"{figure:,}%", percent="divide")
    assert Decimal(percent or "") == figure / 100
