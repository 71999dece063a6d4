"""Deadlines from rule to overdue list: what releases showed when, at any time that is asked for."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from dated import LANDED, PLANTED, YEARLY, at, dataset_file, describe_deadlines, release_at, states
from flowing import GOOD, HEADER, Command, Deliver
from reviewing import approve_plans

from pipelines.core.paths import Workspace
from pipelines.flow import Installation, open_installation, pending, process
from pipelines.flow.deadlines import obligations, on_time, overdue_rows
from pipelines.flow.deadlines.learned import learned
from pipelines.ingest import scan_inbox
from pipelines.publish import Store, rollback

#: The last day is 29 January 2026 (20 working days, New Year off, Sunday 4 January worked).
IN_TIME, AFTER = at("2026-01-29T23:59:59"), at("2026-01-30T00:00:00")


@pytest.fixture
def dated(workspace: Workspace) -> Iterator[Installation]:
    describe_deadlines(workspace.schema, YEARLY)
    with open_installation(workspace) as opened:
        yield opened


def other(content: str) -> str:
    """The same trees under other keys: a second department's."""
    return content.replace("t1,", "e1,").replace("t2,", "e2,")


def test_what_is_owed_passes_from_due_to_overdue_to_late(dated: Installation, deliver: Deliver) -> None:
    assert states(dated, at("2025-12-31T23:59:59")) == {}  # the year is not over
    both = ["parks_office 2025-12-31", "east_district_office 2025-12-31"]
    assert states(dated, at("2026-01-01T00:00:00")) == dict.fromkeys(both, "due")
    assert states(dated, at("2026-01-26T23:59:59")) == dict.fromkeys(both, "due")
    assert states(dated, at("2026-01-27T00:00:00")) == dict.fromkeys(both, "due_soon")
    assert states(dated, IN_TIME) == dict.fromkeys(both, "due_soon")
    assert states(dated, AFTER) == dict.fromkeys(both, "overdue")
    deliver(HEADER + GOOD)
    release_at(dated, IN_TIME)
    assert states(dated, AFTER) == {both[0]: "met", both[1]: "overdue"}
    deliver(HEADER + other(GOOD), "east_district_office")
    release_at(dated, AFTER)
    assert states(dated, AFTER) == {both[0]: "met", both[1]: "late"}
    assert states(dated, IN_TIME) == {both[0]: "met", both[1]: "due_soon"}  # as it was then
    assert states(dated, AFTER, open_only=True) == {}
    (met, late) = on_time(obligations(dated, AFTER), AFTER)[::-1]
    assert (met.department, met.met, met.late, met.rate) == ("parks_office", 1, 0, 1.0)
    assert (late.department, late.met, late.late, late.rate) == ("east_district_office", 0, 1, 0.0)


def test_the_overdue_list_has_rows_to_publish(dated: Installation) -> None:
    (first, second) = overdue_rows(dated, at("2026-03-02T09:00:00"))
    assert first == {
        "dataset": "tree_inventory", "deadline": "yearly", "period": "2025", "department": "east_district_office",
        "responsible": "east_district_office", "event": "2025-12-31", "due_date": "2026-01-29",
        "due_date_earliest": "2026-01-29", "due": "2026-01-29T16:00:00+00:00", "uncertain": False, "state": "overdue",
        "days_overdue": 32, "published": None,
    }  # fmt: skip
    assert second["department"] == "parks_office"


def test_what_is_not_disclosed_actively_is_on_no_public_list(workspace: Workspace) -> None:
    describe_deadlines(workspace.schema, YEARLY)
    path = dataset_file(workspace)
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    document["disclosure"]["attribute"] = "on_application"
    path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    with open_installation(workspace) as inst:
        assert overdue_rows(inst, AFTER) == []
        assert len(states(inst, AFTER)) == 2


