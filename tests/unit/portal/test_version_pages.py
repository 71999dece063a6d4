"""Pages about versions: each has its own, made once; tombstones of those that were withdrawn; lists of hundreds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pages import Element, make_portal, page, reshown
from publicising import download, two_datasets
from publishing import NOW, add_candidate, copied, registry, release_now, tree

from pipelines.core.paths import Workspace
from pipelines.portal.state import PortalState
from pipelines.portal.versions import VersionLine, neighbours
from pipelines.publish import FolderStore, Manifest, VersionNote, latest_snapshot, save_note, withdraw

TREES = "datasets/tree_inventory/"
REASON = {"zh": "含有误发的内容", "en": "It had what was sent by mistake"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Trees in the versions 1.0.0, 1.0.1 (a correction with a note) and 1.1.0; only the newest has downloads."""
    workspace = two_datasets(tmp_path_factory.mktemp("made"))
    snapshot = latest_snapshot(FolderStore(workspace.catalog))
    assert snapshot is not None
    note = {"zh": "补充 2026 年", "en": "Adds 2026"}
    save_note(workspace, VersionNote("tree_inventory", snapshot.datasets["tree_inventory"].manifest, note))
    add_candidate(workspace, [tree(7), tree(8)], period="2026")
    release_now(workspace, registry(workspace), NOW.replace(day=3))
    download(workspace, "1.1.0")
    make_portal(workspace)
    return workspace


@pytest.fixture
def workspace(made: Workspace, tmp_path: Path) -> Workspace:
    # The index of pages belongs to a folder, so it is made anew in this one.
    here = copied(made, tmp_path)
    make_portal(here)
    return here


def times(workspace: Workspace) -> dict[str, int]:
    """When each page about trees was written."""
    root = workspace.catalog
    files = [*(root / TREES).rglob("*.*"), *(root / "en" / TREES).rglob("*.*")]
    return {str(file.relative_to(root)): file.stat().st_mtime_ns for file in files if file.is_file()}


def cells(table: Element) -> list[list[str]]:
    return [[cell.text for cell in row.all("th", "td")] for row in table.all("tbody")[0].all("tr")]


def test_a_version_tells_what_it_changed_and_which_deliveries_it_is_made_of(made: Workspace) -> None:
    newest = page(made, f"en/{TREES}1.1.0/")
    changes = newest.section("changes")
    assert "Rows: 4; added: 2, removed: 0, changed: 0." in changes.text and "Periods added: 2026" in changes.text
    assert cells(changes.all("table")[0]) == [["2026", "2", "0", "0"]]
    assert cells(newest.section("deliveries").all("table")[0]) == [["2026", "Parks Office", "1", "2", "0"]]
    assert newest.all("blockquote")[0].text == "Adds 2026"
    assert "This is the newest version." in newest.text and "2026-04-03" in newest.text


def test_a_version_has_its_own_title_citation_and_manifest(made: Workspace) -> None:
    old = page(made, f"en/{TREES}1.0.0/")
    assert old.all("h1")[0].text == "Tree inventory, version 1.0.0"
    assert old.all("title")[0].text.startswith("Tree inventory 1.0.0 – ")
    snapshot = latest_snapshot(FolderStore(made.catalog))
    assert snapshot is not None
    proof = old.section("proof")
    assert snapshot.datasets["tree_inventory"].manifest not in proof.text
    (sha256,) = (code.text for code in proof.all("code"))
    assert (made.catalog / f"manifests/{sha256[:2]}/{sha256}.json").is_file()
    assert sha256 in (made.catalog / TREES / "1.0.0" / "cite.bib").read_text(encoding="utf-8")
    assert "There is a newer version." in old.text
    assert old.links()["After: 1.0.1"] == "../../../../en/datasets/tree_inventory/1.0.1/"


def test_only_the_newest_version_has_files_the_others_have_objects_and_a_command(made: Workspace) -> None:
    newest, old = (page(made, f"en/{TREES}{version}/").section("downloads") for version in ("1.1.0", "1.0.0"))
    assert "tree_inventory-1.1.0.csv" in newest.links() and "gongkai" not in newest.text
    assert "gongkai downloads tree_inventory 1.0.0" in old.text
    links = old.links()
    assert sorted(links) == ["tree_inventory-1.0.0-2024-1.parquet", "tree_inventory-1.0.0-2025-1.parquet"]
    for link in links.values():
        assert (made.catalog / "en" / TREES / "1.0.0" / link).read_bytes().startswith(b"PAR1")
    use = page(made, f"en/{TREES}1.0.0/").section("use").text
    assert '"parks"."tree_inventory"(\'1.0.0\')' in use and "sha256sum --check" in use


def test_old_versions_are_not_made_again_when_a_new_one_comes(workspace: Workspace) -> None:
    before = times(workspace)
    add_candidate(workspace, [tree(9)], period="2027")
    release_now(workspace, registry(workspace), NOW.replace(day=4))
    assert make_portal(workspace).made == ("tree_inventory",)
    after = times(workspace)
    unchanged = {path for path in before if before[path] == after.get(path)}
    assert {path for path in before if "/1.0." in path} <= unchanged
    # The newest knows now that there is one after it.
    assert {path for path in before if "/1.1.0/index" in path}.isdisjoint(unchanged)


