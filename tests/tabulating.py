"""Tables of sums in tests, added up in Python."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product

from pipelines.disclose.aggregates import Cell, Dimension, Table
from pipelines.disclose.aggregates.table import Coordinates, coordinates


@dataclass(frozen=True)
class Contribution:
    """What somebody adds to a cell of the lowest codes. Of a count every value is 1."""

    at: Coordinates
    contributor: str
    value: Decimal


def tabulate(dimensions: Sequence[Dimension], contributions: Iterable[Contribution], *, largest: int = 2) -> Table:
    """Add contributions up, into every cell that they count for; one contributor's to a cell count as one."""
    values: dict[Coordinates, dict[str, Decimal]] = {}
    for each in contributions:
        for at in product(*(dimension.path(code) for dimension, code in zip(dimensions, each.at, strict=True))):
            of_cell = values.setdefault(at, {})
            of_cell[each.contributor] = of_cell.get(each.contributor, Decimal(0)) + each.value
    cells = {}
    for at in coordinates(dimensions):
        of_cell = values.get(at, {})
        top = sorted(of_cell.values(), key=abs, reverse=True)[:largest]
        cells[at] = Cell(sum(of_cell.values(), Decimal(0)), len(of_cell), tuple(top))
    return Table(tuple(dimensions), cells)
