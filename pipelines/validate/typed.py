"""Accepted rows as typed Parquet, in the types that the registry stores."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.core.records import COORDINATES, FILE_COLUMN, ROW_COLUMN, SHEET_COLUMN
from pipelines.registry import Dataset
from pipelines.registry.types import arrow_type

ORDINAL_COLUMN = "_ordinal"


def typed_schema(dataset: Dataset) -> pa.Schema:
    """Arrow schema of accepted rows: source coordinates, then every field of the Table Schema."""
    coordinates = [
        (ORDINAL_COLUMN, pa.int64()),
        (FILE_COLUMN, pa.string()),
        (SHEET_COLUMN, pa.string()),
        (ROW_COLUMN, pa.int64()),
    ]
    return pa.schema([*coordinates, *((spec.name, arrow_type(spec)) for spec in dataset.fields)])


class TypedWriter:
    """Writes accepted rows batch by batch. A context manager."""

    def __init__(self, path: Path, dataset: Dataset) -> None:
        self._schema = typed_schema(dataset)
        self._writer = pq.ParquetWriter(path, self._schema, compression="zstd")

    def __enter__(self) -> TypedWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:  # fmt: skip
        self._writer.close()

    def write(self, first: int, source: pa.RecordBatch, columns: Mapping[str, pa.Array],
              keep: npt.NDArray[np.bool_]) -> None:  # fmt: skip
        """Store rows of a batch.

        Args:
            first: ordinal of the batch's first row.
            source: the raw table's batch, for the coordinates.
            columns: the stored column of every field.
            keep: which rows to store.
        """
        ordinals = pa.array(np.arange(first, first + source.num_rows, dtype=np.int64))
        arrays = [ordinals, *(source.column(name) for name in COORDINATES)]
        arrays += [columns[name] for name in self._schema.names[len(arrays) :]]
        table = pa.Table.from_arrays(arrays, schema=self._schema)
        self._writer.write_table(table if keep.all() else table.filter(pa.array(keep)))
