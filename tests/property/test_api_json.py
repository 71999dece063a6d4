"""Rows as JSON: Arrow's kernels write what Python's own encoder would, value by value."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.api.sandbox.formats import Sink, writer

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
KINDS: list[tuple[pa.DataType, st.SearchStrategy[Any]]] = [
    (pa.string(), TEXTS), (pa.int64(), st.integers(-(2**63), 2**63 - 1)), (pa.bool_(), st.booleans()),
    (pa.uint8(), st.integers(0, 255)), (pa.date32(), st.dates()), (pa.float64(), st.floats()),
    (pa.decimal128(18, 2), st.decimals(-(10**15), 10**15, places=2)),
    (pa.decimal128(38, 6), st.decimals(-(10**30), 10**30, places=6)),
    (pa.decimal128(30, 12), st.decimals(-(10**15), 10**15, places=12)),
    (pa.timestamp("us"), st.datetimes()), (pa.list_(pa.string()), st.lists(TEXTS, max_size=3)),
]  # fmt: skip


def told(value: Any) -> Any:
    match value:
        case dt.date():
            return value.isoformat()
        case float() if value != value or value in (float("inf"), float("-inf")):
            return str(value)
        case _:
            return value


@pytest.mark.parametrize(("kind", "values"), KINDS, ids=[str(kind) for kind, _ in KINDS])
def test_json_is_what_python_reads_back(kind: pa.DataType, values: st.SearchStrategy[Any]) -> None:
    @given(st.lists(st.none() | values, max_size=8), st.integers(1, 8), TEXTS)
    def written(column: list[Any], batch: int, name: str) -> None:
        table = pa.table({name: pa.array(column, kind), "%s\\": pa.array(column, kind)}) if name != "%s\\" else None
        if table is None:
            return
        for form in ("json", "ndjson"):
            sink = Sink()
            writing = writer(form, sink, table.schema)
            for each in table.to_batches(max_chunksize=batch):
                writing.write(each)
            writing.close()
            text = sink.take().decode()
            assert "E" not in text if pa.types.is_decimal(kind) and "E" not in name else True
            whole = f"[{text}]" if form == "json" else f"[{','.join(text.split(chr(10))[:-1])}]"
            assert [tuple(row.values()) for row in json.loads(whole, parse_float=Decimal)] == [
                (exact(value), exact(value)) for value in column
            ]

    def exact(value: Any) -> Any:
        said = told(value)
        return Decimal(repr(said)) if isinstance(said, float) else said

    written()
