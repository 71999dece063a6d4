"""Cells that are left out beside the sensitive ones, so that these cannot be worked out from sums.

For each sensitive cell a linear program looks for other tables with the same published cells in which it is larger, and
smaller, by what protects it; the cells that differ in the cheapest of them are suppressed (J. P. Kelly, B. L. Golden
and A. A. Assad, Cell suppression: disclosure protection for sensitive tabular data, Networks 22, 1992; the heuristic of
Fischetti and Salazar-González, 2000). Cells that are suppressed already cost nothing. At the end every cell that was
added is tried again: one without which all remain protected is published.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.disclose.aggregates.audit import TOLERANCE, System, intervals
from pipelines.disclose.aggregates.primary import Rules, primary_cells
from pipelines.disclose.aggregates.table import Coordinates, Table

#: A cell moves less than this only by rounding, scaled.
_MOVES = 1e-9


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

    Contributors are taken to know nothing but their own values beside the table; a single contributor of a cell that
    is suppressed for another's sake can take its own value out (the singleton problem), which is not looked after.

    Args:
        table: values must not be negative.
        rules: what is sensitive, and how far it is to be protected.

    Raises:
        ValueError: a value is negative.
    """
    if any(cell.value < 0 for cell in table.cells.values()):
        raise ValueError("a table with negative values")
    primary = primary_cells(table, rules)
    hidden = set(primary)
    system = System(table, tuple(table.cells))
    for at in sorted(primary, key=lambda each: (-table.cells[each].value, each)):
        for sign in (1.0, -1.0):
            hidden |= _moved(table, system, hidden, at, sign * _needed(system, at, rules))
    secondary = sorted(hidden - set(primary), key=lambda each: (-_cost(table, each), each))
    kept = _without_needless(table, rules, primary, hidden, secondary)
    return Suppressed(primary, tuple(at for at in table.cells if at in kept and at not in primary))


def is_protected(table: Table, rules: Rules, cells: Sequence[Coordinates], hidden: Collection[Coordinates]) -> bool:
    """Whether none of these cells can be worked out closer than the rules allow."""
    found = intervals(table, hidden, cells)
    system = System(table, ())
    for at in cells:
        value, needed = system.value(at), _needed(system, at, rules)
        least, most = found[at].least / system.scale, found[at].most / system.scale
        if most < value + needed - TOLERANCE or least > max(value - needed, 0.0) + TOLERANCE:
            return False
    return True


def _needed(system: System, at: Coordinates, rules: Rules) -> float:
    """How far a cell has to be able to move, scaled; a value of zero too, or it would be known exactly."""
    return max(system.value(at) * float(rules.protection), 1000 * TOLERANCE)


def _cost(table: Table, at: Coordinates) -> float:
    """What leaving a cell out costs: one, and a little for those who are in it, so that totals stay if they can."""
    return 1.0 + math.log2(1 + table.cells[at].contributors) / 8


def _moved(table: Table, system: System, hidden: Collection[Coordinates], at: Coordinates,
           amount: float) -> set[Coordinates]:  # fmt: skip
    """The cells that differ in the cheapest other table in which a cell is larger by ``amount``.

    Cells to which nobody contributed stay at zero: who knows the field knows that nobody is there.
    """
    import numpy as np
    from scipy.optimize import linprog
    from scipy.sparse import hstack

    values = [system.value(each) for each in system.unknown]
    place = system.unknown.index(at)
    step = amount if amount > 0 else -min(-amount, values[place])
    if step == 0:
        return set()  # Nothing is below zero: an intruder knows that of every cell.
    costs = np.array([0.0 if each in hidden else _cost(table, each) for each in system.unknown])
    there = [table.cells[each].contributors > 0 for each in system.unknown]
    # What moves up, then what moves down, which no cell does further than to zero.
    both: Any = hstack([system.matrix, -system.matrix]).tocsr()
    bounds: list[tuple[float, float | None]] = [(0.0, None if known else 0.0) for known in there]
    bounds += [(0.0, value) for value in values]
    up, down = (step, 0.0) if step > 0 else (0.0, -step)
    bounds[place], bounds[len(values) + place] = (up, up), (down, down)
    solved = linprog(np.concatenate([costs, costs]), A_eq=both, b_eq=np.zeros(both.shape[0]), bounds=bounds,
                     method="highs-ds")  # fmt: skip
    if solved.status != 0:  # A table of which nothing is shown gives nothing away.
        return {each for each, known in zip(system.unknown, there, strict=True) if known}
    change = np.abs(solved.x[: len(values)] - solved.x[len(values) :])
    return {each for each, moved in zip(system.unknown, change, strict=True) if moved > _MOVES}


def _without_needless(table: Table, rules: Rules, sensitive: Sequence[Coordinates], hidden: Collection[Coordinates],
                      added: Sequence[Coordinates]) -> set[Coordinates]:  # fmt: skip
    """What is left to suppress once cells that protect nothing are published again, the dearest first."""
    kept = set(hidden)
    for at in added:
        if is_protected(table, rules, sensitive, kept - {at}):
            kept.discard(at)
    return kept
