"""The errors of one row, frictionless's in its order, then ours.

The order follows ``TableResource.row_stream`` of frictionless 5.21: reading a key's cells comes before reading
the others, so the errors of key cells come first.
"""

from __future__ import annotations

from typing import Any

from pipelines.validate.engine.light_rows import LightRow, frictionless_errors
from pipelines.validate.engine.model import Cells, RowFacts
from pipelines.validate.engine.plan import ForeignKey, Plan


def errors_of(cells: Cells, number: int, facts: RowFacts, plan: Plan) -> list[Any]:
    """All errors of the row ``number``: frictionless's, then ours."""
    row = LightRow(cells, plan.readers, number)
    _unique(row, facts, plan)
    _primary(row, facts, plan)
    for position, key in enumerate(plan.foreign):
        values = tuple(row[name] for name in key.fields)
        if position in facts.unresolved:
            row.errors.append(_foreign(row, key, values))
    return [*row.errors, *plan.own.errors(row, facts.own_keys)]


def _unique(row: LightRow, facts: RowFacts, plan: Plan) -> None:
    for name in plan.unique:
        value = row[name]
        if value is not None and name in facts.unique:
            position = list(plan.fields).index(name)
            note = f"the same as in the row at position {facts.unique[name]}"
            row.errors.append(
                row.error(
                    frictionless_errors().UniqueError, note, cell=str(value), field_name=name, field_number=position + 1
                )
            )


def _primary(row: LightRow, facts: RowFacts, plan: Plan) -> None:
    if not plan.primary:
        return
    values = [row[name] for name in plan.primary]
    if all(value is None for value in values):
        row.errors.append(
            row.error(frictionless_errors().PrimaryKeyError, 'cells composing the primary keys are all "None"')
        )
    elif facts.primary is not None:
        row.errors.append(
            row.error(frictionless_errors().PrimaryKeyError, f"the same as in the row at position {facts.primary}")
        )


def _foreign(row: LightRow, key: ForeignKey, values: tuple[Any, ...]) -> Any:
    fields, reference = ", ".join(key.fields), ", ".join(key.reference)
    shown = ", ".join(str(value) for value in values)
    note = f'for "{fields}": values "{shown}" not found in the lookup table "{key.resource}" as "{reference}"'
    return row.error(
        frictionless_errors().ForeignKeyError,
        note,
        field_names=list(key.fields),
        field_cells=["" if value is None else str(value) for value in values],
        reference_name=key.resource,
        reference_field_names=list(key.reference),
    )
