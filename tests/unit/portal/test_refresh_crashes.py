"""Keeping the portal up to date after crashes, lost indexes and restored copies."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from faults import Faults, Kind, faulty_store
from faulty_refreshes import check_finished_after_faults
from pages import contents, make_portal, portal_files
from publicising import REASON
from publishing import NOW, add_candidate, registry, release_now, tree

from pipelines.core.paths import Workspace
from pipelines.portal import PortalRefresh
from pipelines.portal.settling import mark_unsettled, this_boot
from pipelines.portal.state import PortalState
from pipelines.portal.writing import PageWriter
from pipelines.publish import FolderStore, withdraw


def test_a_page_that_a_crash_left_unremembered_does_not_pass_for_the_one_before(
    workspace: Workspace, tmp_path: Path
) -> None:
    state_file = tmp_path / "pages.sqlite"
    store = FolderStore(workspace.catalog)
    with PortalState.open(state_file) as state:
        PageWriter(store, state, "owner").put("about/index.html", b"before")
        faulty = PageWriter(faulty_store(store, Faults(1, Kind.LOST)), state, "owner")
        with pytest.raises(OSError, match="Input/output"):
            faulty.put("about/index.html", b"withdrawn since")
        with pytest.raises(OSError, match="Input/output"):
            PageWriter(faulty_store(store, Faults(1, Kind.LOST)), state, "owner").put("about/2/index.html", b"new")
        pages = PageWriter(store, state, "owner")
        pages.put("about/index.html", b"before")
        pages.finish()
    assert store.read("about/index.html") == b"before" and store.size("about/2/index.html") is None


def test_a_catalog_that_was_restored_from_an_earlier_copy_has_its_own_versions(workspace: Workspace) -> None:
    copy = workspace.data.with_name("copy")
    shutil.copytree(workspace.catalog, copy)
    add_candidate(workspace, [tree(1, height="5.00")], period="2025", sequence=3)
    release_now(workspace, registry(workspace), NOW.replace(day=3))
    make_portal(workspace)
    shutil.rmtree(workspace.catalog)
    shutil.copytree(copy, workspace.catalog)
    make_portal(workspace)
    assert "1.0.2" not in contents(workspace)["datasets/tree_inventory/versions/index.html"].decode()
    add_candidate(workspace, [tree(1, height="6.00")], period="2025", sequence=4)
    release_now(workspace, registry(workspace), NOW.replace(day=9))
    make_portal(workspace)
    said = contents(workspace)["datasets/tree_inventory/versions/index.html"]
    workspace.portal.unlink()
    make_portal(workspace)
    assert contents(workspace)["datasets/tree_inventory/versions/index.html"] == said
    assert said.count(b"1.0.1/") == 1 and b"2026-04-09" in said


def test_pages_that_a_lost_index_knew_do_not_stay(workspace: Workspace) -> None:
    make_portal(workspace)
    store = FolderStore(workspace.catalog)
    before = contents(workspace)
    workspace.portal.unlink()
    withdraw(store, "benches", [], REASON, NOW.replace(day=3))
    # Lists were longer once, and a version's citations were there.
    for path in ("browse/2/index.html", "en/themes/old/index.html", "code-lists/old/index.html"):
        store.replace(path, b"benches")
    lists = sorted(entry.path for entry in store.entries("codelists") if entry.path.endswith(".csv"))
    make_portal(workspace)
    after = contents(workspace)
    assert "datasets/benches/1.0.0/cite.bib" in before and "datasets/benches/1.0.0/cite.bib" not in after
    assert not {"browse/2/index.html", "en/themes/old/index.html", "code-lists/old/index.html"} & after.keys()
    shown = [
        {path for path in each if path.startswith("search/") and b"benches" in each[path]} for each in (before, after)
    ]
    assert shown[0] and not shown[1]
    assert lists == sorted(entry.path for entry in store.entries("codelists") if entry.path.endswith(".csv"))
    store.replace("browse/2/index.html", b"of somebody else")
    assert make_portal(workspace) == PortalRefresh() and store.size("browse/2/index.html") is not None


def test_pages_that_were_not_on_disk_when_the_machine_stopped_are_written_anew(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_portal(workspace)
    made = portal_files(workspace)
    place = workspace.catalog / "datasets/benches/index.html"
    # The power was cut before pages were flushed: one is torn.
    with PortalState.open(workspace.portal) as state:
        assert state.unsettled is None
        state.unsettle("an earlier boot")
    place.write_bytes(b"\0" * 10)
    assert len(make_portal(workspace).made) == 2
    assert contents(workspace) == {path: content for path, (_, content) in made.items()}
    # A process that died has left its pages to the system.
    with PortalState.open(workspace.portal) as state:
        assert state.unsettled is None
        mark_unsettled(state)
    assert make_portal(workspace) == PortalRefresh()
    with PortalState.open(workspace.portal) as state:
        assert state.unsettled is None
    # Where it is not known when the machine started, every process counts as another start.
    monkeypatch.setattr("pipelines.portal.settling._BOOT_ID", workspace.data / "none")
    this_boot.cache_clear()
    first = this_boot()
    this_boot.cache_clear()
    assert first != this_boot()
    this_boot.cache_clear()


@pytest.mark.parametrize("kind", [Kind.EIO, Kind.LOST])
def test_at_whichever_call_it_fails_the_next_time_finishes_it(workspace: Workspace, tmp_path: Path, kind: Kind) -> None:
    make_portal(workspace)
    add_candidate(workspace, [tree(1, height="5.00")], period="2025", sequence=3)
    release_now(workspace, registry(workspace), NOW.replace(day=3))
    check_finished_after_faults(workspace, tmp_path, make_portal, contents, kind, every=17)
