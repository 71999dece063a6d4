"""Each treatment, seen in the Parquet file that comes out."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from disclosing import KEY, KIND, Row, allotments, clear, treated, validated_table
from support import field

from pipelines.core.findings import Severity
from pipelines.core.records import FieldReceipt
from pipelines.disclose import disclose
from pipelines.disclose.treatments import masked_text
from pipelines.registry import CodeList, Dataset
from pipelines.registry.disclosures import Mask


def test_active_fields_pass_in_order_and_coordinates_stay_behind(tmp_path: Path) -> None:
    dataset = allotments(field("area", "number", decimals=2, unit="m2"), field("since", "date"))
    result = clear(tmp_path, dataset, [{"area": 12, "since": dt.date(2020, 5, 17)}])
    table = pq.read_table(result.table.parquet)
    assert table.column_names == ["plot", "area", "since"]
    assert table.schema.metadata is None
    assert result.table.receipt == ()
    assert result.summary.passed


def test_drop_leaves_no_trace_of_the_field(tmp_path: Path) -> None:
    dataset = allotments(field("secret_phone", disclosure=treated("drop")))
    result = clear(tmp_path, dataset, [{"secret_phone": "13800138000"}, {"secret_phone": None}])
    assert pq.read_table(result.table.parquet).column_names == ["plot"]
    assert b"secret_phone" not in result.table.parquet.read_bytes()
    assert result.table.receipt == (
        FieldReceipt("secret_phone", "withheld", "drop", "PIPL art. 28", None, 1),
    )  # fmt: skip


def test_drop_with_a_condition_empties_the_cells_it_means(tmp_path: Path) -> None:
    dataset = allotments(KIND, field("name", disclosure=treated("drop", when={"kind": ["person"]})))
    rows: list[Row] = [
        {"kind": "person", "name": "王芳"},
        {"kind": "firm", "name": "Elm Ltd"},
        {"kind": "person", "name": None},
        {"kind": None, "name": "赵敏"},
    ]
    result = clear(tmp_path, dataset, rows)
    assert pq.read_table(result.table.parquet)["name"].to_pylist() == [None, "Elm Ltd", None, None]
    assert result.table.receipt[0].rows == 2


def test_mask_with_a_condition_compares_texts_as_people_read_them(tmp_path: Path) -> None:
    mask = treated("mask", keep_first=1, length=2, when={"kind": ["person"]})
    dataset = allotments(KIND, field("name", disclosure=mask))
    rows = [
        {"kind": "person", "name": "欧阳修"},
        {"kind": " ｐｅｒｓｏｎ", "name": "王芳"},
        {"kind": "firm", "name": "Elm Ltd"},
        {"kind": "ferm", "name": "李四"},
    ]
    result = clear(tmp_path, dataset, rows)
    assert pq.read_table(result.table.parquet)["name"].to_pylist() == ["欧**", "王**", "Elm Ltd", "李**"]
    assert result.table.receipt[0].rows == 3


def district_lease(references: dict[str, Severity], **more: Any) -> Dataset:
    """Leases whose tenant is masked in the district 999901; a code list tells the districts."""
    tenant = treated("mask", keep_first=1, length=2, when={"district": ["999901"]})
    dataset = allotments(field("district", codelist="district"), field("tenant", disclosure=tenant), **more)
    acceptance = dataset.descriptor.acceptance.model_copy(update={"references": references})
    return replace(dataset, descriptor=dataset.descriptor.model_copy(update={"acceptance": acceptance}))


@pytest.mark.parametrize(
    ("references", "keys", "expected"),
    [
        ({}, True, ["张**", "李四光", "王**"]),
        ({"district": Severity.WARNING}, True, ["张**", "李**", "王**"]),
        ({}, False, ["张**", "李**", "王**"]),
    ],
)
def test_a_code_that_nobody_checks_spares_no_row(
    tmp_path: Path, references: dict[str, Severity], keys: bool, expected: list[str]
) -> None:
    key = {"fields": ["district"], "reference": {"resource": "district", "fields": ["code"]}}
    dataset = district_lease(references, foreignKeys=[key] if keys else [])
    districts = CodeList("district", "code", ("code",), ({"code": "999901"}, {"code": "999902"}), "")
    rows = [
        {"district": "999901", "tenant": "张三丰"},
        {"district": "999902", "tenant": "李四光"},
        {"district": "9999O2", "tenant": "王五"},
    ]
    source = validated_table(tmp_path, dataset, rows)
    result = disclose(source, dataset, {"district": districts}, KEY, tmp_path / "out")
    assert pq.read_table(result.table.parquet)["tenant"].to_pylist() == expected


@pytest.mark.parametrize(
    ("text", "mask", "expected"),
    [
        ("张三丰", {"keep_first": 1}, "张**"),
        ("张", {"keep_first": 1}, "*"),
        ("张三", {"keep_first": 1, "keep_last": 1}, "**"),
        ("6222020200012345", {"keep_last": 4}, "************2345"),
        ("张三", {"length": 5, "character": "某"}, "某某某某某"),
        ("", {}, ""),
    ],
)
def test_masks(text: str, mask: dict[str, Any], expected: str) -> None:
    assert masked_text(text, Mask(type="mask", **mask)) == expected


def test_surrogates_are_keyed_canonical_and_apart_by_domain(tmp_path: Path) -> None:
    person = treated("surrogate", published_as="person", domain="person")
    again = treated("surrogate", published_as="tenant", domain="person")
    other = treated("surrogate", published_as="account", domain="account")
    dataset = allotments(field("a", disclosure=person), field("b", disclosure=again), field("c", disclosure=other))
    table = pq.read_table(clear(tmp_path, dataset, [{"a": "A1", "b": " Ａ１　", "c": "A1"}, {}]).table.parquet)
    expected = hmac.new(bytes(range(32)), b"person\0A1", hashlib.sha256).hexdigest()[:32]
    assert table.column_names == ["plot", "person", "tenant", "account"]
    assert table["person"].to_pylist() == table["tenant"].to_pylist() == [expected, None]
    assert table["account"].to_pylist()[0] != expected


def test_generalised_codes_and_dates(tmp_path: Path) -> None:
    dataset = allotments(
        field("village", disclosure=treated("generalise", to="prefix", length=4, pad_to=6, published_as="city")),
        field("born", "date", disclosure=treated("generalise", to="year")),
        field("signed", "datetime", disclosure=treated("generalise", to="month")),
    )
    rows: list[Row] = [
        {"village": "350102001001", "born": dt.date(1949, 12, 31), "signed": dt.datetime(2024, 2, 29, 23, 59)},
        {"village": None, "born": None, "signed": None},
    ]
    table = pq.read_table(clear(tmp_path, dataset, rows).table.parquet)
    assert table.select(["city", "born", "signed"]).to_pylist() == [
        {"city": "350100", "born": dt.date(1949, 1, 1), "signed": dt.date(2024, 2, 1)},
        {"city": None, "born": None, "signed": None},
    ]


def test_numbers_can_be_masked_and_replaced(tmp_path: Path) -> None:
    dataset = allotments(
        field("house", "integer", disclosure=treated("mask", keep_first=1)),
        field("member", "integer", disclosure=treated("surrogate", published_as="member", domain="person")),
    )
    table = pq.read_table(clear(tmp_path, dataset, [{"house": 128, "member": 7}]).table.parquet)
    assert table["house"].to_pylist() == ["1**"]
    assert len(table["member"].to_pylist()[0]) == 32


@pytest.mark.parametrize(
    ("value", "expected"),
    [(17, "<18"), (18, "18-34"), (34, "18-34"), (35, "35"), (36, "36-59"), (60, "60+"), (None, None)],
)
def test_ages_are_published_as_bands(tmp_path: Path, value: int | None, expected: str | None) -> None:
    bands = treated("generalise", to="band", bounds=[18, 35, 36, 60], published_as="age_band")
    result = clear(tmp_path, allotments(field("age", "integer", disclosure=bands)), [{"age": value}])
    assert pq.read_table(result.table.parquet)["age_band"].to_pylist() == [expected]
    assert result.table.receipt[0].rows == (value is not None)
    assert {"name": "age_band", "type": "string"}.items() <= result.table.schema["fields"][1].items()


def test_bands_of_numbers_that_are_not_whole_name_their_ends(tmp_path: Path) -> None:
    bands = treated("generalise", to="band", bounds=[10, 20])
    dataset = allotments(field("area", "number", disclosure=bands))
    rows: list[Row] = [{"area": 9.99}, {"area": 19.5}, {"area": 20.0}, {"area": float("nan")}]
    result = clear(tmp_path, dataset, rows)
    assert pq.read_table(result.table.parquet)["area"].to_pylist() == ["<10", "[10,20)", "20+", None]


def test_dates_are_published_as_quarters(tmp_path: Path) -> None:
    dataset = allotments(field("since", "date", disclosure=treated("generalise", to="quarter")))
    result = clear(tmp_path, dataset, [{"since": dt.date(2020, 6, 30)}, {"since": dt.date(2020, 7, 1)}])
    assert pq.read_table(result.table.parquet)["since"].to_pylist() == [dt.date(2020, 4, 1), dt.date(2020, 7, 1)]


def test_rounding_takes_halves_to_the_even_multiple_and_keeps_the_type(tmp_path: Path) -> None:
    exact = field("rent", "number", decimals=2, unit="CNY", disclosure=treated("round", to=100))
    dataset = allotments(exact, field("people", "integer", disclosure=treated("round", to=10)))
    rows: list[Row] = [
        {"rent": 150, "people": 15},
        {"rent": 250, "people": -4},
        {"rent": Decimal("249.99"), "people": 26},
    ]
    table = pq.read_table(clear(tmp_path, dataset, rows).table.parquet)
    assert table["rent"].to_pylist() == [Decimal(200), Decimal(200), Decimal(200)]
    assert table["people"].to_pylist() == [20, 0, 30]


def test_rounding_never_leaves_what_the_type_can_hold(tmp_path: Path) -> None:
    dataset = allotments(
        field("rent", "number", decimals=9, disclosure=treated("round", to=1000)),
        field("people", "integer", disclosure=treated("round", to=1000)),
        field("share", "number", disclosure=treated("round", to=1000)),
    )
    rows: list[Row] = [{"rent": Decimal("999999999.9"), "people": 2**63 - 1, "share": float("inf")}]
    table = pq.read_table(clear(tmp_path, dataset, rows).table.parquet)
    assert table["rent"].to_pylist() == [Decimal(999_999_000)]
    assert table["people"].to_pylist() == [(2**63 - 1) // 1000 * 1000]
    assert table["share"].to_pylist() == [float("inf")]


def test_the_ends_of_a_distribution_are_cut_inwards(tmp_path: Path) -> None:
    ends = treated("top_code", above=100.555, below=0.005, when={"kind": ["person"]})
    dataset = allotments(KIND, field("rent", "number", decimals=2, unit="CNY", disclosure=ends))
    rows: list[Row] = [
        {"kind": "person", "rent": Decimal("100.56")},
        {"kind": "firm", "rent": Decimal("100.56")},
        {"kind": "person", "rent": 0},
        {"kind": "person", "rent": 50},
    ]
    result = clear(tmp_path, dataset, rows)
    assert pq.read_table(result.table.parquet)["rent"].to_pylist() == [
        Decimal("100.55"), Decimal("100.56"), Decimal("0.01"), Decimal(50)
    ]  # fmt: skip
    assert {"type": "number", "unit": "CNY", "decimals": 2}.items() <= result.table.schema["fields"][2].items()
