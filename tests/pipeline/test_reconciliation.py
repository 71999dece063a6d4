"""Expectation frames that read other datasets: judged when there is something to read, and again when it changes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from flowing import GOOD, HEADER, run_all
from support import field, tree_descriptor, tree_schema, write_registry

from pipelines.core.paths import Workspace
from pipelines.core.records import Verdict
from pipelines.flow import Installation, PeriodResult, Work, open_installation, pending
from pipelines.flow.lookups import stored_outcome
from pipelines.ingest import scan_inbox
from pipelines.publish import FolderStore, latest_snapshot
from pipelines.registry import load_catalog
from pipelines.validate import read_findings
from pipelines.validate.expectations import RESULTS_FILE, read_results

TEXTS = {"zh": "超过计划。", "en": "More than planned."}
TREES = Work("tree_inventory", "2025")
PLAN_HEADER = "district,trees\n"


def frame(name: str, sql: str, severity: str = "warning", **more: Any) -> dict[str, Any]:
    """A frame of one row whose column ``over`` must be 0."""
    kwargs = {"column": "over", "min_value": 0, "max_value": 0}
    expectation = {"type": "expect_column_values_to_be_between", "kwargs": kwargs, "severity": severity,
                   "message": TEXTS, "remedy": TEXTS}  # fmt: skip
    return {"id": name, "sql": sql, "expectations": [expectation], **more}


PLANNED = """
    SELECT count(*) AS over FROM (SELECT district, count(*) AS trees FROM delivery GROUP BY district) d
    JOIN plan p USING (district) WHERE d.trees > p.trees
"""
GROWTH = """
    SELECT count(*) AS over FROM (SELECT count(*) AS n FROM delivery)
    WHERE n > 2 * (SELECT count(*) FROM tree_inventory) AND (SELECT count(*) FROM tree_inventory) > 0
