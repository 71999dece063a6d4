"""Which cells of a sheet a finding is about."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.core.findings import Finding
from pipelines.ingest.batches import is_empty
from pipelines.ingest.grids import Cell
from pipelines.ingest.numbers import as_decimal
from pipelines.ingest.origins import Origin
from pipelines.ingest.places import TablePlaces
from pipelines.ingest.steps.unpivot import is_missing

_EXTRA_CELL = "extra-cell"
_ABSENT_COLUMN = {"missing-label", "step-column-absent"}

#: Row and column, both from 1.
Position = tuple[int, int]


@dataclass(frozen=True)
class Target:
    """The cells to mark. ``one_of``: the faulty cell is among these, which are not marked: the others are good."""

    cells: tuple[Position, ...] = ()
    one_of: tuple[Position, ...] = ()


class Locator:
    """Finds the cells of findings about one sheet. Reads those rows once where cells must be looked at."""

    def __init__(self, table: TablePlaces, findings: Sequence[Finding]) -> None:
        self._table = table
        self._header = {row.number for row in table.header}
        wanted = {finding.location.row for finding in findings if self._is_looked_at(finding)}
        self._rows = {row.number: row.cells for row in table.rows() if row.number in wanted} if wanted else {}

    def locate(self, finding: Finding) -> Target:
        """The cells of a finding about this sheet; none when it is about the sheet as a whole."""
        row, field = finding.location.row, finding.location.field
        if row is None and field is None:
            return Target()
        if row is None or row in self._header:
            return Target(self._labels(finding.rule, field))
        if finding.rule == _EXTRA_CELL:
            return Target(self._beyond(row) or (self._first(row),))
        origins = [self._table.origin(name) for name in self._names(field)]
        certain = [place for origin in origins if not origin.one_of for place in origin.places]
        if certain:
            return Target(tuple(self._at(row, place) for place in dict.fromkeys(certain)))
        uncertain = next((origin for origin in origins if origin.one_of), None)
        if uncertain is None:
            return Target((self._first(row),))
        places = self._narrowed(row, uncertain, finding.value)
        cells = tuple(self._at(row, place) for place in places)
        return Target(cells) if len(cells) == 1 else Target((self._first(row),), cells)

    def _is_looked_at(self, finding: Finding) -> bool:
        origins = (self._table.origin(name) for name in self._names(finding.location.field))
        return finding.rule == _EXTRA_CELL or any(origin.one_of for origin in origins)

    def _names(self, field: str | None) -> list[str]:
        """The fields of a finding; keys name several."""
        if field is None:
            return []
        known = self._table.places_of_label(field) or self._table.origin(field).places
        return [field] if known else field.split(", ")

    def _labels(self, rule: str, field: str | None) -> tuple[Position, ...]:
        """The header cells of a column; of one that is missing, the first of the header.

        A column of another file or sheet, told at the delivery's first header, has no cell here.
        """
        places = [place for name in self._names(field) for place in self._table.places_of_label(name)]
        if not places and (field is None or rule in _ABSENT_COLUMN):
            places = [self._table.first_place]
        return tuple(self._table.label_cell(place) for place in places)

    def _beyond(self, row: int) -> tuple[Position, ...]:
        width = len(self._table.names)
        cells = self._rows.get(row, [])
        return tuple(self._at(row, place) for place in range(width, len(cells)) if not is_empty(cells[place]))

    def _narrowed(self, row: int, origin: Origin, value: str | None) -> list[int]:
        """The columns that the faulty cell can be in. A text that is no number was not changed on its way."""
        cells = self._rows.get(row, [])
        found = {place: cells[place] if place < len(cells) else None for place in origin.places}
        filled = [place for place, cell in found.items() if origin.empty_too or not is_missing(cell)]
        if value is not None and as_decimal(value) is None:
            same = [place for place in filled if _plain(found[place]) == _plain(value)]
            if len(same) == 1:
                return same
        return filled or list(origin.places)

    def _first(self, row: int) -> Position:
        return self._at(row, self._table.first_place)

    def _at(self, row: int, place: int) -> Position:
        return row, self._table.column(place)


def _plain(cell: Cell) -> str:
    return unicodedata.normalize("NFKC", cell or "").strip()
