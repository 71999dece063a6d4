"""Where rows stand in what was delivered: lines of a text file, records of a document, cells of a sheet."""

from __future__ import annotations

import csv
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.registry.selections import column_letters


@dataclass(frozen=True)
class Place:
    """One place. ``unit`` says what ``number`` counts: ``line``, ``record`` or ``row`` (of a sheet)."""

    unit: str
    number: int
    cell: str | None = None


class Places(ABC):
    """Finds rows by the number that frictionless gives them; the header is one of the rows.

    ``left``: how many columns of a sheet lie before the table; ``None``: there are no sheets.
    """

    unit: str
    left: int | None = None

    @abstractmethod
    def of(self, row: int) -> Place:
        """The place of a row."""

    def at(self, row: int, number: int | None) -> Place:
        """The place of the cell in the ``number``-th column of a row, from 1."""
        place = self.of(row)
        if self.left is None or number is None:
            return place
        return Place(place.unit, place.number, f"{column_letters(self.left + number)}{place.number}")


class Records(Places):
    """Documents of records: the row that frictionless counts as 1 is the labels."""

    unit = "record"

    def of(self, row: int) -> Place:
        """See :class:`Places`."""
        return Place(self.unit, row - 1)


class Cells(Places):
    """A sheet of a workbook, whose rows frictionless counts as the sheet does."""

    unit = "row"

    def __init__(self, left: int) -> None:
        self.left = left

    def of(self, row: int) -> Place:
        """See :class:`Places`."""
        return Place(self.unit, row)


class Lines(Places):
    """A text file: the lines on which records begin. ``dialect``: of ``csv``; ``None`` if every record is a line."""

    unit = "line"

    def __init__(self, path: Path, encoding: str, dialect: Any) -> None:
        self._path, self._encoding, self._dialect = path, encoding, dialect
        self._begins: Iterator[tuple[int, int]] | None = None
        self._now = (0, 0)

    def of(self, row: int) -> Place:
        """See :class:`Places`. In ascending order the file is read once; going back starts anew."""
        if self._dialect is None:
            return Place(self.unit, row)
        if self._begins is None or row < self._now[0]:
            self._begins, self._now = self._read(), (0, 0)
        while self._now[0] < row:
            self._now = next(self._begins, (row, row))
        return Place(self.unit, self._now[1])

    def _read(self) -> Iterator[tuple[int, int]]:
        with self._path.open(encoding=self._encoding, errors="replace", newline="") as stream:
            reader = csv.reader(stream, self._dialect)
            begins = 1
            try:
                for number, _ in enumerate(reader, start=1):
                    yield number, begins
                    begins = reader.line_num + 1
            except csv.Error:
                return
