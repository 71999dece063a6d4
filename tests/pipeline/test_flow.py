from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from flowing import GOOD, HEADER, Deliver, run_all
from support import field, tree_descriptor, tree_schema, write_registry

from pipelines.catalog import open_catalog
from pipelines.core.errors import UnknownDataset
from pipelines.core.paths import Workspace
from pipelines.core.records import Verdict
from pipelines.flow import Installation, Work, inbox_changes, open_installation, pending, process
from pipelines.ingest import scan_inbox
from pipelines.publish import FolderStore, latest_snapshot
from pipelines.validate import read_findings
from pipelines.validate.examples import example_problems

TREES = Work("tree_inventory", "2025")


def published(workspace: Workspace) -> list[tuple[object, ...]]:
    with open_catalog(workspace.catalog) as catalog:
        return catalog.query("SELECT tree_id, height FROM parks.tree_inventory ORDER BY 1").fetchall()


def ids(workspace: Workspace) -> list[object]:
    return [row[0] for row in published(workspace)]


def file_times(workspace: Workspace) -> dict[Path, int]:
    files = [path for path in workspace.data.rglob("*") if path.is_file() and "ledger" not in path.name]
    return {path: path.stat().st_mtime_ns for path in files}


def test_a_delivered_file_becomes_queryable(inst: Installation, workspace: Workspace, deliver: Deliver) -> None:
    deliver(HEADER + GOOD)
    results = run_all(inst)
    (delivery,) = results[TREES].processed
    assert delivery.verdict is Verdict.ACCEPTED
    assert (delivery.rows_in_files, delivery.rows_accepted, dict(delivery.rows_excluded)["header"]) == (3, 2, 1)
    assert ids(workspace) == ["t1", "t2"]
    with open_catalog(workspace.catalog) as catalog:
        assert "keeper_phone" not in catalog.query("FROM parks.tree_inventory").columns


def test_the_same_input_twice_changes_nothing(inst: Installation, workspace: Workspace, deliver: Deliver) -> None:
    path = deliver(HEADER + GOOD)
    run_all(inst)
    before = file_times(workspace)
    assert run_all(inst) == {}
    path.touch()  # a new time with the same bytes is looked at once, and is no new delivery
    (result,) = run_all(inst).values()
    assert (result.processed, result.changed) == ((), False)
    after = file_times(workspace)
    assert {file for file in after if before.get(file) != after[file]} == {path}
    snapshot = latest_snapshot(FolderStore(workspace.catalog))
    assert snapshot is not None and snapshot.number == 1


def test_a_bad_redelivery_leaves_the_last_good_one_published(
    inst: Installation, workspace: Workspace, deliver: Deliver
) -> None:
    deliver(HEADER + GOOD)
    run_all(inst)
    deliver("something,else\n1,2\n")
    (result,) = run_all(inst).values()
    assert [delivery.verdict for delivery in result.latest] == [Verdict.REJECTED]
    assert [delivery.delivery.sequence for delivery in result.current] == [1]
    assert ids(workspace) == ["t1", "t2"]
    deliver(HEADER + GOOD + "t3,willow,999901,1,2022-01-01,,,\n")
    run_all(inst)
    assert ids(workspace) == ["t1", "t2", "t3"]
    snapshot = latest_snapshot(FolderStore(workspace.catalog))
    assert snapshot is not None and snapshot.number == 2


def test_one_departments_bad_file_does_not_hold_back_anothers(
    inst: Installation, workspace: Workspace, deliver: Deliver
) -> None:
    deliver(HEADER + GOOD)
    deliver(b"\x00\xff\xfe not a table", organisation="east_district_office")
    (result,) = run_all(inst).values()
    assert {d.delivery.key.organisation: d.verdict for d in result.latest} == {
        "parks_office": Verdict.ACCEPTED,
        "east_district_office": Verdict.REJECTED,
    }
    assert ids(workspace) == ["t1", "t2"]


