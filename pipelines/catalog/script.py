"""``index.sql``: the index as a script, for people who bring their own DuckDB.

It runs the statements that made the index and fills its tables. Each dataset is a block that tells its own length,
so that the next script takes over the blocks of datasets that did not change.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

import duckdb

from pipelines.catalog.datasets import codelist_statements, dataset_statements, read_indexed
from pipelines.catalog.tables import AMONG, TABLES, Row, batched, opening_statements, place, rows_by_dataset
from pipelines.core.messages import in_both
from pipelines.core.sql import literal

_MARK = re.compile(rb"-- dataset ([a-z][a-z0-9_]*) ([0-9]+)\n")
_ROWS_PER_INSERT = 500


def write_script(
    connection: duckdb.DuckDBPyConnection, target: Path, earlier: Path | None, changed: Collection[str]
) -> None:
    """Write the script of the index that is the connection's current database.

    Args:
        connection: to the index, complete.
        target: where; replaced.
        earlier: the script of the index that this one was made from, if it was made from one.
        changed: datasets that are no longer as ``earlier`` has them.
    """
    blocks = _blocks(earlier) if earlier is not None else {}
    kept = {dataset: place for dataset, place in blocks.items() if dataset not in changed}
    known = connection.execute("SELECT DISTINCT dataset FROM main.versions ORDER BY dataset").fetchall()
    with target.open("wb") as file, (earlier or target).open("rb") as old:
        file.write(_terminated(_opening(connection)))
        for batch in batched([dataset for (dataset,) in known]):
            new = dict(_datasets(connection, [dataset for dataset in batch if dataset not in kept]))
            for dataset in batch:
                block = new[dataset] if dataset in new else _read(old, kept[dataset])
                file.write(f"-- dataset {dataset} {len(block)}\n".encode() + block)
        file.write(_terminated(["COMMIT"]))


def _opening(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    yield "\n".join(f"-- {line}" for line in in_both("index-script", "\n").splitlines())
    yield "ATTACH IF NOT EXISTS ':memory:' AS catalog"
    yield "USE catalog"
    yield "BEGIN"
    yield from opening_statements()
    for table, columns in TABLES.items():
        if "dataset" not in columns:
            yield from _inserts(table, connection.execute(f"SELECT * FROM {place(table)} ORDER BY ALL").fetchall())
    codelists = connection.execute("SELECT codelist FROM main.code_lists ORDER BY codelist").fetchall()
    yield from codelist_statements([name for (name,) in codelists])


def _datasets(connection: duckdb.DuckDBPyConnection, datasets: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """Datasets and their blocks."""
    if not datasets:
        return
    found = {
        table: rows_by_dataset(
            connection, f"SELECT dataset, * FROM {place(table)} WHERE {AMONG} ORDER BY ALL", datasets
        )
        for table, columns in TABLES.items()
        if "dataset" in columns
    }
    shown = {indexed.dataset: dataset_statements(indexed) for indexed in read_indexed(connection, datasets)}
    for dataset in datasets:
        filled = chain.from_iterable(_inserts(table, rows.get(dataset, ())) for table, rows in found.items())
        yield dataset, _terminated(chain(filled, shown.get(dataset, ())))


def _inserts(table: str, rows: Sequence[Row]) -> Iterator[str]:
    for begin in range(0, len(rows), _ROWS_PER_INSERT):
        values = ",\n".join(f"({', '.join(map(_value, row))})" for row in rows[begin : begin + _ROWS_PER_INSERT])
        yield f"INSERT INTO {place(table)} VALUES\n{values}"


def _value(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, (str, dt.datetime)):
        return literal(str(value))
    return "NULL" if value is None else str(value)


def _terminated(statements: Iterable[str]) -> bytes:
    return "".join(f"{text}\n" if text.startswith("--") else f"{text};\n" for text in statements).encode()


def _blocks(script: Path) -> Mapping[str, tuple[int, int]]:
    """Dataset → where its block begins in the script, and how long it is."""
    found: dict[str, tuple[int, int]] = {}
    with script.open("rb") as file:
        while line := file.readline():
            if mark := _MARK.fullmatch(line):
                found[mark[1].decode()] = (file.tell(), int(mark[2]))
                file.seek(int(mark[2]), 1)
    return found


def _read(script: BinaryIO, place: tuple[int, int]) -> bytes:
    begin, length = place
    script.seek(begin)
    return script.read(length)
