"""Releases against the ledger of reviews: replaced, grown, decided in while deliveries are processed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

import pytest
import yaml
from flowing import GOOD, HEADER, Command, Deliver, run_all
from officers import BY, DROP, Edit, approve_all, negative_list, released, waiting
from publishing import NOW
from reviewing import approving

from pipelines.core.paths import Workspace
from pipelines.disclose.negative_list import under
from pipelines.disclose.reviews import Decision, DecisionKind, ReviewLedger, Subject, SubjectKind
from pipelines.flow import Installation, open_installation, pending, process, release
from pipelines.flow.installation import InForce
from pipelines.flow.recording import record
from pipelines.flow.verifying import verify_installed
from pipelines.ingest import scan_inbox
from pipelines.publish import ReviewsOutdated, latest_snapshot, load_manifest, pending_candidates
from pipelines.publish import release as publish
from pipelines.publish.schemas import columns
from pipelines.publish.snapshots import commit_snapshot, next_snapshot
from pipelines.publish.stores import catalog_store

WHY = ("--reason-zh", "录入有误", "--reason-en", "Entered by mistake")


def test_a_ledger_that_was_replaced_shows_in_older_releases(inst: Installation, deliver: Deliver) -> None:
    deliver(HEADER + GOOD)
    run_all(inst)
    (inst.workspace.reviews / "ledger.jsonl").unlink()
    other = Decision(DecisionKind.APPROVE, Subject(SubjectKind.DISCLOSURE_PLAN, "none", "0"), "李审", "tester", "无")
    ReviewLedger(inst.workspace.reviews).append(other, "2026-04-01T08:00:00.000000+00:00")
    reviews = approving(inst.workspace.reviews, inst.catalog)
    snapshot = latest_snapshot(inst.store)
    assert snapshot is not None and commit_snapshot(inst.store, next_snapshot(snapshot, NOW).under(reviews))
    problems = verify_installed(inst.workspace).problems
    assert [(entry.path, entry.detail) for entry in problems if entry.reason == "reviews"] == [
        ("private/reviews/ledger.jsonl", "1")
    ]
    # What the newest release was made under is there.
    assert record(inst, other).number == 3


def test_a_release_goes_on_from_decisions_that_another_process_has_released_under(
    inst: Installation, deliver: Deliver
) -> None:
    deliver(HEADER + GOOD)
    run_all(inst)
    known = inst.reviews
    snapshot = latest_snapshot(inst.store)
    other = Decision(DecisionKind.REJECT, Subject(SubjectKind.DISCLOSURE_PLAN, "none", "0"), "王审", "tester", "无")
    record(inst, other)
    assert snapshot is not None and commit_snapshot(inst.store, next_snapshot(snapshot, NOW).under(inst.reviews))
    with pytest.raises(ReviewsOutdated):
        publish(inst.workspace, inst.store, inst.catalog, inst.processing_keys, known, NOW)
    assert release(inst).versions == ()


def test_what_was_published_withholding_something_before_there_was_a_ledger_is_reviewed(
    officer: Command, deliver: Deliver, edit: Edit, workspace: Workspace
) -> None:
    deliver(HEADER + GOOD)
    with open_installation(workspace) as inst:
        run_all(inst)
        (workspace.reviews / "ledger.jsonl").unlink()
        snapshot = latest_snapshot(inst.store)
        assert snapshot is not None and commit_snapshot(inst.store, replace(next_snapshot(snapshot, NOW), reviews=None))
    edit({"keeper_phone": {"attribute": "active"}})
    deliver(HEADER + GOOD.replace("13800138000", "-"))
    done = officer.json("run")
    assert done["versions"] == [] and [entry["dataset"] for entry in done["waiting"]] == ["tree_inventory"]
    assert released(officer) == {"tree_inventory": "1.0.0"}


@pytest.fixture
def processed(workspace: Workspace, officer: Command, deliver: Deliver) -> Iterator[Installation]:
    """One version with a note is published; a delivery with another has been processed and is about to be released."""
    negative_list(workspace, "keeper_phone")
    deliver(HEADER + GOOD)
    officer("run")
    approve_all(officer)
    officer("run")
    deliver(HEADER + GOOD + "t3,pine,999902,4,2021-03-01,,,secret\n")
    with open_installation(workspace) as inst:
        for work in pending(inst, scan_inbox(workspace, inst.catalog)):
            process(inst, work)
        assert [dataset for dataset, _ in pending_candidates(workspace)] == ["tree_inventory"]
        yield inst


def test_a_list_that_is_approved_while_deliveries_are_processed_is_applied(
    officer: Command, processed: Installation
) -> None:
    negative_list(processed.workspace, "keeper_phone", "note")
    approve_all(officer)
    done = release(processed)
    assert [notice.id for notice in done.notices] == ["publish-fields-withdrawn"]
    snapshot = latest_snapshot(processed.store)
    assert snapshot is not None and snapshot.ledger_head == processed.reviews.head
    manifest = load_manifest(processed.store, snapshot.datasets["tree_inventory"].manifest)
    assert "note" not in columns(manifest.schema) and manifest.rows == 2
    assert pending_candidates(processed.workspace) == ()
    assert [entry["verdict"] for entry in officer.json("run")["deliveries"]] == ["rejected"]
    assert officer.json("run")["versions"] == []


def test_what_is_barred_from_today_on_is_not_released_by_who_began_yesterday(workspace: Workspace) -> None:
    with open_installation(workspace) as inst:
        today, reviews = inst.in_force.day, inst.reviews
    negative_list(workspace, "note", valid_from=today.isoformat())
    with open_installation(workspace) as inst:
        yesterday = InForce(inst.in_force.listed, today - dt.timedelta(days=1))
        earlier = replace(inst, catalog=under(inst.declared, yesterday.listed, yesterday.day), in_force=yesterday)
        assert earlier.catalog.dataset("tree_inventory").barred == {}
        assert earlier.under(reviews).catalog.dataset("tree_inventory").barred == {"note": "NL-1"}
        assert inst.under(reviews) is inst


def test_a_clearance_that_is_revoked_while_deliveries_are_processed_does_not_hold(
    officer: Command, deliver: Deliver, workspace: Workspace
) -> None:
    deliver(HEADER + GOOD.replace("by the gate", "tel 13800138000"))
    officer("run")
    approve_all(officer)
    (finding,) = officer.json("review", "list", "--findings")["reviews"]
    officer("review", "approve", finding["id"], *BY)
    with open_installation(workspace) as inst:
        for work in pending(inst, scan_inbox(workspace, inst.catalog)):
            process(inst, work)
        assert [dataset for dataset, _ in pending_candidates(workspace)] == ["tree_inventory"]
        subject = Subject(SubjectKind.FINDING, "tree_inventory", finding["digest"])
        record(inst, Decision(DecisionKind.REJECT, subject, "王审", "tester", "1号", "误批"))
        assert release(inst).versions == () and pending_candidates(workspace) == ()
    assert officer.json("run")["versions"] == []


def test_a_rollback_needs_an_approved_plan(officer: Command, deliver: Deliver, edit: Edit) -> None:
    deliver(HEADER + GOOD)
    officer("run")
    (plan,) = waiting(officer)
    approve_all(officer)
    officer("run")
    edit({"note": DROP})
    officer("run")
    approve_all(officer)
    edit({"note": {"attribute": "active"}})
    officer("review", "reject", plan["id"], *BY, "--reason", "有个人事项")
    assert officer.json("run")["versions"] == []
    refused = officer.json("rollback", "tree_inventory", "1.0.0", *WHY)
    assert (refused["version"], [entry["digest"] for entry in refused["waiting"]]) == (None, [plan["digest"]])
    told = officer("rollback", "tree_inventory", "1.0.0", *WHY)
    assert told.exit_code == 1 and "Waits for review: disclosure plan" in told.stdout
    assert officer("query", "SELECT note FROM parks.tree_inventory").exit_code != 0
    approve_all(officer)
    done = officer.json("rollback", "tree_inventory", "1.0.0", *WHY)
    assert done["version"] == "2.1.0" and done["waiting"] == []
    assert officer("query", "SELECT note FROM parks.tree_inventory").exit_code == 0


def test_a_rollback_is_approved_where_each_version_is(
    officer: Command, deliver: Deliver, edit: Edit, workspace: Workspace
) -> None:
    edit(review="each_version")
    for rows in (GOOD, GOOD + "t3,pine,999902,4,2021-03-01,,,\n"):
        deliver(HEADER + rows)
        for _ in range(3):
            officer("run")
            approve_all(officer)
    assert released(officer) == {"tree_inventory": "1.1.0"}
    refused = officer.json("rollback", "tree_inventory", "1.0.0", *WHY)
    (review,) = waiting(officer)
    assert [entry["digest"] for entry in refused["waiting"]] == [review["digest"]] and review["version"] == "1.1.1"
    document = officer.json("review", "show", review["id"])["document"]
    assert (document["restores"], document["note"]["zh"]) == ("1.0.0", "录入有误")
    assert "rollback tree_inventory 1.0.0" in officer("review", "approve", review["id"], *BY).stdout
    officer("run")
    assert released(officer) == {"tree_inventory": "1.1.0"}  # whoever asked for it does it
    assert officer.json("rollback", "tree_inventory", "1.0.0", *WHY)["version"] == "1.1.1"
    snapshot = latest_snapshot(catalog_store(workspace))
    assert snapshot is not None
    approval = snapshot.datasets["tree_inventory"].approval
    assert approval is not None and snapshot.ledger_head.sha256 == approval.sha256
    assert waiting(officer) == [] and list(workspace.notes.iterdir()) == []
    assert officer("rollback", "tree_inventory", "1.0.0", *WHY).exit_code == 1


def test_a_rollback_publishes_no_personal_data_in_texts(
    officer: Command, deliver: Deliver, workspace: Workspace
) -> None:
    for rows in (GOOD, GOOD + "t3,pine,999902,4,2021-03-01,,,\n"):
        deliver(HEADER + rows)
        officer("run")
        approve_all(officer)
        officer("run")
    path = workspace.schema / "datasets" / "parks" / "tree_inventory" / "dataset.yaml"
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    document["description"] = {"zh": "联系人手机 13800138000", "en": "Trees"}
    path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    done = officer("rollback", "tree_inventory", "1.0.0", *WHY)
    assert done.exit_code == 1 and "/metadata/description/zh" in done.stderr and "138" not in done.stderr
    assert released(officer) == {"tree_inventory": "1.1.0"}
