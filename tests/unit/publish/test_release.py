"""Releases: what changes, what it is numbered, and what stays as it is."""

from __future__ import annotations

import dataclasses
import datetime as dt
import importlib
import json
import socket
import threading
from pathlib import Path
from typing import Any

import duckdb
import pytest
from publishing import (
    Row,
    add_candidate,
    named,
    public_schema,
    registry,
    release_now,
    tree,
    workspace_with_registry,
)
from storing import Watched
from support import tree_descriptor, tree_schema, write_registry

from pipelines.core.errors import CorruptStore
from pipelines.core.paths import Workspace
from pipelines.publish import (
    FolderStore,
    Manifest,
    Release,
    Store,
    latest_snapshot,
    latest_snapshots,
    load_manifest,
    object_path,
    pending_candidates,
    verify,
)
from pipelines.publish.snapshots import Snapshot, SnapshotEntry, commit_snapshot


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return workspace_with_registry(tmp_path)


def publish(workspace: Workspace, *rows: Row, period: str = "2025", schema: dict[str, Any] | None = None) -> Release:
    add_candidate(workspace, rows, period=period, schema=schema)
    return release_now(workspace, registry(workspace))


def only(result: Release) -> Manifest:
    (manifest,) = result.versions
    return manifest


def test_nothing_to_release(workspace: Workspace) -> None:
    assert release_now(workspace, registry(workspace)) == Release(None, ())
    assert not (workspace.catalog / "latest.json").exists()


def test_the_first_release(workspace: Workspace) -> None:
    segment = add_candidate(workspace, [tree(1), tree(2)])
    result = release_now(workspace, registry(workspace))
    assert result.snapshot is not None
    entry = result.snapshot.datasets["tree_inventory"]
    assert (result.snapshot.number, result.snapshot.released, entry.version) == (1, "2026-04-01T08:30:00Z", "1.0.0")
    published = workspace.catalog / object_path(segment.digest)
    assert published.stat().st_size == segment.bytes
    assert published.stat().st_mode & 0o777 == 0o444
    manifest = load_manifest(FolderStore(workspace.catalog), entry.manifest)
    assert manifest == only(result)
    assert (manifest.rows, manifest.periods, manifest.changes.periods_added) == (2, ("2025",), ("2025",))
    assert manifest.metadata["publishers"][0] == {"id": "parks_office", "name": {"zh": "园林局", "en": "Parks Office"}}
    assert manifest.receipt[0].rows == 2
    assert pending_candidates(workspace) == ()
    assert list(workspace.candidates.glob("*/*")) == []
    assert verify(FolderStore(workspace.catalog)) == []


def test_manifests_hold_no_private_paths_and_no_time(workspace: Workspace) -> None:
    manifest = only(publish(workspace, tree(1)))
    text = manifest.content().decode()
    assert text.endswith("}\n")
    assert "2026-04-01" not in text
    assert str(workspace.data) not in text
    assert "parquet" not in json.loads(text)["segments"][0]
    assert "schema" not in json.loads(text)["segments"][0]


def test_the_same_again_is_no_release(workspace: Workspace) -> None:
    first = publish(workspace, tree(1), tree(2))
    second = publish(workspace, tree(2), tree(1))
    assert second == Release(first.snapshot, ())
    assert pending_candidates(workspace) == ()


@pytest.mark.parametrize(
    ("rows", "period", "version"),
    [
        ((tree(1), tree(2, "willow")), "2025", "1.0.1"),
        ((tree(1),), "2025", "1.0.1"),
        ((tree(1), tree(2), tree(3)), "2025", "1.1.0"),
        ((tree(9),), "2026", "1.1.0"),
    ],
    ids=["row corrected", "row removed", "row added", "period added"],
)
def test_version_numbers_follow_the_data(
    workspace: Workspace, rows: tuple[Row, ...], period: str, version: str
) -> None:
    first = only(publish(workspace, tree(1), tree(2)))
    second = only(publish(workspace, *rows, period=period))
    assert second.version == version
    assert second.previous is not None
    assert (second.previous.version, second.previous.manifest) == ("1.0.0", first.sha256)
    assert second.changes.rows_added - second.changes.rows_removed == second.rows - first.rows


