"""What registers read: only what has changed since they were told last."""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import shutil
import sqlite3
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from dated import LANDED, PLANTED, YEARLY, at, describe_deadlines, release_at
from flowing import GOOD, HEADER, Deliver
from registering import keep_registers

from pipelines.core.paths import Workspace
from pipelines.flow import Installation, Work, open_installation, pending, process
from pipelines.flow.deadlines import obligations
from pipelines.flow.registers import update_registers
from pipelines.ingest import scan_inbox

YEARS = ("2024", "2025", "2026")
#: What is delivered in a test is landed within the hour before.
NOW = at("2026-03-10T10:00:00")
FAULTY = GOOD.replace("12.50", "high")
DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)

_watching: list[list[Path]] = []


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open" and _watching and isinstance(arguments[0], str | Path):
        _watching[-1].append(Path(arguments[0]))


sys.addaudithook(_note)  # It stays until the process ends, and does nothing in other tests.


@contextlib.contextmanager
def opening() -> Iterator[list[Path]]:
    """The files that are opened."""
    _watching.append([])
    try:
        yield _watching[-1]
    finally:
        _watching.pop()


def told(inst: Installation) -> tuple[Counter[str], Counter[str]]:
    """Have registers told; deliveries whose outcomes were opened for it, and documents of versions, and how often."""
    with opening() as found:
        update_registers(inst, NOW)
    outcomes = Counter(path.parents[1].name for path in found if path.is_relative_to(inst.workspace.outcomes))
    documents = Counter(path.stem for path in found if {"manifests", "sources"} & {*path.parts})
    return outcomes, documents


def landed(inst: Installation) -> set[str]:
    return {entry.id for entry in inst.ledger.deliveries()}


def register(inst: Installation, name: str) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = []
    for path in sorted((inst.workspace.registers / "parks_office" / name).glob("*/*.csv")):
        with path.open(encoding="utf-8", newline="") as stream:
            rows += csv.DictReader(stream)
    return rows


@pytest.fixture
def kept(workspace: Workspace, deliver: Deliver) -> Iterator[Installation]:
    """An installation with registers, after three years of deliveries were released; one row of one is faulty."""
    describe_deadlines(workspace.schema, *({**rule, "from_period": "2024"} for rule in (YEARLY, PLANTED, LANDED)))
    keep_registers(workspace.schema)
    with time_machine.travel(NOW - HOUR), open_installation(workspace) as inst:
        for year in YEARS:
            deliver(
                HEADER + GOOD + (FAULTY.replace("t1", "t3").replace("t2", "t4") if year == "2024" else ""), period=year
            )
        release_at(inst, NOW)
        yield inst


def test_outcomes_and_versions_are_opened_once(kept: Installation, deliver: Deliver) -> None:
    outcomes, documents = told(kept)
    assert outcomes == dict.fromkeys(landed(kept), 1) and len(outcomes) == len(YEARS)
    # Of each period its deliveries; the version for deadlines, active disclosure and corrections.
    assert sorted(documents.values()) == [1] * len(YEARS) + [3]
    (first,) = register(kept, "department_scoreboard")
    assert (first["deliveries"], first["deliveries_rejected"], first["open_corrections"]) == ("3", "0", "1")
    assert told(kept) == ({}, {})
    before = landed(kept)
    deliver(HEADER + GOOD.replace("12.50", "13"), period="2025")
    release_at(kept, NOW + DAY)  # with what registers told of themselves
    new_outcomes, new_documents = told(kept)
    assert new_outcomes == dict.fromkeys(landed(kept) - before, 1)
    assert "tree_inventory.2025.parks_office.2" in new_outcomes and "tree_inventory.2025.parks_office.1" in before
    # Nothing that was read is read again.
    assert max(new_documents.values()) == 3 and not {*new_documents} & {*documents}
    assert told(kept) == ({}, {})
    (row,) = register(kept, "department_scoreboard")
    assert (row["deliveries"], row["rows_accepted"]) == ("4", str(int(first["rows_accepted"]) + 2))
    assert [row["kind"] for row in register(kept, "corrections_register")] == ["correction"]
    trees = next(row for row in register(kept, "active_disclosure_catalog") if row["entry_id"] == "tree_inventory")
    assert trees["newest_period"] == "2026"
    title = kept.catalog.datasets["tree_inventory"].field("planted").titles
    assert f"within 20 calendar days of the day in “{title.en}”" in trees["time_limit_en"]
    assert f"“{title.zh}”所载之日后" in trees["time_limit_zh"]


