"""SQL that descriptors contain: is it one SELECT that DuckDB can bind against the dataset's fields?

Descriptors' SQL runs on a DuckDB without access to files, network or extensions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import duckdb

from pipelines.core.databases import LOCAL
from pipelines.core.sql import identifier
from pipelines.core.statements import NotReading, names_read
from pipelines.registry.fields import FieldSpec
from pipelines.registry.types import sql_type


@cache
def _connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={**LOCAL, "threads": 1})
    connection.execute("SET enable_external_access = false")
    return connection


def constraint_query(check: str) -> str:
    """The query that evaluates a row constraint over ``delivery``."""
    return f"SELECT CAST(({check}\n) AS BOOLEAN) FROM delivery"


def binding_error(
    sql: str, typed: Mapping[str, Sequence[FieldSpec]], tables: Mapping[str, Sequence[str]]
) -> str | None:
    """Why ``sql`` cannot run over the ``typed`` views and the text ``tables``; ``None`` if it can."""
    return binding_errors([sql], typed, tables)[0]


def binding_errors(
    statements: Sequence[str], typed: Mapping[str, Sequence[FieldSpec]], tables: Mapping[str, Sequence[str]]
) -> list[str | None]:
    """Of each statement, why it cannot run over the ``typed`` views and the text ``tables``; ``None`` if it can."""
    views = {name: [(column, "VARCHAR") for column in names] for name, names in tables.items()}
    views |= {name: [(spec.name, sql_type(spec)) for spec in fields] for name, fields in typed.items()}
    with _connection().cursor() as cursor:
        for name, definition in views.items() if statements else ():
            listed = ", ".join(f"{identifier(column)} {kind}" for column, kind in definition)
            cursor.execute(f"CREATE OR REPLACE TEMP TABLE {identifier(name)} ({listed})")
        return [_binding_error(cursor, sql) for sql in statements]


def _binding_error(cursor: duckdb.DuckDBPyConnection, sql: str) -> str | None:
    try:
        names_read(cursor, sql)
        cursor.execute(f"EXPLAIN {sql}")
    except NotReading:
        return "one SELECT statement is expected"
    except duckdb.Error as problem:
        return str(problem).splitlines()[0]
    return None