def test_departments_with_the_same_keys_the_later_one_is_rejected(
    inst: Installation, workspace: Workspace, deliver: Deliver
) -> None:
    deliver(HEADER + GOOD)
    run_all(inst)
    deliver(HEADER + "t2,pine,999902,9,2021-03-01,,,\n", organisation="east_district_office")
    (result,) = run_all(inst).values()
    rejected = next(d for d in result.latest if d.delivery.key.organisation == "east_district_office")
    assert rejected.verdict is Verdict.REJECTED
    findings = list(read_findings(workspace.private / rejected.report))
    assert [finding.rule for finding in findings] == ["primary-key"]
    assert "tree_inventory.2025.parks_office.1" in findings[0].message.text("en")
    assert published(workspace)[1][0] == "t2" and len(ids(workspace)) == 2


def test_personal_data_in_an_active_field_blocks_the_delivery(
    inst: Installation, workspace: Workspace, deliver: Deliver
) -> None:
    deliver(HEADER + "t1,ginkgo,999901,1,2020-03-01,,,call 13912345678\n")
    (result,) = run_all(inst).values()
    (delivery,) = result.latest
    assert delivery.verdict is Verdict.REJECTED
    (finding,) = delivery.first_findings
    assert (finding.rule, finding.location.field, finding.location.row) == ("personal-data", "note", 2)
    assert latest_snapshot(FolderStore(workspace.catalog)) is None
    texts = finding.message.text("en") + finding.message.text("zh") + str(finding.value)
    assert "13912345678" not in texts


def test_a_changed_descriptor_processes_again_what_was_landed(
    inst: Installation, workspace: Workspace, deliver: Deliver
) -> None:
    deliver(HEADER + GOOD)
    run_all(inst)
    schema = tree_schema()
    schema["fields"] = [entry for entry in schema["fields"] if entry["name"] != "note"]
    write_registry(workspace.schema, tree_inventory=(tree_descriptor(), schema))
    with open_installation(workspace) as changed:
        assert pending(changed, scan_inbox(workspace, changed.catalog)) == (TREES,)
        run_all(changed)
    with open_catalog(workspace.catalog) as catalog:
        assert "note" not in catalog.query("FROM parks.tree_inventory").columns
        assert [row["version"] for row in catalog.versions("tree_inventory").to_pylist()] == ["1.0.0", "2.0.0"]


def test_references_to_another_dataset_are_looked_up_again_once_it_changes(tmp_path: Path, deliver: Deliver,
                                                                           workspace: Workspace) -> None:  # fmt: skip
    acceptance = {"max_quarantined_share": 1.0}
    pruning = {**tree_descriptor(), "id": "pruning", "row_constraints": [], "acceptance": acceptance}
    schema = tree_schema()
    schema["foreignKeys"] = [{"fields": ["note"], "reference": {"resource": "tree_inventory", "fields": ["tree_id"]}}]
    write_registry(workspace.schema, pruning=(pruning, schema))
    deliver(HEADER + "p1,ginkgo,999901,,,,,t1\np2,ginkgo,999901,,,,,t3\n", dataset="pruning")
    deliver(HEADER + GOOD)
    with open_installation(workspace) as inst:
        results = run_all(inst)
        assert list(results) == [TREES, Work("pruning", "2025")]
        assert results[Work("pruning", "2025")].latest[0].rows_quarantined == 1
        assert run_all(inst) == {}
        deliver(HEADER + GOOD + "t3,willow,999901,1,2022-01-01,,,\n")
        results = run_all(inst)
        assert results[Work("pruning", "2025")].latest[0].rows_quarantined == 0


