"""Segments: the same bytes for the same rows, exact types, no key twice."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import pickle
import random
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from publishing import contribution, disclosed, file_of, public_schema, registry, tree, workspace_with_registry

from pipelines.core.paths import Workspace
from pipelines.core.records import DisclosedTable
from pipelines.publish import ColumnsDiffer, DuplicateAcrossDeliveries, Segment, build_segment
from pipelines.publish.manifests import logical_hash_of
from pipelines.registry import Dataset

_MANY_TYPES: dict[str, Any] = {
    "fields": [
        {"name": "tree_id", "type": "string"}, {"name": "amount", "type": "number", "decimals": 2},
        {"name": "share", "type": "number"}, {"name": "day", "type": "date"}, {"name": "at", "type": "time"},
        {"name": "counted", "type": "datetime"},
    ],
    "primaryKey": ["tree_id"],
}  # fmt: skip


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return workspace_with_registry(tmp_path)


@pytest.fixture
def dataset(workspace: Workspace) -> Dataset:
    return registry(workspace).dataset("tree_inventory")


def build(dataset: Dataset, tables: list[DisclosedTable], folder: Path, **options: Any) -> Segment:
    folder.mkdir(parents=True, exist_ok=True)
    segment = build_segment(dataset, "2025", [contribution(table) for table in tables], folder, **options)
    assert segment is not None
    return segment


def test_threads_memory_row_order_and_table_order_do_not_change_a_byte(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # More than two row groups, so that several threads really write.
    rows = [tree(number, ("ginkgo", "willow")[number % 2]) for number in range(60_000)]
    east = [(f"E{number:06d}", *tree(number)[1:]) for number in range(200_000)]
    sorted_tables = [
        disclosed(tmp_path / "a.parquet", rows),
        disclosed(tmp_path / "a.parquet", east, organisation="east_district_office"),
    ]
    shuffled = random.Random(7).sample(rows, len(rows))
    shuffled_tables = [sorted_tables[1], disclosed(tmp_path / "b.parquet", shuffled)]
    whole, split = (build(dataset, sorted_tables, tmp_path / "one", threads=1, part_rows=part_rows)
                    for part_rows in (len(rows) + len(east), None))  # fmt: skip
    monkeypatch.setattr("pipelines.publish.sql.MEMORY_LIMIT", "60MB")  # Sorting them spills.
    for expected, part_rows in ((whole, len(rows) + len(east)), (split, None)):
        eight = build(dataset, shuffled_tables, tmp_path / "eight", threads=8, part_rows=part_rows)
        assert eight.as_dict() == expected.as_dict()
    assert hashlib.sha256(file_of(whole).read_bytes()).hexdigest() == whole.digest
    assert pq.read_metadata(file_of(whole)).num_row_groups >= 3
    assert len(split.parts) == 11


def test_the_environment_does_not_change_a_byte(dataset: Dataset, tmp_path: Path) -> None:
    rows = [
        (f"Ä{number}", Decimal(number), number / 7, dt.date(2000, 1, 1), dt.time(1, 2), dt.datetime(2026, 3, 29, 2, 30))
        for number in range(300)
    ]
    table = disclosed(tmp_path / "a.parquet", rows, schema=_MANY_TYPES)
    here = build(dataset, [table], tmp_path / "here")
    code = (
        "import json, pickle, sys; from pathlib import Path; from pipelines.publish import build_segment;"
        "arguments, folder = pickle.load(sys.stdin.buffer);"
        "print(json.dumps(build_segment(*arguments, Path(folder)).as_dict()))"
    )
    arguments = pickle.dumps(((dataset, "2025", [contribution(table)]), str(tmp_path / "there")))
    elsewhere = {"PYTHONHASHSEED": "4711", "TZ": "Asia/Kathmandu", "LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8"}
    (tmp_path / "there").mkdir()
    done = subprocess.run([sys.executable, "-c", code], input=arguments, env={**os.environ, **elsewhere},
                          capture_output=True, check=True, cwd=Path(__file__).parents[3])  # fmt: skip
    assert json.loads(done.stdout) == json.loads(json.dumps(here.as_dict()))


def test_rows_that_share_a_key_within_a_delivery_are_ordered_by_all_columns(dataset: Dataset, tmp_path: Path) -> None:
    rows = [tree(1, species, height) for species in ("pine", "ginkgo") for height in ("2.00", "1.00")]
    tables = [disclosed(tmp_path / f"{name}.parquet", order) for name, order in (("a", rows), ("b", rows[::-1]))]
    one, other = (build(dataset, [table], tmp_path / table.parquet.stem) for table in tables)
    assert one == other
    found = pq.read_table(file_of(one)).select(["species", "height"]).to_pydict()
    assert found == {
        "species": ["ginkgo", "ginkgo", "pine", "pine"], "height": [Decimal("1.00"), Decimal("2.00")] * 2,
    }  # fmt: skip


def test_tables_stored_in_other_types_are_brought_to_the_declared_ones(dataset: Dataset, tmp_path: Path) -> None:
    table = disclosed(tmp_path / "a.parquet", [tree(1, height="3.50")])
    other = disclosed(tmp_path / "a.parquet", [tree(2, height="4.25")], organisation="east_district_office")
    stored = pq.read_table(other.parquet)
    position = stored.schema.get_field_index("height")
    wider = stored.set_column(position, "height", stored["height"].cast(pa.decimal128(20, 4)))
    pq.write_table(wider, other.parquet)
    segment = build(dataset, [table, other], tmp_path)
    assert pq.read_table(file_of(segment))["height"].to_pylist() == [Decimal("3.50"), Decimal("4.25")]


def test_record_says_what_is_in_the_file(dataset: Dataset, tmp_path: Path) -> None:
    tables = [
        disclosed(tmp_path / "a.parquet", [tree(2), tree(1)]),
        disclosed(tmp_path / "a.parquet", [tree(3)], organisation="east_district_office"),
    ]
    segment = build(dataset, tables, tmp_path)
    assert (segment.period, segment.rows) == ("2025", 3)
    assert [(entry.organisation, entry.rows) for entry in segment.sources.content or ()] == [
        ("east_district_office", 1), ("parks_office", 2),
    ]  # fmt: skip
    assert segment.receipt[0].field == "keeper_phone"
    assert segment.receipt[0].rows == 3
    assert segment.bytes == file_of(segment).stat().st_size
    assert pq.read_table(file_of(segment))["tree_id"].to_pylist() == ["T00001", "T00002", "T00003"]
    assert Segment.from_dict(json.loads(json.dumps(segment.as_dict()))).as_dict() == segment.as_dict()


def test_columns_have_exactly_the_declared_types(dataset: Dataset, tmp_path: Path) -> None:
    segment = build(dataset, [disclosed(tmp_path / "a.parquet", [tree(1)])], tmp_path)
    found = {entry.name: entry.type for entry in pq.read_schema(file_of(segment))}
    assert found == {
        "tree_id": pa.string(), "species": pa.string(), "district": pa.string(), "height": pa.decimal128(18, 2),
        "planted": pa.date32(), "felled": pa.date32(), "note": pa.string(),
    }  # fmt: skip


def test_logical_hash_is_the_documented_one(dataset: Dataset, tmp_path: Path) -> None:
    schema = public_schema()
    schema["fields"] = [
        {"name": name, "type": kind, **more}
        for name, kind, more in [
            ("tree_id", "string", {}), ("n", "integer", {}), ("d", "number", {"decimals": 3}), ("f", "number", {}),
            ("b", "boolean", {}), ("day", "date", {}), ("t", "time", {}), ("ts", "datetime", {}),
        ]
    ]  # fmt: skip
    rows = [
        ("树", -5, Decimal("1.500"), -0.0, True, dt.date(26, 1, 2), dt.time(1, 2, 3, 4), dt.datetime(999, 1, 2, 3)),
        ("z", None, None, 1.5, False, None, None, None),
    ]
    segment = build(dataset, [disclosed(tmp_path / "a.parquet", rows, schema=schema)], tmp_path)
    header = (b"7:tree_id,7:VARCHAR,1:n,6:BIGINT,1:d,14:DECIMAL(18, 3),1:f,6:DOUBLE,1:b,7:BOOLEAN,"
              b"3:day,4:DATE,1:t,4:TIME,2:ts,9:TIMESTAMP,\n")  # fmt: skip
    first = b"1:z,-,-,64:001111111111" + b"1" + b"0" * 51 + b",5:false,-,-,-,\n"
    second = ("3:树,2:-5,5:1.500,64:" + "0" * 64 + ",4:true,10:0026-01-02,15:01:02:03.000004,"
              "26:0999-01-02T03:00:00.000000,\n").encode()  # fmt: skip
    assert segment.parts[0].logical_hash == hashlib.sha256(header + first + second).hexdigest()


def test_no_contributions_no_segment(dataset: Dataset, tmp_path: Path) -> None:
    assert build_segment(dataset, "2025", [], tmp_path) is None


def test_a_key_in_two_deliveries_is_refused_without_values(dataset: Dataset, tmp_path: Path) -> None:
    tables = [
        disclosed(tmp_path / "a.parquet", [tree(1), tree(2)]),
        disclosed(tmp_path / "a.parquet", [tree(2), tree(3)], organisation="east_district_office"),
    ]
    with pytest.raises(DuplicateAcrossDeliveries) as caught:
        build(dataset, tables, tmp_path)
    assert caught.value.key == ("tree_id",)
    assert caught.value.deliveries == (
        "tree_inventory.2025.east_district_office.1", "tree_inventory.2025.parks_office.1",
    )  # fmt: skip
    assert "T00002" not in str(caught.value) + caught.value.message.text("zh")


def test_a_column_that_is_not_declared_is_refused(dataset: Dataset, tmp_path: Path) -> None:
    table = disclosed(tmp_path / "a.parquet", [tree(1)])
    extended = pq.read_table(table.parquet).append_column("keeper_phone", pa.array(["13900000000"]))
    pq.write_table(extended, table.parquet)
    with pytest.raises(ColumnsDiffer) as caught:
        build(dataset, [table], tmp_path)
    assert caught.value.fields == ("keeper_phone",)


def test_a_table_cleared_under_an_older_schema_loses_what_is_no_longer_public(dataset: Dataset, tmp_path: Path) -> None:
    older: dict[str, Any] = public_schema()
    older["fields"] = [*older["fields"], {"name": "keeper", "type": "string"}]
    tables = [
        disclosed(tmp_path / "a.parquet", [tree(1)], organisation="east_district_office"),
        disclosed(tmp_path / "a.parquet", [(*tree(2), "someone")], schema=older),
    ]
    segment = build(dataset, tables, tmp_path)
    assert [entry["name"] for entry in segment.schema["fields"]][-1] == "note"
    assert "keeper" not in pq.read_schema(file_of(segment)).names


def test_folder_names_with_quotes_and_globs_are_safe(dataset: Dataset, tmp_path: Path) -> None:
    folder = tmp_path / "o'brien [1] *数据"
    segment = build_segment(dataset, "2025", [contribution(disclosed(folder / "a.parquet", [tree(1)]))], folder)
    assert segment is not None
    assert file_of(segment) == folder / f"{segment.digest}.parquet"
    assert not list(folder.glob(".*"))


def test_every_machine_writes_these_bytes(dataset: Dataset, tmp_path: Path) -> None:
    """Made on one machine once; another version of DuckDB may write others, of the same rows."""
    rows = [
        (
            f"T{number:03d}, 树 {number % 7} 'é'\n", Decimal(number) / 4,
            (None, -0.0, number / 3, float("nan"))[number % 4],
            dt.date(2000 + number % 30, 1 + number % 12, 1 + number % 28), dt.time(number % 24, 30, 15, number),
            None if number % 5 == 0 else dt.datetime(2026, 1, 1 + number % 28, 8, 0, 0, 1),
        )
        for number in range(400)
    ]  # fmt: skip
    segment = build(dataset, [disclosed(tmp_path / "in.parquet", rows, schema=_MANY_TYPES)], tmp_path, part_rows=160)
    assert ([part.rows for part in segment.parts], segment.digest, logical_hash_of([segment])) == (
        [68, 41, 117, 85, 51, 38],
        "dadc552826def0386f2d6dcd381e11f0f5a5e5ffa16d968e272675bd425f8a4e",
        "0908b784ad11bb8aa9fd76f73c9d2e272657f41e287e9628d1d9a8dd45b81507",
    )
