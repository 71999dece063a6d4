"""A CSV file as blocks of text columns, parsed by Arrow where it certainly splits cells as frictionless does.

Frictionless reads with Python's ``csv``. On files without escape characters and without spaces skipped after the
delimiter, Arrow's parser either gives the same cells or refuses. What it cannot tell, Python's reader is asked:
whether a row of nothing but empty cells was a blank line.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from pipelines.validate.engine.model import Block, Cells, Mask, Positions, Uncertified
from pipelines.validate.engine.text_arrays import check_utf8, has_empty
from pipelines.validate.engine.utf8_stream import HoldsNul, Utf8Stream

#: Larger blocks are read no faster and take more memory; but those of wide tables should have many rows, too.
BLOCK_BYTES = 4 << 20
_COLUMNS_PER_BLOCK, _MOST_BLOCKS = 25, 6
#: Ragged rows that wait for a batch; a file with nothing else is read with a wrong delimiter.
_MOST_RAGGED = 100_000


@dataclass(frozen=True)
class CsvFile:
    """A CSV file and how frictionless reads it.

    Attributes:
        dialect: what frictionless gives to ``csv.reader``.
        first_row: number of the first row of content, from 1.
        comments: what comment rows begin with.
        comment_rows: numbers of comment rows.
        skip_blank: whether rows of nothing but empty cells are left out.
        width: number of expected fields.
        encoded: per field, whether its column is to be dictionary-encoded.
        tell: called with the number of bytes read since the last call, from whatever thread reads.
    """

    path: Path
    encoding: str
    dialect: Any
    first_row: int
    comments: str | None
    comment_rows: frozenset[int]
    skip_blank: bool
    width: int
    encoded: Sequence[bool]
    tell: Callable[[int], None] | None = None


def csv_blocks(file: CsvFile) -> Iterator[Block]:
    """The rows of content, in order.

    Raises:
        Uncertified: the file or its dialect is outside the ground where both parsers agree.
    """
    ragged = _RaggedRows(file)
    records = _Records(file)
    number = 1
    for batch in _batches(file, ragged):
        if batch.num_rows == 0:
            continue
        block = ragged.merged(batch, number)
        number = int(block.numbers[-1]) + 1
        yield from _content(file, _blank_lines_told(file, block, records))
    if rest := ragged.rest(file.width):
        yield from _content(file, rest)


def _batches(file: CsvFile, ragged: _RaggedRows) -> Iterator[pa.RecordBatch]:
    dialect = file.dialect
    if dialect.escapechar is not None or dialect.skipinitialspace:
        raise Uncertified("uncertified-escapes")
    if not _is_plain(dialect.delimiter) or (dialect.quotechar and not _is_plain(dialect.quotechar)):
        raise Uncertified("uncertified-delimiter")
    if dialect.delimiter == dialect.quotechar:
        raise Uncertified("uncertified-same-quote")
    if file.encoding not in {"utf-8", "utf-8-sig"} and _begins_with_mark(file):
        raise Uncertified("uncertified-mark")
    names = [f"c{position}" for position in range(file.width)]
    kinds = {name: pa.dictionary(pa.int32(), pa.string()) if encoded else pa.string()
             for name, encoded in zip(names, file.encoded, strict=True)}  # fmt: skip
    try:
        with Utf8Stream(file.path, file.encoding, file.tell) as stream:
            batches = pyarrow.csv.open_csv(
                stream,
                pyarrow.csv.ReadOptions(use_threads=False, block_size=_block_bytes(file.width), column_names=names),
                pyarrow.csv.ParseOptions(
                    delimiter=dialect.delimiter,
                    quote_char=dialect.quotechar or False,
                    double_quote=True,
                    newlines_in_values=bool(dialect.quotechar),
                    ignore_empty_lines=False,
                    invalid_row_handler=ragged.add,
                ),
                pyarrow.csv.ConvertOptions(column_types=kinds, strings_can_be_null=False, check_utf8=False),
            )
            for batch in batches:
                stream.parsed()
                for column in batch.columns:
                    check_utf8(column.dictionary if pa.types.is_dictionary(column.type) else column)
                yield batch
    except HoldsNul:
        raise Uncertified("uncertified-nul") from None
    except (pa.ArrowException, UnicodeError) as problem:
        raise Uncertified("uncertified-parser", kind=type(problem).__name__) from None


def _block_bytes(width: int) -> int:
    return BLOCK_BYTES * max(1, min(width // _COLUMNS_PER_BLOCK, _MOST_BLOCKS))


def _is_plain(character: str) -> bool:
    return len(character) == 1 and character.isascii() and character not in "\r\n\0"


def _begins_with_mark(file: CsvFile) -> bool:
    with file.path.open("rb") as stream:
        head = stream.read(8)
    return head.decode(file.encoding, "ignore")[:1] == "\ufeff"


class _RaggedRows:
    """Rows that Arrow cannot place because they are shorter or longer than the header."""

    def __init__(self, file: CsvFile) -> None:
        self._dialect = file.dialect
        self._waiting: list[tuple[int, list[str]]] = []

    def add(self, row: Any) -> str:
        """Arrow's handler of invalid rows."""
        if row.number is None or len(self._waiting) >= _MOST_RAGGED:
            return "error"
        try:
            # An unfinished quote may have swallowed what Arrow left out: only strictly correct text is taken.
            records = list(csv.reader(io.StringIO(row.text, newline=""), self._dialect, strict=True))
        except csv.Error:
            return "error"
        if len(records) != 1 or len(records[0]) != row.actual_columns:
            return "error"
        self._waiting.append((row.number, records[0]))
        return "skip"

    def merged(self, batch: pa.RecordBatch, number: int) -> Block:
        """``batch``, whose first row that is not ragged has this or a later number, with the ragged rows between."""
        waiting = np.array([place for place, _ in self._waiting], dtype=np.int64)
        numbers = np.arange(number, number + batch.num_rows + len(waiting), dtype=np.int64)
        numbers = np.setdiff1d(numbers, waiting, assume_unique=True)[: batch.num_rows]
        taken = int(np.searchsorted(waiting, numbers[-1]))
        if taken == 0:
            return Block(batch.columns, numbers)
        rows, self._waiting = self._waiting[:taken], self._waiting[taken:]
        own = _padded([cells for _, cells in rows], batch.num_columns)
        numbers = np.concatenate([numbers, waiting[:taken]])
        order = np.argsort(numbers)
        places = np.argsort(order)[batch.num_rows :]
        columns = [
            pa.concat_arrays([_plain(column), extra]).take(pa.array(order))
            for column, extra in zip(batch.columns, own, strict=True)
        ]
        return Block(columns, numbers[order], dict(zip(places.tolist(), (cells for _, cells in rows), strict=True)))

    def rest(self, width: int) -> Block | None:
        """The rows after the last that is not ragged."""
        if not self._waiting:
            return None
        numbers = np.array([place for place, _ in self._waiting], dtype=np.int64)
        rows: list[Cells] = [cells for _, cells in self._waiting]
        return Block(_padded(rows, width), numbers, dict(enumerate(rows)))


