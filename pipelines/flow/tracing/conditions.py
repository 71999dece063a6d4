"""A key as people give it: ``FIELD=VALUE`` pairs, or values in the order of the primary key.

Values only ever reach DuckDB as bound parameters, and no error repeats one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from pipelines.core.databases import private_database
from pipelines.core.errors import GongkaiError
from pipelines.core.identifiers import is_identifier
from pipelines.core.sql import identifier
from pipelines.publish.schemas import columns, primary_key

#: Types whose casts from text round: a value that is not exactly one of theirs is none of theirs.
_EXACT = ("BIGINT", "INTEGER", "DECIMAL")


class UnusableKey(GongkaiError):
    """A key that cannot be looked for."""

    def __init__(self, dataset: str, fields: Collection[str], **more: str | int) -> None:
        super().__init__(dataset=dataset, fields=", ".join(fields) or "-", **more)


class UnknownField(UnusableKey):
    """A pair names a field that is not published."""

    message_id = "trace-unknown-field"


class FieldGivenTwice(UnusableKey):
    """A field is given two values."""

    message_id = "trace-field-twice"


class TooManyValues(UnusableKey):
    """More values than the primary key has fields; without a published key, any value without its field."""

    message_id = "trace-too-many-values"


class UnreadableValue(UnusableKey):
    """A value is not of its field's type."""

    message_id = "trace-unreadable-value"


@dataclass(frozen=True)
class Condition:
    """A published field is to have a value; an empty ``text`` means that it is absent. ``kind``: DuckDB's type."""

    field: str
    kind: str
    text: str


def read_conditions(dataset: str, arguments: Sequence[str], schema: Mapping[str, Any]) -> tuple[Condition, ...]:
    """What the arguments ask for.

    Args:
        dataset: for errors.
        arguments: at least one; pairs or values; several pairs may stand in one argument, separated by commas.
        schema: the public Table Schema.

    Raises:
        UnusableKey: a field is not published or is given twice, there are more values than key fields, or a value is
            not of its field's type.
    """
    kinds, key = columns(schema), primary_key(schema)
    found: dict[str, str] = {}
    positional = iter(key)
    for argument in arguments:
        for name, text in _pairs(dataset, argument, kinds):
            field = name if name is not None else next(positional, None)
            if field is None:
                raise TooManyValues(dataset, key)
            if field in found:
                raise FieldGivenTwice(dataset, kinds, field=field)
            found[field] = text
    conditions = tuple(Condition(field, kinds[field], text) for field, text in found.items())
    types = {entry["name"]: entry["type"] for entry in schema["fields"]}
    with private_database(None, threads=1) as connection:
        for condition in conditions:
            if condition.text and not _is_readable(connection, condition):
                raise UnreadableValue(dataset, kinds, field=condition.field, type=types[condition.field])
    return conditions


def _pairs(dataset: str, argument: str, fields: Collection[str]) -> Iterator[tuple[str | None, str]]:
    """The pairs of an argument; a value without its field is all of it. A comma ends a value only before a field."""
    name = argument.partition("=")[0].strip()
    if "=" not in argument or not is_identifier(name):
        yield None, argument
        return
    if name not in fields:
        raise UnknownField(dataset, fields, field=name)
    following = "|".join(map(re.escape, sorted(fields, key=len, reverse=True)))
    for part in re.split(rf",(?=\s*(?:{following})\s*=)", argument):
        field, _, text = part.partition("=")
        yield field.strip(), text


def _is_readable(connection: duckdb.DuckDBPyConnection, condition: Condition) -> bool:
    exact = f"TRY_CAST(TRY_CAST($text AS {condition.kind}) AS DECIMAL(38, 18)) = TRY_CAST($text AS DECIMAL(38, 18))"
    test = exact if condition.kind.startswith(_EXACT) else f"TRY_CAST($text AS {condition.kind}) IS NOT NULL"
    ((readable,),) = connection.execute(f"SELECT coalesce({test}, false)", {"text": condition.text}).fetchall()
    return bool(readable)


def where(conditions: Sequence[Condition], available: Collection[str]) -> tuple[str, list[str]]:
    """An SQL condition and its parameters, for a table with these columns; an absent column has no value."""
    parts, values = [], []
    for condition in conditions:
        if not condition.text:
            parts.append(f"{identifier(condition.field)} IS NULL" if condition.field in available else "true")
        elif condition.field not in available:
            parts.append("false")
        else:
            # A table that was made under another descriptor may have another type.
            column = f"TRY_CAST({identifier(condition.field)} AS {condition.kind})"
            parts.append(f"{column} = CAST(? AS {condition.kind})")
            values.append(condition.text)
    return " AND ".join(parts), values