"""


def plan_dataset() -> tuple[dict[str, Any], dict[str, Any]]:
    """How many trees a district is to have."""
    schema = {
        "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
        "fields": [field("district", constraints={"required": True}), field("trees", "integer")],
        "primaryKey": ["district"],
    }
    descriptor = {**tree_descriptor(), "id": "plan", "row_constraints": [], "drift": []}
    return descriptor, schema


@dataclass(frozen=True)
class City:
    """An installation whose trees are compared with a plan."""

    inst: Installation
    workspace: Workspace

    def deliver(self, dataset: str, content: str, period: str = "2025") -> None:
        path = self.workspace.inbox / "parks_office" / dataset / period / "table.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")

    def run(self) -> dict[Work, PeriodResult]:
        results = run_all(self.inst)
        assert pending(self.inst, scan_inbox(self.workspace, self.inst.catalog)) == (), "a run leaves nothing to do"
        return results

    def folder(self, delivery: str = "tree_inventory.2025.parks_office.1") -> Path:
        outcome = stored_outcome(self.inst, "tree_inventory", delivery)
        assert outcome is not None
        return self.workspace.outcomes / outcome.folder

    def rules(self, delivery: str = "tree_inventory.2025.parks_office.1") -> list[str]:
        return [finding.rule for finding in read_findings(self.folder(delivery))]


@pytest.fixture
def city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[City]:
    monkeypatch.setenv("GONGKAI_SURROGATE_KEY", "ab" * 32)
    frames = getattr(request, "param", [frame("planned", PLANNED, datasets=["plan"])])
    registry = write_registry(tmp_path / "schema", plan=plan_dataset())
    suite = registry / "datasets" / "parks" / "tree_inventory" / "expectations.yaml"
    suite.write_text(yaml.safe_dump({"frames": frames}, allow_unicode=True), encoding="utf-8")
    assert load_catalog(registry).problems == ()
    workspace = Workspace.at(tmp_path / "data", registry)
    with open_installation(workspace) as inst:
        yield City(inst, workspace)


OVER = "expect_column_values_to_be_between"


def test_a_frame_waits_for_the_other_dataset_and_holds_nothing_up(city: City) -> None:
    city.deliver("tree_inventory", HEADER + GOOD)
    (delivery,) = city.run()[TREES].processed
    assert delivery.verdict is Verdict.ACCEPTED
    assert city.rules() == ["not-judged-yet"]
    (told,) = delivery.first_findings
    assert told.location.field == "planned" and "plan" in told.message.text("zh")
    assert city.run() == {}
    snapshot = latest_snapshot(FolderStore(city.workspace.catalog))
    assert snapshot is not None and snapshot.datasets.keys() == {"tree_inventory"}


def test_it_is_judged_once_there_is_something_and_nothing_else_is_done_again(city: City) -> None:
    city.deliver("tree_inventory", HEADER + GOOD)
    city.run()
    rows = (city.folder() / "validated.parquet").stat()
    city.deliver("plan", PLAN_HEADER + "999901,0\n")
    (delivery,) = city.run()[TREES].processed
    assert (delivery.verdict, delivery.rows_accepted) == (Verdict.ACCEPTED, 2)
    assert city.rules() == [OVER]
    assert sum(summary.warnings for summary in delivery.checks.values()) == 1
    again = (city.folder() / "validated.parquet").stat()
    assert (again.st_ino, again.st_mtime_ns) == (rows.st_ino, rows.st_mtime_ns)


def test_a_change_that_makes_no_difference_is_noted_without_judging(city: City) -> None:
    city.deliver("plan", PLAN_HEADER + "999901,5\n999902,5\n")
    city.deliver("tree_inventory", HEADER + GOOD)
    city.run()
    assert city.rules() == []
    before = (city.folder() / RESULTS_FILE).stat().st_mtime_ns
    city.deliver("plan", PLAN_HEADER + "999901,6\n999902,6\n")
    result = city.run()[TREES]
    assert (result.processed, result.changed) == ((), False)
    assert (city.folder() / RESULTS_FILE).stat().st_mtime_ns == before
    city.deliver("plan", PLAN_HEADER + "999901,0\n999902,6\n")
    city.run()
    assert city.rules() == [OVER]
    city.deliver("plan", PLAN_HEADER + "999901,1\n999902,6\n")
    city.run()
    assert city.rules() == []


@pytest.mark.parametrize("city", [[frame("planned", PLANNED, "error", datasets=["plan"])]], indirect=True)
def test_an_error_that_comes_rejects_the_delivery_and_what_is_published_stays(city: City) -> None:
    city.deliver("tree_inventory", HEADER + GOOD)
    city.deliver("plan", PLAN_HEADER + "999901,5\n999902,5\n")
    city.run()
    city.deliver("plan", PLAN_HEADER + "999901,0\n999902,5\n")
    result = city.run()[TREES]
    assert [delivery.verdict for delivery in result.latest] == [Verdict.REJECTED]
    assert result.held == ("tree_inventory.2025.parks_office.1",)
    city.deliver("plan", PLAN_HEADER + "999901,1\n999902,5\n")
    result = city.run()[TREES]
    assert [delivery.verdict for delivery in result.latest] == [Verdict.ACCEPTED]
    assert (city.rules(), result.held) == ([], ())


@pytest.mark.parametrize("city", [[frame("growth", GROWTH, datasets=["tree_inventory"])]], indirect=True)
def test_a_frame_reads_earlier_periods_of_its_own_dataset(city: City) -> None:
    city.deliver("tree_inventory", HEADER + GOOD, "2025")
    five = "".join(f"n{n},pine,999901,1,2020-01-01,,,\n" for n in range(5))
    city.deliver("tree_inventory", HEADER + five, "2026")
    city.run()
    later = "tree_inventory.2026.parks_office.1"
    assert (city.rules(), city.rules(later)) == ([], [OVER])
    three = HEADER + GOOD + "t3,willow,999901,1,2022-01-01,,,\n"
    city.deliver("tree_inventory", three, "2025")
    results = city.run()
    assert [delivery.delivery.id for delivery in results[Work("tree_inventory", "2026")].processed] == [later]
    assert city.rules(later) == []


def test_a_delivery_that_a_newer_one_stands_for_is_left_alone(city: City) -> None:
    city.deliver("plan", PLAN_HEADER + "999901,0\n")
    city.deliver("tree_inventory", HEADER + GOOD)
    city.run()
    city.deliver("tree_inventory", HEADER + GOOD + "t3,willow,999901,1,2022-01-01,,,\n")
    city.run()
    city.deliver("plan", PLAN_HEADER + "999901,2\n")
    city.run()
    assert city.rules("tree_inventory.2025.parks_office.2") == []
    assert city.rules() == [OVER]


def test_references_of_a_delivery_that_a_newer_one_stands_for_are_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GONGKAI_SURROGATE_KEY", "ab" * 32)
    schema = tree_schema()
    schema["foreignKeys"] = [{"fields": ["district"], "reference": {"resource": "plan", "fields": ["district"]}}]
    descriptor = tree_descriptor()
    descriptor["acceptance"]["references"] = {"plan": "warning"}
    registry = write_registry(tmp_path / "schema", plan=plan_dataset(), tree_inventory=(descriptor, schema))
    workspace = Workspace.at(tmp_path / "data", registry)
    with open_installation(workspace) as inst:
        city = City(inst, workspace)
        city.deliver("tree_inventory", HEADER + GOOD)
        city.run()
        city.deliver("tree_inventory", HEADER + GOOD.replace("999902", "999901"))
        city.deliver("plan", PLAN_HEADER + "999901,5\n")
        city.run()
        city.deliver("plan", PLAN_HEADER + "999901,5\n999903,5\n")
        assert [*city.run()] == [Work("plan", "2025")]


def test_results_are_kept_with_the_outcome_without_texts(city: City) -> None:
    city.deliver("plan", PLAN_HEADER + "999901,0\n")
    city.deliver("tree_inventory", HEADER + GOOD)
    city.run()
    results = read_results(city.folder() / RESULTS_FILE)
    assert results is not None
    (planned,) = results
    assert (planned.frame, planned.waiting) == ("planned", ())
    assert planned.document is not None and planned.document["statistics"]["unsuccessful_expectations"] == 1


def test_great_expectations_is_imported_only_when_a_suite_runs(city: City) -> None:
    # Each run is a process, forked from one that has imported what any run needs.
    program = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from flowing import run_all\n"
        "from pipelines.core.paths import Workspace\n"
        "from pipelines.flow import open_installation\n"
        "for _ in sys.stdin:\n"
        "    if os.fork() == 0:\n"
        f"        with open_installation(Workspace.at(Path({str(city.workspace.data)!r}), "
        f"Path({str(city.workspace.schema)!r}))) as inst:\n"
        "            print(len(run_all(inst)), 'great_expectations' in sys.modules, flush=True)\n"
        "        os._exit(0)\n"
        "    os.wait()\n"
    )

    def run() -> str:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write("run\n")
        process.stdin.flush()
        return process.stdout.readline().strip()

    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=Path(__file__).parents[1], text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as process:  # fmt: skip
        city.deliver("tree_inventory", HEADER + GOOD)
        assert run() == "1 False"
        city.deliver("plan", PLAN_HEADER + "999901,9\n999902,9\n")
        assert run() == "2 True"
        city.deliver("plan", PLAN_HEADER + "999901,8\n999902,8\n")
        assert run() == "2 False"
        assert run() == "0 False"
