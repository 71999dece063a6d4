"""Units of measurement that the index knows, and the SQL that converts between them exactly."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from pipelines.core.sql import literal


@dataclass(frozen=True)
class Unit:
    """A unit as fields name it: its titles, and how many of ``base`` it is (a power of ten)."""

    code: str
    zh: str
    en: str
    base: str
    factor: str


#: Currencies as in ISO 4217, with the multiples in which Chinese accounts are kept; others as in UCUM.
UNITS = (
    Unit("CNY", "元", "yuan", "CNY", "1"),
    Unit("元", "元", "yuan", "CNY", "1"),
    Unit("千元", "千元", "thousand yuan", "CNY", "1000"),
    Unit("万元", "万元", "ten thousand yuan", "CNY", "10000"),
    Unit("百万元", "百万元", "million yuan", "CNY", "1000000"),
    Unit("亿元", "亿元", "hundred million yuan", "CNY", "100000000"),
    Unit("1", "1", "one", "1", "1"),
    Unit("percent", "百分之一", "percent", "1", "0.01"),
    Unit("%", "百分之一", "percent", "1", "0.01"),
    Unit("‰", "千分之一", "per mille", "1", "0.001"),
    Unit("m", "米", "metre", "m", "1"),
    Unit("km", "公里", "kilometre", "m", "1000"),
    Unit("m2", "平方米", "square metre", "m2", "1"),
    Unit("ha", "公顷", "hectare", "m2", "10000"),
    Unit("km2", "平方公里", "square kilometre", "m2", "1000000"),
    Unit("kg", "千克", "kilogram", "kg", "1"),
    Unit("t", "吨", "tonne", "kg", "1000"),
)


def units_query() -> str:
    """SELECT for the table of units: those above, and what else fields are measured in, known by name only."""
    known = ", ".join(
        f"({', '.join(map(literal, (unit.code, unit.zh, unit.en, unit.base)))}, {unit.factor}::DECIMAL(18, 3))"
        for unit in UNITS
    )
    listed = f"(VALUES {known}) AS known(unit, title_zh, title_en, base, factor)"
    return (
        f"SELECT * FROM {listed} UNION ALL SELECT DISTINCT unit, unit, unit, unit, 1 FROM main.fields "
        f"WHERE unit IS NOT NULL AND unit NOT IN ({', '.join(literal(unit.code) for unit in UNITS)})"
    )


def convert_expression(value: str, origin: str, target: str, refused: str) -> str:
    """SQL for an amount in another unit: DECIMAL stays exact.

    Args:
        value: SQL for the amount.
        origin: SQL for the unit it is in.
        target: SQL for the unit wanted.
        refused: SQL raised as an error where there is no way from one unit to the other.
    """
    ratios = {
        (a.code, b.code): f"{Decimal(a.factor) / Decimal(b.factor):f}"
        for a in UNITS for b in UNITS if a.base == b.base
    }  # fmt: skip
    cases: dict[str, list[str]] = {}
    for (a, b), ratio in ratios.items():
        cases.setdefault(ratio, []).append(literal(f"{a}>{b}"))
    branches = " ".join(
        f"WHEN {origin} || '>' || {target} IN ({', '.join(pairs)}) THEN {ratio}" for ratio, pairs in cases.items()
    )
    return f"{value} * CAST(CASE {branches} ELSE error({refused}) END AS DECIMAL(17, 8))"
