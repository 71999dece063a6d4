"""``index.sql``: the index as a script, for people who bring their own DuckDB.

It runs the statements that made the index and fills its tables. Each dataset is a block that tells its own length,
so that the next script takes over the blocks of datasets that did not change.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import duckdb

from pipelines.catalog.datasets import codelist_statements, dataset_statements, read_indexed
from pipelines.catalog.tables import TABLES, opening_statements, place
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
    kept = _blocks(earlier) if earlier is not None else {}
    shown = {row[0] for row in connection.execute("SELECT dataset FROM main.datasets").fetchall()}
    known = connection.execute("SELECT DISTINCT dataset FROM main.versions ORDER BY dataset").fetchall()
    with target.open("wb") as file, (earlier or target).open("rb") as old:
        file.write(_terminated(_opening(connection)))
        for (dataset,) in known:
            if dataset in kept and dataset not in changed:
                _copy(old, kept[dataset], file, dataset)
                continue
            block = _terminated(_dataset(connection, dataset, dataset in shown))
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
            yield from _inserts(connection, table, "true")
    codelists = connection.execute("SELECT codelist FROM main.code_lists ORDER BY codelist").fetchall()
    yield from codelist_statements([name for (name,) in codelists])


def _dataset(connection: duckdb.DuckDBPyConnection, dataset: str, shown: bool) -> Iterator[str]:
    for table, columns in TABLES.items():
        if "dataset" in columns:
            yield from _inserts(connection, table, f"dataset = {literal(dataset)}")
    if shown:
        yield from dataset_statements(read_indexed(connection, dataset))


def _inserts(connection: duckdb.DuckDBPyConnection, table: str, condition: str) -> Iterator[str]:
    found = connection.execute(f"SELECT * FROM {place(table)} WHERE {condition} ORDER BY ALL")
    while rows := found.fetchmany(_ROWS_PER_INSERT):
        values = ",\n".join(f"({', '.join(map(_value, row))})" for row in rows)
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


def _copy(old: BinaryIO, place: tuple[int, int], new: BinaryIO, dataset: str) -> None:
    begin, length = place
    old.seek(begin)
    new.write(f"-- dataset {dataset} {length}\n".encode() + old.read(length))
