"""The errors of one row, written by frictionless's own ``Row`` and error classes, in its order.

The order follows ``TableResource.row_stream`` of frictionless 5.21: reading a key's cells comes before reading
the others, so the errors of key cells come first.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from pipelines.validate.engine.model import Cells, RowFacts
from pipelines.validate.engine.own import OwnError
from pipelines.validate.engine.plan import ForeignKey, Plan


def errors_of(cells: Cells, number: int, facts: RowFacts, plan: Plan) -> list[Any]:
    """All errors of the row ``number``: frictionless's, then ours."""
    from frictionless import Row

    row = Row(list(cells), handlers=plan.handlers, row_number=number)
    _unique(row, facts, plan)
    _primary(row, facts, plan)
    for position, key in enumerate(plan.foreign):
        values = tuple(row[name] for name in key.fields)
        if position in facts.unresolved:
            row.errors.append(_foreign(row, key, values))
    return [*row.errors, *plan.own.errors(row, facts.own_keys)]


def described(error: Any) -> dict[str, Any]:
    """The descriptor of a row's error: what ``error.to_descriptor()`` gives, several times faster."""
    kind = type(error)
    if kind is OwnError:
        return dict(error.to_descriptor())
    if kind not in _ATTRIBUTES:
        # All errors of a class have the same properties; the first one tells their names.
        _ATTRIBUTES[kind] = [(name, _snake_case(name)) for name in error.to_descriptor()]
    values = ((name, getattr(error, attribute)) for name, attribute in _ATTRIBUTES[kind])
    return {name: list(value) if isinstance(value, list) else value for name, value in values}


_ATTRIBUTES: dict[type, list[tuple[str, str]]] = {}


def _snake_case(name: str) -> str:
    return re.sub("[A-Z]", lambda match: f"_{match[0].lower()}", name)


def _unique(row: Any, facts: RowFacts, plan: Plan) -> None:
    from frictionless.errors import UniqueError

    for name in plan.unique:
        value = row[name]
        if value is not None and name in facts.unique:
            note = f"the same as in the row at position {facts.unique[name]}"
            row.errors.append(UniqueError.from_row(row, note=note, field_name=name))


def _primary(row: Any, facts: RowFacts, plan: Plan) -> None:
    from frictionless.errors import PrimaryKeyError

    if not plan.primary:
        return
    values = [row[name] for name in plan.primary]
    if all(value is None for value in values):
        note = 'cells composing the primary keys are all "None"'
        row.errors.append(PrimaryKeyError.from_row(row, note=note))
    elif facts.primary is not None:
        note = f"the same as in the row at position {facts.primary}"
        row.errors.append(PrimaryKeyError.from_row(row, note=note))


def _foreign(row: Any, key: ForeignKey, values: Sequence[Any]) -> Any:
    from frictionless.errors import ForeignKeyError

    fields, reference = ", ".join(key.fields), ", ".join(key.reference)
    shown = ", ".join(str(value) for value in values)
    note = f'for "{fields}": values "{shown}" not found in the lookup table "{key.resource}" as "{reference}"'
    return ForeignKeyError.from_row(
        row,
        note=note,
        field_names=list(key.fields),
        field_values=list(values),
        reference_name=key.resource,
        reference_field_names=list(key.reference),
    )
