"""What of a sheet is its table: a range of cells, and what becomes of what the sheet hides."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, NamedTuple

from pydantic import AfterValidator

from pipelines.registry.base import Descriptor

#: The limits of xlsx; those of ods and xls are no wider.
LAST_COLUMN, LAST_ROW = 16_384, 1_048_576
_RANGE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})?:([A-Z]{1,3})([1-9][0-9]{0,6})?")


class CellRange(NamedTuple):
    """A rectangle of a sheet: rows and columns counted from 1, first and last belong to it."""

    first_row: int
    last_row: int
    first_column: int
    last_column: int

    @classmethod
    def of(cls, text: str) -> CellRange:
        """The range that ``B4:H200``, ``B4:H`` (down to the sheet's end) or ``B:H`` (all rows) names.

        Raises:
            ValueError: it names none.
        """
        match = _RANGE.fullmatch(text)
        if match is None or (match[4] is not None and match[2] is None):
            raise ValueError(f"“{text}” is no range of cells such as B4:H200, B4:H or B:H")
        first_row, last_row = int(match[2] or 1), int(match[4] or LAST_ROW)
        found = cls(first_row, last_row, column_number(match[1]), column_number(match[3]))
        if found.last_row > LAST_ROW or found.last_column > LAST_COLUMN:
            raise ValueError(f"the range “{text}” goes beyond row {LAST_ROW} or column {column_letters(LAST_COLUMN)}")
        if found.first_row > found.last_row or found.first_column > found.last_column:
            raise ValueError(f"the range “{text}” names its first cell last")
        return found

    def overlaps(self, other: CellRange) -> bool:
        """Whether both have a cell in common."""
        rows = self.first_row <= other.last_row and other.first_row <= self.last_row
        return rows and self.first_column <= other.last_column and other.first_column <= self.last_column


def column_number(letters: str) -> int:
    """The number of a column, from 1, by its letters."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def column_letters(number: int) -> str:
    """The letters of a column, by its number, from 1."""
    letters = ""
    while number:
        number, place = divmod(number - 1, 26)
        letters = chr(ord("A") + place) + letters
    return letters


def _is_range(text: str) -> str:
    CellRange.of(text)
    return text


RangeText = Annotated[str, AfterValidator(_is_range)]


class Treat(StrEnum):
    """What becomes of a hidden part. Read and left-out parts are told in the report; ``refuse`` is an error."""

    READ = "read"
    LEAVE_OUT = "leave_out"
    REFUSE = "refuse"


class HiddenParts(Descriptor):
    """What becomes of what a workbook hides; rows that a filter hides are hidden rows.

    A row that is left out counts among the excluded rows, as ``hidden``.
    """

    sheets: Treat = Treat.LEAVE_OUT
    rows: Treat = Treat.READ
    columns: Treat = Treat.READ
