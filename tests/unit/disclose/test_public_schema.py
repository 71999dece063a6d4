"""The Table Schema of the public copy."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from disclosing import Row, allotments, clear, treated
from frictionless import Schema, validate
from support import field

SURROGATE = treated("surrogate", published_as="tenant", domain="person")


def test_fields_keep_what_is_still_true_of_them(tmp_path: Path) -> None:
    dataset = allotments(
        field("area", "number", decimals=2, unit="m2", groupChar=",", constraints={"minimum": 0}, example="1,000"),
        field("since", "date", format="%Y%m%d", disclosure=treated("generalise", to="month"),
              constraints={"required": True, "minimum": "2020-01-15", "maximum": "2030-01-15"}),
        field("district", codelist="district", constraints={"pattern": "[0-9]{6}"}, disclosure=treated("mask")),
        field("person", constraints={"required": True, "unique": True, "maxLength": 18}, disclosure=SURROGATE),
        field("phone", disclosure=treated("drop")),
    )  # fmt: skip
    rows = [{"area": 1, "since": dt.date(2020, 1, 20), "district": "999901", "person": "x"}]
    table = clear(tmp_path, dataset, rows).table
    plot, area, since, district, tenant = table.schema["fields"]
    assert plot["constraints"] == {"required": True}
    assert area == {
        "name": "area",
        "type": "number",
        "title": "area字段",
        "titles": {"zh": "area字段", "en": "area"},
        "descriptions": {"zh": "area字段", "en": "area"},
        "unit": "m2",
        "decimals": 2,
        "constraints": {"minimum": 0},
    }
    assert since["constraints"] == {"required": True, "maximum": "2030-01-15"}
    assert "format" not in since
    assert "codelist" not in district
    assert "constraints" not in district
    assert tenant["name"] == "tenant"
    assert tenant["constraints"] == {"required": True, "unique": True, "pattern": "[0-9a-f]{32}"}


def test_the_public_file_is_valid_against_its_schema(tmp_path: Path) -> None:
    dataset = allotments(
        field("person", constraints={"required": True, "maxLength": 18}, disclosure=SURROGATE),
        field("since", "date", disclosure=treated("generalise", to="year"), constraints={"minimum": "2020-02-01"}),
    )
    rows: list[Row] = [{"person": "x", "since": dt.date(2020, 6, 1)}, {"person": "y", "since": None}]
    table = clear(tmp_path, dataset, rows).table
    descriptor = dict(table.schema)
    report = validate(table.parquet.name, basepath=str(table.parquet.parent), schema=Schema.from_descriptor(descriptor))
    assert report.valid, report.flatten(["note"])


def test_keys_follow_public_names_and_vanish_with_their_fields(tmp_path: Path) -> None:
    person = field("person", disclosure=SURROGATE)
    month = field("month", "date", disclosure=treated("generalise", to="month"))
    phone = field("phone", disclosure=treated("drop"))

    def key(*names: str) -> list[str] | None:
        dataset = allotments(person, month, phone, primaryKey=list(names))
        return clear(tmp_path, dataset, []).table.schema.get("primaryKey")

    assert key("plot", "person") == ["plot", "tenant"]
    assert key("plot", "month") is None
    assert key("plot", "phone") is None


def test_foreign_keys_need_untreated_fields(tmp_path: Path) -> None:
    def reference(name: str) -> dict[str, Any]:
        return {"fields": [name], "reference": {"resource": "district", "fields": ["code"]}}

    dataset = allotments(
        field("east"),
        field("west", disclosure=treated("mask")),
        foreignKeys=[reference("east"), reference("west")],
        uniqueKeys=[["plot", "east"], ["plot", "west"]],
    )
    schema = clear(tmp_path, dataset, []).table.schema
    assert schema["foreignKeys"] == [reference("east")]
    assert schema["uniqueKeys"] == [["plot", "east"]]
