"""CSV as Python's ``csv`` reads it (RFC 4180 with any line end); frictionless reads CSV with the same parser."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any, cast

from pipelines.ingest.grids import Cell, Grid, GridRow
from pipelines.ingest.problems import unreadable
from pipelines.ingest.readers.text import encoding_of
from pipelines.ingest.sources import SourceFile
from pipelines.registry.layouts import FileFormat, Layout

#: Characters of one record. A quotation that is never closed would take in the rest of the file.
MAX_RECORD = 1 << 20
#: Characters read at once.
_BLOCK = 1 << 16


def open_csv(source: SourceFile, layout: Layout) -> Iterator[Grid]:
    """The one grid of a CSV file. Row numbers are the physical lines on which records begin."""
    encoding, codec = encoding_of(source.path, source.name, layout.encoding)

    def rows() -> Iterator[GridRow]:
        with source.path.open(encoding=codec, errors="strict", newline="") as stream:
            yield from _records(stream, source.name, layout.delimiter, layout.escape)

    yield Grid(source.name, None, FileFormat.CSV, encoding, rows)


def is_regular(stream: io.TextIOBase, delimiter: str, escape: str | None) -> bool:
    """Tell whether every quotation in a text ends where its cell ends."""
    try:
        for _ in csv.reader(_Lines(stream).read(), **_dialect(delimiter, escape)):
            pass
    except (csv.Error, _TooLong):
        return False
    return True


def _dialect(delimiter: str, escape: str | None) -> dict[str, Any]:
    # The limit is the process's, and other libraries lift it when they are imported: here it must not decide.
    csv.field_size_limit(max(csv.field_size_limit(), MAX_RECORD))
    # Strict: else a mark inside a quoted cell ends it, what follows is joined to it, and nobody is told.
    return {"delimiter": delimiter, "escapechar": escape, "strict": True}


def _records(stream: io.TextIOBase, name: str, delimiter: str, escape: str | None) -> Iterator[GridRow]:
    lines = _Lines(stream)
    reader = csv.reader(lines.read(), **_dialect(delimiter, escape))
    begins = 1
    try:
        for cells in reader:
            yield GridRow(begins, cast("list[Cell]", cells))
            begins = reader.line_num + 1
            lines.length = 0
    except csv.Error as problem:
        # The parser only asks for a line after the last one when a quotation is still open.
        raise unreadable("csv-open-quotation" if lines.ended else "csv-quotation", name, row=begins) from problem
    except _TooLong as problem:
        raise unreadable("csv-record", name, row=begins, limit=MAX_RECORD) from problem


class _TooLong(Exception):
    """A record does not end."""


class _Lines:
    """The lines of a stream. ``length`` counts the record's characters; ``ended``: a line too many was asked for."""

    def __init__(self, stream: io.TextIOBase) -> None:
        self._stream = stream
        self.length = 0
        self.ended = False

    def read(self) -> Iterator[str]:
        """Yield the lines, block by block: a call for each line would cost more than parsing it.

        Raises:
            _TooLong: when a record has more than ``MAX_RECORD`` characters.
        """
        rest = ""
        while block := self._stream.read(_BLOCK):
            *lines, rest = io.StringIO(rest + block, newline="").readlines()
            for line in lines:
                self.length += len(line)
                if self.length > MAX_RECORD:
                    raise _TooLong
                yield line
            if self.length + len(rest) > MAX_RECORD:
                raise _TooLong
        if rest:
            yield rest
        self.ended = True
