"""What is left of a sum once its published parts are taken off it: suppressed cells, taken together.

Two suppressed cells of one contributor each are a cell of two: either knows the other's value (the singleton problem:
A. Hundepool et al., Statistical Disclosure Control, Wiley, 2012, section 4.4). So what is left of a published sum has
as many contributors as a published cell.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from pipelines.disclose.aggregates.primary import Rules
from pipelines.disclose.aggregates.table import Coordinates, Equation, Table


def small_remainders(table: Table, rules: Rules, hidden: Collection[Coordinates]) -> Iterator[Equation]:
    """Published sums of which too few contributors are left. Known sums are not the table's to protect."""
    for equation in table.equations:
        if equation.total in hidden or equation.total in table.known:
            continue
        left = [table.cells[at].contributors for at in equation.parts if at in hidden]
        shown = sum(table.cells[at].contributors for at in equation.parts if at not in hidden)
        # Somebody in several parts counts once in the sum: there are at least so many.
        if left and 0 < max(*left, table.cells[equation.total].contributors - shown, 0) < rules.least:
            yield equation


def enlarged(table: Table, rules: Rules, hidden: Collection[Coordinates],
             cost: Callable[[Coordinates], float]) -> set[Coordinates]:  # fmt: skip
    """``hidden``, with the cheapest further cells that leave no small remainder."""
    found = set(hidden)
    while (equation := next(small_remainders(table, rules, found), None)) is not None:
        filled = [at for at in equation.parts if at not in found and table.cells[at].contributors]
        movable = [at for at in (*filled, equation.total) if at not in table.known]
        found.add(min(movable, key=lambda at: (cost(at), at)))
    return found
