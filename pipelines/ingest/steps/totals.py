"""Totals and parent rows: recognised, checked against what is below them, and left out of the table.

Leaves go on at once; only sums per code and the totals themselves are kept until the grid ends, because totals
stand above their parts in some files and below them in others.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from pipelines.core.personal_data import looks_like_personal_data
from pipelines.ingest.batches import Batch
from pipelines.ingest.grids import Cell
from pipelines.ingest.numbers import as_decimal, decimal_text, total
from pipelines.ingest.steps.base import StepContext
from pipelines.registry.disclosures import Attribute
from pipelines.registry.layouts import ExcludeTotals

Group = tuple[Cell, ...]
_NOTHING = Decimal(0)
#: Telephone numbers have 11 digits, identity and card numbers more, and a sum leads back to what was summed.
_SHOWN_DIGITS = 10


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
        for stated in self._stated:
            below = sums.get((stated.group, stated.prefix), [_NOTHING] * len(self._columns.sums))
            for name, cell, computed in zip(self._columns.sums, stated.amounts, below, strict=True):
                amount = as_decimal(cell) if cell and cell.strip() else _NOTHING
                if amount is None:
                    self._context.report("total-not-a-number", field=name, row=stated.number)
                elif abs(total(amount, -computed)) > self._step.tolerance:
                    self._mismatch(stated, name, amount, computed)

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
        sums = leaves.get(code) or [_NOTHING] * len(cells)
        leaves[code] = [total(sum_, as_decimal(cell) or _NOTHING) for sum_, cell in zip(sums, cells, strict=True)]
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

    def _mismatch(self, stated: _Stated, name: str, amount: Decimal, computed: Decimal) -> None:
        if self._is_public(name) and _is_showable(amount) and _is_showable(computed):
            self._context.report("total-mismatch", field=name, row=stated.number, column=name,
                                 stated=decimal_text(amount), computed=decimal_text(computed))  # fmt: skip
        else:
            self._context.report("total-mismatch-withheld", field=name, row=stated.number, column=name)

    def _is_public(self, name: str) -> bool:
        """Tell whether a column's figures may be shown: those of an active field, or on their way into one."""
        spec = self._context.field_of(name)
        return spec is not None and spec.disclosure.attribute is Attribute.ACTIVE


def _is_showable(figure: Decimal) -> bool:
    """Tell whether a figure cannot be, or contain, a number that identifies somebody."""
    text = decimal_text(figure)
    whole = text.lstrip("-").partition(".")[0]
    return len(whole) <= _SHOWN_DIGITS and not looks_like_personal_data(text)
