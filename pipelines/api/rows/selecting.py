"""What a client asks of a version's rows, checked against its fields, and the SELECT for a page of them.

Pages are found by key: the next begins after the sort columns and the key of the last row, whatever is released
meanwhile, at the same cost on every page. Rows that are equal in all of these (in datasets without a key, or with keys
that hold within a period only) are told apart by all their columns, and by counting those that are equal even so.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipelines.api.problems import Problem
from pipelines.api.rows.cursors import Position
from pipelines.api.rows.values import sql_value
from pipelines.catalog import rows_of
from pipelines.core.sql import identifier
from pipelines.publish import Manifest
from pipelines.publish.schemas import columns, primary_key

#: Operator → SQL.
_COMPARISONS = {"eq": "=", "ne": "<>", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}
OPERATORS = (*_COMPARISONS, "in", "contains", "null")
_MOST_FILTERS, _MOST_VALUES = 50, 500


@dataclass(frozen=True)
class Order:
    """A column to sort by."""

    field: str
    descending: bool = False

    @classmethod
    def of(cls, text: str) -> Order:
        """As clients write it: ``-field`` is descending."""
        return cls(text.removeprefix("-"), text.startswith("-"))

    def __str__(self) -> str:
        return f"{'-' if self.descending else ''}{self.field}"


@dataclass(frozen=True)
class Selection:
    """Rows of one version: conditions in SQL, all of which hold; columns; order."""

    manifest: Manifest
    conditions: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    sort: tuple[Order, ...] = ()

    @property
    def kinds(self) -> Mapping[str, str]:
        """Field → DuckDB's type."""
        return columns(self.manifest.schema)

    @property
    def order(self) -> tuple[Order, ...]:
        """What rows are told apart by: what is asked for, then the key, or all columns where there is none."""
        asked = {entry.field for entry in self.sort}
        key = primary_key(self.manifest.schema) or tuple(self.kinds)
        return (*self.sort, *(Order(field) for field in key if field not in asked))

    @property
    def digest(self) -> str:
        """What a cursor belongs to: it means nothing for other rows or another order."""
        told = [self.manifest.dataset, self.manifest.version, self.conditions, list(map(str, self.sort))]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:24]

    def statement(self) -> str:
        """SELECT of all its rows, in the catalog's order: by period, then by key."""
        shown = ", ".join(map(identifier, self.shown or self.kinds))
        return f"SELECT {shown} FROM ({rows_of(self.manifest)}){self._where(self.conditions)}"

    def page(self, limit: int, after: Position | None) -> str:
        """SELECT of a page and of one row more; after its columns come those of :attr:`order`, as text.

        Args:
            limit: rows of a page.
            after: where the one before ended.

        Raises:
            Problem: when that is no place in these rows.
        """
        shown = ", ".join(map(identifier, self.shown or self.kinds))
        hidden = ", ".join(
            f"CAST({identifier(entry.field)} AS VARCHAR) AS {identifier(f'after {position}')}"
            for position, entry in enumerate(self.order)
        )
        conditions = (*self.conditions, self._from(after)) if after else self.conditions
        skipped = f" OFFSET {after.ties}" if after else ""
        return (
            f"SELECT {shown}, {hidden} FROM ({rows_of(self.manifest)}){self._where(conditions)} "
            f"ORDER BY {self._ordering()} LIMIT {limit + 1}{skipped}"
        )

    def block(self, limit: int, offset: int) -> str:
        """SELECT of rows by their number in the order, for clients that know no other way."""
        return f"{self.statement()} ORDER BY {self._ordering()} LIMIT {limit} OFFSET {offset}"

    def count(self) -> str:
        """SELECT of the number of its rows."""
        return f"SELECT count(*) AS total FROM ({rows_of(self.manifest)}){self._where(self.conditions)}"

    def _ordering(self) -> str:
        listed = {entry.field for entry in self.order}
        rest = [Order(field) for field in self.kinds if field not in listed]
        return ", ".join(
            f"{identifier(entry.field)} {'DESC' if entry.descending else 'ASC'} NULLS LAST"
            for entry in (*self.order, *rest)
        )

    @staticmethod
    def _where(conditions: Sequence[str]) -> str:
        return f" WHERE {' AND '.join(f'({condition})' for condition in conditions)}" if conditions else ""

    def _from(self, after: Position) -> str:
        """The rows from the last one of the page before, which is one of them, with all that are equal to it."""
        if len(after.values) != len(self.order):
            raise Problem(400, "cursor")
        condition = "true"
        for entry, text in reversed(list(zip(self.order, after.values, strict=True))):
            name = identifier(entry.field)
            if text is None:
                condition = f"{name} IS NULL AND ({condition})"
                continue
            value = sql_value(text, self.kinds[entry.field])
            if value is None:
                raise Problem(400, "cursor")
            later = f"{name} {'<' if entry.descending else '>'} {value} OR {name} IS NULL"
            condition = f"{later} OR ({name} = {value} AND ({condition}))"
        return condition