def test_figures_outlive_outcomes_and_are_taken_from_them_again(kept: Installation, workspace: Workspace) -> None:
    told(kept)
    before = register(kept, "department_scoreboard")
    # A ledger as it was written before figures were kept in it.
    with contextlib.closing(sqlite3.connect(workspace.ledger)) as ledger:
        for name in ("outcomes_uncounted", "outcomes_to_correct"):
            ledger.execute(f"DROP INDEX {name}")
        for name in ("rows_accepted", "rows_quarantined"):
            ledger.execute(f"ALTER TABLE outcomes DROP COLUMN {name}")
        ledger.execute("PRAGMA user_version = 2")
        ledger.commit()
    with open_installation(workspace) as again:
        assert told(again)[0] == dict.fromkeys(landed(again), 1)
        assert register(again, "department_scoreboard") == before
        shutil.rmtree(workspace.outcomes)
        told(again)
        assert register(again, "department_scoreboard") == before


def test_an_outcome_that_is_lost_before_it_is_counted_waits(kept: Installation, workspace: Workspace) -> None:
    shutil.rmtree(workspace.outcomes / "tree_inventory.2024.parks_office.1")
    told(kept)
    (row,) = register(kept, "department_scoreboard")
    assert (row["deliveries"], row["open_corrections"]) == ("2", "0")
    assert [entry.delivery for entry in kept.ledger.counts.uncounted()] == ["tree_inventory.2024.parks_office.1"]
    # Decided again, it is counted.
    process(kept, Work("tree_inventory", "2024"))
    told(kept)
    (row,) = register(kept, "department_scoreboard")
    assert (row["deliveries"], row["open_corrections"]) == ("3", "1")


def test_what_ends_in_a_month_or_is_open_is_what_all_holds_of_it(
    kept: Installation, deliver: Deliver, workspace: Workspace
) -> None:
    # One that is replaced before it is released, one that is rejected, one that waits.
    deliver(HEADER + GOOD.replace("2020-03-01", "2025-12-20"), "east_district_office")
    for work in pending(kept, scan_inbox(workspace, kept.catalog)):
        process(kept, work)
    deliver(HEADER + GOOD.replace("t1", "e1").replace("t2", "e2").replace("2020-03-01", "2025-12-22"),
            "east_district_office")  # fmt: skip
    release_at(kept, NOW + DAY / 2)
    deliver(HEADER.replace("tree_id", "nonsense") + GOOD, period="2026")
    deliver(HEADER + GOOD.replace("2021-03-01", "2026-01-03"), period="2024")
    for work in pending(kept, scan_inbox(workspace, kept.catalog)):
        process(kept, work)
    moment = NOW + DAY * 3
    every = list(obligations(kept, moment))
    assert {entry.rule.id for entry in every} == {"yearly", "planted", "landed"}
    assert list(obligations(kept, moment, open_only=True)) == [e for e in every if e.published(moment) is None]
    months = sorted({entry.due.last_day.replace(day=1) for entry in every})
    for month in (*months, dt.date(2025, 6, 1)):
        following = (month + DAY * 31).replace(day=1)
        ends = [entry for entry in every if month <= entry.due.last_day < following]
        assert list(obligations(kept, moment, due=(month, following))) == ends
    # An earlier time is told as it was, whatever was released since.
    earlier = NOW - HOUR / 2
    was = [entry.key for entry in obligations(kept, earlier) if entry.published(earlier) is None]
    assert was and [entry.key for entry in obligations(kept, earlier, open_only=True)] == was
    # A lost index is made again.
    workspace.deadlines.unlink()
    assert list(obligations(kept, moment)) == every


def test_corrections_that_could_not_be_delivered_are_told_again(
    kept: Installation, deliver: Deliver, workspace: Workspace
) -> None:
    told(kept)
    deliver(HEADER + GOOD.replace("12.50", "13"), period="2025")
    release_at(kept, NOW + DAY)
    folder = workspace.registers / "parks_office" / "corrections_register" / str((NOW + DAY).year)
    shutil.rmtree(folder)
    folder.write_text("in the way", encoding="utf-8")
    with pytest.raises(OSError):
        update_registers(kept, NOW)
    folder.unlink()
    update_registers(kept, NOW)
    assert [row["kind"] for row in register(kept, "corrections_register")] == ["correction"]


def test_a_register_with_other_fields_is_written_anew_for_every_year(
    kept: Installation, deliver: Deliver, workspace: Workspace
) -> None:
    deliver(HEADER + GOOD.replace("12.50", "13"), period="2025")
    release_at(kept, at("2030-01-01T00:00:00"))
    told(kept)
    before = register(kept, "corrections_register")
    assert [row["released_on"] for row in before] == ["2029-12-31"]
    (workspace.registers / ".corrections_register.json").write_text('{"snapshot": 2, "fields": []}', encoding="utf-8")
    told(kept)
    assert register(kept, "corrections_register") == before
