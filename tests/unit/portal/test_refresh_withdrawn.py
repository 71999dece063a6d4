"""Keeping the portal up to date where something was withdrawn: it is not shown any more, whatever else fails."""

from __future__ import annotations

import shutil

import pytest
import yaml
from describing import dataset_file, update
from pages import contents, make_portal
from publicising import REASON
from publishing import NOW, add_candidate, newest_object, registry, release_now, tree

from pipelines.core.paths import Workspace
from pipelines.portal import PortalRefresh
from pipelines.publish import FolderStore, reinstate, withdraw


def test_pages_of_what_is_withdrawn_say_so_and_lists_do_not_show_it(workspace: Workspace) -> None:
    make_portal(workspace)
    place = "datasets/benches/index.html"
    before = contents(workspace)
    withdraw(FolderStore(workspace.catalog), "benches", [], REASON, NOW.replace(day=3))
    assert make_portal(workspace).removed == ("benches",)
    after = contents(workspace)
    assert {path for path in before if "benches" in path and path.endswith(".html")} <= after.keys()
    assert REASON["zh"] in after[place].decode() and REASON["en"] in after[f"en/{place}"].decode()
    assert b"T00002" in before[place] and b"T00002" not in after[place]
    assert b"benches" not in after["browse/index.html"] and b"benches" not in after["index.html"]
    assert make_portal(workspace) == PortalRefresh() and contents(workspace) == after
    workspace.portal.unlink()
    assert make_portal(workspace).removed == ("benches",) and contents(workspace) == after


def test_a_dataset_that_is_not_disclosed_any_more_keeps_its_addresses(workspace: Workspace) -> None:
    make_portal(workspace)
    said = yaml.safe_load(dataset_file(workspace, "benches").read_text(encoding="utf-8"))["disclosure"]
    update(dataset_file(workspace, "benches"), disclosure={**said, "attribute": "on_application"})
    release_now(workspace, registry(workspace), NOW.replace(day=3))
    assert make_portal(workspace).removed == ("benches",)
    for place in ("", "1.0.0/", "versions/"):
        assert f"datasets/benches/{place}index.html" in contents(workspace)
    assert "No longer in the catalog." in contents(workspace)["en/datasets/benches/1.0.0/index.html"].decode()


def test_a_dataset_that_comes_back_has_its_page_again(workspace: Workspace) -> None:
    make_portal(workspace)
    store = FolderStore(workspace.catalog)
    withdraw(store, "benches", [], REASON, NOW.replace(day=3))
    make_portal(workspace)
    reinstate(store, "benches", NOW.replace(day=4))
    add_candidate(workspace, [tree(3)], dataset="benches", sequence=2)
    release_now(workspace, registry(workspace), NOW.replace(day=5))
    assert make_portal(workspace) == PortalRefresh(("benches",))
    made = contents(workspace)
    assert b"T00003" in made["datasets/benches/index.html"] and b"benches" in made["browse/index.html"]
    assert REASON["zh"] in made["datasets/benches/1.0.0/index.html"].decode()


def test_nothing_withdrawn_stays_when_its_tombstone_cannot_be_read(workspace: Workspace) -> None:
    make_portal(workspace)
    withdraw(FolderStore(workspace.catalog), "benches", [], REASON, NOW.replace(day=3))
    (stone,) = (workspace.catalog / "tombstones").rglob("*.json")
    stone.chmod(0o600)
    stone.write_bytes(b"{}")
    assert make_portal(workspace).removed == ("benches",)
    assert not [path for path in contents(workspace) if "benches" in path]


def test_a_withdrawn_version_does_not_stay_when_the_next_one_cannot_be_shown(workspace: Workspace) -> None:
    make_portal(workspace)
    store = FolderStore(workspace.catalog)
    withdraw(store, "benches", [], REASON, NOW.replace(day=3))
    reinstate(store, "benches", NOW.replace(day=4))
    add_candidate(workspace, [tree(3)], dataset="benches", sequence=2)
    release_now(workspace, registry(workspace), NOW.replace(day=5))
    newest_object(workspace, "benches").write_bytes(b"PAR1 no more")
    assert set(make_portal(workspace).failed) == {"benches"}
    assert not [path for path in contents(workspace) if "benches" in path]


def test_an_earlier_version_that_was_withdrawn_does_not_stay_when_the_newest_cannot_be_shown(
    workspace: Workspace,
) -> None:
    make_portal(workspace)
    place = "datasets/tree_inventory/1.0.0/"
    before = contents(workspace)
    assert {f"{place}index.html", f"en/{place}index.html", f"{place}cite.bib"} <= before.keys()
    withdraw(FolderStore(workspace.catalog), "tree_inventory", ["1.0.0"], REASON, NOW.replace(day=3))
    intact = workspace.data.with_name("intact")
    shutil.copytree(workspace.data, intact)
    newest_object(workspace, "tree_inventory").write_bytes(b"PAR1 no more")
    assert set(make_portal(workspace).failed) == {"tree_inventory"}
    after = contents(workspace)
    assert not [path for path in after if place in path]
    assert after["datasets/tree_inventory/index.html"] == before["datasets/tree_inventory/index.html"]
    shutil.rmtree(workspace.data)
    intact.rename(workspace.data)
    make_portal(workspace)
    said = contents(workspace)[f"{place}index.html"]
    newest_object(workspace, "tree_inventory").write_bytes(b"PAR1 no more")
    update(dataset_file(workspace, "tree_inventory"), coverage={"from_period": "2024"})
    assert set(make_portal(workspace).failed) == {"tree_inventory"}
    assert contents(workspace)[f"{place}index.html"] == said


def test_what_left_is_not_shown_even_if_the_rest_cannot_be_made(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_portal(workspace)
    add_candidate(workspace, [tree(1, height="5.00")], period="2025", sequence=3)
    release_now(workspace, registry(workspace), NOW.replace(day=3))
    withdraw(FolderStore(workspace.catalog), "benches", [], REASON, NOW.replace(day=4))
    before = contents(workspace)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("pipelines.portal.refresh.dataset_pages", full)
        with pytest.raises(OSError, match="No space"):
            make_portal(workspace)
    after = contents(workspace)
    assert b"T00002" in before["datasets/benches/index.html"] and b"T00002" not in after["datasets/benches/index.html"]
