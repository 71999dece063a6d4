"""What a text of SQL is before it runs: DuckDB 2.0 takes WITH clauses that write for parts of a SELECT."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Parts:
    """What a statement that reads is made of, each name as its qualified path, the outermost first.

    ``tables``: tables and views, also those that a WITH clause names; ``table_functions``: functions and macros that
    stand where a table may; ``functions``: all others, operators among them.
    """

    tables: frozenset[tuple[str, ...]]
    table_functions: frozenset[tuple[str, ...]]
    functions: frozenset[tuple[str, ...]]

    @property
    def names(self) -> frozenset[str]:
        """The last parts of all paths, in small letters."""
        return frozenset(path[-1].lower() for path in self.tables | self.table_functions | self.functions)


def names_read(connection: duckdb.DuckDBPyConnection, sql: str) -> frozenset[str]:
    """Names, in small letters, of the tables, views and functions that one reading statement names.

    Args:
        connection: any; nothing is run.
        sql: SELECT, FROM, WITH, SHOW, DESCRIBE, SUMMARIZE …

    Raises:
        NotReading: when it is not exactly one such statement, or has parts that write or run other texts.
        duckdb.Error: when it cannot be parsed.
    """
    return parts_read(connection, sql).names


def parts_read(connection: duckdb.DuckDBPyConnection, sql: str) -> Parts:
    """As :func:`names_read`, told apart by what they are and with the schemas that the statement names.

    Raises:
        NotReading, duckdb.Error: as :func:`names_read`.
    """
    kinds = tuple(statement.type.name for statement in connection.extract_statements(sql))
    if kinds != ("SELECT",):
        raise NotReading(kinds)
    ((text,),) = connection.execute("SELECT json_serialize_sql(?)", [sql]).fetchall()
    tree = json.loads(text)
    nodes = list(_nodes(tree))
    kinds_within = {str(node.get("type")) for node in nodes}
    writing = {kind for kind in kinds_within if kind.endswith("_NODE")} - _READING
    placed = {id(node["function"]) for node in nodes if node.get("type") == "TABLE_FUNCTION"}
    parts = Parts(
        frozenset(_path(node, "table_name") for node in nodes if node.get("table_name")),
        frozenset(_path(node, "function_name") for node in nodes if node.get("function_name") and id(node) in placed),
        frozenset(
            _path(node, "function_name") for node in nodes if node.get("function_name") and id(node) not in placed
        ),
    )
    if tree.get("error") or writing or parts.names & _RUNNING:
        raise NotReading((*sorted(writing or parts.names & _RUNNING), *kinds))
    return parts


def _path(node: dict[str, Any], name: str) -> tuple[str, ...]:
    outer = (node.get(key) for key in ("catalog_name", "catalog", "schema_name", "schema"))
    return (*(str(part) for part in outer if part), str(node[name]))


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node
