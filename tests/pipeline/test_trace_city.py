"""Two deliveries of the sample city: every published row leads to the cells that it was delivered in."""

from __future__ import annotations

import csv
import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flowing import Command, run_all

from pipelines.catalog import open_catalog
from pipelines.core.paths import DATA_VARIABLE, SCHEMA_VARIABLE, Workspace
from pipelines.flow import open_installation

PROJECT = Path(__file__).parents[2]
DATASET, YEAR = "department_budget", "2025"
#: Where the shipped workbooks have the columns that are unpivoted, from 0.
COLUMNS = {
    "基本支出/工资福利支出": 4,
    "基本支出/商品和服务支出": 5,
    "基本支出/对个人和家庭的补助": 6,
    "项目支出/小计": 7,
}


@dataclass(frozen=True)
class Budgets:
    """A released catalog of one department's workbooks and another's export."""

    workspace: Workspace
    rows: dict[str, dict[str, Any]]
    places: dict[str, dict[str, Any]]

    def files(self, organisation: str) -> Path:
        return self.workspace.inbox / organisation / DATASET / YEAR


@pytest.fixture(scope="module")
def budgets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Budgets]:
    workspace = Workspace.at(tmp_path_factory.mktemp("budgets"), PROJECT / "catalog_schema")
    for organisation in ("finance_bureau", "water_bureau"):
        place = Path(organisation) / DATASET / YEAR
        shutil.copytree(PROJECT / "data" / "inbox" / place, workspace.inbox / place)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GONGKAI_SURROGATE_KEY", "ab" * 32)
        patch.setenv(DATA_VARIABLE, str(workspace.data))
        patch.setenv(SCHEMA_VARIABLE, str(workspace.schema))
        with open_installation(workspace) as inst:
            run_all(inst)
        with open_catalog(workspace.catalog) as catalog:
            rows = {row["line_id"]: row for row in catalog.dataset(DATASET).to_arrow_table().to_pylist()}
        answer = Command().json("trace", DATASET, f"fiscal_year={YEAR}", "--limit", "1000")
        assert answer["rows_published"] == len(rows) == len(answer["published"])
        assert (answer["untraced"], answer["unpublished"], answer["unsearched"]) == ({}, [], [])
        yield Budgets(workspace, rows, {row["key"]["line_id"]: row for row in answer["published"]})


def test_each_published_row_leads_to_its_delivered_cells(budgets: Budgets) -> None:
    assert budgets.rows.keys() == budgets.places.keys()
    books: dict[Path, Any] = {}
    seen = set()
    for line_id, row in budgets.rows.items():
        place, source = budgets.places[line_id]["place"], budgets.places[line_id]["source"]
        assert source["organisation"] == row["agency_id"]
        path = budgets.files(row["agency_id"]) / place["file"]
        assert hashlib.sha256(path.read_bytes()).hexdigest() == place["sha256"]
        seen.add((place["file"], place["sheet"], place["row"], place["column"]))
        if place["sheet"] is None:
            cells = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))[place["row"] - 1]
            key = ("budget_book", "direction", "phase", "function_code", "expenditure_kind", "fund_source")
            assert cells[-4] == str(row["amount"])
            assert {row[name] or "" for name in key} <= {*cells}
            continue
        book = books.setdefault(path, openpyxl.load_workbook(path, data_only=True))
        cells = [cell.value for cell in book[place["sheet"]][place["row"]]]
        column = COLUMNS[place["column"]] if place["column"] else 1
        assert Decimal(cells[column].replace(",", "")) * 10_000 == row["amount"]
        assert (row["function_code"] == cells[0]) is (place["column"] is not None)
    assert len(seen) == len(budgets.rows), "two published rows lead to the same cell"


def test_the_units_and_steps_that_applied_are_told(budgets: Budgets) -> None:
    handlings = {row["handling"]["layout"]: row["handling"] for row in budgets.places.values()}
    book = handlings["general_public_expenditure_book"]
    assert book["unit"] == "万元"
    assert [(scaling["unit"], scaling["factor"]) for scaling in book["scaling"]] == [("万元", 10_000)]
    assert set(COLUMNS) == set(book["scaling"][0]["columns"])
    assert book["steps"]["6:unpivot"] > 0
    assert handlings["budget_system_export"]["scaling"] == []


def test_a_key_leads_to_its_row_alone(budgets: Budgets, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GONGKAI_SURROGATE_KEY", "ab" * 32)
    monkeypatch.setenv(DATA_VARIABLE, str(budgets.workspace.data))
    monkeypatch.setenv(SCHEMA_VARIABLE, str(budgets.workspace.schema))
    for line_id in sorted(budgets.rows)[::25]:
        answer = Command().json("trace", DATASET, line_id)
        assert [row["place"] for row in answer["published"]] == [budgets.places[line_id]["place"]]
