"""Keeping metadata up to date: what is made, what is left alone, and what a crash or a broken dataset leaves."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest
from describing import dataset_file, update
from faults import Kind
from faulty_refreshes import check_finished_after_faults
from pages import make_portal
from publicising import BASE, REASON, documents, download, publicise, refresh, two_datasets
from publishing import NOW, add_candidate, copied, registry, release_now, tree, workspace_with_registry

from pipelines.catalog.metadata import MetadataRefresh
from pipelines.catalog.metadata.contract import ContractMissing
from pipelines.core.paths import Workspace
from pipelines.portal import PortalRefresh
from pipelines.publish import FolderStore, withdraw

TREES, BENCHES = "metadata/datasets/tree_inventory", "metadata/datasets/benches"


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return two_datasets(tmp_path_factory.mktemp("released"))


@pytest.fixture
def workspace(released: Workspace, tmp_path: Path) -> Workspace:
    return copied(released, tmp_path)


def times(workspace: Workspace, folder: str) -> Iterator[float]:
    return (entry.modified for entry in sorted(FolderStore(workspace.catalog).entries(folder)))


def test_everything_is_made_once_and_the_second_time_nothing_is(workspace: Workspace) -> None:
    assert refresh(workspace) == MetadataRefresh(("benches", "tree_inventory"))
    made, before = documents(workspace), list(times(workspace, "metadata"))
    of_each = (
        "croissant.json",
        "dcat-us.json",
        "dcat.jsonld",
        "dcat.ttl",
        "feed.atom",
        "schema-org.jsonld",
        "score.json",
    )
    assert sorted(made) == sorted([
        *(f"metadata/{name}" for name in (
            "catalog.jsonld", "catalog.ttl", "data.json", "datapackage.json", "dcat-us.jsonld", "feed.atom",
            "feed/000001.atom", "feed/000002.atom", "themes/parks/feed.atom",
        )),
        *(f"{folder}/{name}" for folder in (TREES, BENCHES) for name in of_each),
        f"{TREES}/1.0.1/datapackage.json", f"{BENCHES}/1.0.0/datapackage.json", "robots.txt", "sitemap.xml",
    ])  # fmt: skip
    assert refresh(workspace) == MetadataRefresh()
    assert documents(workspace) == made and list(times(workspace, "metadata")) == before


def test_what_did_not_change_is_not_made_again(workspace: Workspace) -> None:
    refresh(workspace)
    before = list(times(workspace, BENCHES))
    add_candidate(workspace, [tree(1, height="5.00")], period="2025", sequence=3)
    release_now(workspace, registry(workspace), NOW.replace(day=3))
    assert refresh(workspace).made == ("tree_inventory",)
    assert list(times(workspace, BENCHES)) == before
    catalog = documents(workspace)["metadata/data.json"].decode()
    assert "1.0.2" in catalog and "benches" in catalog
    # What is said of a dataset alone is made anew, although nothing was released.
    area = {"uri": f"{BASE}places/park", "title": {"zh": "公园", "en": "Park"}, "bbox": [0, 0, 1, 1]}
    update(dataset_file(workspace), coverage={"spatial": area})
    assert refresh(workspace).made == ("tree_inventory",)
    assert "places/park" in documents(workspace)[f"{TREES}/dcat.ttl"].decode()


def test_a_lost_index_and_lost_documents_are_made_again_byte_for_byte(workspace: Workspace) -> None:
    refresh(workspace)
    made = documents(workspace)
    for lost in (workspace.metadata, workspace.catalog / "metadata"):
        shutil.rmtree(lost) if lost.is_dir() else lost.unlink()
        assert len(refresh(workspace).made) == 2
        assert documents(workspace) == made


@pytest.mark.parametrize("kind", [Kind.EIO, Kind.LOST])
def test_at_whichever_call_it_fails_the_next_time_finishes_it(workspace: Workspace, tmp_path: Path, kind: Kind) -> None:
    refresh(workspace)
    update(dataset_file(workspace), coverage={"temporal": {"start": "2020-01-01"}})
    withdraw(FolderStore(workspace.catalog), "benches", [], REASON, NOW.replace(day=3))
    check_finished_after_faults(workspace, tmp_path, refresh, documents, kind, every=11)


def test_a_dataset_that_breaks_a_rule_keeps_its_documents_and_holds_no_other_back(workspace: Workspace) -> None:
    organisations = workspace.schema / "organisations" / "organisations.csv"
    text = organisations.read_text(encoding="utf-8")
    # The office that answers for one of them gets an address that no standard takes.
    update(dataset_file(workspace), publishers=["parks_office"])
    update(dataset_file(workspace, "benches"), disclosure={
        "attribute": "active", "basis": {"zh": "条例", "en": "Act"}, "unit": "east_district_office",
        "review_date": "2027-06-30",
    })  # fmt: skip
    release_now(workspace, registry(workspace), NOW.replace(day=4))
    refresh(workspace)
    earlier = documents(workspace)
    organisations.write_text(text.replace("east@testville.example", "east at testville"), encoding="utf-8")
    done = refresh(workspace)
    assert done.made == ("tree_inventory",)
    assert {problem.gate for problem in done.problems} == {"json-schema", "shacl-violation"}
    assert all(
        problem.path.startswith(BENCHES) and "at testville" not in problem.message.text() for problem in done.problems
    )
    now = documents(workspace)
    assert "benches" in now["metadata/data.json"].decode()
    assert {path: content for path, content in now.items() if path.startswith(BENCHES) and "feed" not in path} == {
        path: content for path, content in earlier.items() if path.startswith(BENCHES) and "feed" not in path
    }
    organisations.write_text(text, encoding="utf-8")
    assert refresh(workspace).problems == ()


def test_withdrawals_leave_a_feed_that_says_why(workspace: Workspace) -> None:
    refresh(workspace)
    store = FolderStore(workspace.catalog)
    withdraw(store, "benches", [], REASON, NOW.replace(day=3))
    assert refresh(workspace) == MetadataRefresh((), ("benches",))
    left = [path for path in documents(workspace) if path.startswith(BENCHES)]
    assert left == [f"{BENCHES}/feed.atom"]
    feed = store.read(left[0]).decode()
    assert 'term="withdrawal"' in feed and "Sent by mistake" in feed and feed.count("<entry>") == 2
    assert "benches" not in store.read("metadata/data.json").decode()
    withdraw(store, "tree_inventory", ["1.0.0"], REASON, NOW.replace(day=4))
    refresh(workspace)
    assert "/1.0.0" not in store.read(f"{TREES}/dcat.ttl").decode()


def test_corrections_are_told_apart_in_feeds(workspace: Workspace) -> None:
    refresh(workspace)
    feed = documents(workspace)[f"{TREES}/feed.atom"].decode()
    newest, first = [line for line in feed.splitlines() if line.startswith("<entry>")]
    assert 'term="correction"' in newest and 'term="release"' in first


def test_files_that_come_later_are_taken_up(workspace: Workspace) -> None:
    refresh(workspace)
    assert "objects/" in documents(workspace)[f"{TREES}/schema-org.jsonld"].decode()
    download(workspace, "1.0.1")
    assert refresh(workspace).made == ("tree_inventory",)
    page = json.loads(documents(workspace)[f"{TREES}/schema-org.jsonld"])
    files = [entry["contentUrl"] for entry in page["distribution"]]
    assert files == [f"{BASE}downloads/tree_inventory/1.0.1/tree_inventory-1.0.1.{end}" for end in
                     ("csv", "parquet", "xlsx", "zip")]  # fmt: skip
    assert refresh(workspace).made == ()
    download(workspace, "1.0.0", "benches")
    broken = workspace.catalog / "downloads" / "benches" / "1.0.0" / "files.json"
    broken.chmod(0o600)
    broken.write_text('{"files": 1}', encoding="utf-8")
    assert [problem.gate for problem in refresh(workspace).problems] == ["facts"]


class Asking(FolderStore):
    """Keeps what it was asked for."""

    asked: ClassVar[list[str]] = []

    def size(self, path: str) -> int | None:
        self.asked.append(path)
        return super().size(path)

    def modified(self, path: str) -> float | None:
        self.asked.append(path)
        return super().modified(path)

    def read(self, path: str) -> bytes:
        self.asked.append(path)
        return super().read(path)


def test_where_nothing_changed_no_dataset_is_asked_about(workspace: Workspace) -> None:
    download(workspace, "1.0.1")
    refresh(workspace)
    make_portal(workspace)
    Asking.asked.clear()
    store = Asking(workspace.catalog)
    assert refresh(workspace, store) == MetadataRefresh() and make_portal(workspace, store) == PortalRefresh()
    assert Asking.asked and not [path for path in Asking.asked if "benches" in path or "tree_inventory" in path]


def test_without_an_address_there_are_no_metadata_and_without_rules_neither(tmp_path: Path) -> None:
    workspace = workspace_with_registry(tmp_path)
    add_candidate(workspace, [tree(1)])
    release_now(workspace, registry(workspace))
    assert refresh(workspace) == MetadataRefresh()
    assert not (workspace.catalog / "metadata").exists() and not workspace.metadata.exists()
    publicise(workspace)
    (workspace.schema / "metadata" / "dcat-ap.ttl").unlink()
    with pytest.raises(ContractMissing):
        refresh(workspace)
