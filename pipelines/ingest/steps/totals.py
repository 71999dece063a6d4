"""Totals and parent rows: recognised, checked against what is below them, and left out of the table.

Leaves go on at once; only sums per code and the totals themselves are kept until the grid ends, because totals
stand above their parts in some files and below them in others.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from pipelines.ingest.batches import Batch
from pipelines.ingest.grids import Cell
from pipelines.ingest.numbers import total
from pipelines.ingest.steps.base import StepContext
from pipelines.ingest.steps.reconciling import Reconciler, added, nothing
from pipelines.registry.steps import ExcludeTotals

Group = tuple[Cell, ...]


@dataclass(frozen=True)
class TotalColumns:
    """Where the step's columns are; ``sums`` by name."""

    code: int | None
    label: int | None
    sums: Mapping[str, int]
    within: Sequence[int]


@dataclass(frozen=True)
class _Stated:
    """A row that was left out. ``prefix`` is its code; empty for a grand total."""

    number: int
    group: Group
    prefix: str
    amounts: tuple[Cell, ...]


class ExcludeTotalsStep:
    """Leaves out totals and reports each figure that differs from the sum of its leaves."""

    def __init__(
        self, labels: tuple[str, ...], step: ExcludeTotals, columns: TotalColumns, context: StepContext
    ) -> None:  # fmt: skip
        self.labels = labels
        self.changed = 0
        self._step, self._columns, self._context = step, columns, context
        self._pattern = re.compile(step.pattern) if step.pattern is not None else None
        self._leaves: dict[Group, dict[str, list[Decimal]]] = {}
        self._stated: list[_Stated] = []

    def apply(self, batch: Batch) -> Batch:
        """Pass on the leaves, and keep the totals for the end."""
        kept = [row for row in range(len(batch)) if batch.blank[row] or self._is_leaf(batch, row)]
        left_out = len(batch) - len(kept)
        if not left_out:
            return batch
        self.changed += left_out
        self._context.tally.excluded["total"] += left_out
        return batch.take(kept)

    def finish(self) -> None:
        """Compare every total with its leaves."""
        sums = self._sums()
        reconciler = Reconciler(self._step, self._context)
        for stated in self._stated:
            below = sums.get((stated.group, stated.prefix), nothing(len(self._columns.sums)))
            reconciler.compare(stated.number, stated.amounts, below)
        reconciler.tell()

    def _is_leaf(self, batch: Batch, row: int) -> bool:
        columns = self._columns
        label = batch.columns[columns.label][row] if columns.label is not None else None
        code = ((batch.columns[columns.code][row] if columns.code is not None else None) or "").strip()
        group = tuple(batch.columns[place][row] for place in columns.within)
        cells = tuple(batch.columns[place][row] for place in columns.sums.values())
        if self._pattern is not None and label is not None and self._pattern.search(label.strip()):
            self._stated.append(_Stated(batch.numbers[row], group, "", cells))
            return False
        # A row without code is no parent of everything: it stays, and validation asks for its code.
        if code and self._step.leaf_length is not None and len(code) < self._step.leaf_length:
            self._stated.append(_Stated(batch.numbers[row], group, code, cells))
            return False
        leaves = self._leaves.setdefault(group, {})
        leaves[code] = added(leaves.get(code) or nothing(len(cells)), cells)
        return True

    def _sums(self) -> dict[tuple[Group, str], list[Decimal]]:
        """Sums of the leaves by group and by each prefix that a total asks for."""
        lengths = sorted({len(stated.prefix) for stated in self._stated})
        sums: dict[tuple[Group, str], list[Decimal]] = {}
        for group, leaves in self._leaves.items():
            for code, amounts in leaves.items():
                for length in lengths:
                    if len(code) < length:
                        continue
                    key = (group, code[:length])
                    known = sums.get(key)
                    sums[key] = amounts if known is None else [total(a, b) for a, b in zip(known, amounts, strict=True)]
        return sums
