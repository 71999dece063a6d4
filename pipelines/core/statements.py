"""What a text of SQL is before it runs: DuckDB 2.0 takes WITH clauses that write for parts of a SELECT."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import duckdb

#: Nodes of statements that read; others (``COPY_QUERY_NODE``, ``INSERT_QUERY_NODE`` …) write.
_READING = frozenset({"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"})
#: Functions that run what their text says.
_RUNNING = frozenset({"query", "json_execute_serialized_sql"})


class NotReading(Exception):
    """A text is not exactly one statement that reads. ``kinds``: the kinds of what it is, as DuckDB names them."""

    def __init__(self, kinds: tuple[str, ...]) -> None:
        super().__init__(", ".join(kinds))
        self.kinds = kinds


def names_read(connection: duckdb.DuckDBPyConnection, sql: str) -> frozenset[str]:
    """Names, in small letters, of the tables, views and functions that one reading statement names.

    Args:
        connection: any; nothing is run.
        sql: SELECT, FROM, WITH, SHOW, DESCRIBE, SUMMARIZE …

    Raises:
        NotReading: when it is not exactly one such statement, or has parts that write or run other texts.
        duckdb.Error: when it cannot be parsed.
    """
    kinds = tuple(statement.type.name for statement in connection.extract_statements(sql))
    if kinds != ("SELECT",):
        raise NotReading(kinds)
    ((text,),) = connection.execute("SELECT json_serialize_sql(?)", [sql]).fetchall()
    tree = json.loads(text)
    nodes = list(_nodes(tree))
    kinds_within = {str(node.get("type")) for node in nodes}
    writing = {kind for kind in kinds_within if kind.endswith("_NODE")} - _READING
    names = {str(node[key]).lower() for node in nodes for key in ("table_name", "function_name") if node.get(key)}
    if tree.get("error") or writing or names & _RUNNING:
        raise NotReading((*sorted(writing or names & _RUNNING), *kinds))
    return frozenset(names)


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node
