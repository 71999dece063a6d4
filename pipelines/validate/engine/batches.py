"""The rows of a raw table, judged and typed batch by batch."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipelines.registry import FieldSpec
from pipelines.registry.table_schemas import for_frictionless
from pipelines.validate.engine.batches_reference import judge_batches_by_reference
from pipelines.validate.engine.foreign import ForeignTable, lookups_of
from pipelines.validate.engine.judge import BlockVerdict, Judge
from pipelines.validate.engine.model import Uncertified
from pipelines.validate.engine.opening import NAME
from pipelines.validate.engine.plan import Plan, plan_of
from pipelines.validate.engine.prefetch import prefetched
from pipelines.validate.engine.raw_batches import JudgedBatch, block_of, by_ordinal, delivered_schema
from pipelines.validate.engine.row_errors import errors_of
from pipelines.validate.engine.typed_columns import Refusal, TypedColumn, typed_columns

#: Plans that are kept.
_PLANS = 64


def judge_batches(batches: Callable[[], Iterable[pa.RecordBatch]], schema: Mapping[str, Any], *,
                  labels: Sequence[str], work: Path, specs: Sequence[FieldSpec] = (),
                  foreign: Mapping[str, ForeignTable] | None = None) -> Iterator[JudgedBatch]:  # fmt: skip
    """Judge a raw table (``_cells``, ``_extra``, ``c0`` …; see ``core.records.RawTable``).

    Args:
        batches: gives the raw table's batches, each time from the start.
        schema: a Table Schema descriptor; fields that were not delivered are left out here.
        labels: the raw table's labels, in any order; one that names a field comes once.
        work: a private folder for what does not fit in memory.
        specs: the fields to give as typed columns.
        foreign: the tables that foreign keys refer to; keys into tables that are not given are not checked.

    Raises:
        ReferenceFailed: frictionless itself raised on a value.
    """
    descriptor = delivered_schema(schema, labels, foreign or {})
    done = 0
    try:
        for judged in _judge_fast(batches(), descriptor, work, specs, foreign or {}):
            yield judged
            done += 1
    except Uncertified as refused:
        # The verdicts on the first batches are the same; what has been given is not given again.
        reference = judge_batches_by_reference(batches(), descriptor, specs, foreign or {}, refused.reason)
        for number, judged in enumerate(reference):
            if number >= done:
                yield judged


def _judge_fast(batches: Iterable[pa.RecordBatch], descriptor: Mapping[str, Any], work: Path,
                specs: Sequence[FieldSpec], foreign: Mapping[str, ForeignTable]) -> Iterator[JudgedBatch]:  # fmt: skip
    plan, width = _plan(json.dumps(descriptor)), len(descriptor["fields"])
    with Judge(plan, work) as judge:
        judge.look_up_in(lookups_of(plan, descriptor, foreign, judge.store, None))
        typed = typed_columns(specs, judge.readers)
        first = 0
        for batch in prefetched(batches):
            block = block_of(batch, first, width)
            verdict = judge.judge(block)
            errors = [
                (first + position, error)
                for position, cells in zip(verdict.positions().tolist(), block.cells(verdict.positions()), strict=True)
                for error in errors_of(cells, int(block.numbers[position]), verdict.facts_of(position), plan)
            ]
            yield _typed(batch, first, verdict, errors, typed)
            first += batch.num_rows


@lru_cache(_PLANS)
def _plan(text: str) -> Plan:
    """The plan of a descriptor, given as JSON: a dataset's deliveries have the same one, which takes long to make."""
    from frictionless import FrictionlessException, Resource, Schema

    descriptor = json.loads(text)
    plain = {name: value for name, value in for_frictionless(descriptor).items() if name != "foreignKeys"}
    names = [field["name"] for field in descriptor["fields"]]
    resource = Resource(name=NAME, data=[names], schema=Schema.from_descriptor(plain), format="inline")
    try:
        resource.open()
    except FrictionlessException:
        raise Uncertified("uncertified-not-opened") from None
    with resource:
        return plan_of(resource.header, resource.schema, descriptor)


def _typed(batch: pa.RecordBatch, first: int, verdict: BlockVerdict, errors: Sequence[tuple[int, Any]],
           typed: Mapping[str, TypedColumn]) -> JudgedBatch:  # fmt: skip
    arrays: dict[str, pa.Array] = {}
    refused: list[Refusal] = []
    cells = dict(zip(verdict.columns, verdict.block.columns, strict=True))
    for name, column in typed.items():
        if name in cells:
            arrays[name], refusals = column.column(cells[name], verdict.columns[name])
            refused += refusals
        else:
            arrays[name] = column.absent(verdict.block.rows)
    return JudgedBatch(batch, first, verdict.faulty, errors, arrays, by_ordinal(refused, first), None)
