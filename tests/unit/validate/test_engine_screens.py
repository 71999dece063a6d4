"""Screens: what they accept, cell by cell, however few cells of a column are odd."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pyarrow as pa
import pytest
from frictionless import Schema
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.validate.engine.columns import ColumnReader
from pipelines.validate.engine.fixed_width import days_of
from pipelines.validate.engine.screens import FORMATS

GOOD = {"integer": "12", "number": "1.50", "date": "2020-02-28", "string": "plain"}
ODD = {
    "integer": ["", "x", "0" * 5_000 + "7", "1_0", "１２", "99999999999999999999", "1.0", "-5"],
    "number": ["", "1e3", "NaN", "1,5", "Infinity", "-5"],
    "date": ["", "2020-02-30", "2020-1-5", "0000-01-01", "noon", "2019-12-31"],
    "string": ["", "中文" * 9, "more than ten"],
}
CONSTRAINTS: dict[str, dict[str, Any]] = {
    "integer": {"minimum": 0}, "number": {"minimum": 0}, "date": {"minimum": "2020-01-01"}, "string": {"maxLength": 10},
}  # fmt: skip


@pytest.mark.parametrize("kind", GOOD)
def test_odd_cells_far_apart_are_read_and_all_others_are_screened(kind: str) -> None:
    texts = [GOOD[kind]] * 5_000
    for place, odd in enumerate(ODD[kind]):
        texts[place * 700 + 3] = odd
    field = Schema.from_descriptor({"fields": [{"name": "f", "type": kind, "constraints": CONSTRAINTS[kind]}]}).fields[
        0
    ]
    reader = ColumnReader(field, field.create_cell_reader())
    assert reader.screen is not None
    cells = pa.array(["before", *texts]).slice(1)
    verdict = reader.judge(cells)
    faulty = verdict.faulty.tolist() if verdict.faulty is not None else [False] * len(texts)
    missing = verdict.missing.tolist() if verdict.missing is not None else [False] * len(texts)
    for place, text in enumerate(texts):
        value, notes = field.read_cell(text)
        assert faulty[place] == bool(notes)
        assert missing[place] == (value is None and not (notes and "type" in notes))
    assert verdict.codes is not None and (verdict.codes >= 0).sum() <= len(ODD[kind])


@pytest.mark.parametrize("name", FORMATS)
def test_frictionless_accepts_whatever_a_format_screen_accepts(name: str) -> None:
    field = Schema.from_descriptor({"fields": [{"name": "f", "type": "string", "format": name}]}).fields[0]
    reader = ColumnReader(field, field.create_cell_reader())

    @settings(max_examples=300)
    @given(st.from_regex(FORMATS[name], fullmatch=True).map(str.strip))
    def accepted(text: str) -> None:
        assert reader.judge(pa.array([text])).codes is None
        assert field.read_cell(text) == (text, None)

    accepted()


def test_the_days_that_exist_are_dates_and_no_others() -> None:
    texts = [f"{year:04d}-{month:02d}-{day:02d}" for year in (0, 1, 4, 100, 400, 1900, 2000, 2023, 2024, 9999)
             for month in range(14) for day in range(33)]  # fmt: skip
    field = Schema.from_descriptor({"fields": [{"name": "f", "type": "date"}]}).fields[0]
    wanted = [field.read_cell(text)[0] is not None for text in texts]
    days, real = days_of(pa.array(texts))
    assert real.tolist() == wanted
    told = pa.array(days[real]).view(pa.date32()).to_pylist()
    assert told == [dt.date.fromisoformat(text) for text, one in zip(texts, wanted, strict=True) if one]
    odd = ["2020-1-05", "2020/01/05", "2020-01-0a", "2020-01-0é", "", "20200-1-01", "２020-01-1", "2020-01-05"]
    assert days_of(pa.array(["before", *odd]).slice(1))[1].tolist() == [False] * 7 + [True]