def changed_schema(edit: str) -> tuple[dict[str, Any], list[Row]]:
    schema, row = public_schema(), list(tree(1))
    if edit == "removed":
        del schema["fields"][-1], row[-1]
    elif edit == "added":
        schema["fields"].append({"name": "girth", "type": "integer"})
        row.append(12)
    elif edit == "retyped":
        schema["fields"][3] = {"name": "height", "type": "number", "decimals": 3}
    else:
        schema["primaryKey"] = ["tree_id", "district"]
    return schema, [row]


@pytest.mark.parametrize(
    ("edit", "version"), [("removed", "2.0.0"), ("added", "1.2.0"), ("retyped", "2.0.0"), ("key", "2.0.0")]
)
def test_version_numbers_follow_the_schema(workspace: Workspace, edit: str, version: str) -> None:
    publish(workspace, tree(1))
    publish(workspace, tree(5), period="2024")
    schema, rows = changed_schema(edit)
    private = tree_schema()
    publics = {entry["name"] for entry in schema["fields"]}
    disclosure = {"disclosure": {"attribute": "active"}, "titles": {"zh": "围", "en": "g"},
                  "descriptions": {"zh": "围", "en": "g"}}  # fmt: skip
    private["fields"] = [entry for entry in private["fields"] if entry["name"] in {*publics, "keeper_phone"}]
    if edit == "added":
        private["fields"].append({"name": "girth", "type": "integer", **disclosure})
    write_registry(workspace.schema, tree_inventory=(tree_descriptor(), private))
    result = only(publish(workspace, *rows, schema=schema))
    assert result.version == version
    older = next(segment for segment in result.segments if segment.period == "2024")
    # A column that the registry no longer publishes is taken out of what cannot be made anew.
    expected = [entry["name"] for entry in public_schema()["fields"] if edit != "removed" or entry["name"] != "note"]
    assert [entry["name"] for entry in older.schema["fields"]] == expected
    assert load_manifest(FolderStore(workspace.catalog), result.sha256) == result


def test_a_type_that_earlier_periods_do_not_fit_is_not_published_before_they_do(workspace: Workspace) -> None:
    """3.50 read as a whole number would be another figure, and a text none at all."""
    publish(workspace, tree(1), period="2024")
    private, schema = tree_schema(), public_schema()
    for entry in (*private["fields"], *schema["fields"]):
        if entry["name"] == "height":
            entry |= {"type": "integer", "constraints": {"minimum": 0}}
            entry.pop("decimals")
        elif entry["name"] == "note":
            entry |= {"type": "date"}
    write_registry(workspace.schema, tree_inventory=(tree_descriptor(), private))
    row: list[Any] = list(tree(2))
    row[3], row[-1] = 7, dt.date(2026, 1, 1)
    mixed = publish(workspace, row, schema=schema)
    manifest = only(mixed)
    types = {entry["name"]: entry["type"] for entry in manifest.schema["fields"]}
    assert (manifest.version, types["height"], types["note"]) == ("1.1.0", "number", "string")
    assert [notice.id for notice in mixed.notices] == ["publish-types-kept"]
    assert all("height, note" in notice.text(language) for notice in mixed.notices for language in ("en", "zh"))
    row[0] = "T00001"
    whole = publish(workspace, row, period="2024", schema=schema)
    types = {entry["name"]: entry["type"] for entry in only(whole).schema["fields"]}
    assert (only(whole).version, types["height"], types["note"], whole.notices) == ("2.0.0", "integer", "date", ())


def test_a_type_that_neither_fits_becomes_text(workspace: Workspace) -> None:
    first, schema = public_schema(), public_schema()
    first["fields"][-1] = {"name": "note", "type": "date"}
    publish(workspace, [*tree(1)[:-1], dt.date(2026, 1, 1)], period="2024", schema=first)
    schema["fields"][-1] = {"name": "note", "type": "boolean", "constraints": {"enum": [True]}}
    manifest = only(publish(workspace, [*tree(2)[:-1], True], schema=schema))
    assert {**manifest.schema["fields"][-1], "disclosure": None} == {
        "name": "note",
        "type": "string",
        "disclosure": None,
    }


