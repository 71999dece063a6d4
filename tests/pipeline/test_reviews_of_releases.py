"""Releases against the ledger of reviews: replaced, grown, decided in while deliveries are processed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flowing import GOOD, HEADER, Command, Deliver, run_all
from officers import BY, approve_all, negative_list
from publishing import NOW
from reviewing import approving

from pipelines.core.paths import Workspace
from pipelines.disclose.negative_list import under
from pipelines.disclose.reviews import Decision, DecisionKind, ReviewLedger, Subject, SubjectKind
from pipelines.flow import Installation, open_installation, pending, process, release
from pipelines.flow.deciding import record
from pipelines.flow.installation import InForce
from pipelines.flow.verifying import verify_installed
from pipelines.ingest import scan_inbox
from pipelines.publish import ReviewsOutdated, latest_snapshot, load_manifest, pending_candidates
from pipelines.publish import release as publish
from pipelines.publish.schemas import columns
from pipelines.publish.snapshots import commit_snapshot, next_snapshot


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
