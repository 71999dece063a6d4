"""Rows as CSV, JSON, NDJSON, Arrow IPC stream and Parquet, batch by batch.

JSON is the rows of an array, with commas between: what stands around them is the server's. Whole numbers and decimals
are written with all their digits, dates and times as ISO 8601, bytes in hexadecimal, what is not a number as text.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import math
import uuid
from array import array
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from itertools import accumulate
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

#: Rows of one row group of Parquet, and bytes in memory after which it is written with fewer.
_GROUP, _GROUP_BYTES = 65_536, 32 << 20
#: What JSON writes otherwise in a text (RFC 8259, section 7).
_ESCAPED = r'["\\\x00-\x1f]'
_PLAIN_SCALE = 6


class Writer(Protocol):
    """Takes batches; what it has written so far is in its sink."""

    def write(self, batch: pa.RecordBatch) -> None:
        """Write some rows."""

    def close(self) -> None:
        """Write what comes after the last row."""


class Sink(io.RawIOBase):
    """A file that keeps what is written to it until it is taken."""

    def __init__(self) -> None:
        super().__init__()
        self._kept = bytearray()
        self._written = 0

    def writable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """Bytes so far, which Parquet's footer names."""
        return self._written

    def write(self, content: Any) -> int:
        """Keep some bytes."""
        self._kept += content
        self._written += len(content)
        return len(content)

    def take(self) -> bytes:
        """What was written since it was last taken."""
        taken = bytes(self._kept)
        self._kept.clear()
        return taken


def writer(name: str, sink: Sink, schema: pa.Schema) -> Writer:
    """The writer of a format into a sink."""
    return _WRITERS[name](sink, schema)


def is_text_only(name: str) -> bool:
    """Whether a format has no nested values, so that they are written as DuckDB's text."""
    return name == "csv"


class _Parquet:
    """Row groups of a size that readers expect, whatever the batches are."""

    def __init__(self, sink: Sink, schema: pa.Schema) -> None:
        self._writer = pa.parquet.ParquetWriter(sink, schema, compression="zstd")
        self._waiting: list[pa.RecordBatch] = []
        self._schema = schema

    def write(self, batch: pa.RecordBatch) -> None:
        self._waiting.append(batch)
        rows, size = (sum(getattr(waiting, of) for waiting in self._waiting) for of in ("num_rows", "nbytes"))
        if rows >= _GROUP or size >= _GROUP_BYTES:
            self._flush()

    def close(self) -> None:
        if self._waiting:
            self._flush()
        self._writer.close()

    def _flush(self) -> None:
        self._writer.write_table(pa.Table.from_batches(self._waiting, self._schema))
        self._waiting = []


class _Json:
    """Objects, one per row, with ``between`` between them and ``after`` after the last, if there is any."""

    def __init__(self, sink: Sink, schema: pa.Schema, between: str, after: str) -> None:
        self._sink, self._between, self._after = sink, between, after
        names = [json.dumps(name, ensure_ascii=False) for name in schema.names]
        before = [f"{',' if position else '{'}{name}:".encode() for position, name in enumerate(names)]
        self._before, self._last = list(_strings(before)), _strings([b"}", b""])
        self._begun = False

    def write(self, batch: pa.RecordBatch) -> None:
        if not batch.num_rows:
            return
        parts = [part for pair in zip(self._before, map(json_texts, batch.columns), strict=True) for part in pair]
        objects = pc.binary_join_element_wise(*parts, *self._last, null_handling="replace", null_replacement="null")
        rows = pa.ListArray.from_arrays(_integers([0, len(objects)]), objects)
        text = pc.binary_join(rows, _strings([self._between.encode()])[0])[0].as_buffer()
        if self._begun:
            self._sink.write(self._between.encode())
        self._sink.write(text)
        self._begun = True

    def close(self) -> None:
        if self._begun:
            self._sink.write(self._after.encode())


_WRITERS: Mapping[str, Callable[[Sink, pa.Schema], Writer]] = {
    "csv": pa.csv.CSVWriter,
    "json": lambda sink, schema: _Json(sink, schema, ",\n", ""),
    "ndjson": lambda sink, schema: _Json(sink, schema, "\n", "\n"),
    "arrow": pa.ipc.new_stream,
    "parquet": _Parquet,
}


def json_texts(column: pa.Array) -> pa.Array:
    """The values of a column as JSON, or null; those that are frequent without a Python object per value."""
    kind = column.type
    if pa.types.is_string(kind) and not pc.any(pc.match_substring_regex(column, _ESCAPED)).as_py():
        return _quoted(column)
    if pa.types.is_date32(kind):
        return _quoted(column.cast(pa.string()))
    # With more decimals Arrow may write an exponent.
    is_plain = pa.types.is_decimal(kind) and 0 <= kind.scale <= _PLAIN_SCALE
    if is_plain or pa.types.is_integer(kind) or pa.types.is_boolean(kind):
        return column.cast(pa.string())
    return _strings([b"null" if value is None else _json_text(value).encode() for value in column.to_pylist()])


def _quoted(column: pa.Array) -> pa.Array:
    mark, nothing = _strings([b'"', b""])
    return pc.binary_join_element_wise(mark, column, mark, nothing)


def _strings(texts: Sequence[bytes]) -> pa.Array:
    """Texts as Arrow's, put together by hand: ``pyarrow.array`` would import pandas, which takes a second."""
    offsets = _integers(list(accumulate(map(len, texts), initial=0))).buffers()[1]
    return pa.StringArray.from_buffers(len(texts), offsets, pa.py_buffer(b"".join(texts)))


def _integers(numbers: Sequence[int]) -> pa.Array:
    return pa.Array.from_buffers(pa.int32(), len(numbers), [None, pa.py_buffer(array("i", numbers))])


def _json_text(value: Any) -> str:
    match value:
        case None | bool() | str() | int():
            return json.dumps(value, ensure_ascii=False)
        case Decimal():
            return format(value, "f")
        case float():
            return repr(value) if math.isfinite(value) else f'"{value}"'
        case dt.date() | dt.time():
            return f'"{value.isoformat()}"'
        case bytes():
            return f'"{value.hex()}"'
        case Mapping():
            return f"{{{','.join(f'{json.dumps(str(key))}:{_json_text(each)}' for key, each in value.items())}}}"
        case list() | tuple():
            return f"[{','.join(map(_json_text, value))}]"
        case uuid.UUID() | dt.timedelta():
            return json.dumps(str(value))
    raise TypeError(type(value).__name__)
