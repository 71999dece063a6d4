"""Cells that are left out beside the sensitive ones, so that these cannot be worked out from sums.

For each sensitive cell a linear program looks for other tables with the same published cells in which it is larger, and
smaller, by what protects it; the cells that differ in the cheapest of them are suppressed (J. P. Kelly, B. L. Golden
and A. A. Assad, Cell suppression: disclosure protection for sensitive tabular data, Networks 22, 1992; the heuristic of
Fischetti and Salazar-González, 2000). Cells that are suppressed already cost nothing. The same is done for numbers of
contributors, and for what is left of published sums (``remainders``). At the end every cell that was added is tried
again: one without which all remain protected is published.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.disclose.aggregates.audit import TOLERANCE, Interval, Quantity, System, intervals
from pipelines.disclose.aggregates.primary import Rules, primary_cells
from pipelines.disclose.aggregates.remainders import enlarged, small_remainders
from pipelines.disclose.aggregates.table import Coordinates, Table

#: A cell moves less than this only by rounding, scaled.
_MOVES = 1e-9
#: Per quantity, what cells are known not to be below.
Floors = Mapping[Quantity, Mapping[Coordinates, float]]
#: Per quantity, what an intruder has to hold possible of each sensitive cell.
Targets = Mapping[Quantity, Mapping[Coordinates, Interval]]


@dataclass(frozen=True)
class Suppressed:
    """Cells that may not be shown: for what they tell themselves, and for what they would tell of those."""

    primary: tuple[Coordinates, ...]
    secondary: tuple[Coordinates, ...]

    @property
    def cells(self) -> frozenset[Coordinates]:
        """All of them."""
        return frozenset((*self.primary, *self.secondary))


def suppress(table: Table, rules: Rules) -> Suppressed:
    """Choose the cells that are not shown. The same table gives the same cells.

    Contributors are taken to know their own values beside the table, and not to tell each other.

    Args:
        table: values must not be negative.
        rules: what is sensitive, and how far it is to be protected.

    Raises:
        ValueError: a value is negative.
    """
    if any(cell.value < 0 for cell in table.cells.values()):
        raise ValueError("a table with negative values")
    primary = primary_cells(table, rules)
    targets = targets_of(table, rules, primary)
    hidden = set(primary)
    for quantity, wanted in targets.items():
        system = System(table, tuple(table.cells), quantity)
        for at in sorted(primary, key=lambda each: (-system.value(each), each)):
            for end in (wanted[at].most, wanted[at].least):
                hidden |= _moved(table, system, hidden, at, end / system.scale - system.value(at))
    hidden = enlarged(table, rules, hidden, lambda at: _cost(table, at))
    kept = set(hidden)
    for at in sorted(hidden - set(primary), key=lambda each: (-_cost(table, each), each)):
        if is_protected(table, rules, targets, kept - {at}):
            kept.discard(at)
    return Suppressed(primary, tuple(at for at in table.cells if at in kept and at not in primary))


def targets_of(table: Table, rules: Rules, cells: Collection[Coordinates]) -> Targets:
    """What an intruder has to hold possible of cells: more and less by what protects them, or as much as can be told
    without the table anyway. One contributor more and less is the least; a value of zero is not known exactly either.
    """
    found = {}
    for quantity in Quantity:
        everything = frozenset(table.cells)
        # Where nothing is known without the table, everything is possible.
        anyway = intervals(table, everything, cells, quantity) if table.known else {}
        smallest = 1.0 if quantity is Quantity.CONTRIBUTORS else 1000 * TOLERANCE * System(table, (), quantity).scale
        wanted = {}
        for at in cells:
            value = quantity.of(table.cells[at])
            needed = max(value * float(rules.protection), smallest)
            possible = anyway.get(at, Interval(0.0, math.inf))
            wanted[at] = Interval(max(value - needed, possible.least), min(value + needed, possible.most))
        found[quantity] = wanted
    return found


def is_protected(table: Table, rules: Rules, targets: Targets, hidden: Collection[Coordinates],
                 floors: Floors | None = None) -> bool:  # fmt: skip
    """Whether no sensitive cell can be worked out closer than it should, nor few contributors together.

    Args:
        table: values are not negative.
        rules: of how few contributors.
        targets: of all sensitive cells.
        hidden: all cells that are not shown.
        floors: what cells are known not to be below.
    """
    if next(small_remainders(table, rules, hidden), None) is not None:
        return False
    for quantity, wanted in targets.items():
        found = intervals(table, hidden, wanted, quantity, floors[quantity] if floors else None)
        slack = TOLERANCE * System(table, (), quantity).scale
        for at, bounds in wanted.items():
            if found[at].most < bounds.most - slack or found[at].least > bounds.least + slack:
                return False
    return True


def _cost(table: Table, at: Coordinates) -> float:
    """What leaving a cell out costs: one, and a little for those who are in it, so that totals stay if they can."""
    return 1.0 + math.log2(1 + table.cells[at].contributors) / 8


def _moved(table: Table, system: System, hidden: Collection[Coordinates], at: Coordinates,
           step: float) -> set[Coordinates]:  # fmt: skip
    """The cells that differ in the cheapest other table in which a cell is larger by ``step``.

    Cells that are known to be empty stay at zero, unless nothing else is left: where rows are published besides,
    nobody can tell a cell without further contributors from one that has some.
    """
    if abs(step) <= TOLERANCE:
        return set()  # What cannot be otherwise is known without the table.
    for still in (table.still, table.known) if table.known else (table.still,):
        change = _cheapest(table, system, hidden, at, step, still)
        if change is not None:
            return change
    # A table of which nothing is shown gives nothing away.
    staying = table.known if table.known else table.still
    return {each for each in system.unknown if each not in staying}


def _cheapest(table: Table, system: System, hidden: Collection[Coordinates], at: Coordinates, step: float,
              still: Collection[Coordinates]) -> set[Coordinates] | None:  # fmt: skip
    """The cells that differ, where those in ``still`` do not; ``None`` when there is no such table."""
    import numpy as np
    from scipy.optimize import linprog
    from scipy.sparse import hstack

    values = [system.value(each) for each in system.unknown]
    place = system.unknown.index(at)
    costs = np.array([0.0 if each in hidden else _cost(table, each) for each in system.unknown])
    # What moves up, then what moves down, which no cell does further than to zero.
    both: Any = hstack([system.matrix, -system.matrix]).tocsr()
    bounds: list[tuple[float, float | None]] = [(0.0, 0.0 if each in still else None) for each in system.unknown]
    bounds += [(0.0, 0.0 if each in still else value) for each, value in zip(system.unknown, values, strict=True)]
    up, down = (step, 0.0) if step > 0 else (0.0, -step)
    bounds[place], bounds[len(values) + place] = (up, up), (down, down)
    solved = linprog(np.concatenate([costs, costs]), A_eq=both, b_eq=np.zeros(both.shape[0]), bounds=bounds,
                     method="highs-ds")  # fmt: skip
    if solved.status != 0:
        return None
    change = np.abs(solved.x[: len(values)] - solved.x[len(values) :])
    return {each for each, moved in zip(system.unknown, change, strict=True) if moved > _MOVES}
