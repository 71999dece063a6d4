"""Raw tables as blocks, and the form of verdicts on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pyarrow as pa

from pipelines.core.messages import Message
from pipelines.core.records import CELLS_COLUMN, EXTRA_COLUMN
from pipelines.validate.engine.foreign import ForeignTable
from pipelines.validate.engine.model import Block, Cells, Mask
from pipelines.validate.engine.typed_columns import Refusal

#: Rows that frictionless counts before the first row of data.
HEADER_ROWS = 1


@dataclass(frozen=True)
class JudgedBatch:
    """The verdict on one batch of a raw table.

    Attributes:
        source: the batch that was judged.
        first: ordinal of its first row, counted over all batches from 0.
        faulty: the rows with errors, by position in the batch.
        errors: ordinal and error, in frictionless's order.
        typed: per field its stored column, null where a cell has no value or cannot be stored.
        unstorable: ordinal, field and reason of values that the stored type cannot hold exactly.
        reason: why frictionless judged the batch itself; ``None``: it did not.
    """

    source: pa.RecordBatch
    first: int
    faulty: Mask
    errors: Sequence[tuple[int, Any]]
    typed: Mapping[str, pa.Array]
    unstorable: Sequence[Refusal]
    reason: Message | None

    @property
    def engine(self) -> Literal["fast", "reference"]:
        """Which engine judged the batch."""
        return "fast" if self.reason is None else "reference"

    @property
    def rows(self) -> int:
        """How many rows were judged."""
        return int(self.source.num_rows)


def delivered_schema(schema: Mapping[str, Any], labels: Sequence[str],
                     foreign: Mapping[str, ForeignTable]) -> dict[str, Any]:  # fmt: skip
    """A Table Schema descriptor met with the labels of a raw table, as frictionless's ``schema_sync`` does.

    Fields come in the order of the delivered columns; a column without a field takes any text. Of the foreign keys
    those remain whose fields were delivered and whose table is given.

    Args:
        labels: the delivered labels; one that names a field comes once.
    """
    by_name = {field["name"]: field for field in schema["fields"]}
    fields = [
        by_name.get(label, {"name": f"column-{position}", "type": "any"})
        for position, label in enumerate(labels, start=1)
    ]
    keys = [key for key in schema.get("foreignKeys") or ()
            if _names(key["fields"]) <= set(labels) and key["reference"]["resource"] in foreign]  # fmt: skip
    return {**schema, "fields": fields, "foreignKeys": keys}


def _names(fields: str | Iterable[str]) -> set[str]:
    return {fields} if isinstance(fields, str) else set(fields)


def block_of(batch: pa.RecordBatch, first: int, labels: int) -> Block:
    """A raw table's batch, whose first row has the ordinal ``first``, as a block of its ``labels`` columns."""
    columns = [batch.column(f"c{position}") for position in range(labels)]
    numbers = np.arange(first, first + batch.num_rows, dtype=np.int64) + HEADER_ROWS + 1
    extra = batch.column(EXTRA_COLUMN)
    delivered = batch.column(CELLS_COLUMN).to_numpy(zero_copy_only=False)
    positions = np.flatnonzero(extra.is_valid().to_numpy(zero_copy_only=False) | (delivered < labels))
    found: dict[int, Cells] = {}
    for position, cells in zip(positions.tolist(), Block(columns, numbers).cells(positions), strict=True):
        row = [*cells[: int(delivered[position])], *(extra[position].as_py() or [])]
        if len(row) != labels:
            found[position] = row
    return Block(columns, numbers, found)


def by_ordinal(refused: list[Refusal], first: int) -> list[Refusal]:
    """Refusals by ordinal instead of position, in the order of the rows."""
    return [(first + position, name, why) for position, name, why in sorted(refused, key=lambda refusal: refusal[0])]
