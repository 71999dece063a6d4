"""The process of one query: it reads a request, answers with frames, and ends."""

from __future__ import annotations

import contextlib
import resource
import socket
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from pipelines.api.sandbox import frames
from pipelines.api.sandbox.formats import Sink, is_text_only, writer
from pipelines.api.sandbox.frames import DATA, FAILURE, HEAD, TAIL, Head, Query
from pipelines.api.sandbox.judging import refused_part
from pipelines.api.sandbox.line import BorrowedFiles, Line
from pipelines.catalog import (
    REMOTE_ROOT,
    IndexUnusable,
    Limits,
    Statements,
    attach_index,
    restrict,
)
from pipelines.core.errors import CorruptStore
from pipelines.core.sql import identifier
from pipelines.core.statements import NotReading, parts_read
from pipelines.publish import VersionWithdrawn

#: Rows that DuckDB hands over at a time.
_BATCH = 2_048
#: Bytes of one frame.
_FRAME = 128 << 10
_MIB = 1 << 20
#: Address space beside DuckDB's own memory: the interpreter, libraries, stacks of threads, the result in Arrow.
_BESIDE = 1 << 30
#: Types that every format has as they are; others are written as DuckDB's text where a format has them not.
_PLAIN = frozenset({
    "boolean", "tinyint", "smallint", "integer", "bigint", "hugeint", "utinyint", "usmallint", "uinteger", "ubigint",
    "float", "double", "decimal", "varchar", "date", "time", "timestamp", "timestamp_s", "timestamp_ms",
    "timestamp with time zone", "timestamp_ns",
})  # fmt: skip
_NESTED = frozenset({"list", "array", "struct", "map", "blob"})
#: Beginning of a text that stands for a path that is not to be told.
_HIDDEN_PATH = "…"


class _Failure(Exception):
    """Why there is no result: a kind of failure and, where there is one, DuckDB's reason."""

    def __init__(self, kind: str, reason: str = "") -> None:
        super().__init__(kind)
        self.kind, self.reason = kind, reason


@dataclass(frozen=True)
class Attached:
    """An index that the nursery has attached before it was known what would be asked."""

    index: str
    database: duckdb.DuckDBPyConnection


def answer(connection: socket.socket, attached: Attached | None) -> None:
    """Answer the one query that comes over a connection.

    Args:
        connection: to the server.
        attached: an index; where the query is over another one, that is attached now.
    """
    with connection, connection.makefile("rb") as requests:
        request = requests.readline()
        if not request:
            return
        query = Query.of_line(request)
        _restrict(query)
        # Whoever asked may have gone: then there is nobody to tell.
        line = Line(connection)
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            try:
                with _failures(query):
                    _answer(line, query, attached)
            except _Failure as failure:
                told = _Failure(frames.UNREADABLE) if line.failed else failure
                line.send(frames.document(FAILURE, {"kind": told.kind, "reason": told.reason}))


def _restrict(query: Query) -> None:
    """Limits that the kernel keeps: processor time, address space, no file written, no core left behind."""
    used = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    seconds = int(query.seconds * query.threads) + 5
    for limit, value in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, used + query.memory * _MIB + 4 * query.result_bytes + _BESIDE),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 256),
    ):
        resource.setrlimit(limit, (value, value))


@contextlib.contextmanager
def _failures(query: Query) -> Iterator[None]:
    """Tell what went wrong as a :class:`_Failure`."""
    try:
        yield
    except VersionWithdrawn as problem:
        raise _Failure(frames.WITHDRAWN) from problem
    except NotReading as problem:
        raise _Failure(frames.REFUSED, ", ".join(problem.kinds) or "-") from problem
    except (MemoryError, duckdb.OutOfMemoryException, pa.ArrowMemoryError) as problem:
        raise _Failure(frames.MEMORY) from problem
    except duckdb.InterruptException as problem:
        raise _Failure(frames.TIME) from problem
    except (duckdb.IOException, IndexUnusable, CorruptStore, OSError) as problem:
        if isinstance(problem, BrokenPipeError | ConnectionResetError):
            raise
        raise _Failure(frames.UNREADABLE) from problem
    except (duckdb.Error, pa.ArrowException, RecursionError, ValueError, TypeError, OverflowError) as problem:
        raise _Failure(frames.FAILED, _without_paths(str(problem), query)) from problem


def _without_paths(reason: str, query: Query) -> str:
    """DuckDB's reason, without the places of this machine that it may name."""
    for path in (query.root, str(Path(query.index).parent)):
        reason = reason.replace(path, _HIDDEN_PATH)
    return reason


def _answer(line: Line, query: Query, attached: Attached | None) -> None:
    with _opened(line, query, attached) as connection:
        if query.strange:
            _judge(connection, query)
        relation = connection.sql(query.sql)
        names = _each_once(relation.columns)
        kinds = [str(kind) for kind in relation.types]
        shown = len(names) - query.hidden
        told = Head(list(zip(names[:shown], kinds[:shown], strict=True)))
        selected = relation.project(_columns(query, names, relation))
        if query.limit is None:
            _stream(line, query, told, selected)
        else:
            _page(line, query, query.limit, told, selected.limit(query.limit + 1))