class _Records:
    """Single records as Python's ``csv`` reads them, asked for in ascending order."""

    def __init__(self, file: CsvFile) -> None:
        self._file = file
        self._records: Iterator[tuple[int, list[str]]] | None = None

    def cells(self, number: int) -> list[str]:
        """The cells of the record ``number``, from 1."""
        if self._records is None:
            self._records = self._read()
        return next(cells for place, cells in self._records if place == number)

    def _read(self) -> Iterator[tuple[int, list[str]]]:
        with self._file.path.open(encoding=self._file.encoding, newline="") as stream:
            yield from enumerate(csv.reader(stream, self._file.dialect), start=1)


def _blank_lines_told(file: CsvFile, block: Block, records: _Records) -> Block:
    """Arrow reads a blank line as empty cells; Python as no cells at all."""
    if file.skip_blank:
        return block
    ragged = dict(block.ragged)
    blank: Mask = np.zeros(block.rows, dtype=np.bool_)
    for position in np.flatnonzero(_empty_rows(block)).tolist():
        if position in ragged or block.numbers[position] < file.first_row:
            continue
        cells = records.cells(int(block.numbers[position]))
        if not cells:
            blank[position] = True
            ragged[position] = cells
        elif cells != [""] * file.width:
            raise Uncertified("uncertified-empty-row")
    if not blank.any():
        return block
    null = pa.scalar(None, pa.string())
    columns = [pc.if_else(pa.array(blank), null, _plain(column)) for column in block.columns]
    return Block(columns, block.numbers, ragged)


def _empty_rows(block: Block) -> Mask:
    """Rows of nothing but empty cells."""
    empty: Mask = np.ones(block.rows, dtype=np.bool_)
    for column in block.columns:
        if pa.types.is_dictionary(column.type):
            empty &= pc.equal(column, "").fill_null(False).to_numpy(zero_copy_only=False)
        else:
            if not has_empty(column):
                return np.zeros(block.rows, dtype=np.bool_)
            empty &= pc.equal(pc.binary_length(column), 0).fill_null(False).to_numpy(zero_copy_only=False)
        if not empty.any():
            break
    return empty


def _content(file: CsvFile, block: Block) -> Iterator[Block]:
    """The block without header, comments and, if the dialect says so, rows of empty cells."""
    keep: Mask = block.numbers >= file.first_row
    if file.comment_rows:
        keep &= ~np.isin(block.numbers, list(file.comment_rows))
    if file.comments:
        begins = pc.starts_with(_plain(block.columns[0]), file.comments).fill_null(False)
        keep &= ~begins.to_numpy(zero_copy_only=False)
    if file.skip_blank:
        empty = _empty_rows(block)
        for position, cells in block.ragged.items():
            empty[position] = not any(cells)
        keep &= ~empty
    if keep.all():
        yield block
    elif keep.any():
        yield _only(block, np.flatnonzero(keep))


def _only(block: Block, positions: Positions) -> Block:
    first, last = int(positions[0]), int(positions[-1])
    if last - first + 1 == len(positions):
        columns = [column.slice(first, len(positions)) for column in block.columns]
    else:
        columns = [column.take(pa.array(positions)) for column in block.columns]
    places = dict(zip(positions.tolist(), range(len(positions)), strict=True)) if block.ragged else {}
    ragged = {places[position]: cells for position, cells in block.ragged.items() if position in places}
    return Block(columns, block.numbers[positions], ragged)


def _padded(rows: Sequence[Cells], width: int) -> list[pa.Array]:
    return [
        pa.array([cells[position] if position < len(cells) else None for cells in rows], pa.string())
        for position in range(width)
    ]


def _plain(column: pa.Array) -> pa.Array:
    return pc.cast(column, pa.string()) if pa.types.is_dictionary(column.type) else column
