"""Rows, labels and numbers that were made to break a chart: it is drawn, or left out, and shows nothing but text."""

from __future__ import annotations

import math
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from charting import MOST_BYTES, amounts, chart, charts, drawing, table, texts, version

from pipelines.core.messages import LANGUAGES
from pipelines.portal.charts import svg

SCRIPT = "</text></svg><script>alert(1)</script>\"'&<!--"
BIDI = "\u202egnp.exe\u2066\u200f"
LONG = "长" * 10_000
LABELS = [
    SCRIPT, BIDI, LONG, "x" * 10_000, "", " ", "\x00\x07\x1b", "\ufffe\uffff", "a\nb\tc", "😀" * 200,
    "]]>", "{{ 7 * 7 }}", "javascript:alert(1)", "%s %(a)s {0}", "é" * 50, "\u0301" * 300, "עברית", "0",
    "=cmd|'/C calc'!A0",
]  # fmt: skip
KINDS: list[dict[str, Any]] = [
    {"kind": "tree", "by": "place", "value": "amount"},
    {"kind": "codes", "by": "state", "value": "ratio"},
    {"kind": "categories", "rows": "place", "by": "state", "value": "ratio"},
    {"kind": "categories", "rows": "state", "by": "place", "value": "amount", "once_per": "id"},
    {"kind": "status", "by": "place"},
    {"kind": "progress", "values": ["ratio"]},
    {"kind": "progress", "values": ["ratio", "amount", "count"], "measure": "median"},
    {"kind": "progress", "values": ["ratio", "count"], "measure": "mean", "once_per": "state"},
    {"kind": "progress", "values": ["count", "amount"]},
    {"kind": "distribution", "value": "ratio"},
    {"kind": "distribution", "value": "amount"},
    {"kind": "distribution", "value": "count"},
    {"kind": "rows"},
]
FREE = {"place": {"codelist": "district"}, "state": {"constraints": {}, "codelist": "district"}}
NUMBERS = [0.1, -1e300, 1e30, math.nan, math.inf, -math.inf, 5e-324, -0.0, None, 1.7976931348623157e308]
AMOUNTS = [
    Decimal("9999999999999999.99"), Decimal("-9999999999999999.99"), Decimal("0.01"), None, Decimal("0.00"),
]  # fmt: skip
COUNTS = [2**63 - 1, -(2**63), 0, None, 1]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Any:
    def rows(shift: int) -> list[tuple[Any, ...]]:
        count = len(LABELS)
        return [
            (f"R{place:04d}", LABELS[place % count], LABELS[(place * 7 + shift) % count],
             AMOUNTS[place % 5], NUMBERS[(place + shift) % 10], COUNTS[place % 5])
            for place in range(3 * count)
        ]  # fmt: skip

    return version(tmp_path_factory.mktemp("hostile"), {"2024": rows(0), "2025": rows(1), "2026": rows(2)}, **FREE)


@pytest.mark.parametrize("wanted", KINDS, ids=str)
def test_hostile_rows_are_drawn_as_text(hostile: Any, wanted: dict[str, Any]) -> None:
    for made in charts(hostile, wanted):
        for language in LANGUAGES:
            written = str(svg(made, language))
            assert "<script" not in written and "<!--" not in written and "\u202e" not in written
            assert not any(sign in written for sign in "\x00\x07\x1b\ufffe\uffff\u2066\u200f")
            assert all(len(text) < 120 for text in texts(drawing(made, language)))
            for line in table(made, language):
                assert all(len(cell) <= 700 and "\u202e" not in cell for cell in line)
            assert not {"nan", "inf", "None"} & set(" ".join(texts(drawing(made, language))).lower().split())


def test_what_is_no_number_is_missing_and_not_zero(tmp_path: Path) -> None:
    rows = [(f"R{place}", "999901", "open", None, ratio, None) for place, ratio in enumerate([math.nan, math.inf, 2.5])]
    made = version(tmp_path, {"2025": rows})
    codes = chart(made, kind="codes", by="place", value="ratio")
    assert amounts(codes) == {"East": Decimal("2.5")} and table(codes)[1][-1] == "2"
    assert charts(made, {"kind": "distribution", "value": "amount"}) == ()
    assert charts(made, {"kind": "progress", "values": ["amount"]}) == ()
    nothing = chart(made, kind="codes", by="place", value="amount")
    assert amounts(nothing) == {"East": None}
    assert texts(drawing(nothing)) == ["East", "no figure"] and list(drawing(nothing).iter("rect")) == []


def test_sums_beyond_doubles_are_missing(tmp_path: Path) -> None:
    rows = [(f"R{place}", "999901", "open", None, 1.7e308, None) for place in range(2)]
    made = chart(version(tmp_path, {"2025": rows}), kind="codes", by="place", value="ratio")
    assert amounts(made) == {"East": None}


def test_negative_amounts_go_the_other_way(tmp_path: Path) -> None:
    rows = [
        ("1", "999901", "open", Decimal("30.00"), None, None), ("2", "999902", "open", Decimal("-10.00"), None, None),
        ("3", "999902", "shut", Decimal("5.00"), None, None),
    ]  # fmt: skip
    made = version(tmp_path, {"2025": rows})
    codes = chart(made, kind="codes", by="place", value="amount")
    first, second = drawing(codes).iter("rect")
    zero = float(first.attrib["x"][:-1])
    assert zero == pytest.approx(100 * 5 / 35, abs=0.01)
    assert float(second.attrib["x"][:-1]) == 0 and "%" not in "".join(texts(drawing(codes)))
    stacked = chart(made, kind="categories", rows="place", by="state", value="amount")
    assert amounts(stacked)["West"] == (Decimal("-10.00"), Decimal("5.00"))


@pytest.mark.parametrize("wanted", KINDS, ids=str)
def test_a_single_row_and_none_at_all(tmp_path: Path, wanted: dict[str, Any]) -> None:
    one = version(tmp_path / "one", {"2025": [("1", "999901", "open", Decimal("1.00"), 0.0, 0)]}, **FREE)
    assert len(charts(one, wanted)) == 1
    empty = version(tmp_path / "none", {"2025": []}, **FREE)
    assert charts(empty, wanted) == () and charts(empty) == ()
    for found in charts(one, {**wanted, "where": {"id": ["gone"]}}):
        assert set(amounts(found).values()) <= {None, Decimal(0)}


def test_conditions_are_values_and_no_sql(hostile: Any) -> None:
    for value in ("' OR 1=1 --", "x'; DROP TABLE t; --", "\x00"):
        made = charts(hostile, {"kind": "codes", "by": "place", "where": {"id": [value]}})
        assert all(set(amounts(found).values()) <= {None} for found in made)


def test_most_that_fits_is_small_enough(tmp_path: Path) -> None:
    rows = [
        (f"R{number:04d}", f"{LONG[:200]}{number % 9}", f"{LONG[:200]}{number % 7}", Decimal(number), 1.0, number)
        for number in range(1, 500)
    ]
    years = {str(2000 + year): rows for year in range(24, 50)}
    made = version(tmp_path, years, **FREE)
    for wanted in KINDS:
        for found in charts(made, wanted):
            assert max(len(svg(found, language).encode()) for language in LANGUAGES) <= MOST_BYTES


def test_little_memory_suffices(tmp_path: Path) -> None:
    rows = [(f"R{number:06d}", f"p{number}", "open", Decimal(number), number / 7, number) for number in range(40_000)]
    made = version(tmp_path, {"2024": rows, "2025": rows}, **FREE)
    for wanted in KINDS:
        assert charts(made, wanted, memory="40MB") == charts(made, wanted)
