"""What a release no longer shows once the registry protects more than it did."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from publishing import (
    add_candidate,
    index_now,
    keys,
    public_schema,
    registry,
    release_now,
    tree,
    workspace_with_registry,
)
from support import WITHHELD, tree_descriptor, tree_schema, write_registry

from pipelines.catalog import open_catalog
from pipelines.catalog.errors import QueryFailed
from pipelines.core.errors import UnknownDataset
from pipelines.core.paths import Workspace
from pipelines.publish import FolderStore, Manifest, object_path, pending_candidates, registry_state, verify

DROP = {**WITHHELD, "treatment": {"type": "drop"}}
MASK = {**WITHHELD, "treatment": {"type": "mask", "keep_first": 1, "length": 2}}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    workspace = workspace_with_registry(tmp_path)
    add_candidate(workspace, [tree(1), tree(2)])
    add_candidate(workspace, [tree(5)], period="2024")
    release_now(workspace, registry(workspace))
    index_now(workspace)
    return workspace


def protect(workspace: Workspace, field: str, disclosure: dict[str, Any]) -> None:
    schema = tree_schema()
    next(entry for entry in schema["fields"] if entry["name"] == field)["disclosure"] = disclosure
    write_registry(workspace.schema, tree_inventory=(tree_descriptor(), schema))


def dataset_attribute(workspace: Workspace, attribute: str) -> None:
    descriptor = tree_descriptor()
    descriptor["disclosure"]["attribute"] = attribute
    write_registry(workspace.schema, tree_inventory=(descriptor, tree_schema()))


def columns(workspace: Workspace, manifest: Manifest) -> set[str]:
    """All columns of all Parquet files of a version."""
    files = [workspace.catalog / object_path(segment.digest) for segment in manifest.segments]
    return {name for file in files for name in pq.read_schema(file).names}


@pytest.mark.parametrize("disclosure", [DROP, MASK], ids=["drop", "mask"])
def test_a_field_that_is_protected_now_leaves_segments_that_cannot_be_made_anew(
    workspace: Workspace, disclosure: dict[str, Any]
) -> None:
    protect(workspace, "note", disclosure)
    result = release_now(workspace, registry(workspace))
    (manifest,) = result.versions
    assert (manifest.version, manifest.periods, manifest.rows) == ("2.0.0", ("2024", "2025"), 3)
    assert "note" not in columns(workspace, manifest)
    assert manifest.changes.fields_removed == ("note",)
    assert any((entry.field, entry.treatment, entry.rows) == ("note", "drop", 3) for entry in manifest.receipt)
    (notice,) = result.notices
    assert notice.id == "publish-fields-withdrawn" and "note" in notice.text("zh")
    assert verify(FolderStore(workspace.catalog)) == []
    index_now(workspace)
    with open_catalog(workspace.catalog) as catalog:
        assert "note" not in catalog.query("FROM parks.tree_inventory").columns
    assert release_now(workspace, registry(workspace)).versions == ()


def test_less_protection_changes_no_published_bytes(workspace: Workspace) -> None:
    protect(workspace, "note", MASK)
    first = add_candidate(workspace, [tree(1)])
    release_now(workspace, registry(workspace))
    write_registry(workspace.schema, tree_inventory=(tree_descriptor(), tree_schema()))
    result = release_now(workspace, registry(workspace))
    assert result.notices == ()
    (manifest,) = result.versions or (None,)
    assert manifest is None or first.digest in {segment.digest for segment in manifest.segments}


def test_a_protected_key_takes_the_period_out(workspace: Workspace) -> None:
    protect(workspace, "tree_id", MASK)
    schema = {**public_schema(), "primaryKey": []}
    add_candidate(workspace, [tree(1)], schema=schema)
    result = release_now(workspace, registry(workspace))
    (manifest,) = result.versions
    assert (manifest.periods, manifest.changes.periods_removed) == (("2025",), ("2024",))
    assert manifest.version == "2.0.0"
    assert [notice.id for notice in result.notices] == ["publish-periods-withdrawn"]


def test_nothing_left_takes_the_dataset_out(workspace: Workspace) -> None:
    protect(workspace, "tree_id", MASK)
    result = release_now(workspace, registry(workspace))
    assert result.withdrawn == ("tree_inventory",)
    assert result.snapshot is not None and result.snapshot.datasets == {}
    assert result.notices[-1].id == "publish-dataset-emptied"


def test_a_dataset_that_is_not_active_any_more_leaves_and_comes_back_under_the_same_number(
    workspace: Workspace,
) -> None:
    dataset_attribute(workspace, "withheld")
    result = release_now(workspace, registry(workspace))
    assert (result.withdrawn, result.versions) == (("tree_inventory",), ())
    assert "withheld" in result.notices[0].text("en")
    index_now(workspace)
    with open_catalog(workspace.catalog) as catalog:
        assert catalog.datasets().num_rows == 0
        with pytest.raises(QueryFailed):
            catalog.query("FROM parks.tree_inventory")
        with pytest.raises(UnknownDataset):
            catalog.dataset("tree_inventory", "1.0.0")
    assert release_now(workspace, registry(workspace)).snapshot == result.snapshot
    dataset_attribute(workspace, "active")
    add_candidate(workspace, [tree(1), tree(2)])
    add_candidate(workspace, [tree(5)], period="2024")
    back = release_now(workspace, registry(workspace))
    assert back.snapshot is not None and back.snapshot.datasets["tree_inventory"].version == "1.0.0"
    index_now(workspace)
    with open_catalog(workspace.catalog) as catalog:
        assert catalog.query("SELECT count(*) FROM parks.tree_inventory").fetchall() == [(3,)]
        assert catalog.versions("tree_inventory").num_rows == 1


def test_periods_of_an_earlier_period_class_leave_with_the_first_of_the_new(workspace: Workspace) -> None:
    write_registry(workspace.schema, tree_inventory=({**tree_descriptor(), "period": "monthly"}, tree_schema()))
    (waiting,) = release_now(workspace, registry(workspace)).versions
    assert waiting.periods == ("2024", "2025")
    add_candidate(workspace, [tree(1)], period="2025-01")
    result = release_now(workspace, registry(workspace))
    (manifest,) = result.versions
    assert (manifest.version, manifest.periods) == ("2.0.0", ("2025-01",))
    assert (manifest.changes.periods_removed, manifest.changes.rows_removed) == (("2024", "2025"), 3)
    assert [notice.id for notice in result.notices] == ["publish-periods-of-another-class"]


def test_a_candidate_of_an_older_descriptor_is_not_released(workspace: Workspace) -> None:
    add_candidate(workspace, [tree(1), tree(2), tree(3)])
    protect(workspace, "note", DROP)
    (manifest,) = release_now(workspace, registry(workspace)).versions
    assert manifest.rows == 3 and "note" not in columns(workspace, manifest)
    ((_, waiting),) = pending_candidates(workspace)
    assert waiting.processing_key != keys(registry(workspace))["tree_inventory"]


def test_the_registry_state_follows_what_a_release_takes_from_it(workspace: Workspace) -> None:
    before = registry_state(registry(workspace))
    assert registry_state(registry(workspace)) == before
    path = workspace.schema / "catalog.yaml"
    path.write_text(path.read_text().replace("en: Parks", "en: Greens"))
    assert registry_state(registry(workspace)) != before


def test_folders_of_the_catalog_are_readable_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        workspace = workspace_with_registry(tmp_path / "strict")
        add_candidate(workspace, [tree(1)])
        release_now(workspace, registry(workspace))
        index_now(workspace)
    finally:
        os.umask(before)
    incoming = workspace.catalog / ".incoming"
    paths = [path for path in (workspace.catalog, *workspace.catalog.rglob("*")) if path != incoming]
    assert {path.stat().st_mode & 0o777 for path in paths if path.is_dir()} == {0o755}
    assert {path.stat().st_mode & 0o777 for path in paths if path.is_file()} <= {0o444, 0o644}


def test_segments_say_how_their_columns_were_cleared(workspace: Workspace) -> None:
    protect(workspace, "note", MASK)
    segment = add_candidate(workspace, [tree(1)])
    cleared = {entry["name"]: entry["disclosure"] for entry in segment.schema["fields"]}
    assert cleared["tree_id"] == {"field": "tree_id", "attribute": "active"}
    assert (cleared["note"]["attribute"], cleared["note"]["treatment"]["type"]) == ("withheld", "mask")