def test_manifests_of_known_versions_are_read_once(workspace: Workspace) -> None:
    with PortalState.open(workspace.portal) as state:
        lines = [VersionLine.from_json(line) for line in state.versions("tree_inventory")]
    assert [(line.version, line.kind, line.corrects) for line in lines] == [
        ("1.1.0", "addition", False), ("1.0.1", "correction", True), ("1.0.0", "first", False),
    ]  # fmt: skip
    # Nothing but what the newest ten versions are told by is needed of old ones.
    reshown(workspace, *[_same] * 12)
    make_portal(workspace)
    first = workspace.catalog / f"manifests/{lines[-1].manifest[:2]}/{lines[-1].manifest}.json"
    first.unlink()
    reshown(workspace, _same)
    assert make_portal(workspace).failed == {}
    assert "1.1.13" in page(workspace, TREES).section("versions").text


def _same(manifest: Manifest) -> Manifest:
    return replace(manifest, restores="1.0.0")


def test_a_withdrawn_version_says_why_in_both_languages_and_what_to_take_instead(workspace: Workspace) -> None:
    withdraw(FolderStore(workspace.catalog), "tree_inventory", ["1.0.1"], REASON, NOW.replace(day=4), basis="Act 7")
    before = times(workspace)
    make_portal(workspace)
    for prefix in ("", "en/"):
        gone = page(workspace, f"{prefix}{TREES}1.0.1/")
        assert REASON["zh"] in gone.text and REASON["en"] in gone.text and "Act 7" in gone.text
        assert "2026-04-04" in gone.text and not gone.all("table")
        assert f"/{prefix}{TREES}1.1.0/" in " ".join(gone.links().values())
    assert not (workspace.catalog / TREES / "1.0.1" / "cite.bib").exists()
    shown = page(workspace, f"en/{TREES}").section("versions")
    assert shown.links()["Why it was withdrawn"].endswith("/1.0.1/") and "changed: 1" not in shown.text
    assert "Withdrawn" in page(workspace, f"en/{TREES}versions/").text
    # What stands before and after it leads past it.
    assert page(workspace, f"en/{TREES}1.0.0/").links()["After: 1.1.0"]
    assert page(workspace, f"en/{TREES}1.1.0/").links()["Before: 1.0.0"]
    assert {path for path in before if before[path] != times(workspace).get(path)} >= {f"{TREES}1.0.1/index.html"}


def test_a_dataset_that_is_withdrawn_keeps_its_pages_as_tombstones(workspace: Workspace) -> None:
    withdraw(FolderStore(workspace.catalog), "tree_inventory", ["1.0.0", "1.1.0"], REASON, NOW.replace(day=4),
             remove_bytes=True)  # fmt: skip
    assert make_portal(workspace).removed == ("tree_inventory",)
    gone = page(workspace, f"en/{TREES}")
    assert gone.all("h1")[0].text == "Tree inventory" and REASON["en"] in gone.text and REASON["zh"] in gone.text
    assert "Its rows were removed." in gone.text and not gone.all("table")
    assert "The catalog does not show it any more." in page(workspace, f"en/{TREES}1.0.1/").text
    assert REASON["en"] in page(workspace, f"en/{TREES}1.0.0/").text
    assert [row[0] for row in cells(page(workspace, f"en/{TREES}versions/").all("table")[0])] == [
        "1.1.0", "1.0.1", "1.0.0",
    ]  # fmt: skip
    assert "tree_inventory" not in (workspace.catalog / "en/index.html").read_text(encoding="utf-8")


def test_hundreds_of_versions_are_listed_on_several_pages(workspace: Workspace) -> None:
    reshown(workspace, *[_same] * 418)  # 421 versions: full pages have the oldest 200 and those after them
    make_portal(workspace)
    listed = [
        [row[0] for row in cells(page(workspace, f"en/{TREES}versions/{number}").all("table")[0])]
        for number in ("", "2/", "1/")
    ]
    assert [len(each) for each in listed] == [21, 200, 200]
    assert listed[0][0] == "1.1.418" and listed[2][-1] == "1.0.0"
    assert len({version for each in listed for version in each}) == 421
    newest, middle, oldest = (page(workspace, f"en/{TREES}versions/{number}").links() for number in ("", "2/", "1/"))
    assert newest["Older versions"].endswith("/versions/2/") and middle["Newer versions"].endswith("/versions/")
    assert middle["Older versions"].endswith("/versions/1/") and oldest["Newer versions"].endswith("/versions/2/")
    before = times(workspace)
    reshown(workspace, _same)
    make_portal(workspace)
    changed = {path for path, time in times(workspace).items() if before.get(path) != time}
    # The dataset, the newest list, the new version and the one before it, in two languages; two files to cite by.
    assert len(changed) == 10, changed
    assert page(workspace, f"en/{TREES}").links()["All 422 versions"]


def test_neighbours_are_those_that_are_shown() -> None:
    lines = [VersionLine(version, version, None, "first", 0, 0, 0, 0, None) for version in ("4", "3", "2", "1")]
    assert neighbours(lines, ()) == [("3", None), ("2", "4"), ("1", "3"), (None, "2")]
    assert neighbours(lines, ("3", "2")) == [("1", None), ("1", "4"), ("1", "4"), (None, "4")]
    assert neighbours(lines, ("4", "3", "2", "1")) == [(None, None)] * 4
    assert neighbours([], ()) == []
