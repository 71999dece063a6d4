"""Columns of rows as text, batch by batch in Arrow: no Python object is made of a value."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.publish.sql import FORMULA_BEGINNINGS

#: Rows may be long: a batch has to fit into memory several times.
BATCH_ROWS = 2048
#: What is read of a column at a time, in bytes; a row group whole may be more than memory has.
_BUFFER = 1 << 16
#: Text that a spreadsheet would run, or that begins with apostrophes before such: each gets one more, so that taking
#: one away gives the text back. A plain number is none: it is the same number to a spreadsheet.
_RUNS = f"^'*[{FORMULA_BEGINNINGS}]"
_NUMBER = r"^[+-]?[0-9]+(\.[0-9]+)?$"
#: Arrow writes smaller numbers with an exponent.
_PLAIN_DECIMALS = 6


def batches_of(parquet: Path) -> Iterator[pa.RecordBatch]:
    """The rows of a Parquet file in their order, few at a time."""
    with pq.ParquetFile(parquet, buffer_size=_BUFFER, pre_buffer=False) as file:
        yield from file.iter_batches(BATCH_ROWS, use_threads=False)


def plain_texts(array: pa.Array) -> pa.Array:
    """Values as text: dates and times as in ISO 8601, numbers that are none as in Table Schema; null stays null."""
    kind = array.type
    if pa.types.is_string(kind):
        return array
    if pa.types.is_decimal(kind) and kind.scale > _PLAIN_DECIMALS:
        return pa.array([None if value is None else f"{value:f}" for value in array.to_pylist()], pa.string())
    texts = pc.cast(array, pa.string())
    if pa.types.is_timestamp(kind) or pa.types.is_time(kind):
        return pc.replace_substring(pc.replace_substring_regex(texts, r"\.000000$", ""), " ", "T")
    if pa.types.is_floating(kind):
        infinite = pc.if_else(pc.greater(array, 0.0), "INF", "-INF")
        texts = pc.if_else(pc.is_inf(array), infinite, texts)
        return pc.if_else(pc.is_nan(array), "NaN", texts)
    return texts


def runs_in_spreadsheets(texts: pa.Array) -> pa.Array:
    """Which texts are written with an apostrophe more where a spreadsheet may open them."""
    runs = pc.match_substring_regex(texts, _RUNS)
    return pc.and_not(runs, pc.match_substring_regex(texts, _NUMBER)) if is_any(runs) else runs


def is_any(mask: pa.Array) -> bool:
    """Whether any entry is true."""
    return bool(pc.any(mask).as_py())


def joined(*parts: Any) -> pa.Array:
    """Texts, or columns of such, one after the other; null where any is."""
    return pc.binary_join_element_wise(*parts, "")


def write_texts(array: pa.Array, write: Callable[[Any], Any]) -> None:
    """Write texts, none of them null, one after the other in UTF-8: they lie like that in Arrow's memory."""
    _, places, texts = array.buffers()
    offsets = memoryview(places).cast("i")
    begin, end = offsets[array.offset], offsets[array.offset + len(array)]
    if end > begin:
        write(memoryview(texts)[begin:end])
