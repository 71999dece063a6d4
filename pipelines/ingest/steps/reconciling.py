"""Stated totals against what was summed: what is reported where they differ."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from pipelines.core.personal_data import looks_like_personal_data
from pipelines.ingest.grids import Cell
from pipelines.ingest.numbers import as_decimal, decimal_text, total
from pipelines.ingest.steps.base import StepContext
from pipelines.registry.disclosures import Attribute
from pipelines.registry.steps import ExcludeTotals

NOTHING = Decimal(0)
#: Telephone numbers have 11 digits, identity and card numbers more, and a sum leads back to what was summed.
_SHOWN_DIGITS = 10


def added(sums: Sequence[Decimal], cells: Sequence[Cell]) -> list[Decimal]:
    """Sums with the numbers of a row's cells; what is none adds nothing."""
    return [total(sum_, as_decimal(cell) or NOTHING) for sum_, cell in zip(sums, cells, strict=True)]


def reconcile(
    step: ExcludeTotals, context: StepContext, row: int, stated: Sequence[Cell], sums: Sequence[Decimal]
) -> None:  # fmt: skip
    """Report each figure of a total that differs from its sum; empty cells state nothing, which is zero."""
    for name, cell, computed in zip(step.sums, stated, sums, strict=True):
        amount = as_decimal(cell) if cell and cell.strip() else NOTHING
        if amount is None:
            context.report("total-not-a-number", field=name, row=row)
        elif abs(total(amount, -computed)) > step.tolerance:
            _mismatch(context, row, name, amount, computed)


def _mismatch(context: StepContext, row: int, name: str, amount: Decimal, computed: Decimal) -> None:
    if _is_public(context, name) and _is_showable(amount) and _is_showable(computed):
        context.report("total-mismatch", field=name, row=row, column=name,
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
