"""Rows of a database as CSV (RFC 4180, UTF-8), streamed. SQLAlchemy is imported when a query runs."""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import json
import os
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pipelines.fetching.errors import FetchFailed
from pipelines.fetching.store import Validators
from pipelines.fetching.transfer import Transfer

if TYPE_CHECKING:
    from sqlalchemy import Connection, CursorResult

_ROWS_PER_BATCH = 1000


@dataclass(frozen=True)
class Export(Transfer):
    """One query to run. ``variable`` names the environment variable that holds the database's URL."""

    variable: str
    query: str
    period: str

    def run(self) -> bool:
        """Write the rows into the store's part; true, since a query always brings something.

        Raises:
            FetchFailed: names the class of an error, never the URL or the database's own words.
        """
        written = os.environ.get(self.variable, "")
        if not written:
            raise FetchFailed("fetch-no-variable", variable=self.variable)
        self.store.begin(self.origin, Validators())
        with contextlib.closing(self._rows(written)) as rows:
            self._write(rows)
        return True

    def _rows(self, written: str) -> Generator[Sequence[Any]]:
        """Batches of rows, the column names first."""
        from pipelines.fetching.engines import connected

        try:
            with (
                connected(written, self.variable, self.policy, self.deadline) as connection,
                self.deadline.cutting(_interrupting(connection)),
            ):
                yield from self._batches(connection)
        except FetchFailed:
            raise
        except Exception as problem:  # drivers raise what they like; all of it may quote the URL
            self.deadline.remaining()
            raise FetchFailed("fetch-database", reason=_class_of(problem)) from None

    def _batches(self, connection: Connection) -> Iterator[Sequence[Any]]:
        from sqlalchemy import text

        streaming = connection.execution_options(stream_results=True, max_row_buffer=_ROWS_PER_BATCH)
        result: CursorResult[Any] = streaming.execute(text(self.query), {"period": self.period})
        if not result.returns_rows:
            raise FetchFailed("fetch-no-rows")
        yield [tuple(result.keys())]
        for batch in result.partitions(_ROWS_PER_BATCH):
            self.deadline.remaining()
            yield batch

    def _write(self, batches: Iterator[Sequence[Any]]) -> None:
        with self.store.part.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\r\n")
            for batch in batches:
                try:
                    writer.writerows([plain_text(value) for value in row] for row in batch)
                except (ValueError, csv.Error) as problem:  # half a surrogate pair, a number too long to write
                    raise FetchFailed("fetch-value", reason=type(problem).__name__) from None
                size = stream.tell()
                self.require_size(size)
                self.advance(size, None)


def plain_text(value: Any) -> str:
    """A value as text: dates as ISO 8601 writes them, decimals without exponent, bytes in hexadecimal, NULL empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def _interrupting(connection: Connection) -> Callable[[], None]:
    """What ends a running query from another thread, where the driver can."""
    driver = connection.connection.dbapi_connection

    def interrupt() -> None:
        for name in ("interrupt", "cancel"):
            ending = getattr(driver, name, None)
            if callable(ending):
                with contextlib.suppress(Exception):
                    ending()
                return

    return interrupt


def _class_of(problem: Exception) -> str:
    """The class of an error, the driver's own where SQLAlchemy wraps it."""
    return type(getattr(problem, "orig", None) or problem).__name__
