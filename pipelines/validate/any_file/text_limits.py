"""What a text file must not be, so that reading it takes bounded time and memory: told before it is read."""

from __future__ import annotations

import contextlib
import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from pipelines.core.messages import Message
from pipelines.validate.any_file.refusals import note, refused
from pipelines.validate.any_file.schema_checks import MAX_COLUMNS
from pipelines.validate.any_file.text_scan import TextFacts, blocks_of

#: Characters of one record. Shapes in one cell can be long; a record that is longer is no record.
MAX_RECORD = 16 << 20
#: Cells beyond the header in one row; each is an error that holds the whole row.
MAX_SURPLUS = 256


@contextlib.contextmanager
def bounded_cells() -> Iterator[None]:
    """Let Python's ``csv``, which frictionless reads with, give up on a cell that does not end."""
    import frictionless.formats  # noqa: F401  (lifts the limit of the process when it is imported)

    before = csv.field_size_limit(MAX_RECORD)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def require_lines(facts: TextFacts) -> None:
    """See that lines end.

    Raises:
        Refusal: a line is too long to be one.
    """
    length, line = facts.longest
    if length > MAX_RECORD:
        raise refused("source-error", "line-too-long", row=line, line=line, limit=MAX_RECORD >> 20)


def require_quotations(path: Path, encoding: str, dialect: Any, facts: TextFacts) -> list[Message]:
    """See that quotations end; one that goes on to the end of a small file is only remarked.

    Raises:
        Refusal: a record with an open quotation is too long to be one.
    """
    if facts.quotes % 2 == 0 or dialect.quotechar != '"':
        return []
    begins, lines = 1, _Lines(path, encoding)
    try:
        with lines.stream:
            reader = csv.reader(lines, dialect)
            while True:
                begins, lines.length = reader.line_num + 1, 0
                if next(reader, None) is None:
                    return []
                if lines.ended:
                    return [note("open-quotation", line=begins)]
    except (csv.Error, UnicodeError):
        if lines.length <= MAX_RECORD:
            return []  # something else is wrong with the text, and will be told
        raise refused("source-error", "record-too-long", row=begins, line=begins, limit=MAX_RECORD >> 20) from None


class _Lines:
    """Lines for ``csv``; ``length`` counts those of a record, ``ended`` says that one too many was asked for."""

    def __init__(self, path: Path, encoding: str) -> None:
        self.stream = path.open(encoding=encoding, errors="replace", newline="")
        self.length = 0
        self.ended = False

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self.stream.readline(MAX_RECORD + 1)
        self.length += len(line)
        if self.length > MAX_RECORD:
            raise csv.Error
        if not line:
            self.ended = True
            raise StopIteration
        return line


def require_width(path: Path, encoding: str, dialect: Any, labels: int, facts: TextFacts) -> None:
    """See that no row has far more cells than the header.

    Raises:
        Refusal: the header, or a row, has too many cells.
    """
    if labels > MAX_COLUMNS:
        raise refused("source-error", "too-many-columns", columns=labels, limit=MAX_COLUMNS)
    most = labels + MAX_SURPLUS
    delimiter = dialect.delimiter.encode()
    if facts.longest[0] < most or len(delimiter) != 1:
        return
    for line, text in _crowded_lines(path, delimiter, most):
        cells = next(csv.reader(io.StringIO(text.decode(encoding, "replace"), newline=""), dialect), [])
        if len(cells) > most:
            raise refused("source-error", "row-too-wide", row=line, line=line, cells=len(cells), labels=labels,
                          limit=MAX_SURPLUS)  # fmt: skip


def _crowded_lines(path: Path, delimiter: bytes, most: int) -> Iterator[tuple[int, bytes]]:
    """Lines with more than ``most`` delimiters, quoted ones included."""
    line, waiting = 1, b""
    for block in blocks_of(path):
        whole, end, rest = (waiting + block).rpartition(b"\n")
        waiting = rest
        if end:
            yield from _crowded(whole + end, delimiter, most, line)
            line += (whole + end).count(b"\n")
    yield from _crowded(waiting + b"\n", delimiter, most, line)


def _crowded(text: bytes, delimiter: bytes, most: int, line: int) -> Iterator[tuple[int, bytes]]:
    content = np.frombuffer(text, dtype=np.uint8)
    ends = np.flatnonzero(content == ord("\n"))
    counts = np.diff(np.searchsorted(np.flatnonzero(content == ord(delimiter)), ends), prepend=0)
    for place in np.flatnonzero(counts >= most).tolist():
        begin = int(ends[place - 1]) + 1 if place else 0
        yield line + place, text[begin : int(ends[place])]
