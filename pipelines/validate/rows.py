"""Delivered columns and rows: which field a column belongs to, and where a row stands in what was delivered."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.core.records import COORDINATES, RawTable
from pipelines.registry import Dataset

#: A batch of a raw table is about so large at most: larger ones are judged no faster and take more memory.
_BATCH_ROWS, _BATCH_BYTES = 65_536, 32 << 20
_GROUPS_KEPT = 64


@dataclass(frozen=True)
class Arrangement:
    """How delivered columns meet the schema's fields, as frictionless's ``schema_sync`` does: order does not matter.

    ``columns`` gives, per schema field that was delivered, its position among the labels.
    """

    columns: Mapping[str, int]
    missing: tuple[str, ...]
    extra: tuple[str, ...]
    repeated: tuple[str, ...]


def arrange(labels: Sequence[str], dataset: Dataset) -> Arrangement:
    """Match labels to fields. Absent fields count as missing only when they are required or part of the key."""
    names = [spec.name for spec in dataset.fields]
    columns = {name: labels.index(name) for name in names if name in labels}
    needed = {spec.name for spec in dataset.fields if spec.constraints.required} | set(dataset.primary_key)
    return Arrangement(
        columns,
        missing=tuple(name for name in names if name not in columns and name in needed),
        extra=tuple(label for label in labels if not dataset.has_field(label)),
        repeated=tuple(sorted({name for name in names if labels.count(name) > 1})),
    )


class Coordinates:
    """Where rows of a raw table stand in what was delivered; read from disk, a row group at a time."""

    def __init__(self, raw: RawTable) -> None:
        self._parquet = raw.parquet
        self._group = lru_cache(_GROUPS_KEPT)(self._read_group)

    @cached_property
    def _starts(self) -> list[int]:
        """Ordinal of the first row of each row group."""
        metadata = pq.read_metadata(self._parquet)
        rows = (metadata.row_group(number).num_rows for number in range(metadata.num_row_groups))
        return list(accumulate(rows, initial=0))

    def _read_group(self, number: int) -> pa.Table:
        with pq.ParquetFile(self._parquet) as stored:
            return stored.read_row_group(number, columns=list(COORDINATES))

    def of(self, ordinal: int) -> tuple[str, int]:
        """File (and sheet) and row number of the raw table's row ``ordinal``, from 0."""
        number = bisect_right(self._starts, ordinal) - 1
        group = self._group(number)
        file, sheet, row = (group.column(name)[ordinal - self._starts[number]].as_py() for name in COORDINATES)
        return " ".join(part for part in (file, sheet) if part), row or 0


def raw_batches(parquet: Path) -> Iterator[pa.RecordBatch]:
    """The rows of a raw table, some row groups at a time: the readers bound a group's bytes, however long its cells."""
    with pq.ParquetFile(parquet) as stored:
        for groups in _grouped(stored.metadata):
            table = stored.read_row_groups(groups).combine_chunks()
            yield from table.to_batches()


def _grouped(metadata: pq.FileMetaData) -> Iterator[list[int]]:
    groups: list[int] = []
    rows = size = 0
    for number in range(metadata.num_row_groups):
        group = metadata.row_group(number)
        if groups and (rows + group.num_rows > _BATCH_ROWS or size + group.total_byte_size > _BATCH_BYTES):
            yield groups
            groups, rows, size = [], 0, 0
        groups.append(number)
        rows, size = rows + group.num_rows, size + group.total_byte_size
    if groups:
        yield groups