@pytest.mark.parametrize("floats", [False, True])
def test_codes_are_looked_up_as_they_are_stored_whatever_form_either_side_delivers(
    tmp_path: Path, deliver: Deliver, workspace: Workspace, floats: bool
) -> None:
    plots = {**tree_schema(), "primaryKey": ["plot"], "foreignKeys": [], "fields": [
        field("plot", constraints={"required": True}),
        field("day", "date", format="%d.%m.%Y"),
        field("founded", "year"),
        field("size", "number", decimals=None if floats else 2, decimalChar=","),
        field("open", "boolean", trueValues=["yes"], falseValues=["no"]),
        field("zone"),
        field("month", "yearmonth"),
    ]}  # fmt: skip
    columns = ["day", "founded", "size", "open", "zone", "month"]
    visits = {**tree_schema(), "primaryKey": ["visit"], "missingValues": ["", "-"], "fields": [
        field("visit", constraints={"required": True}),
        field("day", "date", format="%Y%m%d", constraints={"minimum": "20000101"}),
        field("founded", "year"),
        field("size", "number", decimalChar=",", groupChar=".", floatNumber=floats),
        field("open", "boolean", trueValues=["Y"], falseValues=["N"]),
        field("zone", "integer"),
        field("month", "yearmonth"),
    ], "foreignKeys": [{"fields": [name], "reference": {"resource": "plots", "fields": [name]}} for name in columns],
    }  # fmt: skip
    common = {**tree_descriptor(), "row_constraints": [], "acceptance": {"max_quarantined_share": 1.0}}
    write_registry(workspace.schema, plots=({**common, "id": "plots"}, plots),
                   visits=({**common, "id": "visits"}, visits))  # fmt: skip
    deliver('plot,day,founded,size,open,zone,month\na,01.02.2024,0987,"1,50",yes,007,2024-03\n', dataset="plots")
    deliver(
        "visit,day,founded,size,open,zone,month\n"
        'v1,20240201,0987,"1,5",Y,7,2024-3\n'
        "v2,-,-,-,-,-,-\n"
        'v3,20240102,1987,"150",N,8,2024-04\n',
        dataset="visits",
    )
    with open_installation(workspace) as inst:
        assert inst.catalog.problems == ()
        results = run_all(inst)
        (visited,) = results[Work("visits", "2025")].latest
        assert results[Work("plots", "2025")].latest[0].rows_accepted == 1
        findings = list(read_findings(workspace.private / visited.report))
    assert [(f.rule, f.location.row, f.location.field) for f in findings] == [
        ("foreign-key", 4, name) for name in columns
    ]  # fmt: skip


def test_what_cannot_be_placed_is_told_and_the_rest_goes_on(
    inst: Installation, workspace: Workspace, deliver: Deliver
) -> None:
    deliver(HEADER + GOOD)
    deliver(HEADER + GOOD, dataset="tree_inventry")
    deliver(HEADER + GOOD, organisation="nobody")
    deliver(HEADER + GOOD, period="2025-01")
    run_all(inst)
    assert len(scan_inbox(workspace, inst.catalog).unplaced) == 3
    assert ids(workspace) == ["t1", "t2"]


def test_a_lost_ledger_is_rebuilt_to_the_same_catalog(workspace: Workspace, deliver: Deliver) -> None:
    deliver(HEADER + GOOD)
    with open_installation(workspace) as inst:
        run_all(inst)
    before = sorted(path.name for path in (workspace.catalog / "objects").rglob("*.parquet"))
    for path in workspace.private.glob("ledger.sqlite*"):
        path.unlink()
    with open_installation(workspace) as inst:
        run_all(inst)
        assert [d.id for d in inst.ledger.deliveries()] == ["tree_inventory.2025.parks_office.1"]
    assert sorted(path.name for path in (workspace.catalog / "objects").rglob("*.parquet")) == before
    snapshot = latest_snapshot(FolderStore(workspace.catalog))
    assert snapshot is not None and snapshot.number == 1


