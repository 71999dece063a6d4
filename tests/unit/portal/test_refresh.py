"""Keeping the portal up to date: what is made, what is left alone, and what a crash or a broken dataset leaves."""

from __future__ import annotations

import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest
import yaml
from describing import dataset_file, update
from faults import Faults, Kind, faulty_store, some_of
from publicising import publicise, refresh, two_datasets
from publishing import NOW, add_candidate, index_now, registry, release_now, tree, workspace_with_registry

from pipelines.core.paths import Workspace
from pipelines.portal import PortalRefresh, refresh_portal
from pipelines.portal.settling import mark_unsettled, this_boot
from pipelines.portal.state import PortalState
from pipelines.portal.writing import PageWriter
from pipelines.publish import FolderStore, Store, latest_snapshot, load_manifest, object_path, reinstate, withdraw
from pipelines.publish.garbage import FOLDERS as GARBAGE_FOLDERS

REASON = {"zh": "误发", "en": "Sent by mistake"}
FOLDERS = (
    "about", "assets", "browse", "code-lists", "datasets", "disclosure", "en", "organisations", "search", "themes",
)  # fmt: skip


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("released")
    workspace = two_datasets(folder)
    refresh(workspace)
    index_now(workspace)
    return folder


@pytest.fixture
def workspace(released: Path, tmp_path: Path) -> Workspace:
    shutil.copytree(released, tmp_path, dirs_exist_ok=True)
    return Workspace.at(tmp_path / "data", tmp_path / "schema")


def make(workspace: Workspace, store: Store | None = None) -> PortalRefresh:
    place = store or FolderStore(workspace.catalog)
    return refresh_portal(place, registry(workspace), workspace.portal, workspace.work)


def pages(workspace: Workspace) -> dict[str, tuple[float, bytes]]:
    """All files of the portal: when they were written, and their bytes."""
    store = FolderStore(workspace.catalog)
    # Code lists themselves lie beside the pages about them.
    entries = [entry for folder in FOLDERS for entry in store.entries(folder) if not entry.path.endswith(".csv")]
    entries += [entry for entry in store.entries("") if entry.path == "index.html"]
    return {entry.path: (entry.modified, store.read(entry.path)) for entry in entries}


def contents(workspace: Workspace) -> dict[str, bytes]:
    return {path: content for path, (_, content) in pages(workspace).items()}


def test_everything_is_made_once_and_the_second_time_nothing_is(workspace: Workspace) -> None:
    assert make(workspace) == PortalRefresh(("benches", "tree_inventory"))
    made = pages(workspace)
    assert {
        "index.html",
        "en/index.html",
        "datasets/benches/index.html",
        "en/datasets/benches/index.html",
    } <= made.keys()
    assert make(workspace) == PortalRefresh()
    assert pages(workspace) == made


def test_what_did_not_change_is_not_made_again(workspace: Workspace) -> None:
    make(workspace)
    before = pages(workspace)
    add_candidate(workspace, [tree(1, height="5.00")], period="2025", sequence=3)
    release_now(workspace, registry(workspace), NOW.replace(day=3))
    assert make(workspace).made == ("tree_inventory",)
    after = pages(workspace)
    assert {path for path in before if "benches" in path and before[path] != after[path]} == set()
    assert "1.0.2" in after["datasets/tree_inventory/index.html"][1].decode()
    assert before["index.html"] != after["index.html"]


def test_lost_pages_and_a_lost_index_are_made_again_byte_for_byte(workspace: Workspace) -> None:
    make(workspace)
    made = contents(workspace)
    workspace.portal.unlink()
    assert len(make(workspace).made) == 2 and contents(workspace) == made
    for path in made:
        (workspace.catalog / path).unlink()
    assert len(make(workspace).made) == 2 and contents(workspace) == made


def test_pages_of_what_is_withdrawn_say_so_and_lists_do_not_show_it(workspace: Workspace) -> None:
    make(workspace)
    place = "datasets/benches/index.html"
    before = contents(workspace)
    withdraw(FolderStore(workspace.catalog), "benches", [], REASON, NOW.replace(day=3))
    assert make(workspace).removed == ("benches",)
    after = contents(workspace)
    assert {path for path in before if "benches" in path and path.endswith(".html")} <= after.keys()
    assert REASON["zh"] in after[place].decode() and REASON["en"] in after[f"en/{place}"].decode()
    assert b"T00002" in before[place] and b"T00002" not in after[place]
    assert b"benches" not in after["browse/index.html"] and b"benches" not in after["index.html"]
    assert make(workspace) == PortalRefresh() and contents(workspace) == after
    workspace.portal.unlink()
    assert make(workspace).removed == ("benches",) and contents(workspace) == after


