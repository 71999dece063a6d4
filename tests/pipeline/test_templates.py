"""Filled templates go through the whole pipeline, without a layout of their dataset's own for them."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest
from flowing import Command, run_all
from shipped import CATALOG, REGISTRY
from templating import filled

from pipelines.core.paths import DATA_VARIABLE, SCHEMA_VARIABLE, Workspace
from pipelines.core.records import Verdict
from pipelines.flow import Installation, open_installation
from pipelines.flow.lookups import stored_outcome
from pipelines.registry import Dataset
from pipelines.validate import read_findings

CORE = {
    "department_budget": ("transport_bureau", "2026"),
    "project_progress": ("transport_bureau", "2026-03"),
    "subsidy_distribution": ("civil_affairs_bureau", "2026-Q1"),
}


def example_rows(dataset: Dataset) -> list[dict[str, str]]:
    with (dataset.folder / "examples" / "valid.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def put(inst: Installation, dataset: str, content: bytes) -> None:
    organisation, period = CORE[dataset]
    path = inst.workspace.inbox / organisation / dataset / period / "任意名称.xlsx"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def cast(dataset: Dataset, rows: list[dict[str, str]]) -> list[dict[str, Any]]:
    names = [spec.name for spec in dataset.fields]
    return [{name: dataset.read_cell(name, row[name])[0] for name in names} for row in rows]


@pytest.fixture
def city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    monkeypatch.setenv("GONGKAI_SURROGATE_KEY", "ab" * 32)
    with open_installation(Workspace.at(tmp_path / "data", REGISTRY)) as opened:
        yield opened


@pytest.mark.parametrize("language", ["zh", "en"])
def test_templates_of_the_core_datasets_are_accepted_with_the_values_of_their_examples(
    city: Installation, language: str
) -> None:
    for name in CORE:
        dataset = CATALOG.dataset(name)
        put(city, name, filled(dataset, CATALOG, example_rows(dataset), language))
    results = run_all(city)
    assert {work.dataset for work in results} == CORE.keys()
    for work, result in results.items():
        (delivery,) = result.processed
        stored = stored_outcome(city, work.dataset, delivery.delivery.id)
        assert stored is not None
        folder = city.workspace.outcomes / stored.folder
        assert [(f.rule, f.location) for f in read_findings(folder)] == []
        assert delivery.verdict is Verdict.ACCEPTED
        dataset = CATALOG.dataset(work.dataset)
        names = [spec.name for spec in dataset.fields]
        validated = pq.read_table(folder / "validated.parquet").select(names).to_pylist()
        assert validated == cast(dataset, example_rows(dataset))


def test_a_template_with_faults_is_annotated_mended_and_delivered_again(
    city: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(DATA_VARIABLE, str(city.workspace.data))
    monkeypatch.setenv(SCHEMA_VARIABLE, str(REGISTRY))
    dataset = CATALOG.dataset("department_budget")
    rows = example_rows(dataset)
    rows[1]["function_code"] = "0000000"
    put(city, dataset.id, filled(dataset, CATALOG, rows))
    (result,) = run_all(city).values()
    (delivery,) = result.processed
    assert delivery.verdict is Verdict.REJECTED
    copy = tmp_path / "copy.xlsx"
    told = Command()("report", delivery.delivery.id, "--annotate", str(copy), "--lang", "zh")
    assert told.exit_code == 1 and copy.exists()
    book = openpyxl.load_workbook(copy)
    place = [spec.name for spec in dataset.fields].index("function_code") + 1
    cell = book["数据"].cell(3, place)
    assert cell.comment is not None and cell.value == "0000000"
    cell.value = example_rows(dataset)[1]["function_code"]
    book.save(copy)
    put(city, dataset.id, copy.read_bytes())
    (mended,) = run_all(city).values()
    assert [each.verdict for each in mended.processed] == [Verdict.ACCEPTED]


def test_a_template_of_another_dataset_is_rejected_with_a_remedy(
    city: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(DATA_VARIABLE, str(city.workspace.data))
    monkeypatch.setenv(SCHEMA_VARIABLE, str(REGISTRY))
    other = CATALOG.dataset("project_progress")
    put(city, "department_budget", filled(other, CATALOG, example_rows(other)))
    (result,) = run_all(city).values()
    (delivery,) = result.processed
    assert delivery.verdict is Verdict.REJECTED
    copy = tmp_path / "copy.xlsx"
    told = Command()("report", delivery.delivery.id, "--annotate", str(copy), "--lang", "en")
    assert "is a template of the dataset “project_progress”" in told.stdout
    assert "gongkai template department_budget" in told.stdout
    assert openpyxl.load_workbook(copy).sheetnames[1:] == ["数据", "填报说明", "代码表"]


def test_the_command_writes_a_template_once(gongkai: Command, tmp_path: Path) -> None:
    target = tmp_path / "new folder" / "trees.xlsx"
    told = gongkai.json("template", "tree_inventory", "--output", str(target), "--rows", "20", "--lang", "zh")
    assert told == {"dataset": "tree_inventory", "path": str(target), "rows": 20, "columns": 8,
                    "sheets": ["数据", "填报说明", "代码表"], "language": "zh"}  # fmt: skip
    before = target.read_bytes()
    assert openpyxl.load_workbook(target).worksheets[0]["A1"].value == "tree_id字段 *"
    again = gongkai("template", "tree_inventory", "--output", str(target))
    assert (again.exit_code, target.read_bytes()) == (2, before)
    assert "was left as it is" in again.stderr
    assert gongkai.json("template", "tree_inventory", "--output", str(target))["error"]["id"] == "cli-template-exists"


def test_the_command_names_the_workbook_after_the_dataset(
    gongkai: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    told = gongkai("template", "tree_inventory")
    assert told.exit_code == 0 and "tree_inventory.xlsx: checks for" in told.stdout
    assert openpyxl.load_workbook("tree_inventory.xlsx").sheetnames == ["Data", "Explanations", "Codes"]


@pytest.mark.parametrize(
    "arguments", [["nothing"], ["tree_inventory", "--output", "a.csv"], ["tree_inventory", "--rows", "0"]]
)
def test_the_command_says_what_it_cannot_do(gongkai: Command, arguments: list[str]) -> None:
    told = gongkai("template", *arguments)
    assert told.exit_code == 2 and told.stderr
