"""Differences where schemas and keys change, which files are opened, and the files that are written."""

from __future__ import annotations

import csv
import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from diffing import Row, Version, diff_of, segment_of, table_schema, version_of

from pipelines.core.errors import CorruptStore
from pipelines.publish import Segment, Sources
from pipelines.publish.diff import PeriodChanges, compare_fields, count_changes, write_diff
from pipelines.publish.errors import FileExists

TEXT, WHOLE, YEAR, DATE, FLOAT = ({"type": name} for name in ("string", "integer", "year", "date", "number"))
MONEY, FINER = ({"type": "number", "decimals": decimals} for decimals in (2, 3))
PLAIN = table_schema({"id": WHOLE, "name": TEXT}, ["id"])


def changes(folder: Path, old: Version, new: Version) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = diff_of(folder, old, new).to_arrow_table().to_pylist()
    return found


def test_only_files_that_differ_are_opened(tmp_path: Path) -> None:
    old = version_of(tmp_path, PLAIN, {"2021": [(1, "a")], "2022": [(1, "a"), (2, "b")], "2023": [(5, "e")]})
    new = version_of(tmp_path, PLAIN, {"2021": [(1, "a")], "2022": [(1, "a"), (2, "c")], "2024": [(6, "f")]})
    (tmp_path / old.segments[0].digest).unlink()
    diff = diff_of(tmp_path, old, new)
    assert [(row["period"], row["change"], row["id"], row["fields"]) for row in diff.to_arrow_table().to_pylist()] == [
        ("2022", "changed", 2, ["name"]), ("2023", "removed", 5, None), ("2024", "added", 6, None),
    ]  # fmt: skip
    # Rows of a period that only one version has are known from the manifest.
    for gone in (old.segments[2], new.segments[2]):
        (tmp_path / gone.digest).unlink()
    expected = (PeriodChanges("2022", changed=1), PeriodChanges("2023", removed=1), PeriodChanges("2024", added=1))
    assert count_changes(old, new, lambda sha256: tmp_path / sha256) == expected == tuple(diff.counts())


def test_of_a_split_period_only_the_parts_that_differ_are_opened(tmp_path: Path) -> None:
    low, high, other = (segment_of(tmp_path, "all", rows, PLAIN).parts for rows in (
        [(1, "a"), (2, "b")], [(3, "c"), (4, "d")], [(3, "x"), (5, "e")]))  # fmt: skip
    old, new = (
        Version(PLAIN, (Segment("all", parts, PLAIN, Sources.of(()), ()),)) for parts in (low + high, low + other)
    )
    (tmp_path / low[0].sha256).unlink()
    assert [(row["change"], row["id"]) for row in changes(tmp_path, old, new)] == [
        ("changed", 3), ("removed", 4), ("added", 5),
    ]  # fmt: skip
    shorter = Version(PLAIN, (Segment("all", high, PLAIN, Sources.of(()), ()),))
    assert count_changes(shorter, old, lambda sha256: tmp_path / sha256) == (PeriodChanges("all", added=2),)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    old, new = (version_of(tmp_path, PLAIN, {"all": [(1, name)]}) for name in "ab")

    def files(sha256: str) -> Path:
        raise FileNotFoundError(sha256)

    with pytest.raises(CorruptStore) as caught:
        count_changes(old, new, files)
    assert old.segments[0].digest in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "before", "after", "compared"),
    [
        (MONEY, FINER, Decimal("1.50"), Decimal("1.500"), True),
        (WHOLE, MONEY, 7, Decimal("7.00"), True),
        (YEAR, WHOLE, 2024, 2024, True),
        (WHOLE, TEXT, 7, "7", True),
        (DATE, TEXT, dt.date(2024, 2, 9), "2024-02-09", True),
        (FINER, MONEY, Decimal("1.234"), Decimal("1.23"), False),
        (MONEY, FLOAT, Decimal("0.10"), 0.1, False),
        (MONEY, TEXT, Decimal("1.50"), "1.5", False),
        (TEXT, WHOLE, "07", 7, False),
    ],
)
def test_a_retyped_field_is_compared_where_old_values_have_one_form_in_the_new_type(
    tmp_path: Path, old: dict[str, object], new: dict[str, object], before: object, after: object, compared: bool
) -> None:
    schemas = [table_schema({"id": WHOLE, "value": kind, "name": TEXT}, ["id"]) for kind in (old, new)]
    rows: list[list[Row]] = [[(1, value, "a"), (2, None, name)] for value, name in ((before, "b"), (after, "c"))]
    versions = [version_of(tmp_path, schema, {"all": side}) for schema, side in zip(schemas, rows, strict=True)]
    [row] = changes(tmp_path, *versions)
    assert (row["id"], row["fields"], "old_value" in row) == (2, ["name"], compared)
    [retyped] = compare_fields(*schemas).retyped
    assert retyped.as_dict()["compared"] is compared


def test_an_equal_file_that_two_versions_read_differently_is_compared(tmp_path: Path) -> None:
    schemas = [table_schema({"id": WHOLE, "value": kind}, ["id"]) for kind in (FINER, MONEY, FINER)]
    segment = segment_of(tmp_path, "all", [(1, Decimal("1.234")), (2, Decimal("2.500"))], schemas[0])
    rounded, exact = Version(schemas[1], (segment,)), Version(schemas[2], (segment,))
    [row] = changes(tmp_path, rounded, exact)
    assert (row["id"], row["old_value"], row["new_value"]) == (1, Decimal("1.230"), Decimal("1.234"))
    assert changes(tmp_path, exact, exact) == []


