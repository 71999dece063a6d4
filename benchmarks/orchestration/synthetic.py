"""A synthetic registry of N small datasets with one delivery each, to measure what Dagster adds per dataset."""

from __future__ import annotations

import json
from pathlib import Path

ORGANISATION = "finance_bureau"
PERIOD = "2026-03"

_CATALOG = """\
id: synthetic
title: {zh: 合成目录, en: Synthetic catalog}
description: {zh: 用于测量。, en: For measurements.}
publisher: finance_bureau
contact: data@example.org
licence: CC-BY-4.0
first_year: 2020
themes:
  - {id: budgets, title: {zh: 预算, en: Budgets}}
"""
_DATASET = """\
id: %(id)s
title: {zh: 数据集 %(id)s, en: Dataset %(id)s}
description: {zh: 每行一笔金额。, en: One amount per row.}
theme: budgets
disclosure_class: execution
publishers: [finance_bureau]
period: monthly
keywords: {zh: [预算], en: [budget]}
disclosure:
  attribute: active
  basis: {zh: 政府信息公开条例, en: Regulation on open government information}
  unit: finance_bureau
  review_date: 2027-06-30
layouts:
  - {name: plain, format: csv}
"""
_ORGANISATIONS = (
    "id,code,credit_code,name_zh,name_en,kind,division_code,email\n"
    "finance_bureau,001,,财政局,Finance Bureau,department,000000,finance@example.org\n"
)


def _field(name: str, kind: str, **more: object) -> dict[str, object]:
    titles = {"zh": name, "en": name}
    return {"name": name, "type": kind, "titles": titles, "descriptions": titles,
            "disclosure": {"attribute": "active"}, **more}  # fmt: skip


_SCHEMA = {
    "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
    "fields": [
        _field("line_id", "string", constraints={"required": True}),
        *(_field(f"label_{number}", "string") for number in range(6)),
        _field("period", "string"),
        _field("approved", "date"),
        _field("amount", "number", decimals=2, unit="CNY"),
    ],
    "primaryKey": ["line_id"],
}


def _rows(count: int) -> str:
    header = ["line_id", *(f"label_{number}" for number in range(6)), "period", "approved", "amount"]
    lines = [",".join(header)]
    lines += [f"L{row},a,b,c,d,e,f,{PERIOD},2026-03-31,{row}.50" for row in range(count)]
    return "\n".join(lines) + "\n"


def dataset_id(number: int) -> str:
    """Identifier of the ``number``-th dataset."""
    return f"ds_{number:05d}"


def write_registry(folder: Path, datasets: int) -> None:
    """Write ``catalog.yaml``, organisations and ``datasets`` dataset folders below ``folder``."""
    organisations = folder / "organisations"
    organisations.mkdir(parents=True)
    (folder / "catalog.yaml").write_text(_CATALOG, encoding="utf-8")
    (organisations / "organisations.csv").write_text(_ORGANISATIONS, encoding="utf-8")
    names = _ORGANISATIONS.partition("\n")[0].split(",")
    schema = {"fields": [{"name": name, "type": "string"} for name in names], "primaryKey": ["id"]}
    (organisations / "schema.json").write_text(json.dumps(schema), encoding="utf-8")
    for number in range(datasets):
        target = folder / "datasets" / "budgets" / dataset_id(number)
        (target / "examples").mkdir(parents=True)
        (target / "dataset.yaml").write_text(_DATASET % {"id": dataset_id(number)}, encoding="utf-8")
        (target / "schema.json").write_text(json.dumps(_SCHEMA, ensure_ascii=False), encoding="utf-8")
        (target / "examples" / "valid.csv").write_text(_rows(2), encoding="utf-8")


def write_deliveries(inbox: Path, datasets: int, rows: int = 20) -> None:
    """Put one CSV delivery of ``rows`` rows per dataset into the inbox."""
    for number in range(datasets):
        folder = inbox / ORGANISATION / dataset_id(number) / PERIOD
        folder.mkdir(parents=True)
        (folder / "delivery.csv").write_text(_rows(rows), encoding="utf-8")
