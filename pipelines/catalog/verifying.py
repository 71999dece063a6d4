"""Comparing the index with what it is derived from: it is made again from nothing, beside the one that is there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb

from pipelines.catalog.index import build_index
from pipelines.catalog.index_files import INDEX, current_files, index_path, index_sums
from pipelines.core.files import scratch_folder
from pipelines.core.sql import identifier, literal
from pipelines.publish import Store, StoreProblem, snapshot_numbers
from pipelines.publish.sql import scratch_database
from pipelines.publish.store import MALFORMED, MISSING, WRONG_HASH
from pipelines.publish.verifying.problems import INDEX as DIFFERS

#: Whatever else a database holds is DuckDB's own.
_OBJECTS = """
SELECT schema_name, table_name, sql, comment FROM duckdb_tables() WHERE database_name = ? AND NOT internal
UNION ALL SELECT schema_name, view_name, sql, comment FROM duckdb_views() WHERE database_name = ? AND NOT internal
UNION ALL SELECT schema_name, function_name, macro_definition, comment FROM duckdb_functions()
          WHERE database_name = ? AND NOT internal
"""


def verify_index(store: Store, work: Path) -> list[StoreProblem]:
    """Compare the newest index with one made anew from a sound store: tables row by row, views, macros, comments.

    Bytes are not compared, since DuckDB does not write the same file twice.

    Args:
        store: the catalog, which has been verified.
        work: private folder for scratch files.
    """
    numbers = snapshot_numbers(store)
    if not numbers:
        return []
    index = index_path(numbers[-1])
    sums, copies = index_sums(store, numbers[-1]), current_files(numbers[-1])
    found = {path: store.sha256(path) for path in (*copies.values(), *copies)}
    problems = [
        StoreProblem(path, MISSING if sha256 is None else WRONG_HASH)
        for path, sha256 in found.items()
        if sha256 is None or sha256 != sums.get(copies.get(path, path))
    ]
    if found[index] is None:
        return problems
    with scratch_folder(work, "index") as folder:
        built = folder / INDEX
        build_index(store, built, numbers, None)
        with scratch_database(folder) as connection:
            try:
                connection.execute(f"ATTACH {literal(str(store.local(index)))} AS present (READ_ONLY)")
                connection.execute(f"ATTACH {literal(str(built))} AS anew (READ_ONLY)")
                return problems + [StoreProblem(index, DIFFERS, name) for name in _differing(connection)]
            except duckdb.Error:
                return [*problems, StoreProblem(index, MALFORMED)]


def _differing(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    present, anew = (
        {tuple(row) for row in connection.execute(_OBJECTS, [name] * 3).fetchall()} for name in ("present", "anew")
    )
    if present != anew:
        yield ", ".join(sorted({f"{schema}.{name}" for schema, name, *_ in present ^ anew}))
        return
    tables = connection.execute(
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'anew' ORDER BY ALL"
    ).fetchall()
    for schema, table in tables:
        name = f"{identifier(schema)}.{identifier(table)}"
        rows = connection.execute(
            f"SELECT count(*) FROM ((FROM present.{name} EXCEPT ALL FROM anew.{name}) "
            f"UNION ALL (FROM anew.{name} EXCEPT ALL FROM present.{name}))"
        ).fetchone()
        if rows != (0,):
            yield f"{schema}.{table}"