def test_a_new_title_is_a_patch(workspace: Workspace) -> None:
    publish(workspace, tree(1))
    descriptor = {**tree_descriptor(), "title": {"zh": "古树名木", "en": "Notable trees"}}
    write_registry(workspace.schema, tree_inventory=(descriptor, tree_schema()))
    manifest = only(release_now(workspace, registry(workspace)))
    assert (manifest.version, manifest.changes.metadata_changed) == ("1.0.1", True)


def test_datasets_that_are_not_usable_stay_and_their_candidates_wait(tmp_path: Path) -> None:
    workspace = workspace_with_registry(tmp_path, parks_staff=named("parks_staff"))
    add_candidate(workspace, [tree(7)], dataset="parks_staff")
    first = publish(workspace, tree(1))
    assert first.snapshot is not None
    add_candidate(workspace, [tree(8)], dataset="parks_staff")
    catalog = registry(workspace)
    without = dataclasses.replace(catalog, datasets={"tree_inventory": catalog.datasets["tree_inventory"]})
    add_candidate(workspace, [tree(2)])
    second = release_now(workspace, without)
    assert second.snapshot is not None
    assert second.snapshot.datasets["parks_staff"] == first.snapshot.datasets["parks_staff"]
    assert [dataset for dataset, _ in pending_candidates(workspace)] == ["parks_staff"]


def test_a_dataset_that_is_not_disclosed_actively_is_not_released(tmp_path: Path) -> None:
    descriptor, schema = named("parks_staff")
    descriptor["disclosure"] = {**descriptor["disclosure"], "attribute": "on_application"}
    workspace = workspace_with_registry(tmp_path, parks_staff=(descriptor, schema))
    add_candidate(workspace, [tree(7)], dataset="parks_staff")
    assert release_now(workspace, registry(workspace)).snapshot is None
    assert len(pending_candidates(workspace)) == 1


