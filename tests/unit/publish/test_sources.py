"""The deliveries of segments, told in documents of their own."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import pytest
from publishing import NOW, add_candidate, index_now, registry, release_now, tree, workspace_with_registry

from pipelines.core.errors import CorruptStore
from pipelines.core.paths import Workspace
from pipelines.publish import (
    FolderStore,
    Manifest,
    Sources,
    collect_garbage,
    load_deliveries,
    load_manifest,
    pending_candidates,
    verify,
)
from pipelines.publish.garbage import GRACE
from pipelines.publish.store import manifest_path, put_manifest, sources_path


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return workspace_with_registry(tmp_path)


def released(workspace: Workspace, period: str, *species: str) -> Manifest:
    add_candidate(workspace, [tree(number, name) for number, name in enumerate(species)], period=period)
    (manifest,) = release_now(workspace, registry(workspace)).versions
    return manifest


def test_a_correction_writes_the_deliveries_of_its_period_alone(workspace: Workspace) -> None:
    store = FolderStore(workspace.catalog)
    for year in range(2001, 2006):
        manifest = released(workspace, str(year), "ginkgo", "plane")
    before = {entry.path for entry in store.entries("sources")}
    assert before == {path for path in manifest.documents if path.startswith("sources/")} and len(before) == 5
    corrected = released(workspace, "2003", "ginkgo", "oak", "ash")
    (new,) = {entry.path for entry in store.entries("sources")} - before
    assert [sources_path(segment.sources.sha256) == new for segment in corrected.segments] == [0, 0, 1, 0, 0]
    stored = load_manifest(store, corrected.sha256)
    assert stored == corrected and all(segment.sources.content is None for segment in stored.segments)
    told = [load_deliveries(store, segment) for segment in stored.segments]
    assert [len(deliveries) for deliveries in told] == [segment.sources.deliveries for segment in stored.segments]
    assert [entry.rows for deliveries in told for entry in deliveries] == [2, 2, 3, 2, 2]
    assert stored.quality == {"rows_delivered": 11, "rows_accepted": 11, "rows_quarantined": 0}
    assert not collect_garbage(store, NOW + 2 * GRACE + dt.timedelta(days=3650)) and not verify(store)


def test_damaged_and_missing_sources_are_found(workspace: Workspace) -> None:
    store = FolderStore(workspace.catalog)
    segment = load_manifest(store, released(workspace, "2025", "ginkgo").sha256).segments[0]
    path = workspace.catalog / sources_path(segment.sources.sha256)
    content = path.read_bytes()
    for reason, damaged in (("sha256", content.replace(b"parks", b"barks")), ("missing", None)):
        path.unlink()
        if damaged is not None:
            path.write_bytes(damaged)
        assert [(problem.path, problem.reason) for problem in verify(store)] == [
            (sources_path(segment.sources.sha256), reason)
        ]
        with pytest.raises(CorruptStore):
            load_deliveries(store, segment)
        path.touch()


def test_a_candidate_keeps_its_deliveries_itself(workspace: Workspace) -> None:
    segment = add_candidate(workspace, [tree(1)])
    ((_, pending),) = pending_candidates(workspace)
    assert pending == segment and pending.sources.content == segment.sources.content and not pending.sources.inline
    assert not (workspace.catalog / "sources").exists()


def test_manifests_that_have_deliveries_themselves_are_read_and_go_on(workspace: Workspace) -> None:
    """As they were first written: such segments stay as they are in the versions that follow."""
    store = FolderStore(workspace.catalog)
    first = released(workspace, "2024", "ginkgo")
    inline = [replace(each, sources=replace(each.sources, inline=True)) for each in first.segments]
    early = replace(first, segments=tuple(inline))
    document = json.loads(early.content())
    assert {"deliveries", "receipt"} <= document["segments"][0].keys() and "sources" not in document["segments"][0]
    put_manifest(store, early.content())
    snapshot = workspace.catalog / "snapshots" / "000001.json"
    text = snapshot.read_text(encoding="utf-8").replace(first.sha256, early.sha256)
    snapshot.unlink()
    snapshot.write_text(text, encoding="utf-8")
    (store.root / manifest_path(first.sha256)).unlink()
    read = load_manifest(store, early.sha256)
    assert (read.segments, read.receipt, read.quality) == (first.segments, first.receipt, first.quality)
    assert read.content() == early.content() and not any(path.startswith("sources/") for path in read.documents)
    second = released(workspace, "2025", "oak")
    stored = load_manifest(store, second.sha256)
    assert [segment.sources.inline for segment in stored.segments] == [True, False]
    assert [len(load_deliveries(store, segment)) for segment in stored.segments] == [1, 1]
    assert stored.segments[0].receipt == first.segments[0].receipt
    assert not verify(store) and index_now(workspace) is not None


def test_sources_are_named_by_what_they_tell() -> None:
    assert Sources.of([]) == Sources.from_dict(Sources.of([]).as_dict())
    with pytest.raises(ValueError, match="SHA-256"):
        Sources.from_dict({**Sources.of([]).as_dict(), "sha256": "../../etc"})
