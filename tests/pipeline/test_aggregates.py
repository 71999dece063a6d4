"""Tables of sums through the whole flow, looked at by somebody who has all that was ever published."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest
from dagster_installation import LONG_AGO, materialised, opened
from granting import GRANTS, PURPOSES, Grant, Shown, grants, publish, published
from reviewing import approve_plans
from summing import OFFICE, SUMS, bounds, deliver, sums_registry, table_of

from pipelines.core.paths import Workspace
from pipelines.disclose.aggregates import Dimension, dimension
from pipelines.disclose.aggregates.table import Coordinates
from pipelines.flow import Installation, Work, open_installation, process, release
from pipelines.flow.rebuilding import Comparison, rebuilding
from pipelines.flow.registers import update_registers
from pipelines.publish import FolderStore, latest_snapshot
from pipelines.registry import load_catalog
from pipelines.registry.aggregates import TOTAL

K = 4
KEY, WHO, KIND, PLACE, PURPOSE, AMOUNT = 0, 1, 2, 3, 6, 7


def run(workspace: Workspace) -> list[str]:
    """What ``gongkai run`` does; the periods whose tables were delivered."""
    with open_installation(workspace) as inst:
        publish(inst)
        works = update_registers(inst, dt.datetime.now(dt.UTC))
        for work in works:
            process(inst, work)
        if works:
            publish(inst)
        return [work.period for work in works]


def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, **said: object) -> Workspace:
    monkeypatch.setenv("GONGKAI_SURROGATE_KEY", "cd" * 32)
    return Workspace.at(tmp_path / "data", sums_registry(tmp_path / "schema", **said))  # type: ignore[arg-type]


def dimensions(workspace: Workspace) -> tuple[Dimension, ...]:
    lists = load_catalog(workspace.schema).codelists
    return dimension("place", lists["places"]), dimension("purpose", lists["purposes"])


def people(rows: dict[str, Grant]) -> list[Grant]:
    return [row for row in rows.values() if row[KIND] == "person"]


def summed(axes: tuple[Dimension, ...], rows: list[Grant]) -> dict[Coordinates, tuple[int, Decimal]]:
    """Persons and amounts of every cell."""
    found: dict[Coordinates, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in rows:
        for place in axes[0].path(row[PLACE]):
            for purpose in axes[1].path(row[PURPOSE]):
                found[place, purpose][row[WHO]] += Decimal(row[AMOUNT])
    return {at: (len(each), sum(each.values(), Decimal(0))) for at, each in found.items()}


def require_true(table: dict[Coordinates, dict[str, str]], truth: dict[Coordinates, tuple[int, Decimal]]) -> None:
    for at, row in table.items():
        if row["status"] == "F":
            assert (int(row["persons"]), Decimal(row["amount"])) == truth.get(at, (0, Decimal(0)))
        else:
            assert row["status"] in {"C", "D"} and (row["persons"], row["amount"]) == ("", "")


def test_an_intruder_with_the_published_rows_learns_nothing_of_few(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = made(tmp_path, monkeypatch)
    axes, rows = dimensions(workspace), grants("w", 150, 2025, 1)
    deliver(workspace, rows.values())
    assert run(workspace) == ["2025"] and run(workspace) == []
    (shown,) = published(workspace, "2025")
    table, truth = table_of(workspace), summed(axes, people(rows))
    require_true(table, truth)
    hidden = {key for key, row in shown.rows.items() if row["kind"] == "person" and row["place"] is None}
    assert hidden
    # What is left of a cell without the rows that everybody can add up is what may tell about few.
    rest = summed(axes, [row for key, row in rows.items() if key in hidden])
    seen: dict[Coordinates, Decimal] = defaultdict(Decimal)
    for key in hidden:
        seen[TOTAL, shown.rows[key]["purpose"]] += shown.rows[key]["amount"]
    for at, row in table.items():
        persons, _ = rest.get(at, (0, Decimal(0)))
        expected = {"C"} if at[0] != TOTAL and 0 < persons < K else {"F", "D"}
        assert row["status"] in expected and (at[0] != TOTAL or row["status"] == "F")
    assert {row["status"] for row in table.values()} == {"F", "C", "D"}
    visible = summed(axes, [row for key, row in rows.items() if row[KIND] == "person" and key not in hidden])
    left = {
        at: Decimal(row["amount"]) - visible.get(at, (0, Decimal(0)))[1]
        for at, row in table.items()
        if row["status"] == "F"
    }
    sensitive = [at for at, row in table.items() if row["status"] == "C"]
    anyway = bounds(axes, {}, seen, sensitive)
    for at, (least, most) in bounds(axes, left, seen, sensitive).items():
        value = float(rest[at][1])
        assert least <= max(value * 0.9, anyway[at][0]) + 0.01 and most >= min(value * 1.1, anyway[at][1]) - 0.01


def test_rows_that_were_suppressed_when_sums_were_published_stay_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = made(tmp_path, monkeypatch)
    first = grants("w", 150, 2025, 1)
    deliver(workspace, first.values())
    run(workspace)
    # As many again of all combinations: the few rows would be shown now, but that sums over them are out.
    further = {key: (key, f"q{row[WHO]}" if row[WHO] else "", *row[2:])
               for office in "efgh" for key, row in grants(office, 150, 2025, 1).items()}  # fmt: skip
    deliver(workspace, [*first.values(), *further.values()])
    run(workspace)

    def suppressed(shown: Shown) -> set[str]:
        return {key for key, row in shown.rows.items() if row["kind"] == "person" and row["place"] is None}

    before, after = (suppressed(shown) for shown in published(workspace, "2025"))
    assert before and before <= after


@pytest.fixture
def closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Workspace, dict[str, Grant]]:
    """A source that is not published itself, and its table."""
    workspace = made(tmp_path, monkeypatch, attribute="on_application")
    rows = grants("w", 90, 2025, 4)
    deliver(workspace, rows.values())
    assert run(workspace) == ["2025"]
    return workspace, rows


Closed = tuple[Workspace, dict[str, Grant]]


def test_only_the_sums_of_a_closed_source_are_published(closed: Closed) -> None:
    workspace, rows = closed
    table, truth = table_of(workspace), summed(dimensions(workspace), people(rows))
    require_true(table, truth)
    assert {row["status"] for row in table.values()} == {"F", "C", "D"}
    for at, (persons, _) in truth.items():
        assert (0 < persons < K) == (table[at]["status"] == "C")
    sensitive = [at for at, row in table.items() if row["status"] == "C"]
    left = {at: Decimal(row["amount"]) for at, row in table.items() if row["status"] == "F"}
    for at, (least, most) in bounds(dimensions(workspace), left, None, sensitive).items():
        value = float(truth[at][1])
        assert least <= value * 0.9 + 0.01 and most >= value * 1.1 - 0.01
    # Nothing of the rows is in the catalog, nor of what was kept of them.
    names = {path.name for path in workspace.catalog.rglob("*")}
    kept = [path for path in (workspace.registers / ".aggregates").rglob("*") if path.is_file()]
    assert kept and not names & {path.name for path in kept}
    assert {oct(path.stat().st_mode)[-3:] for path in kept} == {"600"}
    assert not (workspace.candidates / GRANTS).exists() or not any((workspace.candidates / GRANTS).iterdir())


def test_a_revision_waits_until_it_is_about_enough_persons(closed: Closed, caplog: pytest.LogCaptureFixture) -> None:
    workspace, rows = closed
    first = table_of(workspace)
    key = next(key for key, row in rows.items() if row[KIND] == "person")
    corrected = {**rows, key: (*rows[key][:AMOUNT], "950.00")}
    deliver(workspace, corrected.values())
    assert run(workspace) == [] and table_of(workspace) == first
    assert f"{SUMS} 2025: the earlier table stays: cells would change by fewer persons" in caplog.text
    caplog.clear()
    assert run(workspace) == [] and "stays" not in caplog.text  # looked at once
    # Four more persons of a cell that is shown: it, and all above it, change by five or by none of them.
    at = max((at for at, row in first.items() if row["status"] == "F" and at[0] in {"n1", "n2", "s1", "s2"}
              and at[1] != TOTAL), key=lambda at: int(first[at]["persons"]))  # fmt: skip
    for number in range(K):
        corrected[f"z{number}"] = (f"z{number}", f"z{number}", "person", at[0], "2025-03-03", "30", at[1], "500.00")
    del corrected[key]
    deliver(workspace, {**rows, **{k: row for k, row in corrected.items() if k.startswith("z")}}.values())
    assert run(workspace) == ["2025"]
    second = table_of(workspace)
    require_true(second, summed(dimensions(workspace), [*people(rows), *(corrected[f"z{n}"] for n in range(K))]))
    assert int(second[at]["persons"]) == int(first[at]["persons"]) + K
    assert {at for at, row in second.items() if row["status"] == "F"} == {
        at for at, row in first.items() if row["status"] == "F"
    }
    # Two of them go again: against the table before the last the change is of two.
    del corrected["z0"], corrected["z1"]
    deliver(workspace, {**rows, **{k: row for k, row in corrected.items() if k.startswith("z")}}.values())
    assert run(workspace) == [] and table_of(workspace) == second
    # All of them: that table has been published.
    deliver(workspace, rows.values())
    assert run(workspace) == ["2025"] and table_of(workspace) == first


def test_other_rules_change_no_table_that_is_published(closed: Closed, caplog: pytest.LogCaptureFixture) -> None:
    workspace, _ = closed
    first = table_of(workspace)
    path = workspace.schema / "datasets" / "parks" / SUMS / "dataset.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("k: 4", "k: 9"), encoding="utf-8")
    assert run(workspace) == [] and table_of(workspace) == first
    assert "the earlier table stays: it was made by other rules" in caplog.text


@pytest.mark.parametrize("lost", ["state.json", "*.parquet", "."])
def test_without_what_was_kept_the_table_stays(closed: Closed, lost: str, caplog: pytest.LogCaptureFixture) -> None:
    workspace, rows = closed
    first = table_of(workspace)
    folder = workspace.registers / ".aggregates" / SUMS / "2025"
    if lost == ".":
        shutil.rmtree(workspace.registers)
    else:
        for path in folder.glob(lost):
            path.write_bytes(b"{}")
    more = {f"y{key}": (f"y{key}", f"y{row[WHO]}", *row[2:]) for key, row in rows.items() if row[KIND] == "person"}
    deliver(workspace, [*rows.values(), *more.values()])
    assert run(workspace) == []
    assert "stays" in caplog.text or "left as it is" in caplog.text
    if lost != ".":
        assert table_of(workspace) == first
    with open_installation(workspace) as inst, rebuilding(inst, {SUMS}) as job:
        for step in job.steps:
            job.take(step, dry_run=True)
        assert {each.comparison for each in job.segments} == {Comparison.IDENTICAL}


def test_a_table_that_was_not_delivered_after_it_was_decided_is_delivered_by_the_next_run(closed: Closed) -> None:
    workspace, _ = closed
    path = workspace.registers / OFFICE / SUMS / "2025" / f"{SUMS}.csv"
    content = path.read_bytes()
    path.unlink()
    run(workspace)
    assert path.read_bytes() == content


def test_a_source_waits_for_its_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = made(tmp_path, monkeypatch)
    rows = grants("w", 80, 2025, 6)
    deliver(workspace, rows.values())
    run(workspace)
    first = table_of(workspace)
    key = next(
        key for key, row in published(workspace, "2025")[0].rows.items() if row["place"] and row["kind"] == "person"
    )
    deliver(workspace, {**rows, key: (*rows[key][:AMOUNT], "1.00")}.values())

    def tables(inst: Installation) -> tuple[object, ...]:
        return update_registers(inst, dt.datetime.now(dt.UTC))

    with open_installation(workspace) as inst:
        process(inst, Work(GRANTS, "2025"))
        assert tables(inst) == () and table_of(workspace) == first  # delivered, and not released yet
        release(inst)
        assert tables(inst) == (Work(SUMS, "2025"),)
    # Anybody could tell from the rows: what the sums are made of besides has not changed.
    assert table_of(workspace)[TOTAL, TOTAL]["amount"] != first[TOTAL, TOTAL]["amount"]


def test_codes_that_the_list_has_not_make_no_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                    caplog: pytest.LogCaptureFixture) -> None:  # fmt: skip
    workspace = made(tmp_path, monkeypatch, attribute="on_application")
    rows = grants("w", 20, 2025, 6)
    key = next(iter(rows))
    deliver(workspace, {**rows, key: (key, "p1", "person", "n", "2025-02-02", "30", PURPOSES[0], "5.00")}.values())
    assert run(workspace) == [] and "no table is made: “place” has codes" in caplog.text
    assert run(workspace) == []
    deliver(workspace, rows.values())
    assert run(workspace) == ["2025"]


def test_dagster_makes_the_sums_of_a_source_that_is_not_released(tmp_path: Path) -> None:
    with opened(tmp_path) as dagster:
        workspace = dagster.workspace
        sums_registry(workspace.schema, attribute="on_application")
        approve_plans(workspace)
        deliver(workspace, grants("w", 60, 2025, 4).values())
        delivered = workspace.inbox / OFFICE / GRANTS / "2025" / "grants.csv"
        table = workspace.registers / OFFICE / SUMS / "2025" / f"{SUMS}.csv"
        for path, assets in ((delivered, {f"parks/{GRANTS}/deliveries"}),
                             (table, {f"parks/{SUMS}/deliveries", f"parks/{SUMS}"})):  # fmt: skip
            os.utime(path, (LONG_AGO, LONG_AGO))
            (request,) = dagster.tick("inbox").run_requests
            assert materialised(dagster.run_requested(request)) == assets
            assert len(dagster.tick("release_when_ready").run_requests) == 1
            assert dagster.run("release").success
        assert not dagster.tick("release_when_ready").run_requests
        snapshot = latest_snapshot(FolderStore(workspace.catalog))
        assert snapshot is not None and set(snapshot.datasets) == {SUMS}
