"""Raw tables as blocks, and the form of verdicts on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pyarrow as pa

from pipelines.core.records import CELLS_COLUMN, EXTRA_COLUMN
from pipelines.validate.engine.model import Block, Cells, Mask
from pipelines.validate.engine.typed_columns import Refusal

#: Rows that frictionless counts before the first row of data.
HEADER_ROWS = 1


@dataclass(frozen=True)
class Arrangement:
    """Which of a raw table's columns hold the schema's fields. ``labels``: how many columns were delivered."""

    columns: Mapping[str, int]
    labels: int

    @property
    def in_order(self) -> bool:
        """Whether the columns are the schema's fields in its order, so that short rows can be told."""
        return list(self.columns.values()) == list(range(self.labels))


@dataclass(frozen=True)
class JudgedBatch:
    """The verdict on one batch of a raw table.

    Attributes:
        first: ordinal of the first row, counted over all batches from 0.
        rows: number of rows.
        faulty: the rows with errors, by position in the batch.
        errors: ordinal and error, in frictionless's order.
        typed: per field its stored column, null where a cell has no value or cannot be stored.
        unstorable: ordinal, field and reason of values that the stored type cannot hold exactly.
        engine: which engine judged the batch.
    """

    first: int
    rows: int
    faulty: Mask
    errors: Sequence[tuple[int, Any]]
    typed: Mapping[str, pa.Array]
    unstorable: Sequence[Refusal]
    engine: Literal["fast", "reference"]


def block_of(batch: pa.RecordBatch, first: int, arrangement: Arrangement) -> Block:
    """A raw table's batch, whose first row has the ordinal ``first``, as a block of the delivered fields."""
    columns = [batch.column(f"c{position}") for position in arrangement.columns.values()]
    numbers = np.arange(first, first + batch.num_rows, dtype=np.int64) + HEADER_ROWS + 1
    extra = batch.column(EXTRA_COLUMN)
    delivered = batch.column(CELLS_COLUMN).to_numpy(zero_copy_only=False)
    ragged = extra.is_valid().to_numpy(zero_copy_only=False)
    if arrangement.in_order:
        ragged |= delivered < len(columns)
    positions = np.flatnonzero(ragged)
    found: dict[int, Cells] = {}
    for position, cells in zip(positions.tolist(), Block(columns, numbers).cells(positions), strict=True):
        kept = cells[: int(delivered[position])] if arrangement.in_order else cells
        row = [*kept, *(extra[position].as_py() or [])]
        if len(row) != len(columns):
            found[position] = row
    return Block(columns, numbers, found)


def by_ordinal(refused: list[Refusal], first: int) -> list[Refusal]:
    """Refusals by ordinal instead of position, in the order of the rows."""
    return [(first + position, name, why) for position, name, why in sorted(refused, key=lambda refusal: refusal[0])]