def test_a_dataset_that_is_not_disclosed_any_more_keeps_its_addresses(workspace: Workspace) -> None:
    make(workspace)
    said = yaml.safe_load(dataset_file(workspace, "benches").read_text(encoding="utf-8"))["disclosure"]
    update(dataset_file(workspace, "benches"), disclosure={**said, "attribute": "on_application"})
    release_now(workspace, registry(workspace), NOW.replace(day=3))
    assert make(workspace).removed == ("benches",)
    for place in ("", "1.0.0/", "versions/"):
        assert f"datasets/benches/{place}index.html" in contents(workspace)
    assert "No longer in the catalog." in contents(workspace)["en/datasets/benches/1.0.0/index.html"].decode()


def test_a_dataset_that_comes_back_has_its_page_again(workspace: Workspace) -> None:
    make(workspace)
    store = FolderStore(workspace.catalog)
    withdraw(store, "benches", [], REASON, NOW.replace(day=3))
    make(workspace)
    reinstate(store, "benches", NOW.replace(day=4))
    add_candidate(workspace, [tree(3)], dataset="benches", sequence=2)
    release_now(workspace, registry(workspace), NOW.replace(day=5))
    assert make(workspace) == PortalRefresh(("benches",))
    made = contents(workspace)
    assert b"T00003" in made["datasets/benches/index.html"] and b"benches" in made["browse/index.html"]
    assert REASON["zh"] in made["datasets/benches/1.0.0/index.html"].decode()


def test_nothing_withdrawn_stays_when_its_tombstone_cannot_be_read(workspace: Workspace) -> None:
    make(workspace)
    withdraw(FolderStore(workspace.catalog), "benches", [], REASON, NOW.replace(day=3))
    (stone,) = (workspace.catalog / "tombstones").rglob("*.json")
    stone.chmod(0o600)
    stone.write_bytes(b"{}")
    assert make(workspace).removed == ("benches",)
    assert not [path for path in contents(workspace) if "benches" in path]


def test_a_withdrawn_version_does_not_stay_when_the_next_one_cannot_be_shown(workspace: Workspace) -> None:
    make(workspace)
    store = FolderStore(workspace.catalog)
    withdraw(store, "benches", [], REASON, NOW.replace(day=3))
    reinstate(store, "benches", NOW.replace(day=4))
    add_candidate(workspace, [tree(3)], dataset="benches", sequence=2)
    release_now(workspace, registry(workspace), NOW.replace(day=5))
    break_newest(workspace, "benches")
    assert set(make(workspace).failed) == {"benches"}
    assert not [path for path in contents(workspace) if "benches" in path]


def break_newest(workspace: Workspace, dataset: str) -> None:
    """Damage the first object of the newest version."""
    store = FolderStore(workspace.catalog)
    snapshot = latest_snapshot(store)
    assert snapshot is not None
    version = load_manifest(store, snapshot.datasets[dataset].manifest)
    broken = workspace.catalog / object_path(version.parts[0].sha256)
    broken.chmod(0o600)
    broken.write_bytes(b"PAR1 no more")


def test_an_earlier_version_that_was_withdrawn_does_not_stay_when_the_newest_cannot_be_shown(
    workspace: Workspace,
) -> None:
    make(workspace)
    place = "datasets/tree_inventory/1.0.0/"
    before = contents(workspace)
    assert {f"{place}index.html", f"en/{place}index.html", f"{place}cite.bib"} <= before.keys()
    withdraw(FolderStore(workspace.catalog), "tree_inventory", ["1.0.0"], REASON, NOW.replace(day=3))
    intact = workspace.data.with_name("intact")
    shutil.copytree(workspace.data, intact)
    break_newest(workspace, "tree_inventory")
    assert set(make(workspace).failed) == {"tree_inventory"}
    after = contents(workspace)
    assert not [path for path in after if place in path]
    assert after["datasets/tree_inventory/index.html"] == before["datasets/tree_inventory/index.html"]
    shutil.rmtree(workspace.data)
    intact.rename(workspace.data)
    make(workspace)
    said = contents(workspace)[f"{place}index.html"]
    break_newest(workspace, "tree_inventory")
    update(dataset_file(workspace, "tree_inventory"), coverage={"from_period": "2024"})
    assert set(make(workspace).failed) == {"tree_inventory"}
    assert contents(workspace)[f"{place}index.html"] == said


