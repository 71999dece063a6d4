"""Numbers as people of a language read them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.core.messages import LANGUAGES
from pipelines.portal.numbers import adds_up, exact, in_both, scale_of, share, unit_title, whole


@pytest.mark.parametrize(
    ("amount", "unit", "zh", "en"),
    [
        ("3879680700.00", "CNY", "38.80亿元", "3.880 billion yuan"),
        ("584100000.00", "CNY", "5.841亿元", "584.1 million yuan"),
        ("99998.40", "CNY", "99,998元", "99,998 yuan"),
        ("-312450", "CNY", "-31.25万元", "-312,450 yuan"),
        ("1234.56", "USD", "1,235美元", "1,235 US dollars"),
        ("12.5", "万元", "12.5万元", "12.5 ten thousand yuan"),
        ("81.865", "percent", "81.87%", "81.87%"),
        ("20", "working day", "20个工作日", "20 working days"),
        ("1234567", None, "123.5万", "1.235 million"),
        ("0", "CNY", "0元", "0 yuan"),
        ("1e30", "CNY", "1.000×10³⁰ 元", "1.000 ×10³⁰ yuan"),
        ("0.000012", "m", "1.200×10⁻⁵ 米", "1.200 ×10⁻⁵ metre"),
        ("7", "<b>", "7<b>", "7 <b>"),
    ],
)
def test_amounts_by_themselves(amount: str, unit: str | None, zh: str, en: str) -> None:
    told = in_both(Decimal(amount), unit)
    assert (told["zh"].replace(" ", ""), told["en"]) == (zh.replace(" ", ""), en)


def test_amounts_of_one_figure_have_one_scale_and_small_ones_are_no_zeros() -> None:
    scale = scale_of([Decimal("584100000"), Decimal("-3"), Decimal("12000"), Decimal(0)], "CNY", "en")
    assert scale.unit == "million yuan"
    told = [scale.text(Decimal(amount)) for amount in ("584100000", "12000", "-3", "0")]
    assert told == ["584.1", "<0.1", ">-0.1", "0.0"]


def test_exact_amounts_keep_every_digit() -> None:
    assert exact(Decimal("1234567890123456789012345.67"), "zh") == "1,234,567,890,123,456,789,012,345.67"
    assert exact(Decimal("-0.00000001"), "en") == "-0.00000001"
    assert exact(Decimal("1e300"), "en") == "1×10³⁰⁰"
    assert exact(Decimal("NaN"), "zh") == "非数值" and exact(Decimal("-Infinity"), "en") == "not a number"
    assert whole(6031, "en") == "6,031"


def test_shares() -> None:
    assert [share(Decimal(part), "en") for part in ("0.28496", "1", "0", "0.0001", "-0.0001")] == [
        "28.5%", "100.0%", "0.0%", "<0.1%", ">-0.1%",
    ]  # fmt: skip


def test_what_can_be_added_up() -> None:
    assert all(map(adds_up, ("CNY", "万元", "USD", "1")))
    assert not any(map(adds_up, ("percent", "working day", "m", None)))
    assert unit_title("x" * 1000, "en").endswith("…") and unit_title("\u202ebad\u0000", "zh") == "bad"


@given(
    st.lists(st.decimals(allow_nan=True, allow_infinity=True), max_size=4),
    st.sampled_from([None, "CNY", "percent", "1", "EUR", "t"]),
    st.sampled_from(LANGUAGES),
)
def test_any_amount_is_told_in_a_few_characters(amounts: list[Decimal], unit: str | None, language: str) -> None:
    scale = scale_of(amounts, unit, language)
    for amount in amounts:
        assert exact(amount, language)
        if amount.is_finite():
            told = scale.text(amount)
            assert len(told) <= 24 and (told.strip("%0.,") in {"", "-"}) <= (not amount)
