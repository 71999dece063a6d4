"""What an intruder can work out of a table with suppressed cells: the least and the most that each may be.

The intruder knows all published cells, that sums are sums, and that nothing is negative; and the cells that are known
whatever the table shows. The bounds of a suppressed cell are then two linear programs (M. Fischetti and J.-J.
Salazar-González, Models and algorithms for optimizing cell suppression in tabular data with linear constraints, JASA
95, 2000).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Any

from pipelines.disclose.aggregates.table import Cell, Coordinates, Table

#: Bounds closer than so much of the largest cell are equal: programs are solved in floating point.
TOLERANCE = 1e-7


@dataclass(frozen=True)
class Interval:
    """What a suppressed cell may be, as far as can be told; ``most`` may be infinite."""

    least: float
    most: float


class Quantity(Enum):
    """What of a cell is looked at. Both are left out together, and each would tell the other's zeros.

    Numbers of contributors are taken to add up, which they do where nobody is in two cells; else less is known.
    """

    VALUE = "value"
    CONTRIBUTORS = "contributors"

    def of(self, cell: Cell) -> float:
        """That number of a cell."""
        return float(cell.value if self is Quantity.VALUE else cell.contributors)


class System:
    """The equations of a table over some cells as unknowns; the others are known."""

    def __init__(self, table: Table, unknown: Sequence[Coordinates], quantity: Quantity = Quantity.VALUE) -> None:
        self.unknown = tuple(unknown)
        self.quantity = quantity
        self._place = {at: place for place, at in enumerate(self.unknown)}
        self._table = table

    @cached_property
    def scale(self) -> float:
        """Values are divided by the largest, so that tolerances mean the same in every table."""
        return max((abs(self.quantity.of(cell)) for cell in self._table.cells.values()), default=1.0) or 1.0

    @cached_property
    def matrix(self) -> Any:
        """A row per equation with unknown cells: one for the total, minus one for each part; sparse."""
        from scipy.sparse import csr_matrix

        rows, columns, signs, count = [], [], [], 0
        for equation in self._table.equations:
            present = [(equation.total, 1), *((part, -1) for part in equation.parts)]
            known = [(self._place[at], sign) for at, sign in present if at in self._place]
            if known:
                rows += [count] * len(known)
                columns += [place for place, _ in known]
                signs += [sign for _, sign in known]
                count += 1
        return csr_matrix((signs, (rows, columns)), shape=(count, len(self.unknown)), dtype=float)

    def value(self, at: Coordinates) -> float:
        """A cell's value, scaled."""
        return self.quantity.of(self._table.cells[at]) / self.scale


def intervals(
    table: Table, suppressed: Collection[Coordinates], of: Collection[Coordinates] | None = None,
    quantity: Quantity = Quantity.VALUE, floors: Mapping[Coordinates, float] | None = None,
) -> dict[Coordinates, Interval]:  # fmt: skip
    """The bounds of each suppressed cell (or of those in ``of``), in the table's order.

    Args:
        table: values are not negative.
        suppressed: what is not shown. Of these, cells that are known anyway have one value.
        of: which bounds are asked for.
        quantity: sums, or numbers of contributors.
        floors: what cells are known not to be below; absent: zero.
    """
    from scipy.optimize import linprog

    system = System(table, [at for at in table.cells if at in suppressed and at not in table.known], quantity)
    values = [system.value(at) for at in system.unknown]
    least = [(floors or {}).get(at, 0.0) / system.scale for at in system.unknown]
    right = system.matrix @ values if values else []
    found = {}
    for at in table.cells:
        if at not in suppressed or (of is not None and at not in of):
            continue
        if at in table.known:
            found[at] = Interval(*[quantity.of(table.cells[at])] * 2)
            continue
        place = system.unknown.index(at)
        bounds = []
        for sign in (1.0, -1.0):
            goal = [0.0] * len(values)
            goal[place] = sign
            solved = linprog(goal, A_eq=system.matrix, b_eq=right, bounds=[(low, None) for low in least],
                             method="highs")  # fmt: skip
            # Unbounded is the only way to fail: the true values are a solution.
            bounds.append(sign * solved.fun * system.scale if solved.status == 0 else float("inf"))
        found[at] = Interval(*bounds)
    return found
