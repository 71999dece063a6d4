"""CSV as Python's ``csv`` reads it (RFC 4180 with any line end); frictionless reads CSV with the same parser."""

from __future__ import annotations

import csv
import functools
import io
import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import cast

from pipelines.ingest.grids import Grid, GridRow
from pipelines.ingest.problems import unreadable
from pipelines.ingest.readers.text import codec_of, encoding_of
from pipelines.ingest.sources import SourceFile
from pipelines.registry.layouts import FileFormat, Layout

#: Characters of one record. A quotation that is never closed would take in the rest of the file.
MAX_RECORD = 1 << 20
#: Characters read at once.
_BLOCK = 1 << 16
#: ``GridRow._make`` without a call into Python for each row.
_row = cast("Callable[[Iterable[int | list[str]]], GridRow]", functools.partial(tuple.__new__, GridRow))


def open_csv(source: SourceFile, layout: Layout) -> Iterator[Grid]:
    """The one grid of a CSV file. Row numbers are the physical lines on which records begin."""
    yield csv_grid(source, encoding_of(source.path, source.name, layout.encoding)[0], layout.delimiter)


def csv_grid(source: SourceFile, encoding: str, delimiter: str) -> Grid:
    """The grid of a CSV file whose encoding has been proved."""

    def rows() -> Iterator[GridRow]:
        with source.path.open(encoding=codec_of(encoding), errors="strict", newline="") as stream:
            yield from _records(stream, source.name, delimiter)

    return Grid(source.name, None, FileFormat.CSV, encoding, rows)


def _records(stream: io.TextIOWrapper, name: str, delimiter: str) -> Iterator[GridRow]:
    # The limit is the process's, and other libraries lift it when they are imported: here it must not decide.
    csv.field_size_limit(max(csv.field_size_limit(), MAX_RECORD))
    lines = _Lines(stream)
    try:
        # At the speed of C where nothing is quoted.
        yield from itertools.chain.from_iterable(_by_block(lines, name, delimiter))
    except (csv.Error, _TooLong) as problem:
        raise unreadable("csv-record", name, row=lines.begins, limit=MAX_RECORD) from problem


def _by_block(lines: _Lines, name: str, delimiter: str) -> Iterator[Iterable[GridRow]]:
    """The records of each block of lines; those from the first quotation mark on all at once."""
    blocks = lines.blocks()
    for block in blocks:
        if lines.quoted:
            yield _one_by_one(lines, itertools.chain(block, itertools.chain.from_iterable(blocks)), name, delimiter)
            return
        numbers = range(lines.begins, lines.begins + len(block))
        yield map(_row, zip(numbers, csv.reader(block, delimiter=delimiter), strict=True))
        lines.begins = numbers.stop


def _one_by_one(lines: _Lines, texts: Iterator[str], name: str, delimiter: str) -> Iterator[GridRow]:
    """Records that may take several lines."""
    reader = csv.reader(texts, delimiter=delimiter)
    first = lines.begins
    for cells in reader:
        if lines.ended:
            # The parser only asks for a line after the last one when a quotation is still open.
            raise unreadable("csv-open-quotation", name, row=lines.begins)
        yield _row((lines.begins, cells))
        lines.begins = first + reader.line_num


class _TooLong(Exception):
    """A record does not end."""


class _Lines:
    """The lines of a stream. ``begins`` is the line on which the record that is being read begins, from 1.

    ``quoted``: there has been a quotation mark; ``ended``: a line too many was asked for.
    """

    def __init__(self, stream: io.TextIOWrapper) -> None:
        self._stream = stream
        self._given = 0
        self._length = 0
        self.begins = 1
        self.quoted = self.ended = False

    def blocks(self) -> Iterator[list[str]]:
        """Yield the lines, block by block: a call for each line would cost more than parsing it.

        Raises:
            _TooLong: when a record has more than ``MAX_RECORD`` characters.
        """
        rest = ""
        while block := self._stream.read(_BLOCK):
            self.quoted = self.quoted or '"' in block
            *lines, rest = io.StringIO(rest + block, newline="").readlines()
            if self._open([]) + sum(map(len, lines)) <= MAX_RECORD:
                yield lines
                self._length = self._open(lines)
            else:
                yield from self._watched(lines)
            if self._open([]) + len(rest) > MAX_RECORD:
                raise _TooLong
        if rest:
            yield [rest]
        self.ended = True

    def _watched(self, lines: list[str]) -> Iterator[list[str]]:
        """The lines of a block in which a record may become too long, one by one."""
        for line in lines:
            if self._open([]) + len(line) > MAX_RECORD:
                raise _TooLong
            yield [line]
            self._length = self._open([line])

    def _open(self, lines: list[str]) -> int:
        """Characters of the record that is being read, once these lines have been given; they count from then on."""
        before = self._length if self.begins <= self._given else 0
        own = lines[max(0, self.begins - self._given - 1) :]
        self._given += len(lines)
        return before + sum(map(len, own))
