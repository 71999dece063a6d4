"""Parquet: every column as text, streamed; row numbers count records.

A few kilobytes can stand for any amount of text, because a dictionary holds a text once for all its rows. So texts
are read as references to their dictionaries, and measured before they become cells.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.ingest.grids import Cell, Grid, GridRow
from pipelines.ingest.problems import unreadable
from pipelines.ingest.readers.cells import cell_text
from pipelines.ingest.readers.trial import Outcome, try_parquet
from pipelines.ingest.sources import SourceFile
from pipelines.registry.layouts import FileFormat

_MARK = b"PAR1"
#: Characters of one record, as for CSV.
MAX_RECORD = 1 << 20
#: Bytes that one column of one row group may unpack to, and values that a nested one may hold.
MAX_CHUNK = 512 << 20
MAX_NESTED_VALUES = 20_000_000
#: Characters that all records of a file may come to, as for the members of an archive.
MAX_TEXT = 2 << 30
#: Rows that are unpacked at a time; fewer where one row may hold many values.
_BATCH, _NESTED_BATCH = 4_096, 64


def open_parquet(source: SourceFile) -> Iterator[Grid]:
    """The one grid of a Parquet file.

    Raises:
        Unreadable: when the file is damaged, unpacks to too much, or a column has no text form (binary).
    """
    if not _is_marked(source.path) or try_parquet(source.path, MAX_CHUNK, MAX_NESTED_VALUES) is not Outcome.LOADED:
        raise unreadable("damaged-file", source.name, format="parquet")
    try:
        with _opened(source.path) as stored:
            labels = tuple(stored.schema_arrow.names)
            nested = any(pa.types.is_nested(kind) for kind in stored.schema_arrow.types)
            _measure(stored.metadata, source.name, nested)
    except (pa.ArrowException, OSError, ValueError, MemoryError) as problem:
        raise unreadable("damaged-file", source.name, format="parquet") from problem

    def rows() -> Iterator[GridRow]:
        number, text = 0, 0
        try:
            with _opened(source.path) as stored:
                for batch in stored.iter_batches(batch_size=_NESTED_BATCH if nested else _BATCH):
                    columns = [_cells(column, source.name) for column in batch.columns]
                    for cells in zip(*columns, strict=True):
                        number += 1
                        characters = sum(map(len, filter(None, cells)))
                        text += characters
                        if characters > MAX_RECORD:
                            raise unreadable("parquet-record", source.name, row=number, limit=MAX_RECORD)
                        if text > MAX_TEXT:
                            raise unreadable("parquet-too-long", source.name, row=number, limit=MAX_TEXT)
                        yield GridRow(number, list(cells))
                if number != stored.metadata.num_rows:
                    raise unreadable("damaged-file", source.name, row=number, format="parquet")
        except (pa.ArrowException, OSError, ValueError, TypeError, MemoryError) as problem:
            raise unreadable("damaged-file", source.name, row=number, format="parquet") from problem

    yield Grid(source.name, None, FileFormat.PARQUET, None, rows, labels=labels)


def _is_marked(path: Path) -> bool:
    """Tell whether a file begins and ends as Parquet does: most that are cut short need no trial."""
    with path.open("rb") as stream:
        begins = stream.read(len(_MARK))
        stream.seek(max(0, path.stat().st_size - len(_MARK)))
        return begins == stream.read() == _MARK


def _opened(path: Path) -> pq.ParquetFile:
    metadata = pq.read_metadata(path)
    texts = [
        leaf.path for leaf in map(metadata.schema.column, range(len(metadata.schema)))
        if leaf.physical_type == "BYTE_ARRAY"
    ]  # fmt: skip
    return pq.ParquetFile(path, read_dictionary=texts, metadata=metadata)


def _measure(metadata: pq.FileMetaData, name: str, nested: bool) -> None:
    for group in range(metadata.num_row_groups):
        chunks = metadata.row_group(group)
        for place in range(chunks.num_columns):
            chunk = chunks.column(place)
            if chunk.total_uncompressed_size > MAX_CHUNK or (nested and chunk.num_values > MAX_NESTED_VALUES):
                raise unreadable("parquet-too-large", name, limit=MAX_CHUNK, values=MAX_NESTED_VALUES)


def _cells(column: pa.Array, name: str) -> list[Cell]:
    """A column as text. Rows that refer to one text of a dictionary share it."""
    if not pa.types.is_dictionary(column.type):
        if pa.types.is_nested(column.type):
            _measure_nested(column, name)
        return [cell_text(value) for value in column.to_pylist()]
    used = pc.unique(column.indices).drop_null()
    texts = {place: cell_text(text) for place, text in _used(column, used)}
    return [None if place is None else texts[place] for place in column.indices.to_pylist()]


def _used(column: pa.DictionaryArray, places: pa.Array) -> Iterator[tuple[int, object]]:
    return zip(places.to_pylist(), column.dictionary.take(places).to_pylist(), strict=True)


def _measure_nested(column: pa.Array, name: str) -> None:
    """Refuse nested values that would come to too much text, before they do."""
    characters = sum(_characters(leaf) for leaf in _leaves(column))
    if characters > MAX_RECORD * _NESTED_BATCH:
        raise unreadable("parquet-record", name, limit=MAX_RECORD)


def _leaves(column: pa.Array) -> Iterator[pa.Array]:
    if isinstance(column, pa.StructArray):
        for child in column.flatten():
            yield from _leaves(child)
    elif isinstance(column, (pa.ListArray, pa.LargeListArray, pa.FixedSizeListArray, pa.MapArray)):
        # A map is a list of its entries.
        yield from _leaves(column.flatten() if not isinstance(column, pa.MapArray) else column.keys)
        if isinstance(column, pa.MapArray):
            yield from _leaves(column.items)
    else:
        yield column


def _characters(leaf: pa.Array) -> int:
    """About how many characters a leaf's values come to."""
    if not pa.types.is_dictionary(leaf.type):
        return len(leaf)
    lengths = pc.binary_length(leaf.dictionary).take(leaf.indices)
    return len(leaf) + (pc.sum(lengths).as_py() or 0)
