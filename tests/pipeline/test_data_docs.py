"""Results of expectations are kept with every released version, and pages are made of them on demand."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import stat
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import yaml
from flowing import GOOD, HEADER, Deliver, run_all
from typer.testing import CliRunner

from pipelines.cli.main import app
from pipelines.core.errors import InvalidVersion, UnknownDataset
from pipelines.core.paths import Workspace
from pipelines.flow import Installation, open_installation, release
from pipelines.flow.data_docs import DataDocs, NoResultsKept, data_docs, keep_results
from pipelines.publish import FolderStore, latest_snapshot
from pipelines.publish.snapshots import commit_snapshot, next_snapshot

TEXTS = {"zh": "树太高。", "en": "A tree is too tall."}
MORE = HEADER + GOOD + "t3,willow,999901,99,2022-01-01,,,\n"


@pytest.fixture
def inst(workspace: Workspace) -> Iterator[Installation]:
    """An installation whose trees must not be over 60 m tall."""
    expectation = {"type": "expect_column_values_to_be_between", "kwargs": {"column": "tallest", "max_value": 60},
                   "severity": "warning", "message": TEXTS, "remedy": TEXTS}  # fmt: skip
    frame = {"id": "heights", "sql": "SELECT max(height) AS tallest FROM delivery", "expectations": [expectation]}
    path = workspace.schema / "datasets" / "parks" / "tree_inventory" / "expectations.yaml"
    path.write_text(yaml.safe_dump({"frames": [frame]}, allow_unicode=True), encoding="utf-8")
    with open_installation(workspace) as opened:
        yield opened


def unwatched(done: int, total: int) -> None:
    """Nobody looks how far it is."""


def docs(inst: Installation, version: str | None = None, language: str = "en") -> DataDocs:
    return data_docs(inst, "tree_inventory", version, language, unwatched)


def kept(workspace: Workspace) -> dict[str, Any]:
    """Names and times of everything that is kept."""
    files = workspace.data_docs.rglob("*")
    return {path.relative_to(workspace.data_docs).as_posix(): path.stat().st_mtime_ns for path in files}


def test_each_version_keeps_the_results_of_the_deliveries_it_is_made_of(
    inst: Installation, workspace: Workspace, deliver: Deliver
) -> None:
    deliver(HEADER + GOOD)
    deliver(HEADER + GOOD.replace("t1", "e1").replace("t2", "e2"), organisation="east_district_office", period="2026")
    run_all(inst)
    before = kept(workspace)
    assert {name for name in before if name.endswith(".json")} == {
        "tree_inventory/1.0.0/version.json",
        "tree_inventory/1.0.0/results/tree_inventory.2025.parks_office.1.json",
        "tree_inventory/1.0.0/results/tree_inventory.2026.east_district_office.1.json",
    }
    run_all(inst)
    release(inst)
    assert kept(workspace) == before
    deliver(MORE)
    run_all(inst)
    snapshot = latest_snapshot(FolderStore(workspace.catalog))
    assert snapshot is not None
    version = str(snapshot.datasets["tree_inventory"].version)
    results = workspace.data_docs / "tree_inventory" / version / "results"
    # Those of the other period stay where they are.
    assert {path.name for path in results.iterdir()} == {"tree_inventory.2025.parks_office.2.json"}
    assert docs(inst).deliveries == 2
    pages = {page.name for page in docs(inst).index.parent.iterdir()}
    assert {"tree_inventory.2025.parks_office.2.html", "tree_inventory.2026.east_district_office.1.html"} <= pages
    assert {name: time for name, time in kept(workspace).items() if name in before and "1.0.0" in name} == {
        name: time for name, time in before.items() if "1.0.0" in name
    }
    assert all(stat.S_IMODE(path.stat().st_mode) & 0o077 == 0 for path in results.iterdir())


def test_pages_are_made_once_per_version_and_language(
    inst: Installation, workspace: Workspace, deliver: Deliver
) -> None:
    deliver(HEADER + GOOD)
    run_all(inst)
    deliver(MORE)
    run_all(inst)
    newest = docs(inst)
    assert newest.made and newest.index.is_file() and newest.version != "1.0.0"
    page = newest.index.parent / "tree_inventory.2025.parks_office.2.html"
    assert "A tree is too tall." in page.read_text(encoding="utf-8")
    time = page.stat().st_mtime_ns
    assert docs(inst, newest.version) == DataDocs("tree_inventory", newest.version, newest.index, 1, made=False)
    assert page.stat().st_mtime_ns == time
    oldest = docs(inst, "1.0.0", "zh")
    assert "所有期望均成立" in (oldest.index.parent / "tree_inventory.2025.parks_office.1.html").read_text(
        encoding="utf-8"
    )
    assert not list(workspace.work.iterdir())


def test_results_that_cannot_be_kept_do_not_stop_a_release_and_are_kept_later(
    inst: Installation, workspace: Workspace, deliver: Deliver
) -> None:
    workspace.data_docs.write_text("in the way", encoding="utf-8")
    deliver(HEADER + GOOD)
    run_all(inst)
    snapshot = latest_snapshot(FolderStore(workspace.catalog))
    assert snapshot is not None and snapshot.number == 1
    workspace.data_docs.unlink()
    run_all(inst)
    assert docs(inst).deliveries == 1


def test_what_is_damaged_of_one_dataset_keeps_no_other_from_being_kept(
    inst: Installation, workspace: Workspace, deliver: Deliver
) -> None:
    deliver(HEADER + GOOD)
    run_all(inst)
    shutil.rmtree(workspace.data_docs)
    snapshot = latest_snapshot(inst.store)
    assert snapshot is not None
    entry = snapshot.datasets["tree_inventory"]
    damaged = {"a_damaged": replace(entry, manifest="0" * 64), "tree_inventory": entry}
    commit_snapshot(inst.store, next_snapshot(snapshot, dt.datetime.now(dt.UTC)).showing(damaged))
    keep_results(inst)
    assert docs(inst).deliveries == 1
    newest = workspace.catalog / "snapshots" / "000002.json"
    newest.chmod(0o644)
    newest.write_text("{}")
    keep_results(inst)  # Nothing that goes wrong here stops a release.


def test_what_is_not_kept_is_told(inst: Installation, deliver: Deliver) -> None:
    with pytest.raises(NoResultsKept):
        docs(inst)
    with pytest.raises(UnknownDataset):
        data_docs(inst, "../tree_inventory", None, "en", unwatched)
    deliver(HEADER + GOOD)
    run_all(inst)
    with pytest.raises(NoResultsKept, match=r"1\.0\.0"):
        docs(inst, "7.0.0")
    with pytest.raises(InvalidVersion):
        docs(inst, "../1.0.0")


def test_the_command_prints_the_path(
    inst: Installation, workspace: Workspace, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(HEADER + GOOD)
    run_all(inst)
    monkeypatch.setenv("GONGKAI_DATA", str(workspace.data))
    monkeypatch.setenv("GONGKAI_CATALOG_SCHEMA", str(workspace.schema))
    expected = workspace.data_docs / "tree_inventory" / "1.0.0" / "en" / "index.html"
    plain = CliRunner().invoke(app, ["data-docs", "tree_inventory", "--lang", "en"])
    assert (plain.exit_code, plain.stdout.strip()) == (0, str(expected))
    told = CliRunner().invoke(app, ["data-docs", "tree_inventory", "--lang", "en", "--json"])
    assert json.loads(told.stdout) == {"dataset": "tree_inventory", "version": "1.0.0", "index": str(expected),
                                       "deliveries": 1, "made": False}  # fmt: skip
    assert CliRunner().invoke(app, ["data-docs", "tree_inventory", "--version", "2.0.0"]).exit_code == 1
    assert CliRunner().invoke(app, ["data-docs", "nothing"]).exit_code == 2


def test_versions_that_keep_the_results_of_all_their_periods_go_on(
    inst: Installation, workspace: Workspace, deliver: Deliver
) -> None:
    """As the first ones were kept."""
    deliver(HEADER + GOOD, period="2024")
    deliver(HEADER + GOOD)
    run_all(inst)
    early = workspace.data_docs / "tree_inventory" / "1.0.0" / "version.json"
    document = json.loads(early.read_text(encoding="utf-8"))
    assert document.pop("periods") == {"2024": "1.0.0", "2025": "1.0.0"}
    early.write_text(json.dumps(document), encoding="utf-8")
    deliver(MORE)
    run_all(inst)
    newest = docs(inst)
    kept_now = json.loads((newest.index.parents[1] / "version.json").read_text(encoding="utf-8"))
    assert kept_now["periods"] == {"2024": "1.0.0", "2025": newest.version}
    assert (newest.deliveries, docs(inst, "1.0.0").deliveries) == (2, 2)
