"""The command line on a small workspace: exit codes, JSON, both languages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flowing import GOOD, HEADER, Command, Deliver

from pipelines.core.paths import SCHEMA_VARIABLE, Workspace

FAULTY = HEADER + GOOD + "t3,oak,999901,1,2022-01-01,,13700000000,\n"


def test_run_tells_what_became_of_deliveries_and_what_to_do_next(gongkai: Command, deliver: Deliver) -> None:
    deliver(FAULTY)
    result = gongkai("run")
    assert result.exit_code == 0
    assert "partly accepted" in result.stdout and " report tree_inventory.2025.parks_office.1 " in result.stdout
    assert "没有变化" in gongkai("run", "--lang", "zh").stdout


def test_what_is_wrong_with_all_files_of_a_delivery_is_told_in_words(gongkai: Command, deliver: Deliver) -> None:
    for name in ("a.csv", "b.csv"):
        deliver("%PDF-1.7\n", name=name)
    assert "rejected: The file is PDF, which holds no table that can be read. × 2" in gongkai("run").stdout


def test_strict_runs_fail_when_a_delivery_is_rejected(gongkai: Command, deliver: Deliver) -> None:
    deliver("nothing,known\n1,2\n")
    assert gongkai("run", "--strict").exit_code == 1
    assert gongkai("report", "tree_inventory.2025.parks_office.1").exit_code == 1


def test_runs_can_be_narrowed_to_datasets_and_periods(gongkai: Command, deliver: Deliver) -> None:
    deliver(HEADER + GOOD)
    deliver(HEADER + GOOD, period="2024")
    done = gongkai.json("run", "tree_inventory", "--period", "2024")
    assert [entry["delivery"] for entry in done["deliveries"]] == ["tree_inventory.2024.parks_office.1"]
    assert gongkai.json("status")["waiting"] == [{"dataset": "tree_inventory", "period": "2025"}]
    assert gongkai("run", "no_such_dataset").exit_code == 2
    assert gongkai("run", "--period", "2024-13").exit_code == 2
    shown = gongkai("status").stdout
    assert "Waits for" in shown and "tree_inventory 2025" in shown


def test_reports_name_place_rule_and_remedy_and_withhold_values(gongkai: Command, deliver: Deliver) -> None:
    deliver(FAULTY)
    gongkai("run")
    report = gongkai.json("report", "tree_inventory.2025.parks_office.1")
    (finding,) = report["findings"]
    assert (finding["file"], finding["row"], finding["field"], finding["rule"], finding["value"]) == (
        "trees.csv", 4, "species", "constraint-error", "oak",
    )  # fmt: skip
    assert finding["remedy"]["en"] and finding["remedy"]["zh"]
    assert "13700000000" not in json.dumps(report)
    assert gongkai("report", "tree_inventory.2025.parks_office.9").exit_code == 2
    assert (
        gongkai.json("report", "tree_inventory.2025.parks_office")["delivery"] == "tree_inventory.2025.parks_office.1"
    )
    assert gongkai("report", "tree_inventory.2025.parks_office", "--lang", "fr").exit_code == 2


def test_check_lists_every_problem(gongkai: Command, workspace: Workspace) -> None:
    assert gongkai("check").exit_code == 0
    path = workspace.schema / "datasets" / "parks" / "tree_inventory" / "dataset.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("period: yearly", "perod: yearly"), encoding="utf-8")
    result = gongkai("check")
    assert result.exit_code == 1
    assert "dataset.yaml" in result.stdout and "perod" in result.stdout
    assert len(gongkai.json("check")["problems"]) == 2


def test_queries_only_read(gongkai: Command, deliver: Deliver) -> None:
    assert gongkai("query", "SELECT 1").exit_code == 1  # nothing released yet
    deliver(HEADER + GOOD)
    gongkai("run")
    assert gongkai.json("query", "SELECT tree_id, height FROM parks.tree_inventory ORDER BY 1 LIMIT 1") == [
        {"tree_id": "t1", "height": "12.50"}
    ]
    for sql in (
        "DROP VIEW parks.tree_inventory",
        "SELECT * FROM read_text('/etc/hostname')",
        "SELEC",
        "COPY (SELECT 1) TO 'x'",
    ):
        assert gongkai("query", sql).exit_code == 1
    assert [row["version"] for row in gongkai.json("versions", "tree_inventory")] == ["1.0.0"]


def test_a_broken_dagster_storage_does_not_keep_the_catalog_back(
    gongkai: Command, deliver: Deliver, workspace: Workspace
) -> None:
    workspace.prepare()
    storage = workspace.dagster_home
    gongkai("run")
    deliver(HEADER + GOOD)
    gongkai("run")
    for path in storage.rglob("*.db"):
        path.write_bytes(b"not a database")
    deliver(HEADER + GOOD + "t4,pine,999901,1,2022-01-01,,,\n")
    result = gongkai("run")
    assert result.exit_code == 0
    assert "Dagster could not be told" in result.stderr
    assert gongkai.json("query", "SELECT count(*) AS n FROM parks.tree_inventory") == [{"n": 3}]


def test_the_synthetic_city_can_be_written_anywhere(
    gongkai: Command, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(SCHEMA_VARIABLE)  # it is the shipped catalog that the city delivers for
    ledger = workspace.data / "expected.json"
    made = gongkai.json(
        "sample", "--seed", "5", "--scale", "0.1", "--into", str(workspace.inbox), "--ledger", str(ledger)
    )
    assert made["files"] > 10
    assert json.loads(ledger.read_text(encoding="utf-8"))


def test_a_catalog_that_was_moved_away_is_not_begun_again(
    gongkai: Command, deliver: Deliver, workspace: Workspace
) -> None:
    deliver(HEADER + GOOD)
    gongkai("run")
    elsewhere = workspace.catalog.rename(workspace.data / "elsewhere")
    deliver(HEADER + GOOD, period="2024")
    assert gongkai("run").exit_code == 3
    assert gongkai("status").exit_code == 0
    assert not workspace.catalog.exists()
    elsewhere.rename(workspace.catalog)
    assert gongkai.json("run")["snapshot"] == 2


def test_an_unchanged_run_reminds_of_rejected_deliveries(gongkai: Command, deliver: Deliver) -> None:
    deliver("nothing,known\n1,2\n")
    gongkai("run")
    assert "1 rejected deliveries stand" in gongkai("run").stdout
    assert "tree_inventory.2025.parks_office.1: rejected" in gongkai("status").stdout


def test_any_file_can_be_validated_with_any_schema(gongkai: Command, tmp_path: Path) -> None:
    file, schema = tmp_path / "any.csv", tmp_path / "schema.json"
    file.write_text("id,amount\n1,2.5\n1,x\n", encoding="utf-8")
    fields: list[dict[str, Any]] = [{"name": "id", "type": "integer"}, {"name": "amount", "type": "number"}]
    schema.write_text(json.dumps({"fields": fields, "primaryKey": ["id"]}), encoding="utf-8")
    result = gongkai("validate", str(file), "--schema", str(schema))
    assert result.exit_code == 1
    assert "type-error" in result.stdout and "primary-key" in result.stdout
    report = gongkai.json("validate", str(file), "--schema", str(schema))
    assert [error["type"] for error in report["tasks"][0]["errors"]] == ["type-error", "primary-key"]
    assert (report["valid"], report["tasks"][0]["stats"]["rows"]) == (False, 2)
    file.write_text("id,amount\nx,1\n", encoding="utf-8")
    assert "(id) are empty or cannot be read" in gongkai("validate", str(file), "--schema", str(schema)).stdout
    file.write_text("id,amount\n1,2.5\n1,x\n", encoding="utf-8")
    fields[1]["disclosure"] = {"attribute": "withheld"}
    schema.write_text(json.dumps({"fields": fields}), encoding="utf-8")
    withheld = gongkai.json("validate", str(file), "--schema", str(schema))["tasks"][0]["errors"]
    assert [set(error) & {"cell", "cells", "message"} for error in withheld] == [set()]
    file.write_text("id,amount\n1,2.5\n", encoding="utf-8")
    assert gongkai("validate", str(file), "--schema", str(schema)).exit_code == 0
    schema.write_text("[]", encoding="utf-8")
    assert gongkai("validate", str(file), "--schema", str(schema)).exit_code == 2


def test_what_queries_find_is_json_with_all_columns(gongkai: Command, deliver: Deliver) -> None:
    deliver(HEADER + GOOD)
    gongkai("run")
    trees = "parks.tree_inventory"
    (row,) = gongkai.json("query", f"SELECT a.species, b.species, 'nan'::DOUBLE AS c FROM {trees} a, {trees} b LIMIT 1")
    assert len(row) == 3 and row["c"] == "nan"
    failed = gongkai("query", f"SELECT CAST(species AS INTEGER) FROM {trees}", "--json")
    assert failed.exit_code == 1 and "ginkgo" in str(json.loads(failed.stdout))


@pytest.mark.parametrize(
    "command", [("show", "tree_inventory"), ("as-of", "2026-01-01"), ("versions", "tree_inventory")]
)
def test_an_address_that_cannot_be_used_is_told_in_a_sentence(
    gongkai: Command, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.setenv("GONGKAI_CATALOG", "ftp://x/y")
    refused = gongkai(*command, "--json")
    assert refused.exit_code == 1 and json.loads(refused.stdout)["error"]["id"] == "publish-store-address"
