"""Stated totals against what was summed: what is reported where they differ."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from pipelines.core.findings import Severity
from pipelines.core.personal_data import looks_like_personal_data
from pipelines.ingest.grids import Cell
from pipelines.ingest.numbers import as_decimal, decimal_text, total
from pipelines.ingest.steps.base import StepContext
from pipelines.registry.disclosures import Attribute
from pipelines.registry.steps import ExcludeTotals

NOTHING = Decimal(0)
#: Telephone numbers have 11 digits, identity and card numbers more, and a sum leads back to what was summed.
_SHOWN_DIGITS = 10


def nothing(columns: int) -> list[Decimal]:
    """Sums of no rows yet: of each column, and how many rows there are."""
    return [NOTHING] * (columns + 1)


def added(sums: Sequence[Decimal], cells: Sequence[Cell]) -> list[Decimal]:
    """Sums with the numbers of a row's cells, and one row more; what is no number adds nothing."""
    return [total(sum_, as_decimal(cell) or NOTHING) for sum_, cell in zip(sums, (*cells, "1"), strict=True)]


class Reconciler:
    """Compares the totals of a grid with the sums of their rows."""

    def __init__(self, step: ExcludeTotals, context: StepContext) -> None:
        self._step, self._context = step, context
        #: By column, the largest difference that is put up with, and the row of the total.
        self._largest: dict[str, tuple[Decimal, int]] = {}

    def compare(self, row: int, stated: Sequence[Cell], sums: Sequence[Decimal]) -> None:
        """Report each figure of a total that differs from its sum; empty cells state nothing, which is zero."""
        *computed, parts = sums
        for name, cell, sum_ in zip(self._step.sums, stated, computed, strict=True):
            amount = as_decimal(cell) if cell and cell.strip() else NOTHING
            if amount is None:
                self._context.report("total-not-a-number", field=name, row=row)
                continue
            difference = abs(total(amount, -sum_))
            if difference > self._step.tolerance:
                _mismatch(self._context, row, name, amount, sum_, int(parts))
            elif difference > self._largest.get(name, (NOTHING, 0))[0]:
                self._largest[name] = difference, row

    def tell(self) -> None:
        """Report the largest differences that the layout puts up with."""
        for name, (difference, row) in self._largest.items():
            public = _is_public(self._context, name) and _is_showable(difference)
            params = {"column": name, "tolerance": decimal_text(self._step.tolerance)}
            params |= {"difference": decimal_text(difference)} if public else {}
            rule = "total-rounded" if public else "total-rounded-withheld"
            self._context.report(rule, Severity.WARNING, field=name, row=row, **params)


def _mismatch(context: StepContext, row: int, name: str, amount: Decimal, computed: Decimal, parts: int) -> None:
    if _is_public(context, name) and _is_showable(amount) and _is_showable(computed):
        context.report("total-mismatch", field=name, row=row, column=name, parts=parts,
                       stated=decimal_text(amount), computed=decimal_text(computed))  # fmt: skip
    else:
        context.report("total-mismatch-withheld", field=name, row=row, column=name)


def _is_public(context: StepContext, name: str) -> bool:
    """Tell whether a column's figures may be shown: those of an active field, or on their way into one."""
    spec = context.field_of(name)
    return spec is not None and spec.disclosure.attribute is Attribute.ACTIVE


def _is_showable(figure: Decimal) -> bool:
    """Tell whether a figure cannot be, or contain, a number that identifies somebody."""
    text = decimal_text(figure)
    whole = text.lstrip("-").partition(".")[0]
    return len(whole) <= _SHOWN_DIGITS and not looks_like_personal_data(text)
