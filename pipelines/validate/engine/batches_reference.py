"""Frictionless's own verdict on a raw table, row by row, in the form that the engine gives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from pipelines.core.messages import Message
from pipelines.registry import FieldSpec
from pipelines.registry.table_schemas import for_frictionless
from pipelines.validate.engine.foreign import ForeignTable
from pipelines.validate.engine.model import ReferenceFailed
from pipelines.validate.engine.opening import NAME, packaged
from pipelines.validate.engine.own import own_rules
from pipelines.validate.engine.raw_batches import JudgedBatch, block_of, by_ordinal
from pipelines.validate.engine.reference import OwnKeys
from pipelines.validate.engine.typed_columns import Refusal, TypedColumn


def judge_batches_by_reference(batches: Iterable[pa.RecordBatch], descriptor: Mapping[str, Any],
                               specs: Sequence[FieldSpec], foreign: Mapping[str, ForeignTable],
                               reason: Message) -> Iterator[JudgedBatch]:  # fmt: skip
    """Judge ``batches`` with frictionless, for a ``reason``. ``descriptor``: see ``raw_batches.delivered_schema``.

    Raises:
        ReferenceFailed: frictionless raised.
    """
    from frictionless import Dialect, Resource, Schema

    waiting: list[pa.RecordBatch] = []

    def records() -> Iterator[list[str | None]]:
        yield [field["name"] for field in descriptor["fields"]]
        first = 0
        for batch in batches:
            block = block_of(batch, first, len(descriptor["fields"]))
            waiting.append(batch)
            yield from block.cells(np.arange(block.rows, dtype=np.int64))
            first += block.rows

    first, rows = 0, []
    try:
        schema = Schema.from_descriptor(for_frictionless(descriptor))
        # A declared header: frictionless would take the first row of average length for it.
        table = Resource(name=NAME, data=records, schema=schema, dialect=Dialect(header=True), format="inline")
        with packaged(table, descriptor, foreign) as resource:
            fields = {field.name: field for field in resource.schema.fields}
            typed = {spec.name: TypedColumn(spec, None, fields.get(spec.name)) for spec in specs}
            rules = own_rules(descriptor, fields)
            keys = OwnKeys(rules)
            for row in resource.row_stream:
                rows.append((row, [*row.errors, *rules.errors(row, keys.earlier(row))]))
                while waiting and len(rows) >= waiting[0].num_rows:
                    batch = waiting.pop(0)
                    yield _judged(batch, first, rows[: batch.num_rows], typed, reason)
                    first, rows = first + batch.num_rows, rows[batch.num_rows :]
    except (ArithmeticError, TypeError, ValueError) as problem:  # values that cannot be compared or hashed
        raise ReferenceFailed(first + len(rows), type(problem).__name__) from None


def _judged(batch: pa.RecordBatch, first: int, rows: Sequence[tuple[Any, list[Any]]],
            typed: Mapping[str, TypedColumn], reason: Message) -> JudgedBatch:  # fmt: skip
    errors = [(first + position, error) for position, (_, found) in enumerate(rows) for error in found]
    arrays: dict[str, pa.Array] = {}
    refused: list[Refusal] = []
    for name, column in typed.items():
        arrays[name], refusals = column.values([row.get(name) for row, _ in rows])
        refused += refusals
    faulty = np.array([bool(found) for _, found in rows], dtype=np.bool_)
    return JudgedBatch(batch, first, faulty, errors, arrays, by_ordinal(refused, first), reason)
