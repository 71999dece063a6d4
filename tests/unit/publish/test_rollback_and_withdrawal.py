"""Going back to an earlier version, withdrawing versions, and what is left of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from publishing import (
    NOW,
    add_candidate,
    named,
    publish,
    registry,
    release_now,
    tree,
    workspace_with_registry,
)
from reviewing import approving
from support import WITHHELD, negative_entry, tree_descriptor, tree_schema, write_registry

from pipelines.core.errors import CorruptStore, NothingReleased, UnknownDataset, UnknownVersion
from pipelines.core.paths import Workspace
from pipelines.core.versions import Change
from pipelines.disclose.negative_list import ListedDatasetMissing
from pipelines.disclose.reviews import load_reviews
from pipelines.publish import (
    FolderStore,
    Manifest,
    Release,
    VersionNote,
    VersionWithdrawn,
    finish_withdrawal,
    latest_snapshot,
    load_manifest,
    load_tombstone,
    newest_entries,
    object_path,
    pending_candidates,
    reinstate,
    rollback,
    save_note,
    withdraw,
)
from pipelines.publish.errors import NotDisclosed, NothingToRestore
from pipelines.publish.garbage import References, references
from pipelines.publish.manifests import Superseded
from pipelines.publish.snapshots import Snapshot
from pipelines.publish.withdrawals import remove_withdrawn_bytes
from pipelines.registry.negative_list import NegativeList

TREES = "tree_inventory"
WHY = {"zh": "录入有误", "en": "Entered by mistake"}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return workspace_with_registry(tmp_path)


@pytest.fixture
def store(workspace: Workspace) -> FolderStore:
    return FolderStore(workspace.catalog)


def back_to(workspace: Workspace, version: str) -> Manifest:
    store = FolderStore(workspace.catalog)
    (manifest,) = roll_back(workspace, store, version).versions
    return manifest


def roll_back(workspace: Workspace, store: FolderStore, version: str) -> Release:
    catalog = registry(workspace)
    return rollback(workspace, store, catalog, approving(workspace.reviews, catalog), TREES, version, WHY, NOW)


def current(store: FolderStore) -> Snapshot:
    snapshot = latest_snapshot(store)
    assert snapshot is not None
    return snapshot


def trees(store: FolderStore, manifest: Manifest) -> list[str]:
    files = [store.local(object_path(part.sha256)) for part in manifest.parts]
    return [number for file in files for number in pq.read_table(file)["tree_id"].to_pylist()]


def test_going_back_is_a_new_version_that_says_why(workspace: Workspace, store: FolderStore) -> None:
    first = publish(workspace, tree(1), tree(2))
    second = publish(workspace, tree(1), tree(2, "willow"), tree(3))
    third = back_to(workspace, "1.0.0")
    assert (first.version, second.version, third.version) == ("1.0.0", "1.1.0", "1.1.1")
    assert (third.restores, third.note) == ("1.0.0", WHY)
    assert third.parts == first.parts
    assert third.previous is not None and third.previous.version == "1.1.0"
    assert current(store).datasets[TREES].version == "1.1.1"
    assert load_manifest(store, third.sha256) == third
    assert roll_back(workspace, store, "1.0.0").versions == ()


def test_nothing_is_brought_back_while_the_list_is_about_a_dataset_that_is_not_there(
    workspace: Workspace, store: FolderStore
) -> None:
    publish(workspace, tree(1))
    publish(workspace, tree(1), tree(2))
    listed = NegativeList.model_validate({"entries": [negative_entry(dataset="renamed")]})
    catalog = replace(registry(workspace), listed=listed.entries)
    with pytest.raises(ListedDatasetMissing):
        rollback(workspace, store, catalog, load_reviews(workspace.reviews), TREES, "1.0.0", WHY, NOW)


def test_what_was_rolled_back_is_not_released_again_by_itself(workspace: Workspace, store: FolderStore) -> None:
    publish(workspace, tree(1))
    publish(workspace, tree(1), tree(2))
    back_to(workspace, "1.0.0")
    add_candidate(workspace, [tree(1), tree(2)])
    assert release_now(workspace, registry(workspace)).versions == ()
    assert pending_candidates(workspace) == ()
    publish(workspace, tree(9), period="2026")
    add_candidate(workspace, [tree(1), tree(2)])
    assert release_now(workspace, registry(workspace)).versions == ()
    corrected = publish(workspace, tree(1), tree(3))
    assert corrected.superseded == {}
    assert trees(store, publish(workspace, tree(1), tree(2))) == ["T00001", "T00002", "T00009"]


def test_going_back_takes_later_periods_out(workspace: Workspace, store: FolderStore) -> None:
    publish(workspace, tree(1))
    publish(workspace, tree(2), period="2026")
    manifest = back_to(workspace, "1.0.0")
    assert (manifest.version, manifest.periods) == ("2.0.0", ("2025",))
    add_candidate(workspace, [tree(2)], period="2026")
    assert release_now(workspace, registry(workspace)).versions == ()
    anew = publish(workspace, tree(2), tree(4), period="2026", sequence=2)
    assert trees(store, anew) == ["T00001", "T00002", "T00004"]


def test_a_withdrawn_version_stays_told_and_readable(workspace: Workspace, store: FolderStore) -> None:
    first = publish(workspace, tree(1))
    publish(workspace, tree(1), tree(2))
    done = withdraw(store, TREES, ["1.0.0"], WHY, NOW, basis="PIPL art. 47")
    assert (done.versions, done.removed, done.hidden) == (("1.0.0",), (), False)
    sha256 = current(store).tombstone_of(TREES, "1.0.0")
    assert sha256 is not None and done.snapshot == current(store)
    stone = load_tombstone(store, sha256)
    assert (stone.reason, stone.basis, stone.withdrawn) == (WHY, "PIPL art. 47", "2026-04-01T08:30:00Z")
    assert stone.manifests == {"1.0.0": first.sha256}
    assert trees(store, first) == ["T00001"]
    assert withdraw(store, TREES, ["1.0.0"], WHY, NOW).versions == ()
    with pytest.raises(VersionWithdrawn):
        back_to(workspace, "1.0.0")


def test_bytes_that_only_withdrawn_versions_have_are_removed(workspace: Workspace, store: FolderStore) -> None:
    publish(workspace, tree(5), period="2024")
    second = publish(workspace, tree(1), tree(7))
    third = publish(workspace, tree(1))
    withdraw(store, TREES, ["1.1.0"], WHY, NOW)
    done = withdraw(store, TREES, ["1.1.0"], WHY, NOW, remove_bytes=True)
    (gone,) = {part.sha256 for part in second.parts} - {part.sha256 for part in third.parts}
    assert done.removed == (object_path(gone),)
    assert store.size(object_path(gone)) is None
    assert trees(store, third) == ["T00005", "T00001"]
    assert load_manifest(store, second.sha256) == second
    assert withdraw(store, TREES, ["1.1.0"], WHY, NOW, remove_bytes=True).removed == ()


def test_a_removal_that_a_crash_prevented_is_done_later(workspace: Workspace, store: FolderStore,
                                                        monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    first = publish(workspace, tree(1))
    publish(workspace, tree(2))
    monkeypatch.setattr("pipelines.publish.withdrawals.remove_withdrawn_bytes", lambda *_: ())
    withdraw(store, TREES, ["1.0.0"], WHY, NOW, remove_bytes=True)
    monkeypatch.setattr("pipelines.publish.withdrawals.remove_withdrawn_bytes", remove_withdrawn_bytes)
    assert trees(store, first) == ["T00001"]
    assert finish_withdrawal(store) == (object_path(first.parts[0].sha256),)
    assert finish_withdrawal(store) == ()


def test_a_dataset_without_its_newest_version_is_held_back(workspace: Workspace, store: FolderStore) -> None:
    publish(workspace, tree(1))
    publish(workspace, tree(1), tree(2))
    done = withdraw(store, TREES, ["1.1.0"], WHY, NOW)
    assert done.hidden and current(store).datasets == {}
    add_candidate(workspace, [tree(3)], period="2026")
    assert release_now(workspace, registry(workspace)).versions == ()
    assert len(pending_candidates(workspace)) == 1
    assert reinstate(store, TREES, NOW)
    assert not reinstate(store, TREES, NOW)
    (manifest,) = release_now(workspace, registry(workspace)).versions
    assert manifest.previous is not None and manifest.previous.version == "1.1.0"
    assert manifest.periods == ("2026",)
    assert current(store).tombstone_of(TREES, "1.1.0") is not None


def test_a_held_dataset_can_go_back_to_a_sound_version(workspace: Workspace, store: FolderStore) -> None:
    publish(workspace, tree(1))
    publish(workspace, tree(1), tree(2))
    withdraw(store, TREES, [], WHY, NOW)
    assert set(current(store).tombstones[TREES]) == {"1.0.0", "1.1.0"}
    reinstate(store, TREES, NOW)
    again = publish(workspace, tree(8))
    publish(workspace, tree(8), tree(9))
    withdraw(store, TREES, [current(store).datasets[TREES].version], WHY, NOW)
    assert trees(store, back_to(workspace, again.version)) == ["T00008"]
    assert current(store).held == frozenset()


def test_what_does_not_exist_is_said_so(workspace: Workspace, store: FolderStore) -> None:
    with pytest.raises(NothingReleased):
        withdraw(store, TREES, [], WHY, NOW)
    publish(workspace, tree(1))
    with pytest.raises(UnknownDataset):
        withdraw(store, "unknown", [], WHY, NOW)
    with pytest.raises(UnknownVersion, match=r"1\.0\.0"):
        withdraw(store, TREES, ["7.0.0"], WHY, NOW)
    with pytest.raises(UnknownVersion):
        back_to(workspace, "7.0.0")


def test_an_officer_raises_a_number_and_says_why(workspace: Workspace) -> None:
    first = publish(workspace, tree(1))
    save_note(workspace, VersionNote(TREES, first.sha256, WHY, Change.MAJOR))
    second = publish(workspace, tree(1), tree(2))
    assert (second.version, second.note) == ("2.0.0", WHY)
    third = publish(workspace, tree(1), tree(3))
    assert (third.version, third.note) == ("2.0.1", None)
    save_note(workspace, VersionNote(TREES, second.sha256, WHY))
    assert publish(workspace, tree(4)).note is None
    assert not list(workspace.notes.iterdir())


def test_a_number_is_never_lowered(workspace: Workspace) -> None:
    first = publish(workspace, tree(1))
    save_note(workspace, VersionNote(TREES, first.sha256, WHY, Change.PATCH))
    assert publish(workspace, tree(1), tree(2)).version == "1.1.0"


def test_what_has_left_the_catalog_is_known_without_reading_earlier_snapshots(
    workspace: Workspace, store: FolderStore
) -> None:
    manifest = publish(workspace, tree(1))
    withdraw(store, TREES, (), WHY, NOW)
    reinstate(store, TREES, NOW)
    base = current(store)
    asked = {TREES, "never_released"}
    found = newest_entries(store, base, asked)
    assert {name: entry.manifest for name, entry in found.items()} == {TREES: manifest.sha256}
    assert base.left == found and newest_entries(store, replace(base, left=None), asked) == found
    (workspace.catalog / "snapshots" / "000001.json").unlink()
    assert newest_entries(store, base, asked) == found
    with pytest.raises(CorruptStore):  # Early snapshots do not tell: those before them are read.
        newest_entries(store, replace(base, left=None), asked)
    again = publish(workspace, tree(1), tree(2))
    assert (again.version, current(store).left) == ("1.1.0", {})


def test_withdrawn_rows_do_not_come_back_by_themselves_after_a_rollback(
    workspace: Workspace, store: FolderStore
) -> None:
    publish(workspace, tree(1))
    add_candidate(workspace, [tree(1), tree(2)], sequence=2)
    release_now(workspace, registry(workspace))
    withdraw(store, TREES, ["1.1.0"], WHY, NOW, remove_bytes=True)
    back_to(workspace, "1.0.0")
    # As a ledger that was lost would have it composed, and under a descriptor that made other files of it.
    for rows in ([tree(1), tree(2)], [tree(1), tree(2, height="2.00")]):
        add_candidate(workspace, rows, sequence=2)
        assert release_now(workspace, registry(workspace)).versions == ()
        assert pending_candidates(workspace) == ()
    add_candidate(workspace, [tree(1), tree(3)], sequence=3)
    (manifest,) = release_now(workspace, registry(workspace)).versions
    assert trees(store, manifest) == ["T00001", "T00003"]


def test_deliveries_that_were_rolled_back_stay_out_whatever_is_made_of_them(
    workspace: Workspace, store: FolderStore
) -> None:
    publish(workspace, tree(1))
    add_candidate(workspace, [tree(1), tree(2)], sequence=2)
    (second,) = release_now(workspace, registry(workspace)).versions
    given_up = back_to(workspace, "1.0.0").superseded
    assert given_up == {"2025": Superseded(second.segments[0].digest, ("tree_inventory.2025.parks_office.2",))}
    add_candidate(workspace, [tree(1), tree(2), tree(4)], sequence=2)
    refused = release_now(workspace, registry(workspace))
    assert refused.versions == () and [notice.id for notice in refused.notices] == ["publish-rolled-back-again"]
    assert all("parks_office.2" in notice.text(language) for notice in refused.notices for language in ("en", "zh"))
    assert "parks_office.2" not in str(back_to(workspace, second.version).superseded)
    add_candidate(workspace, [tree(1), tree(2), tree(4)], sequence=2)
    (manifest,) = release_now(workspace, registry(workspace)).versions
    assert trees(store, manifest) == ["T00001", "T00002", "T00004"]


def test_a_dataset_that_is_not_disclosed_actively_cannot_go_back(workspace: Workspace, store: FolderStore) -> None:
    publish(workspace, tree(1))
    publish(workspace, tree(1), tree(2))
    descriptor = tree_descriptor()
    descriptor["disclosure"] = {**descriptor["disclosure"], "attribute": "on_application"}
    write_registry(workspace.schema, tree_inventory=(descriptor, tree_schema()))
    release_now(workspace, registry(workspace))
    with pytest.raises(NotDisclosed, match="on_application"):
        back_to(workspace, "1.0.0")
    assert current(store).datasets == {}


def test_a_version_of_which_nothing_may_be_public_cannot_come_back(workspace: Workspace, store: FolderStore) -> None:
    publish(workspace, tree(1))
    publish(workspace, tree(1), tree(2))
    private = tree_schema()
    key = next(entry for entry in private["fields"] if entry["name"] == "tree_id")
    key["disclosure"] = {**WITHHELD, "treatment": {"type": "drop"}}
    private["primaryKey"] = ["species"]
    write_registry(workspace.schema, tree_inventory=(tree_descriptor(), private))
    before = current(store)
    with pytest.raises(NothingToRestore, match=r"1\.0\.0"):
        back_to(workspace, "1.0.0")
    assert current(store) == before


@pytest.mark.parametrize(
    "follow",
    [
        lambda workspace, _: back_to(workspace, "1.0.0"),
        lambda _, store: reinstate(store, TREES, NOW),
        lambda workspace, _: publish(workspace, tree(9), period="2026", dataset="parks_staff"),
    ],
    ids=["rollback", "reinstate", "release"],
)
def test_bytes_are_removed_before_anything_is_committed_after_a_crash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, follow: Callable[[Workspace, FolderStore], object]
) -> None:
    workspace = workspace_with_registry(tmp_path / "more", parks_staff=named("parks_staff"))
    store = FolderStore(workspace.catalog)
    publish(workspace, tree(1))
    second = publish(workspace, tree(1), tree(2))
    (gone,) = {part.sha256 for part in second.parts}

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(FolderStore, "remove", die)
        withdraw(store, TREES, [second.version], WHY, NOW, remove_bytes=True)
    assert store.size(object_path(gone)) is not None
    follow(workspace, store)
    assert store.size(object_path(gone)) is None


def test_a_release_while_bytes_are_removed_keeps_its_own(
    workspace: Workspace, store: FolderStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that commits once what may be removed has been found, and has the very bytes."""
    first = publish(workspace, tree(1))
    publish(workspace, tree(2))
    (path,) = {object_path(part.sha256) for part in first.parts}
    found = references(store)

    def meanwhile(asked: FolderStore) -> References:
        monkeypatch.setattr("pipelines.publish.withdrawals.references", references)
        add_candidate(workspace, [tree(1)], sequence=3)
        release_now(workspace, registry(workspace))
        return replace(found, objects=found.objects - {path})

    monkeypatch.setattr("pipelines.publish.withdrawals.references", meanwhile)
    assert withdraw(store, TREES, ["1.0.0"], WHY, NOW, remove_bytes=True).removed == ()
    assert store.size(path) is not None
