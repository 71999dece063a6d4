"""Raw tables judged batch by batch against frictionless and the row-by-row casts."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
from frictionless import Dialect, FrictionlessException, Resource, Schema
from fuzz_engine import random_case, random_cell
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.registry import FieldSpec
from pipelines.validate.casts import Unstorable, stored_cast
from pipelines.validate.engine import JudgedBatch, ReferenceFailed, judge_batches

Row = tuple[list[str | None], int, list[str] | None]


@settings(max_examples=60)
@given(st.integers(0, 2**32))
def test_batches_are_judged_and_typed_as_rows_are(seed: int) -> None:
    for number in range(3):
        _compare(Random(f"{seed}.{number}"))


def _compare(random: Random) -> None:
    schema = random_case(random).schema
    schema.pop("foreignKeys", None)
    fields = schema["fields"]
    names = [field["name"] for field in fields]
    schema["primaryKey"] = [name for name in schema.get("primaryKey", []) if name in names]
    if not fields or not _is_valid(schema):
        return
    labels = [*random.sample(names, len(names)), *([f"column-{len(names) + 1}"] if random.random() < 0.2 else [])]
    if random.random() < 0.5:
        labels = list(names)
    specs = [_spec(field, random) for field in fields]
    rows = _rows(random, labels, {field["name"]: field for field in fields})
    size = random.choice([1, 7, 100])
    with tempfile.TemporaryDirectory() as work:
        try:
            judged = list(judge_batches(_batches(rows, len(labels), size), schema, labels=labels, work=Path(work),
                                        specs=specs))  # fmt: skip
        except ReferenceFailed:
            return
    _agree(judged, rows, schema, specs, labels)


def _agree(judged: list[JudgedBatch], rows: list[Row], schema: Mapping[str, Any], specs: list[FieldSpec],
           labels: list[str]) -> None:  # fmt: skip
    by_name = {field["name"]: field for field in schema["fields"]}
    fields = [by_name.get(label, {"name": label, "type": "any"}) for label in labels]
    data: list[list[str | None]] = [list(labels)]
    data += [[*cells[:delivered], *(extra or [])] for cells, delivered, extra in rows]
    plain = Schema.from_descriptor({**schema, "fields": fields})
    with Resource(data=data, schema=plain, dialect=Dialect(header=True), format="inline") as table:
        wanted = list(table.row_stream)
        casts = {spec.name: stored_cast(spec, table.schema.get_field(spec.name)) for spec in specs}
    errors = [(ordinal, error.to_descriptor()) for ordinal, row in enumerate(wanted) for error in row.errors]
    assert [(ordinal, error.to_descriptor()) for batch in judged for ordinal, error in batch.errors] == errors
    assert [batch.first for batch in judged] == list(accumulate((batch.rows for batch in judged[:-1]), initial=0))[
        : len(judged)
    ]
    faulty = [bool(row.errors) for row in wanted]
    assert [flag for batch in judged for flag in batch.faulty.tolist()] == faulty
    refused = {(ordinal, name) for batch in judged for ordinal, name, _ in batch.unstorable}
    for name, cast in casts.items():
        stored = [value for batch in judged for value in batch.typed[name].to_pylist()]
        for ordinal, row in enumerate(wanted):
            try:
                value = None if row[name] is None else cast(row[name])
            except Unstorable:
                assert (ordinal, name) in refused
                value = None
            else:
                assert (ordinal, name) not in refused
            assert str(stored[ordinal]) == str(value)


def _is_valid(schema: Mapping[str, Any]) -> bool:
    try:
        Schema.from_descriptor(dict(schema))
    except FrictionlessException:
        return False
    return True


def _spec(field: Mapping[str, Any], random: Random) -> FieldSpec:
    texts = {"zh": "列", "en": "column"}
    plain = {name: field[name] for name in ("name", "type", "format") if name in field}
    decimals = {"decimals": 2} if field["type"] == "number" and random.random() < 0.7 else {}
    return FieldSpec.model_validate(
        {**plain, **decimals, "titles": texts, "descriptions": texts, "disclosure": {"attribute": "active"}}
    )


def _rows(random: Random, labels: list[str], fields: Mapping[str, Any]) -> list[Row]:
    rows: list[Row] = []
    for _ in range(random.choice([0, 1, 5, 30])):
        if rows and random.random() < 0.1:
            rows.append(random.choice(rows))
            continue
        cells: list[str | None] = [
            random_cell(random, fields.get(label, {"type": "string"}), clean=False) if random.random() > 0.05 else None
            for label in labels
        ]
        delivered, extra = len(labels), ["extra"] if random.random() < 0.05 else None
        if extra is None and random.random() < 0.05:
            delivered = random.randint(0, len(labels))
            cells = cells[:delivered] + [None] * (len(labels) - delivered)
        rows.append((cells, delivered, extra))
    return rows


def _batches(rows: list[Row], labels: int, size: int) -> Callable[[], Iterator[pa.RecordBatch]]:
    def batches() -> Iterator[pa.RecordBatch]:
        for first in range(0, len(rows), size):
            part = rows[first : first + size]
            counts = pa.array([delivered for _, delivered, _ in part], pa.int32())
            extras = pa.array([extra for *_, extra in part], pa.list_(pa.string()))
            texts = [pa.array([cells[place] for cells, *_ in part], pa.string()) for place in range(labels)]
            names = ["_cells", "_extra", *(f"c{place}" for place in range(labels))]
            yield pa.record_batch([counts, extras, *texts], names=names)

    return batches
