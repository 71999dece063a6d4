"""Parquet: every column as text, streamed; row numbers count records."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.ingest.grids import Grid, GridRow
from pipelines.ingest.problems import unreadable
from pipelines.ingest.readers.cells import cell_text
from pipelines.ingest.sources import SourceFile
from pipelines.registry.layouts import FileFormat

_BATCH = 4_096


def open_parquet(source: SourceFile) -> Iterator[Grid]:
    """The one grid of a Parquet file.

    Raises:
        Unreadable: when the file is damaged, or a column has no text form (binary).
    """
    try:
        with pq.ParquetFile(source.path) as stored:
            labels = tuple(stored.schema_arrow.names)
    except (pa.ArrowException, OSError, ValueError) as problem:
        raise unreadable("damaged-file", source.name, format="parquet") from problem

    def rows() -> Iterator[GridRow]:
        number = 0
        try:
            with pq.ParquetFile(source.path) as stored:
                for batch in stored.iter_batches(batch_size=_BATCH):
                    columns = [column.to_pylist() for column in batch.columns]
                    for cells in zip(*columns, strict=True):
                        number += 1
                        yield GridRow(number, [cell_text(cell) for cell in cells])
        except (pa.ArrowException, OSError, ValueError, TypeError) as problem:
            raise unreadable("damaged-file", source.name, row=number, format="parquet") from problem

    yield Grid(source.name, None, FileFormat.PARQUET, None, rows, labels=labels)
