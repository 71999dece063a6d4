"""A small registry and raw tables for tests, written from scratch so that tests say what they depend on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from pipelines.core.records import Delivery, DeliveryKey, RawTable, SourceReading
from pipelines.registry.fields import TABLE_SCHEMA_PROFILE

WITHHELD = {
    "attribute": "withheld", "basis": "PIPL art. 28", "unit": "parks_office", "review_date": "2027-06-30"
}  # fmt: skip


def negative_entry(*fields: str, dataset: str = "tree_inventory", **more: Any) -> dict[str, Any]:
    """An entry of the negative list about fields of a dataset, or all of it."""
    text = {"zh": "事项", "en": "Matter"}
    return {
        "id": "NL-1", "matter": text, "basis": "第十五条", "valid_from": "2026-01-01", "explanation": text,
        "scope": [{"dataset": dataset, "fields": list(fields)}], "unit": "parks_office",
        "review_date": "2027-01-01", **more,
    }  # fmt: skip


def field(name: str, kind: str = "string", **more: Any) -> dict[str, Any]:
    """A field of schema.json; active unless told otherwise."""
    texts = {"zh": f"{name}字段", "en": name.replace("_", " ")}
    disclosure = more.pop("disclosure", {"attribute": "active"})
    return {"name": name, "type": kind, "titles": texts, "descriptions": texts, **more, "disclosure": disclosure}


def tree_schema() -> dict[str, Any]:
    """Schema of the dataset ``tree_inventory``."""
    return {
        "$schema": TABLE_SCHEMA_PROFILE,
        "fields": [
            field("tree_id", constraints={"required": True}),
            field("species", constraints={"enum": ["ginkgo", "willow", "pine"]}),
            field("district", codelist="district", constraints={"required": True}),
            field("height", "number", decimals=2, unit="m", constraints={"minimum": 0}),
            field("planted", "date"),
            field("felled", "date"),
            field("keeper_phone", disclosure={**WITHHELD, "treatment": {"type": "drop"}}),
            field("note"),
        ],
        "primaryKey": ["tree_id"],
        "foreignKeys": [{"fields": ["district"], "reference": {"resource": "district", "fields": ["code"]}}],
        "missingValues": [""],
    }


def tree_descriptor() -> dict[str, Any]:
    """dataset.yaml of ``tree_inventory``."""
    return {
        "id": "tree_inventory",
        "title": {"zh": "树木清单", "en": "Tree inventory"},
        "description": {"zh": "城市树木。", "en": "Trees of the city."},
        "theme": "parks",
        "disclosure_class": "management",
        "publishers": ["parks_office", "east_district_office"],
        "period": "yearly",
        "keywords": {"zh": ["树"], "en": ["tree"]},
        "disclosure": {
            "attribute": "active",
            "basis": {"zh": "条例", "en": "Act"},
            "unit": "parks_office",
            "review_date": "2027-06-30",
        },
        "acceptance": {"max_quarantined_share": 0.5},
        "layouts": [{"name": "flat", "format": "csv", "steps": [{"step": "trim"}]}],
        "row_constraints": [
            {
                "id": "felled_after_planted",
                "field": "felled",
                "check": "felled >= planted",
                "message": {"zh": "砍伐日期早于种植日期。", "en": "Felled before planted."},
                "remedy": {"zh": "请改正其中一个日期。", "en": "Correct one of the dates."},
            }
        ],
        "drift": [{"measure": "rows", "min_ratio": 0.1, "max_ratio": 10}],
    }


def write_registry(folder: Path, **datasets: tuple[dict[str, Any], dict[str, Any]]) -> Path:
    """Write a registry with the dataset ``tree_inventory`` and any others given as (descriptor, schema)."""
    _write(folder / "catalog.yaml", {
        "id": "testville", "title": {"zh": "测试市", "en": "Testville"}, "description": {"zh": "测试", "en": "Test"},
        "publisher": "parks_office", "contact": "data@testville.example", "licence": "CC-BY-4.0", "first_year": 2024,
        "themes": [{"id": "parks", "title": {"zh": "园林", "en": "Parks"}}],
    })  # fmt: skip
    names = ["id", "code", "credit_code", "name_zh", "name_en", "kind", "division_code", "email"]
    _table(folder / "organisations" / "organisations.csv", folder / "organisations" / "schema.json", "id", [
        names,
        ["parks_office", "100001", "", "园林局", "Parks Office", "department", "999900", "parks@testville.example"],
        ["east_district_office", "100002", "", "东区", "East District", "district", "999901", "east@testville.example"],
    ])  # fmt: skip
    codelists = folder / "codelists"
    _table(codelists / "district.csv", codelists / "district.schema.json", "code",
           [["code", "name_zh", "name_en"], ["999901", "东区", "East"], ["999902", "西区", "West"]])  # fmt: skip
    for name, (descriptor, schema) in {"tree_inventory": (tree_descriptor(), tree_schema()), **datasets}.items():
        target = folder / "datasets" / descriptor["theme"] / name
        _write(target / "dataset.yaml", descriptor)
        _write(target / "schema.json", schema)
        (target / "examples").mkdir(exist_ok=True)
        header = ",".join(entry["name"] for entry in schema["fields"])
        (target / "examples" / "valid.csv").write_text(header + "\n", encoding="utf-8")
    return folder


def _write(path: Path, content: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".json":
        path.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    else:
        path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")


def _table(path: Path, schema: Path, key: str, rows: list[list[str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(",".join(row) + "\n" for row in rows), encoding="utf-8")
    fields = [{"name": name, "type": "string"} for name in rows[0]]
    # As those that are shipped name it: frictionless, which is slow to open a table, is not asked about a plain one.
    _write(schema, {"$schema": TABLE_SCHEMA_PROFILE, "fields": fields, "primaryKey": [key]})


def delivery(dataset: str = "tree_inventory", period: str = "2025", organisation: str = "parks_office",
             sequence: int = 1) -> Delivery:  # fmt: skip
    """A delivery without files, for stages that only carry it along."""
    return Delivery(DeliveryKey(dataset, period, organisation), sequence, "0" * 64, ())


def raw_table(path: Path, labels: Sequence[str], rows: Sequence[Sequence[str | None]],
              of: Delivery | None = None) -> RawTable:  # fmt: skip
    """A raw table as the readers write it; rows may be ragged. Row numbers are those of a CSV with one header row."""
    width = len(labels)
    columns: dict[str, Any] = {
        "_file": pa.array(["trees.csv"] * len(rows), pa.string()),
        "_sheet": pa.array([None] * len(rows), pa.string()),
        "_row": pa.array(range(2, len(rows) + 2), pa.int64()),
        "_cells": pa.array([len(row) for row in rows], pa.int32()),
        "_extra": pa.array([list(row[width:]) for row in rows], pa.list_(pa.string())),
    }
    for position in range(width):
        cells = [row[position] if position < len(row) else None for row in rows]
        columns[f"c{position}"] = pa.array(cells, pa.string())
    pq.write_table(pa.table(columns), path)
    reading = SourceReading("trees.csv", None, "csv", "utf-8", "flat", 1, None)
    return RawTable(of or delivery(), path, tuple(labels), len(rows), len(rows) + 1, {"header": 1}, {}, (reading,), ())
