"""Cells of a template: texts that stay texts, and the looks that its sheets share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from pipelines.validate.annotate.writer_process import line_width, own_font
from pipelines.validate.annotate.writer_process import put as put_text

#: Characters of a cell; it can hold twice as many UTF-16 units, of which a character takes one or two.
_LONGEST = 16_000
#: Points of a line of text, and of the highest row that there can be.
_LINE, _HIGHEST = 15, 409
_WRAPPED = Alignment(vertical="top", wrap_text=True)


@dataclass(frozen=True)
class Look:
    """Fill and colour of a heading."""

    fill: str
    ink: str


REQUIRED, OPTIONAL = Look("1F4E79", "FFFFFF"), Look("D9E2EC", "1F2933")


def put(cell: Any, text: str) -> None:
    """Write a text that stays one, whatever it begins with."""
    put_text(cell, text, _LONGEST)


def put_heading(cell: Any, text: str, look: Look = OPTIONAL) -> None:
    """Write a heading."""
    put(cell, text)
    cell.font = bold(cell, color=look.ink)
    cell.fill = PatternFill("solid", fgColor=look.fill)
    cell.alignment = Alignment(vertical="center", wrap_text=True)


def bold(cell: Any, **more: Any) -> Font:
    """The workbook's own font, bold."""
    font: Font = own_font(cell, bold=True, **more)
    return font


def put_rows(
    sheet: Worksheet, top: int, headings: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int]
) -> int:
    """Write a table of texts in columns of these widths; returns the row below it."""
    for place, heading in enumerate(headings, start=1):
        put_heading(sheet.cell(top, place), heading)
    for number, row in enumerate(rows, start=top + 1):
        for place, text in enumerate(row, start=1):
            put(sheet.cell(number, place), text)
            sheet.cell(number, place).alignment = _WRAPPED
    for number, row in enumerate((headings, *rows), start=top):
        # Spreadsheet programs do not all make rows as high as their texts.
        sheet.row_dimensions[number].height = min(_HIGHEST, _LINE * max(map(_lines, row, widths)))
    return top + len(rows) + 1


def _lines(text: str, width: int) -> int:
    """Lines that a wrapped text takes; words leave some room unused."""
    return sum(1 + int(1.1 * text_width(line) / width) for line in text.split("\n"))


def set_widths(sheet: Worksheet, widths: Sequence[float]) -> None:
    """Give the sheet's first columns their widths, in characters."""
    for place, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width


def protect(sheet: Worksheet) -> None:
    """Lock the locked cells, without a password; rows and columns can be resized, and rows of unlocked cells sorted,
    inserted and deleted."""
    protection = sheet.protection
    protection.sheet = True
    # openpyxl's attributes say what is forbidden.
    protection.formatColumns = protection.formatRows = protection.sort = False
    protection.insertRows = protection.deleteRows = False


def fit_to_page(sheet: Worksheet) -> None:
    """Print on landscape pages as wide as the sheet."""
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0


def text_width(text: str) -> int:
    """Columns that a text takes."""
    return max(map(line_width, text.split("\n")))