def test_events_in_rows_are_on_no_public_list_before_the_rows_may_be(workspace: Workspace, deliver: Deliver) -> None:
    describe_deadlines(workspace.schema, PLANTED, YEARLY)
    with open_installation(workspace) as inst:
        deliver(HEADER + GOOD)
        for work in pending(inst, scan_inbox(inst.workspace, inst.catalog)):
            process(inst, work)
        assert {entry["deadline"] for entry in overdue_rows(inst, AFTER)} == {"yearly"}
        approve_plans(workspace)
        assert {entry["deadline"] for entry in overdue_rows(inst, AFTER)} == {"yearly", "planted"}


def test_what_the_negative_list_bars_is_not_owed(dated: Installation) -> None:
    barred = dataclasses.replace(dated.catalog.datasets["tree_inventory"], barred={None: "NL-2026-01"})
    catalog = dataclasses.replace(dated.catalog, datasets={"tree_inventory": barred})
    assert list(obligations(dataclasses.replace(dated, catalog=catalog), AFTER)) == []


def test_a_period_that_is_not_announced_is_uncertain_until_it_surely_is_over(workspace: Workspace) -> None:
    describe_deadlines(workspace.schema, {**YEARLY, "from_period": "2026"})
    with open_installation(workspace) as inst:
        # 20 working days after 2026 lie before and within Spring Festival of 2027, which nobody has announced.
        (entry, _) = obligations(inst, at("2027-01-10T12:00:00"))
        assert (entry.due.first_day, entry.due.last_day) == (dt.date(2027, 1, 25), dt.date(2027, 2, 1))
        for moment, state in (("2027-01-25T12:00:00", "due_soon"), ("2027-01-26T00:00:00", "uncertain"),
                              ("2027-02-01T12:00:00", "uncertain"), ("2027-02-02T00:00:00", "overdue")):  # fmt: skip
            assert set(states(inst, at(moment)).values()) == {state}
        (counts, _) = on_time(obligations(inst, at("2027-01-26T12:00:00")), at("2027-01-26T12:00:00"))
        assert (counts.uncertain, counts.rate) == (1, None)


def test_events_in_rows_are_counted_from_their_first_release(workspace: Workspace, deliver: Deliver) -> None:
    describe_deadlines(workspace.schema, PLANTED)
    with open_installation(workspace) as inst:
        rows = "t1,ginkgo,999901,12.50,2026-03-02,,,\nt2,pine,999902,3,2026-03-03,,,\nt3,pine,999902,3,,,,\n"
        path = deliver(HEADER + rows)
        for work in pending(inst, scan_inbox(inst.workspace, inst.catalog)):
            process(inst, work)
        now = at("2026-03-24T12:00:00")
        # Accepted and not released; 22 March is a Sunday.
        assert states(inst, now) == {"parks_office 2026-03-02": "overdue", "parks_office 2026-03-03": "overdue"}
        assert states(inst, at("2026-03-23T12:00:00"))["parks_office 2026-03-02"] == "due_soon"
        assert states(inst, at("2026-03-02T12:00:00")) == {"parks_office 2026-03-02": "due"}
        release_at(inst, at("2026-03-23T12:00:00"))
        assert states(inst, now) == {"parks_office 2026-03-02": "met", "parks_office 2026-03-03": "met"}
        # A date that was corrected is a new event; what had been shown stays as it was.
        path.write_text(HEADER + rows.replace("2026-03-03", "2026-03-04").replace("12.50", "13"), encoding="utf-8")
        release_at(inst, at("2026-04-20T12:00:00"))
        assert states(inst, at("2026-04-21T12:00:00")) == {
            "parks_office 2026-03-02": "met", "parks_office 2026-03-03": "met", "parks_office 2026-03-04": "late",
        }  # fmt: skip
        assert states(inst, at("2026-04-21T12:00:00"), open_only=True) == {}
        # Rows are read once: the outcomes can go.
        shutil.rmtree(inst.workspace.outcomes)
        assert len(states(inst, at("2026-04-21T12:00:00"))) == 3


def test_dates_that_no_calendar_has_do_no_harm(workspace: Workspace, deliver: Deliver) -> None:
    describe_deadlines(workspace.schema, PLANTED, {**PLANTED, "id": "days", "within": {"working_days": 9}})
    with open_installation(workspace) as inst:
        deliver(HEADER + "t1,ginkgo,999901,12.50,9999-12-30,,,\nt2,pine,999902,3,0001-01-01,,,\n")
        release_at(inst, at("2026-03-02T12:00:00"))
        assert states(inst, at("2026-03-03T12:00:00")) == {"parks_office 0001-01-01": "late"}


