"""What a text of SQL is before it runs."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from pipelines.core.statements import NotReading, names_read, parts_read


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        yield opened


@pytest.mark.parametrize(
    ("sql", "names"),
    [
        ("FROM Parks.Trees", {"trees"}),
        ("WITH RECURSIVE a AS (SELECT 1 AS n UNION ALL FROM a WHERE n < 3) SELECT upper('x') FROM a", {"a", "upper"}),
        ("SELECT (SELECT max(b) FROM t) FROM u('1.0.0') UNION FROM query_table('v')", {"t", "max", "u", "query_table"}),
        ("SUMMARIZE t", {"t"}),
        ("VALUES (1)", set()),
    ],
)
def test_what_reads_names_what_it_reads(connection: duckdb.DuckDBPyConnection, sql: str, names: set[str]) -> None:
    found = names_read(connection, sql)
    assert names <= found and not {name for name in found - names if name.isidentifier()}


def test_parts_are_told_apart_with_their_schemas(connection: duckdb.DuckDBPyConnection) -> None:
    found = parts_read(connection, "SELECT upper(a) FROM c.s.t, '/x.csv', s.u('1'), (SELECT f(1) FROM range(3))")
    assert found.tables == {("c", "s", "t"), ("/x.csv",)}
    assert found.table_functions == {("s", "u"), ("range",)}
    assert found.functions == {("upper",), ("f",)}


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ("COPY (SELECT 1) TO 'x'", "COPY"), ("SELECT 1; SELECT 2", "SELECT"), ("EXPLAIN SELECT 1", "EXPLAIN"),
        ("WITH x AS (COPY (SELECT 1) TO 'x') FROM x", "COPY_QUERY_NODE"),
        ("SELECT 1 WHERE EXISTS (WITH x AS (DELETE FROM t RETURNING *) FROM x)", "DELETE_QUERY_NODE"),
        ("WITH x AS (UPDATE t SET a = 1 RETURNING *) FROM x", "UPDATE_QUERY_NODE"),
        ("SELECT * FROM a, QUERY('COPY t TO ''x''')", "query"), ("FROM json_execute_serialized_sql('{}')", "json"),
    ],
)  # fmt: skip
def test_what_writes_or_runs_other_texts_is_told(connection: duckdb.DuckDBPyConnection, sql: str, kind: str) -> None:
    with pytest.raises(NotReading, match=kind):
        names_read(connection, sql)


def test_nothing_is_no_statement(connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(NotReading):
        names_read(connection, "")
    with pytest.raises(duckdb.Error):
        names_read(connection, "SELEC")
