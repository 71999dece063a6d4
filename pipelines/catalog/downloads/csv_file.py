"""CSV files: RFC 4180, UTF-8 with a byte order mark, by which Excel knows the encoding.

A missing value is an empty cell. Text that a spreadsheet would run as a formula has an apostrophe before it, and so
has text that begins with apostrophes before such: whoever takes one apostrophe away has the text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.catalog.downloads.texts import is_any, joined, plain_texts, runs_in_spreadsheets, write_texts

_LINE_END = "\r\n"
_SPECIAL = '[",\\r\\n]'


def write_csv(names: Sequence[str], batches: Iterable[pa.RecordBatch], target: Path) -> None:
    """Write rows as a CSV file, with the columns' names in the first line.

    Args:
        names: of the columns.
        batches: the rows.
        target: a new file.
    """
    heading = pa.RecordBatch.from_arrays([pa.array([name]) for name in names], list(names))
    with target.open("xb") as stream:
        stream.write("\N{ZERO WIDTH NO-BREAK SPACE}".encode())
        for batch in chain([heading], batches):
            write_texts(_lines(batch), stream.write)


def _lines(batch: pa.RecordBatch) -> pa.Array:
    cells = [_cells(column) for column in batch.columns]
    if len(cells) == 1:
        # Readers pass over a line without anything in it.
        cells = [pc.if_else(pc.is_null(batch.column(0)), '""', cells[0])]
    return joined(pc.binary_join_element_wise(*cells, ","), _LINE_END)


def _cells(column: pa.Array) -> pa.Array:
    texts = plain_texts(column)
    if not pa.types.is_string(column.type):
        return pc.fill_null(texts, "")
    runs = runs_in_spreadsheets(texts)
    if is_any(runs):
        texts = pc.if_else(runs, joined("'", texts), texts)
    # Only a missing value is an empty cell.
    special = pc.or_(pc.match_substring_regex(texts, _SPECIAL), pc.equal(texts, ""))
    if is_any(special):
        texts = pc.if_else(special, joined('"', pc.replace_substring(texts, '"', '""'), '"'), texts)
    return pc.fill_null(texts, "")