def test_deliveries_are_owed_from_when_they_landed(workspace: Workspace, deliver: Deliver) -> None:
    describe_deadlines(workspace.schema, LANDED)
    with open_installation(workspace) as inst:
        deliver(HEADER.replace("tree_id", "nonsense") + GOOD)
        process(inst, pending(inst, scan_inbox(inst.workspace, inst.catalog))[0])
        (landed,) = (dt.datetime.fromisoformat(entry.landed) for entry in inst.ledger.deliveries())
        day = dt.timedelta(days=1)
        assert list(states(inst, landed - day).values()) == []
        assert list(states(inst, landed + day / 2).values()) == ["due_soon"]
        assert list(states(inst, landed + day).values()) == ["overdue"]
        deliver(HEADER + GOOD)
        release_at(inst, landed + day * 2)
        # The faulty one was made good by the one after it, too late.
        states_then = [entry.state(landed + day * 3).value for entry in obligations(inst, landed + day * 3)]
        assert sorted(states_then) == ["late", "late"]


def test_rules_are_for_the_departments_and_periods_they_name(workspace: Workspace) -> None:
    rule = {**YEARLY, "departments": ["parks_office"], "responsible": "east_district_office", "from_period": "2024"}
    describe_deadlines(
        workspace.schema, rule, {**YEARLY, "id": "start", "event": "period_start", "within": {"hours": 5}}
    )
    with open_installation(workspace) as inst:
        found = list(obligations(inst, at("2026-02-01T00:00:00")))
        assert {(entry.rule.id, entry.period, entry.department, entry.responsible) for entry in found} == {
            ("yearly", "2024", "parks_office", "east_district_office"),
            ("yearly", "2025", "parks_office", "east_district_office"),
            ("start", "2025", "parks_office", "parks_office"),
            ("start", "2025", "east_district_office", "east_district_office"),
            ("start", "2026", "parks_office", "parks_office"),
            ("start", "2026", "east_district_office", "east_district_office"),
        }
        due = {entry.due.latest for entry in found if entry.key.startswith("tree_inventory/start/2026")}
        assert due == {at("2026-01-01T05:00:00")}
        assert list(obligations(inst, at("2026-02-01T00:00:00"), ["other"])) == []