def test_fields_that_one_version_lacks_are_named_and_never_shown(tmp_path: Path) -> None:
    old = version_of(tmp_path, table_schema({"id": WHOLE, "phone": TEXT, "name": TEXT}, ["id"]), {
        "all": [(1, "138", "a"), (2, "139", "b")]})  # fmt: skip
    new = version_of(tmp_path, table_schema({"id": WHOLE, "name": TEXT, "note": TEXT}, ["id"]), {
        "all": [(1, "a", "x"), (3, "c", "y")]})  # fmt: skip
    diff = diff_of(tmp_path, old, new)
    assert (diff.fields.added, diff.fields.removed) == (("note",), ("phone",))
    assert diff.to_arrow_table().to_pylist() == [
        {"period": "all", "change": change, "fields": None, "id": number, "old_name": before, "new_name": after}
        for change, number, before, after in (("removed", 2, "b", None), ("added", 3, None, "c"))
    ]


def test_rows_are_told_by_the_new_key_though_it_was_none_before(tmp_path: Path) -> None:
    fields = {"id": WHOLE, "part": WHOLE, "name": TEXT}
    old = version_of(tmp_path, table_schema(fields, ["id", "part"]), {
        "all": [(1, 1, "a"), (1, 2, "b"), (2, 1, "c")]})  # fmt: skip
    new = version_of(tmp_path, table_schema(fields, ["id"]), {"all": [(1, 1, "z"), (2, 1, "c")]})
    found = [(row["change"], row["id"], row["old_name"], row["new_name"]) for row in changes(tmp_path, old, new)]
    assert found == [("changed", 1, "a", "z"), ("removed", 1, "b", None)]
    back = [(row["change"], row["id"], row["part"]) for row in changes(tmp_path, new, old)]
    assert back == [("changed", 1, 1), ("added", 1, 2)]


def test_rows_are_told_by_all_fields_where_a_version_lacks_the_key(tmp_path: Path) -> None:
    old = version_of(tmp_path, table_schema({"name": TEXT}), {"all": [("a",), ("a",), ("b",)]})
    new = version_of(tmp_path, PLAIN, {"all": [(1, "a"), (2, "b"), (3, "b")]})
    found = [(row["change"], row["rows"], row["old_name"] or row["new_name"]) for row in changes(tmp_path, old, new)]
    assert found == [("removed", 1, "a"), ("added", 1, "b")]


def test_versions_without_a_common_field_differ_by_their_number_of_rows(tmp_path: Path) -> None:
    old = version_of(tmp_path, table_schema({"a": TEXT}), {"all": [("x",), ("y",)]})
    new = version_of(tmp_path, table_schema({"b": TEXT}), {"all": [("x",)], "later": [("z",)]})
    assert [(row["period"], row["change"], row["rows"]) for row in changes(tmp_path, old, new)] == [
        ("all", "removed", 1), ("later", "added", 1),
    ]  # fmt: skip


def test_files_in_each_format(tmp_path: Path) -> None:
    schema = table_schema({"period": TEXT, "value": FLOAT, "note": TEXT, "paid": MONEY}, ["period"])
    old = version_of(tmp_path, schema, {"2024": [("=1", 1.5, "a", Decimal("-1.00")), ("b", 2.0, None, None)]})
    new = version_of(tmp_path, schema, {"2024": [("=1", float("nan"), '@"x', Decimal("-2.00")), ("c", 0.0, "", None)]})
    diff = diff_of(tmp_path, old, new)
    told: list[tuple[str, int]] = []
    for suffix in ("csv", "jsonl", "parquet"):
        counts = write_diff(diff, tmp_path / f"out.{suffix}", lambda period, rows: told.append((period, rows)))
        assert counts == (PeriodChanges("2024", 1, 1, 1),)
        with pytest.raises(FileExists):
            write_diff(diff, tmp_path / f"out.{suffix}")
    assert told == [("2024", 3)] * 3
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as stream:
        assert list(csv.reader(stream)) == [
            ["period", "change", "key_period", "field", "old", "new"],
            ["2024", "changed", "'=1", "value", "1.5", "nan"],
            ["2024", "changed", "'=1", "note", "a", "'@\"x"],
            ["2024", "changed", "'=1", "paid", "-1.00", "-2.00"],
            ["2024", "removed", "b", "", '{"value":2.0,"note":null,"paid":null}', ""],
            ["2024", "added", "c", "", "", '{"value":0.0,"note":"","paid":null}'],
        ]
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert lines[0] == {
        "period": "2024", "change": "changed", "key": {"period": "=1"},
        "old": {"value": 1.5, "note": "a", "paid": "-1.00"}, "new": {"value": "nan", "note": '@"x', "paid": "-2.00"},
    }  # fmt: skip
    assert lines[1] == {"period": "2024", "change": "removed", "key": {"period": "b"},
                        "old": {"value": 2.0, "note": None, "paid": None}}  # fmt: skip
    table = pq.read_table(tmp_path / "out.parquet")
    assert table["new_paid"].to_pylist() == [Decimal("-2.00"), None, None]
    assert table.schema.equals(diff.schema())


def test_a_difference_without_rows_is_a_file_too(tmp_path: Path) -> None:
    same = version_of(tmp_path, PLAIN, {"all": [(1, "a")]})
    assert write_diff(diff_of(tmp_path, same, same), tmp_path / "none.csv") == ()
    assert (tmp_path / "none.csv").read_text() == '"period","change","id","field","old","new"\n'


def test_a_file_of_another_size_is_named(tmp_path: Path) -> None:
    old, new = (version_of(tmp_path, PLAIN, {"2024": [(1, text)]}) for text in "ab")
    damaged = tmp_path / new.segments[0].digest
    damaged.write_bytes(damaged.read_bytes()[:-9])
    with pytest.raises(CorruptStore, match=new.segments[0].digest):
        count_changes(old, new, lambda sha256: tmp_path / sha256)
