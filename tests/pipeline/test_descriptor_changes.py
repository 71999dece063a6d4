"""Descriptors that become stricter or more protective: nothing leaks, nothing is rolled back, nothing is lost."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flowing import GOOD, HEADER, Deliver, run_all
from support import WITHHELD, tree_descriptor, tree_schema, write_registry
from typer.testing import CliRunner

from pipelines.catalog import open_catalog
from pipelines.cli.main import app
from pipelines.core.paths import Workspace
from pipelines.core.records import Verdict
from pipelines.flow import (
    Work,
    held,
    open_installation,
    pending,
    pending_release,
    process,
    refresh_index,
    release,
    sign_releases,
)
from pipelines.flow.ledger import Ledger
from pipelines.ingest import InboxScan, scan_inbox
from pipelines.publish import FolderStore, latest_snapshot, load_deliveries, load_manifest, pending_candidates

TREES = Work("tree_inventory", "2025")
SECRET = HEADER + "t1,pine,999902,3,2020-01-01,,,secret name\n"


def edit(workspace: Workspace, change: Callable[[dict[str, Any]], object]) -> None:
    path = workspace.schema / "datasets" / "parks" / "tree_inventory" / "schema.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    change({entry["name"]: entry for entry in schema["fields"]})
    path.write_text(json.dumps(schema, ensure_ascii=False), encoding="utf-8")


def withhold_note(fields: dict[str, Any]) -> None:
    fields["note"]["disclosure"] = {**WITHHELD, "treatment": {"type": "drop"}}


def withhold_note_and_reject(fields: dict[str, Any]) -> None:
    withhold_note(fields)
    fields["felled"]["constraints"] = {"required": True}


def maximum_height(limit: int) -> Callable[[dict[str, Any]], object]:
    return lambda fields: fields["height"]["constraints"].update(maximum=limit)


def process_all(workspace: Workspace) -> None:
    """A run that dies before its release."""
    with open_installation(workspace) as inst:
        for work in pending(inst, scan_inbox(workspace, inst.catalog)):
            process(inst, work)


def run(workspace: Workspace) -> dict[Work, Any]:
    with open_installation(workspace) as inst:
        return run_all(inst)


def rows(workspace: Workspace, columns: str = "tree_id, height") -> list[tuple[object, ...]]:
    with open_catalog(workspace.catalog) as catalog:
        return catalog.query(f"SELECT {columns} FROM parks.tree_inventory ORDER BY 1").fetchall()


def test_a_candidate_of_an_older_descriptor_is_never_released(workspace: Workspace, deliver: Deliver) -> None:
    deliver(SECRET)
    process_all(workspace)
    edit(workspace, withhold_note)
    with open_installation(workspace) as inst:  # a run of another dataset
        assert not pending_release(inst)
        assert release(inst).snapshot is None
    assert pending_candidates(workspace) == ()
    edit(workspace, lambda fields: fields["note"].update(disclosure={"attribute": "active"}))
    run(workspace)
    assert rows(workspace, "note") == [("secret name",)]


def test_a_candidate_of_a_delivery_that_is_rejected_now_is_removed(workspace: Workspace, deliver: Deliver) -> None:
    deliver(SECRET)
    process_all(workspace)
    edit(workspace, withhold_note_and_reject)
    run(workspace)
    assert latest_snapshot(FolderStore(workspace.catalog)) is None
    assert pending_candidates(workspace) == ()


def test_a_published_field_that_is_withheld_now_is_taken_out_even_if_processing_rejects(
    workspace: Workspace, deliver: Deliver
) -> None:
    deliver(SECRET)
    run(workspace)
    edit(workspace, withhold_note_and_reject)
    result = run(workspace)[TREES]
    assert result.held == ("tree_inventory.2025.parks_office.1",)
    with open_catalog(workspace.catalog) as catalog:
        assert "note" not in catalog.query("FROM parks.tree_inventory").columns
    assert len(rows(workspace)) == 1
    edit(workspace, lambda fields: fields["felled"].update(constraints={}))
    edit(workspace, lambda fields: fields["note"].update(disclosure={"attribute": "active"}))
    run(workspace)
    assert rows(workspace, "note") == [("secret name",)]
    assert run(workspace) == {}


def test_a_field_taken_out_by_a_partial_run_comes_back_with_the_old_descriptor(
    workspace: Workspace, deliver: Deliver
) -> None:
    deliver(SECRET)
    run(workspace)
    edit(workspace, withhold_note)
    with open_installation(workspace) as inst:
        assert pending_release(inst)
        assert [notice.id for notice in release(inst).notices] == ["publish-fields-withdrawn"]
        refresh_index(inst)
        assert pending_release(inst)  # A release ends with its signature.
        sign_releases(inst)
        assert not pending_release(inst)
    edit(workspace, lambda fields: fields["note"].update(disclosure={"attribute": "active"}))
    assert list(run(workspace)) == [TREES]
    assert rows(workspace, "note") == [("secret name",)]


def test_a_crash_right_after_the_commit_that_took_a_field_out_does_not_keep_it_out(
    workspace: Workspace, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(SECRET)
    run(workspace)
    edit(workspace, withhold_note)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with open_installation(workspace) as inst, monkeypatch.context() as patched:
        patched.setattr(Ledger, "forget_composition", die)
        with pytest.raises(KeyboardInterrupt):
            release(inst)
    edit(workspace, lambda fields: fields["note"].update(disclosure={"attribute": "active"}))
    run(workspace)
    assert rows(workspace, "note") == [("secret name",)]


def test_a_withheld_dataset_leaves_the_catalog_and_can_come_back(workspace: Workspace, deliver: Deliver) -> None:
    deliver(SECRET)
    run(workspace)
    descriptor = tree_descriptor()
    descriptor["disclosure"]["attribute"] = "withheld"
    write_registry(workspace.schema, tree_inventory=(descriptor, tree_schema()))
    run(workspace)
    snapshot = latest_snapshot(FolderStore(workspace.catalog))
    assert snapshot is not None and (snapshot.number, snapshot.datasets) == (2, {})
    assert run(workspace) == {}
    write_registry(workspace.schema)
    run(workspace)
    assert len(rows(workspace)) == 1


def test_a_stricter_rule_brings_no_superseded_delivery_back(workspace: Workspace, deliver: Deliver) -> None:
    deliver(HEADER + "t1,pine,999902,3,,,,\n")
    run(workspace)
    deliver(HEADER + "t1,pine,999902,50,,,,\n")
    deliver(HEADER + "e1,pine,999902,3,,,,\n", organisation="east_district_office")
    run(workspace)
    edit(workspace, maximum_height(10))
    result = run(workspace)[TREES]
    assert result.held == ("tree_inventory.2025.parks_office.2",)
    assert [str(row[1]) for row in rows(workspace)] == ["3.00", "50.00"]
    with open_installation(workspace) as inst:
        assert held(inst) == result.held
        assert run_all(inst) == {}
    deliver(HEADER + "t1,pine,999902,9,,,,\n")
    assert run(workspace)[TREES].held == ()
    assert [str(row[1]) for row in rows(workspace)] == ["3.00", "9.00"]


def test_a_department_that_gave_way_is_looked_at_again_once_the_other_redelivers(
    workspace: Workspace, deliver: Deliver
) -> None:
    deliver(HEADER + "t1,pine,999902,3,,,,\nt9,pine,999902,3,,,,\n", organisation="east_district_office")
    run(workspace)
    deliver(HEADER + "t1,pine,999902,4,,,,\n")
    assert run(workspace)[TREES].latest[1].verdict is Verdict.REJECTED
    assert run(workspace) == {}
    # Still with the shared key: it is not the redelivery that gives way.
    deliver(HEADER + "t1,pine,999902,5,,,,\nt8,pine,999902,3,,,,\n", organisation="east_district_office")
    run(workspace)
    assert [row[0] for row in rows(workspace)] == ["t1", "t8"]
    assert run(workspace) == {}
    path = deliver(HEADER + "t9,pine,999902,3,,,,\n", organisation="east_district_office")
    with open_installation(workspace) as inst:
        # Landed and decided, then killed before the other department's turn.
        assert path.exists() and pending(inst, scan_inbox(workspace, inst.catalog)) == (TREES,)
        process(inst, TREES)
        assert pending(inst, InboxScan((), ())) == ()
    run(workspace)
    assert [(row[0], str(row[1])) for row in rows(workspace)] == [("t1", "4.00"), ("t9", "3.00")]


def test_removed_outcomes_are_decided_again(workspace: Workspace, deliver: Deliver) -> None:
    deliver(HEADER + GOOD)
    run(workspace)
    shutil.rmtree(workspace.outcomes)
    deliver(HEADER + GOOD.replace("t1", "t7").replace("t2", "t8"), period="2026")
    assert list(run(workspace)) == [TREES, Work("tree_inventory", "2026")]
    assert len(rows(workspace)) == 4


def test_what_only_catalog_yaml_says_is_released_too(workspace: Workspace, deliver: Deliver) -> None:
    deliver(HEADER + GOOD)
    run(workspace)
    path = workspace.schema / "catalog.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("en: Parks", "en: Greens"), encoding="utf-8")
    with open_installation(workspace) as inst:
        assert pending_release(inst)
        assert [version.version for version in release(inst).versions] == ["1.0.1"]
        sign_releases(inst)
        assert not pending_release(inst)


def test_public_delivery_digests_cannot_be_guessed_from_the_bytes(workspace: Workspace, deliver: Deliver) -> None:
    deliver(HEADER + GOOD)
    run(workspace)
    snapshot = latest_snapshot(FolderStore(workspace.catalog))
    assert snapshot is not None
    manifest = load_manifest(FolderStore(workspace.catalog), snapshot.datasets["tree_inventory"].manifest)
    with open_installation(workspace) as inst:
        (landed,) = inst.ledger.deliveries()
    published = load_deliveries(FolderStore(workspace.catalog), manifest.segments[0])[0].digest
    assert len(published) == 64 and published != landed.digest
    public = [path for path in workspace.catalog.rglob("*") if path.is_file()]
    assert not any(landed.digest.encode() in path.read_bytes() for path in public)


def test_a_changed_period_class_does_not_disturb_the_report_to_dagster(
    workspace: Workspace, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(HEADER + GOOD)
    run(workspace)  # without a report, so it stays unreported
    write_registry(workspace.schema, tree_inventory=({**tree_descriptor(), "period": "monthly"}, tree_schema()))
    monkeypatch.setenv("GONGKAI_DATA", str(workspace.data))
    monkeypatch.setenv("GONGKAI_CATALOG_SCHEMA", str(workspace.schema))
    deliver(HEADER + GOOD, period="2025-01")
    result = CliRunner().invoke(app, ["run", "--json"], catch_exceptions=False)
    assert result.exit_code == 0
    document = json.loads(result.stdout)
    assert [notice["id"] for notice in document["notices"]] == ["publish-periods-of-another-class"]
    assert document["versions"][0]["periods"] == ["2025-01"]
    assert Path(document["catalog"]).is_file()


def test_going_back_to_an_earlier_descriptor_publishes_by_it_again(workspace: Workspace, deliver: Deliver) -> None:
    deliver(HEADER + GOOD)
    run(workspace)
    edit(workspace, withhold_note)
    run(workspace)
    edit(workspace, lambda fields: fields["note"].update(disclosure={"attribute": "active"}))
    assert list(run(workspace)) == [TREES]
    assert ("by the gate",) in rows(workspace, "note")