def test_only_new_releases_and_what_they_changed_are_read(
    dated: Installation, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(HEADER + GOOD)
    deliver(HEADER + GOOD, period="2024")
    release_at(dated, at("2026-01-05T12:00:00"))
    assert set(states(dated, AFTER).values()) == {"met", "overdue"}
    read: list[str] = []
    original = type(dated.store).read

    def noted(store: Store, path: str) -> bytes:
        read.append(path)
        return original(store, path)

    monkeypatch.setattr(type(dated.store), "read", noted)
    states(dated, AFTER)
    assert {path.split("/")[0] for path in read} == {"latest.json", "snapshots"} and len(read) == 3
    deliver(HEADER + GOOD.replace("12.50", "13"))
    release_at(dated, at("2026-01-06T12:00:00"))
    read.clear()
    states(dated, AFTER)
    kinds = [path.split("/")[0] for path in read]
    assert (kinds.count("manifests"), kinds.count("sources")) == (1, 1)  # of two periods the one that changed
    # A correction is no second publication, and neither is going back.
    rollback(dated.workspace, dated.store, dated.catalog, dated.reviews, "tree_inventory", "1.0.0",
             {"zh": "误", "en": "Wrong"}, at("2026-03-01T00:00:00"))  # fmt: skip
    (first,) = (entry for entry in obligations(dated, at("2026-04-01T00:00:00")) if entry.department == "parks_office")
    assert first.released == at("2026-01-05T12:00:00")


def test_another_catalog_or_a_lost_index_is_learned_anew(dated: Installation, deliver: Deliver) -> None:
    deliver(HEADER + GOOD)
    release_at(dated, IN_TIME)
    before = states(dated, AFTER)
    assert states(dated, AFTER, open_only=True) == {"east_district_office 2025-12-31": "overdue"}
    dated.workspace.deadlines.unlink()
    assert states(dated, AFTER) == before
    shutil.rmtree(dated.workspace.catalog)
    assert states(dated, AFTER) == dict.fromkeys(before, "overdue")
    with learned(dated.workspace, dated.store, dated.ledger) as index:
        assert index.until is None


def test_settled_periods_are_looked_at_no_more_but_earlier_times_still_are(
    dated: Installation, deliver: Deliver
) -> None:
    deliver(HEADER + GOOD)
    deliver(HEADER + other(GOOD), "east_district_office")
    release_at(dated, IN_TIME)
    later = at("2026-06-01T00:00:00")
    assert states(dated, later, open_only=True) == {}
    with learned(dated.workspace, dated.store, dated.ledger) as index:
        rule = ["tree_inventory", "yearly", json.dumps(["parks_office", "east_district_office"])]
        assert index.settled(*rule) == {"2025"}
    assert set(states(dated, at("2026-01-28T00:00:00"), open_only=True).values()) == {"due_soon"}
    assert set(states(dated, later).values()) == {"met"}


def test_the_command_shows_tables_rows_and_rates(
    gongkai: Command, workspace: Workspace, deliver: Deliver, tmp_path: Path
) -> None:
    assert "No dataset has deadlines" in gongkai("deadlines").stdout
    describe_deadlines(workspace.schema, YEARLY, {**PLANTED, "from_period": "2026"})
    shown = gongkai("deadlines", "--at", "2026-01-29")
    assert shown.exit_code == 0 and "due soon" in shown.stdout and "Trees of the year" in shown.stdout
    late = gongkai("deadlines", "--at", "2026-01-30T00:00", "--overdue", "--department", "parks_office", "--lang", "zh")
    assert late.exit_code == 1 and "树木年报" in late.stdout and "逾期 1 项" in late.stdout
    assert "east_district" not in late.stdout
    assert gongkai("deadlines", "--at", "2026-01-29T15:59:59Z").exit_code == 0
    assert gongkai("deadlines", "--at", "2026-01-29T16:00:00Z").exit_code == 1
    told: dict[str, Any] = json.loads(gongkai("deadlines", "--json", "--at", "2026-02-01").stdout)
    assert told["states"]["overdue"] == 2 and told["waiting"] == []
    assert {row["department"]: row["overdue"] for row in told["on_time"]} == {
        "parks_office": 1, "east_district_office": 1,
    }  # fmt: skip
    assert told["deadlines"][0]["due_date"] == "2026-01-29"
    for wrong in (
        "soon",
        "1949-12-31",
        "2101-01-01",
        "9999-12-31",
        "9999-12-31T23:59:59-12:00",
        "0001-01-01T00:00+12:00",
    ):
        assert gongkai("deadlines", "--at", wrong).exit_code == 2, wrong
    for edge in ("1950-01-01T00:00+14:00", "2100-12-31T23:59:59-12:00"):
        assert gongkai("deadlines", "--at", edge).exit_code != 2, edge
    assert "after it" in gongkai("deadlines", "--json", "escalate").stderr
    assert gongkai("deadlines", "--dataset", "unknown").exit_code == 2
    assert gongkai("deadlines", "--department", "unknown").exit_code == 2
    assert gongkai("deadlines", "escalate").stdout.startswith("Escalation is off")


def test_a_catalog_that_is_not_there_makes_nothing_overdue(
    gongkai: Command, workspace: Workspace, deliver: Deliver
) -> None:
    describe_deadlines(workspace.schema, YEARLY, webhook={"url": "https://hooks.example/"})
    deliver(HEADER + GOOD)
    assert gongkai("run").exit_code == 0
    workspace.catalog.rename(workspace.data / "elsewhere")
    for command in (("deadlines",), ("deadlines", "escalate")):
        assert gongkai(*command).exit_code == 3
    assert not workspace.escalations.exists()
