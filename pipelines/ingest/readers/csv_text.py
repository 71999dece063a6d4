"""CSV as Python's ``csv`` reads it (RFC 4180 with any line end); frictionless reads CSV with the same parser."""

from __future__ import annotations

import csv
import functools
import io
import itertools
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, cast

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
    yield csv_grid(source, encoding_of(source.path, source.name, layout.encoding)[0], layout.delimiter, layout.escape)


def csv_grid(source: SourceFile, encoding: str, delimiter: str, escape: str | None) -> Grid:
    """The grid of a CSV file whose encoding has been proved."""

    def rows() -> Iterator[GridRow]:
        with source.path.open(encoding=codec_of(encoding), errors="strict", newline="") as stream:
            yield from _records(stream, source.name, _dialect(delimiter, escape))

    return Grid(source.name, None, FileFormat.CSV, encoding, rows)


def is_regular(stream: io.TextIOBase, delimiter: str, escape: str | None) -> bool:
    """Tell whether every quotation in a text ends where its cell ends, and every escape says what it is for."""
    try:
        for _ in _reader(itertools.chain.from_iterable(_Lines(stream).blocks()), _dialect(delimiter, escape)):
            pass
    except (csv.Error, _TooLong, _OddEscape):
        return False
    return True


def _dialect(delimiter: str, escape: str | None) -> dict[str, Any]:
    # The limit is the process's, and other libraries lift it when they are imported: here it must not decide.
    csv.field_size_limit(max(csv.field_size_limit(), MAX_RECORD))
    # Strict: else a mark inside a quoted cell ends it, what follows is joined to it, and nobody is told.
    return {"delimiter": delimiter, "escapechar": escape, "strict": True}


def _records(stream: io.TextIOBase, name: str, dialect: dict[str, Any]) -> Iterator[GridRow]:
    lines = _Lines(stream)
    try:
        # At the speed of C where nothing is quoted.
        yield from itertools.chain.from_iterable(_by_block(lines, dialect))
    except csv.Error as problem:
        # The parser only asks for a line after the last one when a quotation is still open.
        kind = "csv-open-quotation" if lines.ended else "csv-quotation"
        raise unreadable(kind, name, row=lines.begins) from problem
    except _TooLong as problem:
        raise unreadable("csv-record", name, row=lines.begins, limit=MAX_RECORD) from problem
    except _OddEscape as problem:
        raise unreadable("csv-escape", name, row=lines.begins) from problem


def _by_block(lines: _Lines, dialect: dict[str, Any]) -> Iterator[Iterable[GridRow]]:
    """The records of each block of lines; those from the first quotation mark on all at once."""
    blocks = lines.blocks()
    for block in blocks:
        if lines.quoted or dialect["escapechar"] is not None:
            yield _one_by_one(lines, itertools.chain(block, itertools.chain.from_iterable(blocks)), dialect)
            return
        numbers = range(lines.begins, lines.begins + len(block))
        yield map(_row, zip(numbers, csv.reader(block, **dialect), strict=True))
        lines.begins = numbers.stop


def _one_by_one(lines: _Lines, texts: Iterator[str], dialect: dict[str, Any]) -> Iterator[GridRow]:
    """Records that may take several lines."""
    reader = _reader(texts, dialect)
    first = lines.begins
    for cells in reader:
        yield _row((lines.begins, cells))
        lines.begins = first + reader.line_num


def _reader(texts: Iterator[str], dialect: dict[str, Any]) -> Any:
    escape = dialect["escapechar"]
    return csv.reader(texts if escape is None else _escaped(texts, escape, dialect["delimiter"]), **dialect)


def _escaped(texts: Iterator[str], escape: str, delimiter: str) -> Iterator[str]:
    """The lines, which the parser takes every escape out of: one that is not needed may be a character of the text.

    Raises:
        _OddEscape: when one stands before anything but a quotation mark, a delimiter, a line feed and another one.
    """
    odd = re.compile(f'{re.escape(escape)}[^"\n{re.escape(delimiter)}]')
    for text in texts:
        if escape in text and odd.search(text.replace(2 * escape, "")):
            raise _OddEscape
        yield text


class _OddEscape(Exception):
    """An escape stands where none is needed."""


class _TooLong(Exception):
    """A record does not end."""


class _Lines:
    """The lines of a stream. ``begins`` is the line on which the record that is being read begins, from 1.

    ``quoted``: there has been a quotation mark; ``ended``: a line too many was asked for.
    """

    def __init__(self, stream: io.TextIOBase) -> None:
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