def test_a_defect_in_a_stage_rejects_that_delivery_and_is_tried_again(
    inst: Installation, workspace: Workspace, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(HEADER + GOOD)

    def broken(*_: object, **__: object) -> None:
        raise ValueError("13912345678")

    with monkeypatch.context() as patched:
        patched.setattr("pipelines.flow.outcomes.read", broken)
        (result,) = run_all(inst).values()
    (finding,) = result.latest[0].first_findings
    assert finding.rule == "internal-error"
    assert "13912345678" not in finding.message.text("en")
    (result,) = run_all(inst).values()
    assert result.latest[0].verdict is Verdict.ACCEPTED
    assert ids(workspace) == ["t1", "t2"]


@pytest.mark.parametrize(
    "writer", ["pipelines.ingest.raw_tables.Part.write", "pipelines.validate.typed.TypedWriter.write"]
)
def test_rows_that_go_missing_refuse_the_delivery(
    inst: Installation, workspace: Workspace, deliver: Deliver, monkeypatch: pytest.MonkeyPatch, writer: str
) -> None:
    deliver(HEADER + GOOD)
    with monkeypatch.context() as patched:
        patched.setattr(writer, lambda *_, **__: None)
        (result,) = run_all(inst).values()
    assert result.latest[0].verdict is Verdict.REJECTED
    (finding,) = result.latest[0].first_findings
    assert finding.rule == "rows-unaccounted"
    assert "accounted for" in finding.message.text("en") and "行数对不上" in finding.message.text("zh")
    (result,) = run_all(inst).values()
    assert ids(workspace) == ["t1", "t2"]


def test_inbox_changes_wait_for_files_to_be_still(inst: Installation, deliver: Deliver) -> None:
    deliver(HEADER + GOOD)
    assert inbox_changes(inst, stable_seconds=3600) == ()
    assert inbox_changes(inst, stable_seconds=0) == (TREES,)
    process(inst, TREES)
    assert inbox_changes(inst, stable_seconds=0) == ()


def test_an_unknown_dataset_is_an_error_of_the_caller(inst: Installation) -> None:
    with pytest.raises(UnknownDataset):
        process(inst, Work("nothing", "2025"))


def test_a_new_dataset_is_a_folder_and_nothing_else(workspace: Workspace, deliver: Deliver) -> None:
    deliver(HEADER + GOOD)
    with open_installation(workspace) as inst:
        run_all(inst)
    descriptor = {**tree_descriptor(), "id": "park_visits", "period": "monthly", "row_constraints": []}
    schema = tree_schema()
    schema["fields"] = [field("park", constraints={"required": True}), field("visits", "integer", unit="persons")]
    schema["primaryKey"], schema["foreignKeys"] = ["park"], []
    write_registry(workspace.schema, park_visits=(descriptor, schema))
    deliver("park,visits\n东湖公园,1200\n西山公园,800\n", dataset="park_visits", period="2026-03", name="客流.csv")
    with open_installation(workspace) as inst:
        assert list(run_all(inst)) == [Work("park_visits", "2026-03")]
    with open_catalog(workspace.catalog) as catalog:
        assert catalog.query("SELECT sum(visits) FROM parks.park_visits").fetchall() == [(2000,)]
        assert catalog.query("SELECT dataset, version FROM catalog.datasets ORDER BY 1").fetchall() == [
            ("park_visits", "1.0.0"),
            ("tree_inventory", "1.0.0"),
        ]


def test_the_officers_guides_example_works_as_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GONGKAI_SURROGATE_KEY", "ab" * 32)
    project = Path(__file__).parents[2]
    guide = (project / "docs" / "officer.md").read_text(encoding="utf-8").partition("### A complete small example")[2]
    shutil.copytree(project / "catalog_schema", tmp_path / "schema")
    folder = tmp_path / "schema" / "datasets" / "construction" / "park_visits"
    target = tmp_path / "data" / "inbox" / "housing_bureau" / "park_visits" / "2026-03" / "客流.csv"
    for language, path in (
        ("yaml", folder / "dataset.yaml"),
        ("json", folder / "schema.json"),
        ("csv", folder / "examples" / "valid.csv"),
        ("text", target),
    ):
        block = re.search(rf"```{language}\n(.*?)```", guide, flags=re.DOTALL)
        assert block is not None, language
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block[1], encoding="utf-8")
    workspace = Workspace.at(tmp_path / "data", tmp_path / "schema")
    with open_installation(workspace) as inst:
        assert inst.catalog.problems == ()
        assert (
            example_problems(inst.catalog.datasets["park_visits"], inst.catalog, workspace.schema, tmp_path / "w") == []
        )
        (result,) = run_all(inst).values()
    assert [delivery.verdict for delivery in result.latest] == [Verdict.ACCEPTED]
    with open_catalog(workspace.catalog) as catalog:
        rows = catalog.query(
            "SELECT month, park, CAST(visits AS INTEGER) FROM construction.park_visits ORDER BY 2"
        ).fetchall()
    assert rows == [("2026-03", "东湖公园", 12000), ("2026-03", "西山公园", 8500)]
