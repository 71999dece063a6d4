"""The sheet of codes: each list once, code beside names, where the drop-downs look their values up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.worksheet import Worksheet

from pipelines.templates.cells import OPTIONAL, REQUIRED, protect, put, put_heading, set_widths, text_width
from pipelines.templates.choices import Choice, Choices
from pipelines.templates.columns import Column, Kind

#: Rows above the entries: whose they are, and what the columns are called.
_TOP = 3
_NARROWEST, _WIDEST = 10, 40


def write_codes(sheet: Worksheet, columns: Sequence[Column], code_heading: str, name_heading: str) -> dict[str, str]:
    """Write every list that a field is chosen from. Fields with the same choices share one.

    Returns:
        By field, the range of its values, as formulas name it.
    """
    users: dict[tuple[Choices, bool], list[Column]] = {}
    for column in columns:
        if column.choices is not None:
            users.setdefault((column.choices, column.kind in {Kind.WHOLE, Kind.DECIMAL}), []).append(column)
    ranges: dict[str, str] = {}
    widths: list[float] = []
    for (choices, numeric), sharing in users.items():
        first = len(widths) + 1
        names = max(len(choice.names) for choice in choices.entries)
        put_heading(sheet.cell(1, first), " · ".join(each.label for each in sharing), REQUIRED)
        put_heading(sheet.cell(2, first), code_heading)
        for offset in range(1, names + 1):
            put_heading(sheet.cell(2, first + offset), name_heading, OPTIONAL)
        _write_entries(sheet, first, choices, numeric)
        letter, last = get_column_letter(first), _TOP + len(choices.entries) - 1
        area = f"{quote_sheetname(sheet.title)}!${letter}${_TOP}:${letter}${last}"
        ranges.update({each.spec.name: area for each in sharing})
        widths += [*_widths(choices.entries, names), 3]
    set_widths(sheet, widths)
    sheet.row_dimensions[1].height = 30
    sheet.freeze_panes = f"A{_TOP}"
    protect(sheet)
    return ranges


def _write_entries(sheet: Worksheet, first: int, choices: Choices, numeric: bool) -> None:
    for row, choice in enumerate(choices.entries, start=_TOP):
        cell: Any = sheet.cell(row, first)
        number = _number(choice.value) if numeric else None
        if number is None:
            put(cell, choice.value)
            cell.number_format = "@"
        else:
            # To a spreadsheet program a number is not the text that looks like it, so lists of numbers hold numbers.
            cell.value = number
        for offset, meaning in enumerate(choice.names, start=1):
            put(sheet.cell(row, first + offset), meaning)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _widths(entries: Sequence[Choice], names: int) -> list[float]:
    texts = [[choice.value for choice in entries]]
    texts += [[choice.names[place] for choice in entries if place < len(choice.names)] for place in range(names)]
    return [min(_WIDEST, max(_NARROWEST, *map(text_width, column)) + 2) for column in texts]
