"""The logical hash against a second implementation, written from its description; and SQL quoting."""

from __future__ import annotations

import datetime as dt
import hashlib
import math
import struct
import tempfile
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.core.sql import identifier, literal
from pipelines.publish.hashing import logical_hash

# Surrogates are not text; NUL ends a C string in some Parquet readers but not here.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
COLUMNS: dict[str, tuple[str, pa.DataType, st.SearchStrategy[Any]]] = {
    "text": ("VARCHAR", pa.string(), TEXT),
    "count": ("BIGINT", pa.int64(), st.integers(-(2**63), 2**63 - 1)),
    "amount": ("DECIMAL(18, 2)", pa.decimal128(18, 2), st.decimals(-(10**15), 10**15, places=2)),
    "ratio": ("DOUBLE", pa.float64(), st.floats()),
    "flag": ("BOOLEAN", pa.bool_(), st.booleans()),
    "day": ("DATE", pa.date32(), st.dates()),
    "clock": ("TIME", pa.time64("us"), st.times()),
    "instant": ("TIMESTAMP", pa.timestamp("us"), st.datetimes()),
}
ROWS = st.lists(st.tuples(*(st.none() | strategy for _, _, strategy in COLUMNS.values())), max_size=20)


def canonical(kind: str, value: Any) -> str:
    if kind == "DOUBLE":
        number = math.nan if math.isnan(value) else value + 0.0
        return f"{struct.unpack('>Q', struct.pack('>d', number))[0]:064b}"
    if kind.startswith("DECIMAL"):
        return f"{Decimal(value) + 0:.2f}"
    if kind == "BOOLEAN":
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        return value.isoformat(timespec="microseconds")
    if isinstance(value, dt.time):
        return value.isoformat(timespec="microseconds")
    return str(value)


def reference(rows: Sequence[Sequence[Any]]) -> str:
    def net(text: str) -> bytes:
        return f"{len(text.encode())}:{text},".encode()

    kinds = [kind for kind, _, _ in COLUMNS.values()]
    stream = b"".join(net(name) + net(kind) for name, kind in zip(COLUMNS, kinds, strict=True)) + b"\n"
    for row in rows:
        cells = zip(kinds, row, strict=True)
        stream += b"".join(b"-," if value is None else net(canonical(kind, value)) for kind, value in cells) + b"\n"
    return hashlib.sha256(stream).hexdigest()


@pytest.mark.parametrize("other", [0.0, 1.0])
@pytest.mark.parametrize("others", [0, 1, 3, 9])
def test_every_nan_is_the_same_beside_rows_that_are_equal(tmp_path: Path, others: int, other: float) -> None:
    path, kinds = tmp_path / "rows.parquet", {"ratio": "DOUBLE"}
    hashes = set()
    for nan in (b"\x7f\xf8", b"\xff\xf8", b"\xff\xf0\0\0\0\0\0\1"):
        values = [other] * others + list(struct.unpack(">d", nan.ljust(8, b"\0")))
        pq.write_table(pa.table({"ratio": pa.array(values, pa.float64())}), path)
        with duckdb.connect() as connection:
            hashes.add(logical_hash(connection, path, kinds))
    assert len(hashes) == 1


@settings(max_examples=60)
@given(rows=ROWS, row_group=st.sampled_from([1, 3, 1000]), codec=st.sampled_from(["none", "snappy", "zstd"]))
def test_the_hash_is_of_the_rows_and_not_of_the_writer(rows: list[tuple[Any, ...]], row_group: int, codec: str) -> None:
    arrays = [pa.array([row[position] for row in rows], kind) for position, (_, kind, _) in enumerate(COLUMNS.values())]
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        path = Path(folder) / "rows.parquet"
        pq.write_table(pa.table(arrays, names=list(COLUMNS)), path, row_group_size=row_group, compression=codec)
        kinds = {name: kind for name, (kind, _, _) in COLUMNS.items()}
        assert logical_hash(connection, path, kinds) == reference(rows)


@settings(max_examples=60)
@given(name=TEXT.filter(lambda text: "\0" not in text and text != ""), text=TEXT.filter(lambda text: "\0" not in text))
def test_names_and_texts_come_back_as_they_were_quoted(name: str, text: str) -> None:
    with duckdb.connect() as connection:
        answer = connection.execute(f"SELECT {literal(text)} AS {identifier(name)}")
        assert answer.description is not None
        assert (answer.description[0][0], answer.fetchone()) == (name, (text,))
