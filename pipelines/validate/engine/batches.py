"""The rows of a raw table, judged and typed batch by batch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipelines.registry import FieldSpec
from pipelines.validate.engine.batches_reference import judge_batches_by_reference
from pipelines.validate.engine.foreign import ForeignTable, lookups_of
from pipelines.validate.engine.judge import BlockVerdict, Judge
from pipelines.validate.engine.model import Uncertified
from pipelines.validate.engine.opening import NAME
from pipelines.validate.engine.own import for_frictionless
from pipelines.validate.engine.plan import plan_of
from pipelines.validate.engine.raw_batches import Arrangement, JudgedBatch, block_of, by_ordinal
from pipelines.validate.engine.row_errors import errors_of
from pipelines.validate.engine.typed_columns import Refusal, TypedColumn, typed_columns


def judge_batches(batches: Callable[[], Iterable[pa.RecordBatch]], schema: Mapping[str, Any], *,
                  columns: Mapping[str, int], labels: int, work: Path, specs: Sequence[FieldSpec] = (),
                  foreign: Mapping[str, ForeignTable] | None = None) -> Iterator[JudgedBatch]:  # fmt: skip
    """Judge a raw table (``_cells``, ``_extra``, ``c0`` …; see ``core.records.RawTable``).

    Args:
        batches: gives the raw table's batches, each time from the start.
        schema: a Table Schema descriptor; fields that were not delivered are left out here.
        columns: per delivered field, in the schema's order, its position among the labels.
        labels: how many labels there are.
        work: a private folder for what does not fit in memory.
        specs: the fields to give as typed columns.
        foreign: the tables that foreign keys refer to; keys into tables that are not given are not checked.

    Raises:
        ReferenceFailed: frictionless itself raised on a value.
    """
    arrangement = Arrangement(columns, labels)
    descriptor = _delivered(schema, columns, foreign or {})
    done = 0
    try:
        for judged in _judge_fast(batches(), descriptor, arrangement, work, specs, foreign or {}):
            yield judged
            done += 1
    except Uncertified:
        reference = judge_batches_by_reference(batches(), descriptor, arrangement, specs, foreign or {})
        # The verdicts on the first batches are the same; what has been given is not given again.
        for number, judged in enumerate(reference):
            if number >= done:
                yield judged


def _delivered(schema: Mapping[str, Any], columns: Mapping[str, int],
               foreign: Mapping[str, ForeignTable]) -> dict[str, Any]:  # fmt: skip
    keys = [key for key in schema.get("foreignKeys") or ()
            if set(key["fields"]) <= columns.keys() and key["reference"]["resource"] in foreign]  # fmt: skip
    fields = [field for field in schema["fields"] if field["name"] in columns]
    return {**schema, "fields": fields, "foreignKeys": keys}


def _judge_fast(batches: Iterable[pa.RecordBatch], descriptor: Mapping[str, Any], arrangement: Arrangement, work: Path,
                specs: Sequence[FieldSpec], foreign: Mapping[str, ForeignTable]) -> Iterator[JudgedBatch]:  # fmt: skip
    from frictionless import FrictionlessException, Resource, Schema

    plain = {name: value for name, value in for_frictionless(descriptor).items() if name != "foreignKeys"}
    names = [field["name"] for field in descriptor["fields"]]
    resource = Resource(name=NAME, data=[names], schema=Schema.from_descriptor(plain), format="inline")
    try:
        resource.open()
    except FrictionlessException:
        raise Uncertified("the schema cannot be opened") from None
    with resource:
        plan = plan_of(resource.header, resource.schema, descriptor)
    with Judge(plan, work) as judge:
        judge.look_up_in(lookups_of(plan, descriptor, foreign, judge.store, None))
        typed = typed_columns(specs, judge.readers)
        first = 0
        for batch in batches:
            block = block_of(batch, first, arrangement)
            verdict = judge.judge(block)
            errors = [
                (first + position, error)
                for position, cells in zip(verdict.positions().tolist(), block.cells(verdict.positions()), strict=True)
                for error in errors_of(cells, int(block.numbers[position]), verdict.facts_of(position), plan)
            ]
            yield _typed(first, verdict, errors, typed)
            first += batch.num_rows


def _typed(first: int, verdict: BlockVerdict, errors: Sequence[tuple[int, Any]],
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
    return JudgedBatch(first, verdict.block.rows, verdict.faulty, errors, arrays, by_ordinal(refused, first), "fast")
