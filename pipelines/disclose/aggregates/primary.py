"""Cells that would tell somebody's value by themselves.

Rules as in A. Hundepool et al., Statistical Disclosure Control (Wiley, 2012), chapter 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from pipelines.disclose.aggregates.table import Cell, Coordinates, Table


@dataclass(frozen=True)
class Rules:
    """When a cell is sensitive; a cell to which nobody contributed never is.

    ``least`` contributors are needed. ``dominance`` (n, k): the n largest make up no more than k percent. ``percent``
    (p): the second largest contributor cannot work out the largest closer than to p percent of it. ``protection``: an
    intruder may not work out the value closer than by that share of it, on either side.
    """

    least: int = 5
    dominance: tuple[int, int] | None = None
    percent: int | None = None
    protection: Decimal = Decimal("0.1")

    @property
    def largest(self) -> int:
        """How many of a cell's largest contributions have to be known."""
        return max(2, self.dominance[0] if self.dominance else 0)

    def is_sensitive(self, cell: Cell) -> bool:
        """Whether a cell may not be shown."""
        if not cell.contributors:
            return False
        if cell.contributors < self.least:
            return True
        first, second = (*cell.largest, Decimal(0), Decimal(0))[:2]
        if self.dominance is not None:
            count, most = self.dominance
            if sum(cell.largest[:count], Decimal(0)) * 100 > cell.value * most:
                return True
        return self.percent is not None and (cell.value - first - second) * 100 < first * self.percent


def primary_cells(table: Table, rules: Rules) -> tuple[Coordinates, ...]:
    """The sensitive cells, in the table's order; not those that are known anyway."""
    return tuple(at for at, cell in table.cells.items() if at not in table.known and rules.is_sensitive(cell))
