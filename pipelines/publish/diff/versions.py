"""The difference of two versions of a dataset: counted, streamed, or taken as a table."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from pipelines.publish.diff.fields import FieldChanges, compare_fields
from pipelines.publish.diff.forms import Form, finished, select
from pipelines.publish.diff.model import PeriodChanges, RowSet
from pipelines.publish.diff.reading import Files, PeriodFiles, differing_periods
from pipelines.publish.diff.statements import difference, nothing, order_of
from pipelines.publish.sql import scratch_database

#: With what surrounds it a process stays below 1 GB; what does not fit is spilled.
MEMORY_LIMIT = "600MB"
#: Each thread needs about 125 MB to join and to sort.
_THREADS = 4
_BATCH_ROWS = 8192


@dataclass(frozen=True)
class VersionDiff:
    """What separates two versions. Made without reading a row; each method reads the files that differ.

    Only fields that both versions publish are ever shown.
    """

    dataset: str
    old: str
    new: str
    fields: FieldChanges
    periods: tuple[PeriodFiles, ...]
    files: Files

    @classmethod
    def between(cls, dataset: str, versions: tuple[str, str], old: RowSet, new: RowSet, files: Files) -> VersionDiff:
        """The difference that leads from ``old`` to ``new``.

        Args:
            dataset: whose versions they are.
            versions: the numbers of both.
            old, new: the versions, as their manifests say.
            files: SHA-256 of a stored file → where it can be read (FileNotFoundError where there is none).
        """
        fields = compare_fields(old.schema, new.schema)
        return cls(dataset, *versions, fields, differing_periods(old, new, fields), files)

    def counts(self) -> Iterator[PeriodChanges]:
        """Rows added, removed and changed in each of ``periods``, one after the other.

        Raises:
            CorruptStore: when a file is missing.
        """
        with _database() as connection:
            for period in self.periods:
                yield _count(connection, period, self.fields, self.files)

    def batches(self, form: Form = Form.WIDE) -> Iterator[pa.RecordBatch]:
        """The rows that differ, by period and key, in a form (:mod:`pipelines.publish.diff.forms`); streams.

        Raises:
            CorruptStore: when a file is missing.
        """
        for batch in self.unfinished(form):
            yield finished(form, batch)

    def unfinished(self, form: Form) -> Iterator[pa.RecordBatch]:
        """Like :meth:`batches`, one row per row that differs, with ``period``, ``change`` and ``rows`` in any form."""
        with _database() as connection:
            for period in self.periods:
                rows = difference(period, self.fields, self.files)
                ordered = f"{rows} ORDER BY {order_of(period, self.fields)}"
                statement = select(form, period.period, self.fields, ordered)
                yield from connection.sql(statement).to_arrow_reader(_BATCH_ROWS)

    def schema(self, form: Form = Form.WIDE) -> pa.Schema:
        """The Arrow schema of :meth:`batches`."""
        with _database() as connection:
            empty = connection.sql(select(form, "", self.fields, nothing(self.fields))).to_arrow_table()
        return finished(form, pa.RecordBatch.from_pylist([], empty.schema)).schema

    def to_arrow_table(self, form: Form = Form.WIDE) -> pa.Table:
        """All rows that differ, in memory."""
        batches = list(self.batches(form))
        return pa.Table.from_batches(batches) if batches else self.schema(form).empty_table()


def count_changes(old: RowSet, new: RowSet, files: Files, work: Path | None = None) -> tuple[PeriodChanges, ...]:
    """Rows added, removed and changed per period; periods without a difference are left out.

    Costs nothing for files that both have, nor where only one of them has any.

    Args:
        old, new: the versions.
        files: SHA-256 of a stored file → where it can be read (FileNotFoundError where there is none).
        work: private folder for what does not fit into memory; ``None``: a temporary one.

    Raises:
        CorruptStore: when a file is missing.
    """
    fields = compare_fields(old.schema, new.schema)
    periods = differing_periods(old, new, fields)
    if not periods:
        return ()
    with _database(work) as connection:
        counted = [_count(connection, period, fields, files) for period in periods]
    return tuple(entry for entry in counted if entry.any)


def _count(
    connection: duckdb.DuckDBPyConnection, period: PeriodFiles, fields: FieldChanges, files: Files
) -> PeriodChanges:
    if not period.old.parts or not period.new.parts:
        return PeriodChanges(period.period, period.new.rows, period.old.rows)
    rows = connection.execute(f"SELECT change, sum(rows)::BIGINT FROM ({difference(period, fields, files)}) GROUP BY 1")
    return PeriodChanges(period.period, **dict(rows.fetchall()))


@contextlib.contextmanager
def _database(work: Path | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    with contextlib.ExitStack() as stack:
        folder = work or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        connection = stack.enter_context(scratch_database(folder, min(_THREADS, os.cpu_count() or 1)))
        connection.execute(f"SET memory_limit = '{MEMORY_LIMIT}'")
        yield connection
