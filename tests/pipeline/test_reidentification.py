"""A history of versions of rows about people, looked at as somebody does who kept all of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest
from granting import (
    CELLS,
    EAST,
    GRANTS,
    PURPOSES,
    WEST,
    Shown,
    declare,
    deliver,
    given_away,
    grants,
    grants_registry,
    manifests,
    published,
    run,
)

from pipelines.core.paths import Workspace
from pipelines.flow import Installation, open_installation
from pipelines.flow.rebuilding import Comparison, RebuiltSegment, rebuilding
from pipelines.flow.tracing import trace
from pipelines.publish import build_segment, latest_snapshot, load_manifest, object_path, rollback
from pipelines.publish.errors import Unprotected

REASON = {"zh": "试", "en": "trial"}


def go_back(inst: Installation, version: str) -> None:
    now = dt.datetime.now(dt.UTC)
    done = rollback(inst.workspace, inst.store, inst.catalog, inst.reviews, GRANTS, version, REASON, now)
    assert len(done.versions) == 1


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """Fourteen versions: departments one after the other, corrections, removals, another descriptor, a way back."""
    folder = tmp_path_factory.mktemp("people")
    made = Workspace.at(folder / "data", grants_registry(folder / "schema"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GONGKAI_SURROGATE_KEY", "cd" * 32)
        west, east = grants("w", 150, 2025, 1), grants("e", 90, 2025, 2)
        deliver(made, WEST, "2025", west)
        run(made)
        deliver(made, EAST, "2025", east)
        deliver(made, WEST, "2026", grants("w", 60, 2026, 3))
        run(made)
        for key in ("w250003", "w250077"):  # two amounts were wrong
            west[key] = (*west[key][:-1], "901.00")
        deliver(made, WEST, "2025", west)
        run(made)
        for key in ("w250010", "w250020", "w250030"):
            del west[key]
        east["e259999"] = ("e259999", "p999", "person", "n2", "2025-07-03", "44", PURPOSES[0], "5.00")
        deliver(made, WEST, "2025", west)
        deliver(made, EAST, "2025", east)
        run(made)
        with open_installation(made) as inst:
            go_back(inst, manifests(made)[1].version)
        # What was gone back from is not released again: both departments deliver anew.
        west["w250061"] = (*west["w250061"][:-1], "902.00")
        east["e250005"] = (*east["e250005"][:-1], "903.00")
        deliver(made, WEST, "2025", west)
        deliver(made, EAST, "2025", east)
        run(made)
        declare(made, sensitive={"purpose": 2}, k=5)
        run(made)
        west["w250042"] = (*west["w250042"][:3], "n2", *west["w250042"][4:])  # lives elsewhere
        west["w250043"] = (west["w250043"][0], "p998", "person", *west["w250043"][3:])  # somebody else
        deliver(made, WEST, "2025", west)
        run(made)
        deliver(made, EAST, "2025", dict(list(east.items())[:-6]))
        run(made)
        with open_installation(made) as inst:
            go_back(inst, manifests(made)[2].version)
        west["w250062"] = (*west["w250062"][:-1], "904.00")
        deliver(made, WEST, "2025", west)
        east |= {f"e2588{number:02d}": row for number, row in enumerate(grants("x", 12, 2025, 5).values())}
        east = {key: (key, *row[1:]) for key, row in east.items()}
        deliver(made, EAST, "2025", east)
        run(made)
        declare(made, quasi_identifiers={**CELLS["quasi_identifiers"], "age": [{"band": 10}, {"band": 30}, "all"]})
        run(made)
        west["w250050"] = (*west["w250050"][:-2], PURPOSES[1], "1.00")
        deliver(made, WEST, "2025", west)
        run(made)
        deliver(made, EAST, "2025", dict(list(east.items())[5:]))
        run(made)
        yield made


@pytest.fixture(scope="module")
def history(workspace: Workspace) -> dict[str, list[Shown]]:
    return {period: published(workspace, period) for period in ("2025", "2026")}


def test_every_step_was_a_version(history: dict[str, list[Shown]], workspace: Workspace) -> None:
    versions = manifests(workspace)
    assert len(versions) == 14 and sum(manifest.restores is not None for manifest in versions) == 2
    # The first way back has an earlier segment; the second, under a stricter descriptor, is without these columns.
    assert len({shown.segment.digest for shown in history["2025"]}) == 13
    assert [not shown.said["with"] for shown in history["2025"]].count(True) == 1


def test_no_version_shows_a_combination_of_few_persons_or_of_one_purpose(history: dict[str, list[Shown]]) -> None:
    for shown in (each for versions in history.values() for each in versions):
        assert shown.few(shown.rows) == []
        assert shown.uniform() == []
        # It is not that nothing is shown, but where another descriptor took out what was less protected.
        if shown.said["with"]:
            assert sum(map(len, shown.combinations(shown.rows).values())) > 0.6 * len(shown.rows)


def test_no_two_versions_give_away_few_persons(history: dict[str, list[Shown]]) -> None:
    for versions in history.values():
        for old, new in combinations(versions, 2):
            # Going back shows what had been shown: keys that were gone are there again, as they were.
            if (old.version, new.version) != (versions[3].version, versions[4].version):
                assert given_away(old, new) == [], (old.version, new.version)


def test_without_what_is_done_between_versions_few_would_be_given_away(history: dict[str, list[Shown]]) -> None:
    """The two corrected amounts are alone in their combinations: only suppressed rows beside them keep that hidden."""
    _, second, third, *_ = history["2025"]
    changed = {key for key, row in second.rows.items() if third.rows[key] != row}
    assert {"w250003", "w250077"} < changed
    assert second.few({"w250003", "w250077"}) != []
    for key in changed:
        assert (third.rows[key]["place"], third.rows[key]["day"]) == (None, None)


def test_levels_never_become_finer_and_a_coarser_one_is_a_major_change(workspace: Workspace) -> None:
    order = ["exact", "month", "quarter", "year", "all"]
    versions = manifests(workspace)
    levels = []
    for manifest in versions:
        segment = next(each for each in manifest.segments if each.period == "2025")
        receipts = {entry.published_as: entry for entry in segment.receipt if entry.treatment == "small_cells"}
        levels.append(order.index(str(receipts["day"].level)))
        assert receipts["place"].k in {4, 5}
        assert "small_cells_suppressed" in {entry.treatment for entry in segment.receipt}
    forward = [level for level, manifest in zip(levels, versions, strict=True) if manifest.restores is None]
    assert forward == sorted(forward)
    for old, new, manifest in zip(levels, levels[1:], versions[1:], strict=False):
        if new != old:
            assert manifest.version.endswith(".0.0") and "day" in manifest.changes.fields_redefined


def test_readers_are_told_how_fields_may_be_shown(workspace: Workspace) -> None:
    fields = {entry["name"]: entry for entry in manifests(workspace)[-1].schema["fields"]}
    assert "first day of the month" in fields["day"]["descriptions"]["en"]
    assert fields["day"]["constraints"] == {"maximum": "2027-12-31"}
    assert "constraints" not in fields["place"] and fields["grant_id"]["constraints"] == {"required": True}
    assert fields["age"]["disclosure"]["small_cells"]["levels"] == ["exact", "band 10", "band 30", "all"]
    notes = (workspace.catalog / "notes" / GRANTS / "1.0.0.md").read_text(encoding="utf-8")
    assert "`day` is shown by: `month` (groups of at least 4 persons)" in notes and "suppressed" not in notes


def test_nothing_is_built_of_such_a_dataset_unprotected(workspace: Workspace, tmp_path: Path) -> None:
    with open_installation(workspace) as inst, pytest.raises(Unprotected):
        build_segment(inst.catalog.dataset(GRANTS), "2025", [], tmp_path)


def test_the_same_again_is_no_version_not_even_without_a_ledger(workspace: Workspace) -> None:
    before = manifests(workspace)
    run(workspace)
    workspace.ledger.unlink()
    run(workspace)
    assert manifests(workspace) == before


def rebuilt(workspace: Workspace) -> list[RebuiltSegment]:
    with open_installation(workspace) as inst, rebuilding(inst, {GRANTS}) as job:
        for step in job.steps:
            job.take(step, dry_run=False)
        assert job.troubles == []
        return job.segments


def test_rebuilding_makes_the_same_bytes_and_says_when_the_decision_is_lost(workspace: Workspace) -> None:
    with open_installation(workspace) as inst:
        snapshot = latest_snapshot(inst.store)
        assert snapshot is not None
        segments = load_manifest(inst.store, snapshot.datasets[GRANTS].manifest).segments
    last = next(each for each in segments if each.period == "2025")
    damaged = [workspace.catalog / object_path(part.sha256) for part in last.parts]
    content = [path.read_bytes() for path in damaged]
    for path in damaged:
        path.unlink()
    made = {each.period: each for each in rebuilt(workspace)}
    assert {each.comparison for each in made.values()} == {Comparison.IDENTICAL}
    assert [path.read_bytes() for path in damaged] == content
    record = workspace.protection / GRANTS / "2025" / f"{last.digest}.json"
    aside = record.rename(record.with_suffix(".aside"))
    lost = {each.period: each for each in rebuilt(workspace)}["2025"]
    aside.rename(record)
    assert lost.comparison is Comparison.NOT_MADE
    assert [reason.id for reason in lost.reasons] == ["small-cells-record-lost"]
    assert record.name in lost.reasons[0].text() and oct(record.stat().st_mode)[-3:] == "600"


def test_nothing_private_of_the_decision_is_public(workspace: Workspace) -> None:
    names = {path.name for path in workspace.catalog.rglob("*")}
    kept = {path.name for path in Path(workspace.protection).rglob("*.parquet")}
    assert kept and not kept & names


def test_a_suppressed_row_is_traced_to_its_file(workspace: Workspace, history: dict[str, list[Shown]]) -> None:
    last = history["2025"][-1]
    hidden = next(key for key, row in last.rows.items() if row["kind"] == "person" and row["place"] is None)
    with open_installation(workspace) as inst:
        for question in ([hidden], [f"grant_id={hidden}", "place=", "day="]):
            found = trace(inst, GRANTS, question, None, 5, lambda _: None)
            assert (found.rows_published, len(found.published), found.untraced) == (1, 1, {})
            assert found.published[0].place.file == "grants.csv" and found.published[0].key == {"grant_id": hidden}
