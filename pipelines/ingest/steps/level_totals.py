"""Parent rows known by their level: the next row is deeper. Checked against what is below them, and left out.

Only the row that waits for the next one, and the parents that are not complete, are kept.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from pipelines.ingest.batches import Batch, is_empty
from pipelines.ingest.grids import Cell
from pipelines.ingest.numbers import total
from pipelines.ingest.steps.base import StepContext
from pipelines.ingest.steps.reconciling import Reconciler, added, nothing
from pipelines.registry.steps import ExcludeTotals


@dataclass(frozen=True)
class LevelColumns:
    """Where the step's columns are."""

    level: int
    label: int | None
    sums: Sequence[int]


@dataclass
class _Parent:
    """A parent whose children are still being read. ``sums``: those of the leaves below it so far."""

    level: int
    number: int
    stated: tuple[Cell, ...]
    sums: list[Decimal]


@dataclass
class _Waiting:
    """The last row that has a level: the next one tells whether it is a parent.

    ``place``: where it is in the batch that is worked on; ``held``: it alone, once that batch is done.
    """

    level: int
    number: int
    amounts: tuple[Cell, ...]
    place: int
    held: Batch | None = None


class LevelTotalsStep:
    """Leaves out parents and grand totals, and reports each figure that differs from the sum of its leaves.

    A parent without any figure is a heading: it is left out, and there is nothing to check. A row without a level is
    a leaf below the same parents as the row before it.
    """

    def __init__(
        self, labels: tuple[str, ...], step: ExcludeTotals, columns: LevelColumns, context: StepContext
    ) -> None:  # fmt: skip
        self.labels = labels
        self.changed = 0
        self._columns, self._context = columns, context
        self._pattern = re.compile(step.pattern) if step.pattern is not None else None
        self._reconciler = Reconciler(step, context)
        self._all = _Parent(0, 0, (), nothing(len(columns.sums)))
        self._open = [self._all]
        self._totals: list[tuple[int, tuple[Cell, ...]]] = []
        self._waiting: _Waiting | None = None

    def apply(self, batch: Batch) -> Batch:
        """Pass on the leaves, the last row with a level when the next one is known."""
        kept: list[int] = []
        first: Batch | None = None
        for row in range(len(batch)):
            amounts = tuple(batch.columns[place][row] for place in self._columns.sums)
            level = _level(batch.columns[self._columns.level][row])
            if batch.blank[row]:
                kept.append(row)
            elif self._is_total(batch, row):
                self._totals.append((batch.numbers[row], amounts))
                self._leave_out()
            elif level is None:
                self._add(amounts)
                kept.append(row)
            else:
                leaf = self._decide(level)
                if leaf is not None and leaf.held is not None:
                    first = leaf.held
                elif leaf is not None:
                    kept.append(leaf.place)
                self._waiting = _Waiting(level, batch.numbers[row], amounts, row)
        if self._waiting is not None and self._waiting.held is None:
            self._waiting.held = batch.take([self._waiting.place])
        passed = batch.take(sorted(kept))
        if first is None:
            return passed
        first.append(passed)
        return first

    def finish(self) -> Batch | None:
        """Compare what is still open, and give back the last row."""
        last = self._decide(0)
        for number, stated in self._totals:
            self._reconciler.compare(number, stated, self._all.sums)
        self._reconciler.tell()
        return None if last is None else last.held

    def _decide(self, level: int) -> _Waiting | None:
        """What the waiting row is, now that the next one's level is known: itself when it is a leaf."""
        waiting, self._waiting = self._waiting, None
        leaf = None
        if waiting is not None and level > waiting.level:
            sums = nothing(len(waiting.amounts))
            self._open.append(_Parent(waiting.level, waiting.number, waiting.amounts, sums))
            self._leave_out()
        elif waiting is not None:
            self._add(waiting.amounts)
            leaf = waiting
        while self._open[-1].level >= max(level, 1):
            self._close(self._open.pop())
        return leaf

    def _close(self, parent: _Parent) -> None:
        above = self._open[-1]
        above.sums = [total(a, b) for a, b in zip(above.sums, parent.sums, strict=True)]
        if not all(map(is_empty, parent.stated)):
            self._reconciler.compare(parent.number, parent.stated, parent.sums)

    def _add(self, amounts: tuple[Cell, ...]) -> None:
        parent = self._open[-1]
        parent.sums = added(parent.sums, amounts)

    def _leave_out(self) -> None:
        self.changed += 1
        self._context.tally.excluded["total"] += 1

    def _is_total(self, batch: Batch, row: int) -> bool:
        label = batch.columns[self._columns.label][row] if self._columns.label is not None else None
        return self._pattern is not None and label is not None and bool(self._pattern.search(label.strip()))


def _level(cell: Cell) -> int | None:
    return int(cell) if cell and cell.isascii() and cell.isdigit() and 0 < len(cell) < 4 and int(cell) else None
