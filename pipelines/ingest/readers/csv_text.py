"""CSV as Python's ``csv`` reads it (RFC 4180 with any line end); frictionless reads CSV with the same parser."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from pipelines.ingest.grids import Grid, GridRow
from pipelines.ingest.problems import unreadable
from pipelines.ingest.readers.text import encoding_of
from pipelines.ingest.sources import SourceFile
from pipelines.registry.layouts import FileFormat, Layout

#: Characters of one record. A quotation that is never closed would take in the rest of the file.
MAX_RECORD = 1 << 20


def open_csv(source: SourceFile, layout: Layout) -> Iterator[Grid]:
    """The one grid of a CSV file. Row numbers are the physical lines on which records begin."""
    encoding, codec = encoding_of(source.path, source.name, layout.encoding)

    def rows() -> Iterator[GridRow]:
        with source.path.open(encoding=codec, errors="strict", newline="") as stream:
            yield from _records(stream, source.name, layout.delimiter)

    yield Grid(source.name, None, FileFormat.CSV, encoding, rows)


def _records(stream: io.TextIOWrapper, name: str, delimiter: str) -> Iterator[GridRow]:
    # The limit is the process's, and other libraries lift it when they are imported: here it must not decide.
    csv.field_size_limit(max(csv.field_size_limit(), MAX_RECORD))
    lines = _Lines(stream)
    reader = csv.reader(lines, delimiter=delimiter)
    while True:
        begins = reader.line_num + 1
        lines.length = 0
        try:
            cells = next(reader, None)
        except (csv.Error, _TooLong) as problem:
            raise unreadable("csv-record", name, row=begins, limit=MAX_RECORD) from problem
        if cells is None:
            return
        if lines.ended:
            # The parser only asks for a line after the last one when a quotation is still open.
            raise unreadable("csv-open-quotation", name, row=begins)
        yield GridRow(begins, list(cells))


class _TooLong(Exception):
    """A record does not end."""


class _Lines:
    """The lines of a stream. ``length`` counts the record's characters; ``ended``: a line too many was asked for."""

    def __init__(self, stream: io.TextIOWrapper) -> None:
        self._stream = stream
        self.length = 0
        self.ended = False

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._stream.readline(MAX_RECORD + 1)
        self.length += len(line)
        if self.length > MAX_RECORD:
            raise _TooLong
        if not line:
            self.ended = True
            raise StopIteration
        return line