def select(manifest: Manifest, filters: Sequence[tuple[str, str]], shown: str | None, sort: str | None) -> Selection:
    """A selection as a client writes it.

    Args:
        manifest: of the version.
        filters: parameter → value, in their order: ``field`` or ``field[operator]``.
        shown: names of columns with commas between; absent: all.
        sort: columns to sort by, likewise, those descending with a minus sign before them.

    Raises:
        Problem: when it names what is not there, or compares with what a field cannot have.
    """
    kinds = columns(manifest.schema)
    if len(filters) > _MOST_FILTERS:
        raise Problem(400, "too-many-filters", limit=_MOST_FILTERS)
    conditions = tuple(_condition(kinds, parameter, value) for parameter, value in filters)
    names = tuple(dict.fromkeys(_listed(shown)))
    orders = tuple({entry.field: entry for entry in map(Order.of, _listed(sort))}.values())
    for name in (*names, *(entry.field for entry in orders)):
        _kind(kinds, name)
    return Selection(manifest, conditions, names, orders)


def _listed(value: str | None) -> Sequence[str]:
    return [name.strip() for name in (value or "").split(",") if name.strip()]


def _kind(kinds: Mapping[str, str], field: str) -> str:
    if field not in kinds:
        raise Problem(400, "no-field", field=_safe(field), known=", ".join(kinds))
    return kinds[field]


def _condition(kinds: Mapping[str, str], parameter: str, value: str) -> str:
    field, bracket, rest = parameter.partition("[")
    operator = rest.removesuffix("]") if bracket else "eq"
    if operator not in OPERATORS or (bracket and not rest.endswith("]")):
        raise Problem(400, "no-operator", operator=_safe(operator), known=", ".join(OPERATORS))
    kind, name = _kind(kinds, field), identifier(field)
    if operator == "null":
        if value not in {"true", "false"}:
            raise _unfit(field, "true / false")
        return f"{name} IS {'' if value == 'true' else 'NOT '}NULL"
    if operator == "contains":
        return f"contains(CAST({name} AS VARCHAR), {_value(field, value, 'VARCHAR')})"
    if operator == "in":
        try:
            values = next(csv.reader([value]), [])
        except csv.Error as problem:
            raise _unfit(field, kind) from problem
        if not values or len(values) > _MOST_VALUES:
            raise Problem(400, "too-many-values", field=field, limit=_MOST_VALUES)
        return f"{name} IN ({', '.join(_value(field, each, kind) for each in values)})"
    return f"{name} {_COMPARISONS[operator]} {_value(field, value, kind)}"


def _value(field: str, text: str, kind: str) -> str:
    value = sql_value(text, kind)
    if value is None:
        raise _unfit(field, kind)
    return value


def _unfit(field: str, kind: str) -> Problem:
    return Problem(400, "value", field=field, type=kind)


def _safe(text: str) -> str:
    """What a client sent, short enough to be told back."""
    return ascii(text[:64])