def test_what_left_is_not_shown_even_if_the_rest_cannot_be_made(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(workspace)
    add_candidate(workspace, [tree(1, height="5.00")], period="2025", sequence=3)
    release_now(workspace, registry(workspace), NOW.replace(day=3))
    withdraw(FolderStore(workspace.catalog), "benches", [], REASON, NOW.replace(day=4))
    before = contents(workspace)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("pipelines.portal.refresh.dataset_pages", full)
        with pytest.raises(OSError, match="No space"):
            make(workspace)
    after = contents(workspace)
    assert b"T00002" in before["datasets/benches/index.html"] and b"T00002" not in after["datasets/benches/index.html"]


def test_a_dataset_whose_pages_cannot_be_made_holds_no_other_back(workspace: Workspace) -> None:
    make(workspace)
    before = contents(workspace)
    add_candidate(workspace, [tree(1, height="5.00")], period="2025", sequence=3)
    add_candidate(workspace, [tree(3)], dataset="benches", sequence=2)
    release_now(workspace, registry(workspace), NOW.replace(day=3))
    break_newest(workspace, "benches")
    done = make(workspace)
    assert done.made == ("tree_inventory",) and set(done.failed) == {"benches"}
    for language in ("en", "zh"):
        assert "benches" in done.failed["benches"].text(language)
    place = "datasets/benches/index.html"
    assert contents(workspace)[place] == before[place]


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
    make(workspace)
    shutil.rmtree(workspace.catalog)
    shutil.copytree(copy, workspace.catalog)
    make(workspace)
    assert "1.0.2" not in contents(workspace)["datasets/tree_inventory/versions/index.html"].decode()
    add_candidate(workspace, [tree(1, height="6.00")], period="2025", sequence=4)
    release_now(workspace, registry(workspace), NOW.replace(day=9))
    make(workspace)
    said = contents(workspace)["datasets/tree_inventory/versions/index.html"]
    workspace.portal.unlink()
    make(workspace)
    assert contents(workspace)["datasets/tree_inventory/versions/index.html"] == said
    assert said.count(b"1.0.1/") == 1 and b"2026-04-09" in said


def test_pages_that_a_lost_index_knew_do_not_stay(workspace: Workspace) -> None:
    make(workspace)
    store = FolderStore(workspace.catalog)
    before = contents(workspace)
    workspace.portal.unlink()
    withdraw(store, "benches", [], REASON, NOW.replace(day=3))
    # Lists were longer once, and a version's citations were there.
    for path in ("browse/2/index.html", "en/themes/old/index.html", "code-lists/old/index.html"):
        store.replace(path, b"benches")
    lists = sorted(entry.path for entry in store.entries("codelists") if entry.path.endswith(".csv"))
    make(workspace)
    after = contents(workspace)
    assert "datasets/benches/1.0.0/cite.bib" in before and "datasets/benches/1.0.0/cite.bib" not in after
    assert not {"browse/2/index.html", "en/themes/old/index.html", "code-lists/old/index.html"} & after.keys()
    shown = [
        {path for path in each if path.startswith("search/") and b"benches" in each[path]} for each in (before, after)
    ]
    assert shown[0] and not shown[1]
    assert lists == sorted(entry.path for entry in store.entries("codelists") if entry.path.endswith(".csv"))
    store.replace("browse/2/index.html", b"of somebody else")
    assert make(workspace) == PortalRefresh() and store.size("browse/2/index.html") is not None


def test_pages_that_were_not_on_disk_when_the_machine_stopped_are_written_anew(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(workspace)
    made = pages(workspace)
    place = workspace.catalog / "datasets/benches/index.html"
    # The power was cut before pages were flushed: one is torn.
    with PortalState.open(workspace.portal) as state:
        assert state.unsettled is None
        state.unsettle("an earlier boot")
    place.write_bytes(b"\0" * 10)
    assert len(make(workspace).made) == 2
    assert contents(workspace) == {path: content for path, (_, content) in made.items()}
    # A process that died has left its pages to the system.
    with PortalState.open(workspace.portal) as state:
        assert state.unsettled is None
        mark_unsettled(state)
    assert make(workspace) == PortalRefresh()
    with PortalState.open(workspace.portal) as state:
        assert state.unsettled is None
    # Where it is not known when the machine started, every process counts as another start.
    monkeypatch.setattr("pipelines.portal.settling._BOOT_ID", workspace.data / "none")
    this_boot.cache_clear()
    first = this_boot()
    this_boot.cache_clear()
    assert first != this_boot()
    this_boot.cache_clear()


def test_an_object_that_is_damaged_inside_holds_no_other_dataset_back(workspace: Workspace) -> None:
    store = FolderStore(workspace.catalog)
    snapshot = latest_snapshot(store)
    assert snapshot is not None
    version = load_manifest(store, snapshot.datasets["benches"].manifest)
    damaged = workspace.catalog / object_path(version.parts[0].sha256)
    content = damaged.read_bytes()
    damaged.chmod(0o600)
    # Beginning and end, which tell that it is a Parquet file and what is in it, are as they were.
    damaged.write_bytes(content[:4] + b"\xff" * 400 + content[404:])
    done = make(workspace)
    assert done.made == ("tree_inventory",) and set(done.failed) == {"benches"}


def test_a_search_index_that_cannot_be_made_holds_no_page_back(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(workspace)
    before = contents(workspace)
    add_candidate(workspace, [tree(1, height="5.00")], period="2025", sequence=3)
    release_now(workspace, registry(workspace), NOW.replace(day=3))
    with monkeypatch.context() as patched:
        patched.setattr("pipelines.portal.search.shown.facets_of", lambda card: {}[card.disclosure_class])
        done = make(workspace)
    assert done.made == ("tree_inventory",) and set(done.failed) == {"search/"}
    after = contents(workspace)
    assert {path for path in before if path.startswith("search/")} <= after.keys()
    assert before["index.html"] != after["index.html"]
    assert make(workspace).failed == {} and contents(workspace)["search/index.json"] != before["search/index.json"]


@pytest.mark.parametrize("kind", [Kind.EIO, Kind.LOST])
def test_at_whichever_call_it_fails_the_next_time_finishes_it(workspace: Workspace, tmp_path: Path, kind: Kind) -> None:
    make(workspace)
    add_candidate(workspace, [tree(1, height="5.00")], period="2025", sequence=3)
    release_now(workspace, registry(workspace), NOW.replace(day=3))
    undisturbed = tmp_path / "undisturbed"
    shutil.copytree(workspace.data, undisturbed)
    counted = Faults()
    other = Workspace.at(undisturbed, workspace.schema)
    make(other, faulty_store(FolderStore(other.catalog), counted))
    expected = contents(other)
    changing = [number for number, name in enumerate(counted.names, 1) if name.startswith(("put_derived", "remove"))]
    for number in some_of(changing, 17):
        tried = tmp_path / f"tried-{number}"
        shutil.copytree(workspace.data, tried)
        again = Workspace.at(tried, workspace.schema)
        with pytest.raises(OSError, match="Input/output"):
            make(again, faulty_store(FolderStore(again.catalog), Faults(number, kind)))
        make(again)
        assert contents(again) == expected
        shutil.rmtree(tried)


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in {"href", "src"} and value is not None]


def links(content: bytes) -> list[str]:
    parser = _Links()
    parser.feed(content.decode())
    return parser.found


def test_every_link_to_the_catalog_leads_somewhere(workspace: Workspace) -> None:
    make(workspace)
    for path, content in contents(workspace).items():
        if not path.endswith(".html"):
            continue
        for link in links(content):
            if re.match(r"(https?|mailto):", link) or link.startswith("#"):
                continue
            assert not link.startswith("/")
            base = path.rpartition("/")[0]
            target = unquote(link.partition("#")[0].partition("?")[0])
            resolved: list[str] = []
            for part in f"{base}/{target}".split("/"):
                if part == "..":
                    resolved.pop()
                elif part not in {"", "."}:
                    resolved.append(part)
            file = workspace.catalog.joinpath(*resolved)
            file = file / "index.html" if file.is_dir() else file
            assert file.is_file(), (path, link)


def test_a_catalog_without_an_address_has_pages_too(tmp_path: Path) -> None:
    workspace = workspace_with_registry(tmp_path)
    add_candidate(workspace, [tree(1)])
    release_now(workspace, registry(workspace))
    assert make(workspace).made == ("tree_inventory",)
    assert b"ld+json" not in contents(workspace)["en/datasets/tree_inventory/index.html"].split(b"</head>")[0].replace(
        b'rel="alternate" type="application/ld+json"', b""
    )


def test_no_page_of_an_empty_catalog(tmp_path: Path) -> None:
    workspace = publicise(workspace_with_registry(tmp_path))
    assert make(workspace) == PortalRefresh()
    update(dataset_file(workspace), keywords={"zh": ["树"], "en": ["trees"]})
    assert contents(workspace) == {}


def test_no_page_lies_where_the_catalog_keeps_what_cannot_be_made_again(workspace: Workspace) -> None:
    # Garbage is looked for there, and whatever no release names would be removed.
    kept = {entry.path for folder in GARBAGE_FOLDERS for entry in FolderStore(workspace.catalog).entries(folder)}
    make(workspace)
    assert {e.path for folder in GARBAGE_FOLDERS for e in FolderStore(workspace.catalog).entries(folder)} == kept