def _judge(connection: duckdb.DuckDBPyConnection, query: Query) -> None:
    parts = parts_read(connection, query.sql)
    part = refused_part(connection, parts)
    if part is not None:
        raise _Failure(frames.REFUSED, part)
    Statements(connection, query.withdrawn).refuse_withdrawn(parts.names)


def warm_up(database: duckdb.DuckDBPyConnection) -> None:
    """Do once what every query does, so that what DuckDB makes at its first use is there in every fork."""
    with database.cursor() as connection:
        connection.execute("USE catalog")
        parts_read(connection, "SELECT 1")
        connection.sql("SELECT 1 AS a").project("#1 AS a").limit(1).to_arrow_reader(_BATCH).read_all()


def _opened(line: Line, query: Query, attached: Attached | None) -> duckdb.DuckDBPyConnection:
    """A connection that sees what the query may see.

    One of its own, where the nursery's database is used: otherwise all queries would draw the same random numbers.
    """
    fits = attached is not None and attached.index == query.index
    connection = attached.database.cursor() if attached and fits else attach_index(Path(query.index))
    files = BorrowedFiles(line) if query.root == REMOTE_ROOT else None
    restrict(connection, query.root, files, Limits(query.seconds, query.memory, query.threads))
    return connection


def _columns(query: Query, names: list[str], relation: duckdb.DuckDBPyRelation) -> str:
    """The columns for a SELECT, by position, in types that the format has."""
    selected = []
    for position, (name, kind) in enumerate(zip(names, relation.types, strict=True), start=1):
        keeps = kind.id in _PLAIN or (kind.id in _NESTED and not is_text_only(query.format))
        value = f"#{position}" if keeps else f"CAST(#{position} AS VARCHAR)"
        selected.append(f"{value} AS {identifier(name)}")
    return ", ".join(selected)


def _each_once(columns: list[str]) -> list[str]:
    """Names of columns, those that came before with a number."""
    found: list[str] = []
    taken = {column.lower() for column in columns}
    seen: set[str] = set()
    for column in columns:
        name, number = column, 0
        while name.lower() in seen or (number and name.lower() in taken):
            number += 1
            name = f"{column}_{number}"
        seen.add(name.lower())
        found.append(name)
    return found


def _stream(line: Line, query: Query, told: Head, relation: duckdb.DuckDBPyRelation) -> None:
    reader = relation.to_arrow_reader(_BATCH)
    sink, rows = Sink(), 0
    writing = writer(query.format, sink, reader.schema)
    batch = next(iter(reader), None)
    line.send(frames.document(HEAD, asdict(told)))
    while batch is not None:
        writing.write(batch)
        rows += batch.num_rows
        _send(line, sink.take())
        batch = next(iter(reader), None)
    writing.close()
    _send(line, sink.take())
    line.send(frames.document(TAIL, {"rows": rows}))


def _page(line: Line, query: Query, limit: int, told: Head, relation: duckdb.DuckDBPyRelation) -> None:
    reader = relation.to_arrow_reader(_BATCH)
    batches, complete = _collected(reader, limit, query.result_bytes)
    rows = sum(batch.num_rows for batch in batches)
    table = pa.Table.from_batches(batches, reader.schema)
    shown = table.select(list(range(len(told.columns))))
    last, ties = _end(table.select(list(range(len(told.columns), table.num_columns))))
    sink = Sink()
    writing = writer(query.format, sink, shown.schema)
    for batch in shown.to_batches():
        writing.write(batch)
    writing.close()
    head = Head(told.columns, rows, complete, last, ties)
    line.send(frames.document(HEAD, asdict(head)))
    _send(line, sink.take())
    line.send(frames.document(TAIL, {"rows": rows}))


def _send(line: Line, content: bytes) -> None:
    """Send rows in frames of a size that the server holds without harm."""
    for start in range(0, len(content), _FRAME):
        line.send(frames.frame(DATA, content[start : start + _FRAME]))


def _collected(reader: pa.RecordBatchReader, limit: int, most: int) -> tuple[list[pa.RecordBatch], bool]:
    """The rows that a page may have, and whether they are all."""
    batches: list[pa.RecordBatch] = []
    rows = size = 0
    for batch in reader:
        fitting = batch.slice(0, limit - rows)
        if size + fitting.nbytes > most:
            fitting = _fitting(fitting, most - size)
            if not batches and not fitting.num_rows:
                raise _Failure(frames.LARGE)
        batches.append(fitting)
        rows += fitting.num_rows
        size += fitting.nbytes
        if fitting.num_rows < batch.num_rows:
            return batches, False
    return batches, True


def _fitting(batch: pa.RecordBatch, most: int) -> pa.RecordBatch:
    """As many of the first rows as have so many bytes, found by halves."""
    low, high = 0, batch.num_rows
    while low < high:
        middle = (low + high + 1) // 2
        if batch.slice(0, middle).nbytes <= most:
            low = middle
        else:
            high = middle - 1
    return batch.slice(0, low)


def _end(hidden: pa.Table) -> tuple[tuple[str | None, ...], int]:
    """The last row, and how many rows at the end are equal to it."""
    if not hidden.num_rows or not hidden.num_columns:
        return (), 0
    rows = list(zip(*(column.to_pylist() for column in hidden.columns), strict=True))
    ties = next((number for number, row in enumerate(reversed(rows)) if row != rows[-1]), len(rows))
    return rows[-1], ties
