"""Filling templates in tests, as people do: typed values in the cells below the header."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Mapping
from typing import Any

import openpyxl

from pipelines.registry import Catalog, Dataset, FieldSpec
from pipelines.templates.columns import Kind, kind_of
from pipelines.templates.workbook import make_template


def typed(spec: FieldSpec, text: str) -> Any:
    """A text as a spreadsheet program keeps it after it was typed into a cell of the field."""
    if text == "":
        return None
    if kind_of(spec) is Kind.DATE:
        return dt.date.fromisoformat(text)
    if kind_of(spec) is Kind.TEXT:
        return text
    return float(text) if kind_of(spec) is Kind.DECIMAL else int(text)


def fill(content: bytes, dataset: Dataset, rows: Iterable[Mapping[str, str]]) -> bytes:
    """A template's bytes with rows in its first sheet, by field."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book.worksheets[0]
    for number, row in enumerate(rows, start=2):
        for place, spec in enumerate(dataset.fields, start=1):
            sheet.cell(number, place).value = typed(spec, row.get(spec.name, ""))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def filled(dataset: Dataset, catalog: Catalog, rows: Iterable[Mapping[str, str]], language: str = "zh") -> bytes:
    """A dataset's template, filled with rows."""
    return fill(make_template(dataset, catalog, language).content, dataset, rows)