def test_a_number_taken_meanwhile_means_starting_from_the_new_base(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(workspace, tree(1))
    add_candidate(workspace, [tree(2)])
    base = latest_snapshot(FolderStore(workspace.catalog))
    assert base is not None
    other = SnapshotEntry("parks", "1.0.0", base.datasets["tree_inventory"].manifest)
    rival = Snapshot(2, "2026-04-01T08:00:00Z", 1, {**base.datasets, "rival": other})

    module = importlib.import_module("pipelines.publish.release")  # the package's attribute is the function

    def race(store: Store, snapshot: Snapshot) -> bool:
        monkeypatch.setattr(module, "commit_snapshot", commit_snapshot)
        assert commit_snapshot(store, rival)
        return commit_snapshot(store, snapshot)

    monkeypatch.setattr(module, "commit_snapshot", race)
    result = release_now(workspace, registry(workspace))
    assert result.snapshot is not None
    assert (result.snapshot.number, result.snapshot.previous) == (3, 2)
    assert set(result.snapshot.datasets) == {"tree_inventory", "rival"}


def test_many_publishers_at_once_lose_nothing(workspace: Workspace) -> None:
    catalog = registry(workspace)
    for year in range(2024, 2030):
        add_candidate(workspace, [tree(year)], period=str(year))
    threads = [threading.Thread(target=release_now, args=(workspace, catalog)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    snapshot = latest_snapshot(FolderStore(workspace.catalog))
    assert snapshot is not None
    assert (
        len(load_manifest(FolderStore(workspace.catalog), snapshot.datasets["tree_inventory"].manifest).segments) == 6
    )
    assert verify(FolderStore(workspace.catalog)) == []
    assert pending_candidates(workspace) == ()


def test_the_pointer_is_healed(workspace: Workspace) -> None:
    publish(workspace, tree(1))
    pointer = workspace.catalog / "latest.json"
    good = pointer.read_bytes()
    pointer.write_text("{}")
    assert [problem.path for problem in verify(FolderStore(workspace.catalog))] == ["latest.json"]
    release_now(workspace, registry(workspace))
    assert pointer.read_bytes() == good


def test_verify_finds_what_was_altered_and_says_so_in_both_languages(workspace: Workspace) -> None:
    manifest = only(publish(workspace, tree(1)))
    published = workspace.catalog / object_path(manifest.segments[0].digest)
    content = published.read_bytes()
    published.chmod(0o644)
    published.write_bytes(content[:-1] + b"x")
    (problem,) = verify(FolderStore(workspace.catalog))
    assert (problem.path, problem.reason) == (object_path(manifest.segments[0].digest), "sha256")
    assert problem.path in problem.message.text("en")
    assert problem.path in problem.message.text("zh")
    published.write_bytes(content[:-1])
    assert verify(FolderStore(workspace.catalog))[0].reason == "truncated"
    published.unlink()
    assert verify(FolderStore(workspace.catalog))[0].reason == "missing"


def test_an_altered_manifest_is_not_read(workspace: Workspace) -> None:
    manifest = only(publish(workspace, tree(1)))
    path = workspace.catalog / f"manifests/{manifest.sha256[:2]}/{manifest.sha256}.json"
    path.chmod(0o644)
    path.write_text(path.read_text().replace("1.0.0", "9.0.0"))
    with pytest.raises(CorruptStore):
        load_manifest(FolderStore(workspace.catalog), manifest.sha256)
    add_candidate(workspace, [tree(2)])
    with pytest.raises(CorruptStore):
        release_now(workspace, registry(workspace))


def manifests_read(workspace: Workspace) -> int:
    """How many manifests a release reads."""
    store, catalog = Watched(workspace.catalog), registry(workspace)
    release_now(workspace, catalog, store=store)
    return sum(path.startswith("manifests/") for path in store.paths)


def test_a_release_reads_the_manifests_of_what_may_change(tmp_path: Path) -> None:
    workspace = workspace_with_registry(tmp_path, parks_staff=named("parks_staff"), parks_paths=named("parks_paths"))
    for dataset in ("tree_inventory", "parks_staff", "parks_paths"):
        add_candidate(workspace, [tree(1)], dataset=dataset)
    assert [manifests_read(workspace) for _ in range(2)] == [0, 0]
    add_candidate(workspace, [tree(1), tree(2)], dataset="parks_staff")
    assert manifests_read(workspace) == 1
    descriptor, schema = named("parks_paths")
    descriptor["title"] = {**descriptor["title"], "en": "Paths"}
    write_registry(workspace.schema, parks_paths=(descriptor, schema), parks_staff=named("parks_staff"))
    assert [manifests_read(workspace) for _ in range(2)] == [1, 0]
    snapshot = latest_snapshot(FolderStore(workspace.catalog))
    assert snapshot is not None
    assert {key: entry.version for key, entry in snapshot.datasets.items()} == {
        "tree_inventory": "1.0.0", "parks_staff": "1.1.0", "parks_paths": "1.0.1",
    }  # fmt: skip


def test_the_next_release_removes_what_a_dead_writer_left(workspace: Workspace) -> None:
    first = only(publish(workspace, tree(1)))
    left = workspace.catalog / ".incoming" / f"{socket.gethostname()}~99999999~x"
    left.touch()
    assert publish(workspace, tree(1)).versions == ()
    assert only(publish(workspace, tree(2))).version > first.version
    assert list(left.parent.iterdir()) == []


def test_a_machine_in_trouble_does_not_leave_counts_out(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise duckdb.IOException("IO Error: Could not write file: No space left on device")

    publish(workspace, tree(1))
    add_candidate(workspace, [tree(1), tree(2)])
    with monkeypatch.context() as patched:
        patched.setattr(importlib.import_module("pipelines.publish.compose"), "count_changes", full)
        with pytest.raises(duckdb.IOException):
            release_now(workspace, registry(workspace))
    (counted,) = only(release_now(workspace, registry(workspace))).changes.rows or ()
    assert counted.added == 1


def test_whoever_follows_releases_gets_those_that_come_while_it_is_at_work(workspace: Workspace) -> None:
    store = FolderStore(workspace.catalog)
    assert list(latest_snapshots(store)) == []
    publish(workspace, tree(1))
    seen = []
    for snapshot in latest_snapshots(store):
        seen.append(snapshot.number)
        if snapshot.number == 1:
            publish(workspace, tree(1), tree(2))
            publish(workspace, tree(3))
    assert seen == [1, 3]
