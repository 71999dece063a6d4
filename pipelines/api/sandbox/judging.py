"""Whether a stranger's statement may run: it reads the catalog's rows and tables, and names nothing else.

DuckDB itself sees no file outside the objects. But objects may lie there that no release shows: of withdrawn
versions, or of a release that is just being made. So a statement names them through the catalog's views and
macros, never by path; and of DuckDB's own functions in place of a table only those are known to read nothing.
"""

from __future__ import annotations

import re

import duckdb

from pipelines.core.statements import Parts

#: Functions that may stand where a table may.
_TABLE_FUNCTIONS = frozenset({"range", "generate_series", "unnest", "repeat", "repeat_row", "json_each", "json_tree"})
#: Schemas in which a macro with the name of a dataset would be DuckDB's own.
_BUILT_IN = frozenset({"main", "system", "temp", "memory", "pg_catalog", "information_schema"})
#: Functions that tell about the server or wait.
_FUNCTIONS = frozenset({
    "getvariable", "current_setting", "getenv", "write_log", "sleep_ms", "pg_sleep", "nextval", "currval", "setval",
})  # fmt: skip
#: Files are named with a point or a slash; the words that SHOW stands for come in quotes.
_NAME = re.compile(r'\w+|"\w+"')
_ABOUT_SERVER = re.compile(r"(duckdb|pragma|pg)_.*")


def refused_part(connection: duckdb.DuckDBPyConnection, parts: Parts) -> str | None:
    """The first name, if any, that a stranger's statement may not have.

    Args:
        connection: to the index.
        parts: of the statement.
    """
    for path in sorted(parts.tables):
        if not all(_NAME.fullmatch(part) for part in path) or _ABOUT_SERVER.fullmatch(path[-1].lower()):
            return ".".join(path)
    macros = sorted(path for path in parts.table_functions if path[-1].lower() not in _TABLE_FUNCTIONS)
    for path in macros:
        if not _is_macro(connection, path):
            return ".".join(path)
    return next((".".join(path) for path in sorted(parts.functions) if path[-1].lower() in _FUNCTIONS), None)


def _is_macro(connection: duckdb.DuckDBPyConnection, path: tuple[str, ...]) -> bool:
    """Whether it is a macro of the index: ``changes``, or a dataset's in the schema of a theme or of the index."""
    *outer, name = (part.lower() for part in path)
    if name == "changes" and outer in ([], ["main"], ["catalog"], ["catalog", "main"]):
        return True
    if not outer or outer[-1] in _BUILT_IN:
        return False
    ((known,),) = connection.execute("SELECT count(*) FROM main.datasets WHERE dataset = ?", [name]).fetchall()
    return bool(known)
